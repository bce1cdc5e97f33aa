"""A contract goes only from one phase to a phase that may follow."""

from itertools import product

import pytest

from robocell.agents.negotiation.contract import TRANSITIONS, Contract, ContractPhase, TransitionError

USUAL = [ContractPhase.CALLED, ContractPhase.AWARDED, ContractPhase.ENGAGED, ContractPhase.CLOSED]


@pytest.mark.parametrize(("before", "after"), list(product(ContractPhase, ContractPhase)))
def test_a_contract_allows_exactly_the_transitions_of_the_table(before: ContractPhase, after: ContractPhase) -> None:
    contract = Contract()
    contract.id, contract.phase = 7, before
    if after in TRANSITIONS[before]:
        contract.to(after)
        assert contract.phase is after
    else:
        with pytest.raises(TransitionError, match=rf"the contract for task 7 is {before.name}, .*, not {after.name}$"):
            contract.to(after)
        assert contract.phase is before


def test_the_usual_course_and_the_holder_of_the_task() -> None:
    contract = Contract()
    held = []
    for phase in USUAL:
        contract.to(phase)
        held.append((contract.live, contract.held))
    assert held == [(False, False), (True, True), (True, True), (False, False)]
    with pytest.raises(TransitionError, match="CLOSED, after which comes nothing"):
        contract.to(ContractPhase.OPEN)
