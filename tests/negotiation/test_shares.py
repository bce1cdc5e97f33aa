"""Several awards in one call: a lot is split over contractors, each share a contract of its own (FIPA SC00029H)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from robocell.agents.mechanisms import MECHANISMS
from robocell.agents.negotiation.contract import ContractPhase
from robocell.agents.negotiation.messages import Performative, Proposal, Reason, Refusal
from robocell.environments.log import Event
from robocell.testing import TERMS, BareWorld, assert_conforms, is_at_rest

from .test_exhaustive import ScriptedChannel, scripts
from .test_known_faults import faulty


def shares(hall: BareWorld, conversation: int) -> dict[str, int]:
    """How many parts each contractor was awarded in a conversation."""
    events = hall.log.events
    awarded = events[(events["kind"] == Event.LOT_AWARDED) & (events["value"] == conversation)]
    return dict(Counter(hall.log.name_of(agent) for agent in awarded["agent"]))


def called(hall: BareWorld) -> list[int]:
    """For how many parts each call went out."""
    events = hall.log.events
    return list(Counter(events["value"][events["kind"] == Event.LOT_CALLED].tolist()).values())


def done(hall: BareWorld) -> Counter[str]:
    """How often each part was done."""
    return Counter(part.name for worker in hall.workers for part in worker.parts)


def once(size: int) -> Counter[str]:
    return Counter(f"part_{number}" for number in range(size))


def test_one_call_awards_several_shares_the_cheapest_by_part_first(hall):
    dear, cheap, middle = hall.worker(cost_s=15.0, takes=4), hall.worker(takes=3), hall.worker(cost_s=12.0, takes=2)
    hall.asker().ask_for_lot(5)
    hall.run(0.0)
    assert called(hall) == [5]
    assert shares(hall, 0) == {cheap.name: 3, middle.name: 2}
    accepted = [receiver for _, _, receiver in hall.said(Performative.ACCEPT_PROPOSAL)]
    assert accepted == [cheap.name, middle.name]
    assert [receiver for _, _, receiver in hall.said(Performative.REJECT_PROPOSAL)] == [dear.name]
    hall.run(10.0)
    assert done(hall) == once(5)
    assert is_at_rest(hall)
    assert_conforms(hall.log)


def test_an_offer_for_more_than_is_left_gets_what_is_left_and_is_compared_by_that():
    hall = BareWorld()
    hall.worker(answer=lambda call: Proposal(30.0, parts=3))
    hall.worker(answer=lambda call: Proposal(24.0, parts=2))
    hall.asker().ask_for_lot(2)
    hall.run(0.0)
    assert shares(hall, 0) == {"worker_2": 2}, "24 s for both, and not 30 s for both"


def test_an_offer_without_a_number_of_parts_is_for_one_part(hall):
    hall.worker(answer=lambda call: Proposal(5.0))
    hall.worker(cost_s=9.0, takes=9)
    hall.asker().ask_for_lot(4)
    hall.run(0.0)
    assert shares(hall, 0) == {"worker_1": 1, "worker_2": 3}


def test_an_offer_for_no_part_is_refused(hall):
    hall.worker(answer=lambda call: Proposal(5.0, parts=0))
    hall.asker().ask_for_lot(4)
    with pytest.raises(ValueError, match=r"a proposal must be for 1 part or more \(got 0\); return a Refusal"):
        hall.run(0.0)


def test_parts_without_an_offer_are_announced_again(hall):
    worker = hall.worker(takes=2)
    task = hall.asker().ask_for_lot(5)
    hall.run(0.0)
    assert called(hall) == [5, 3], "at once, for somebody may take more"
    assert task.contract.phase is ContractPhase.POSTPONED
    hall.run(60.0)
    assert [len(worker.holding), len(worker.works)] == [0, 3]
    assert done(hall) == once(5)
    assert is_at_rest(hall)
    assert_conforms(hall.log)


def test_a_failed_share_is_announced_again_alone_and_the_others_continue(hall):
    clumsy, steady, helper = hall.worker(takes=2), hall.worker(takes=3, cost_s=11.0), hall.worker(cost_s=90.0, takes=9)
    manager = hall.asker()
    manager.ask_for_lot(5)
    hall.run(1.0)
    (share,) = clumsy.holding.values()
    clumsy.holding.clear()
    clumsy.answer = lambda call: Refusal(Reason.BUSY)
    hall.net.fail(share, clumsy)  # type: ignore[arg-type]
    hall.run(60.0)
    assert called(hall) == [5, 2]
    assert shares(hall, 1) == {helper.name: 2}
    assert len(steady.parts) == 3
    assert [words for words in manager.heard if words.endswith(steady.name)] == [
        f"{w} {steady.name}" for w in ("engaged", "done")
    ]
    assert not hall.said(Performative.CANCEL)
    assert done(hall) == once(5)
    assert_conforms(hall.log)


def test_a_share_whose_award_is_refused_is_announced_again_alone(hall):
    liar, honest = hall.worker(takes=2), hall.worker(takes=3, cost_s=11.0)
    liar.accept = lambda task: False  # type: ignore[method-assign]
    hall.asker().ask_for_lot(5)
    hall.run(60.0)
    assert called(hall)[:2] == [5, 2]
    assert len(hall.said(Performative.REFUSE)) >= 1
    assert len(honest.parts) >= 3
    liar.answer = lambda call: Refusal(Reason.BUSY)
    hall.run(400.0)
    assert done(hall) == once(5)
    assert is_at_rest(hall)


def test_an_award_whose_acknowledgement_is_lost_is_sent_again_and_stays_one_share():
    calls, offers, awards = 2, 2, 2
    hall = BareWorld(ScriptedChannel({calls + offers + awards: "lost"}))  # the first agree
    for _ in range(2):
        hall.worker(takes=2, approach_s=5.0)
    hall.asker().ask_for_lot(4)
    hall.run(60.0)
    assert Counter(receiver for time_s, _, receiver in hall.said(Performative.ACCEPT_PROPOSAL) if time_s < 3.0) == {
        "worker_1": 2,
        "worker_2": 1,
    }
    assert called(hall) == [4]
    assert done(hall) == once(4)
    assert is_at_rest(hall)
    assert_conforms(hall.log)


def test_a_lot_that_is_cancelled_before_its_award_is_done_by_no_agent():
    hall = BareWorld(faulty(delay="100ms"))
    worker = hall.worker(takes=2)
    task = hall.asker().ask_for_lot(4)
    hall.run(0.15)
    hall.net.cancel(task)
    hall.run(60.0)
    assert not worker.parts
    assert is_at_rest(hall)


def test_a_part_that_is_dropped_during_the_call_is_not_awarded():
    hall = BareWorld(faulty(delay="100ms"))
    for _ in range(2):
        hall.worker(takes=2)
    task = hall.asker().ask_for_lot(4)
    hall.run(0.15)
    task.contract.parts = task.parts[1:]
    hall.run(60.0)
    assert done(hall) == once(4) - Counter(["part_0"])
    assert_conforms(hall.log)


def test_in_an_iterated_contract_net_offers_for_a_lot_are_compared_by_part():
    hall = BareWorld(mechanism="iterated")
    bargainer = hall.worker(answer=lambda call: Proposal(100.0 / call.round, parts=2))
    rival = hall.worker(cost_s=40.0, takes=2)
    hall.asker().ask_for_lot(3)
    hall.run(0.0)
    assert [call.best_s for call in rival.calls][1:3] == [40.0, 25.0]
    assert shares(hall, 0) == {bargainer.name: 2, rival.name: 1}


def test_waiting_lots_are_offered_to_a_contractor_that_becomes_free(hall):
    hall.worker(takes=2)
    manager = hall.asker()
    manager.ask_for_lot(2)
    manager.ask_for_lot(2)
    hall.run(6.0)
    pulled = [row for row in hall.log.conversations if row["opened_s"] == 6.0]
    assert len(pulled) == 1
    assert shares(hall, int(pulled[0]["conversation"])) == {"worker_1": 2}


def test_only_lots_have_several_winners_in_one_call(hall):
    for _ in range(3):
        hall.worker(takes=5)
    hall.asker().ask()
    hall.run(60.0)
    assert len(hall.said(Performative.ACCEPT_PROPOSAL)) == 1
    assert len(hall.log.events) == 0, "and nothing is written about parts"


# -- under faults ------------------------------------------------------------------------------------------------------


def watch(hall: BareWorld, end_s: float) -> None:
    """Run to the end; at every event, nobody holds a part that another one holds."""
    hall.net.settle()
    while hall.clock.next_s() <= end_s:
        hall.clock.fire_next()
        held = [{part for task in worker.holding.values() for part in task.parts} for worker in hall.workers]
        assert all(not one & other for one, other in combinations(held, 2)), f"two hold one part at {hall.now_s} s"
        if hall.clock.next_s() > hall.now_s:
            hall.net.settle()
    hall.clock.advance(end_s)


def story(script: dict[int, str], size: int, takes: tuple[int, ...], **terms: Any) -> BareWorld:
    hall = BareWorld(ScriptedChannel(script), terms=replace(TERMS, **terms))
    for number, parts in enumerate(takes):
        hall.worker(cost_s=10.0 + number, takes=parts)
    hall.asker().ask_for_lot(size)
    watch(hall, 300.0)
    return hall


@pytest.mark.parametrize("commitment", ["patient", "concurrent"])
def test_a_lot_is_done_once_with_one_fault_anywhere(commitment):
    for script in scripts(16, 1):
        hall = story(script, 3, (2, 1), commitment=commitment)
        crash = "crash" in script.values()
        assert set(done(hall).values()) <= {1}, script
        if not crash:
            assert done(hall) == once(3), script
            assert is_at_rest(hall), script
        assert_conforms(hall.log, closed=not crash)


@pytest.mark.slow
def test_a_lot_is_done_once_with_two_faults_anywhere():
    for script in scripts(18, 2):
        hall = story(script, 3, (2, 1))
        crash = "crash" in script.values()
        assert set(done(hall).values()) <= {1}, script
        if not crash:
            assert done(hall) == once(3), script
            assert is_at_rest(hall), script
        assert_conforms(hall.log, closed=not crash)


@settings(
    max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    takes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    commitment=st.sampled_from(["patient", "eager", "concurrent"]),
    mechanism=st.sampled_from(["contract_net", "iterated"]),
    loss=st.sampled_from([0.0, 0.1, 0.3]),
    duplication=st.sampled_from([0.0, 0.3]),
    mean_ms=st.sampled_from([10, 300, 2000]),
    seed=st.integers(0, 99),
)
def test_every_part_is_done_once_under_random_faults_of_messages(
    sizes, takes, commitment, mechanism, loss, duplication, mean_ms, seed
):
    delay = {"distribution": "exponential", "mean": f"{mean_ms}ms"}
    hall = BareWorld(
        faulty(loss=loss, duplication=duplication, delay=delay),
        terms=replace(TERMS, commitment=commitment, reply_by_s=5.0),
        mechanism=mechanism,
        seed=seed,
    )
    for number, parts in enumerate(takes):
        hall.worker(cost_s=10.0 + number, takes=parts)
    for size in sizes:
        hall.asker().ask_for_lot(size)
    watch(hall, 3000.0)
    assert sum(done(hall).values()) == sum(sizes)
    assert is_at_rest(hall)
    assert_conforms(hall.log)


# -- mechanisms --------------------------------------------------------------------------------------------------------

SPLITTING = sorted(name for name, mechanism in MECHANISMS.items() if getattr(mechanism, "divides_tasks", False))


def test_most_mechanisms_divide_lots():
    assert set(MECHANISMS) - set(SPLITTING) == {"cbba", "what_if"}, "which plan with single tasks"


@pytest.mark.parametrize("mechanism", SPLITTING)
def test_every_mechanism_that_divides_tasks_covers_lots_with_several_awards(mechanism):
    hall = BareWorld(mechanism=mechanism)
    for parts in (2, 1, 2):
        hall.worker(takes=parts)
    manager = hall.asker()
    manager.ask_for_lot(5)
    single = manager.ask()
    hall.run(0.0)
    placed = shares(hall, 0)
    assert sum(placed.values()) + (single.contract.contractor is not None) >= 4, "everybody has won something"
    assert all(
        count <= worker.takes for worker in hall.workers for name, count in placed.items() if name == worker.name
    )
    hall.run(300.0)
    assert done(hall) == once(5)
    assert single.contract.phase is ContractPhase.CLOSED
    assert is_at_rest(hall)
    assert_conforms(hall.log)


@pytest.mark.parametrize("mechanism", ["regret", "nearest", "random"])
def test_batch_clearing_divides_lots_over_a_faulty_channel(mechanism):
    hall = BareWorld(faulty(loss=0.15, duplication=0.2, delay="300ms"), mechanism=mechanism, seed=3)
    for parts in (2, 1, 3):
        hall.worker(takes=parts)
    manager = hall.asker()
    for size in (5, 3):
        manager.ask_for_lot(size)
    watch(hall, 600.0)
    assert done(hall) == Counter({"part_0": 2, "part_1": 2, "part_2": 2, "part_3": 1, "part_4": 1})
    assert is_at_rest(hall)
    assert_conforms(hall.log)
