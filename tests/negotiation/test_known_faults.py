"""Faults that other implementations of the contract net have, each as a story that must end well here.

Sources of the faults: JADE, Open-RMF, PADE, mango, openTCS and their issue trackers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from robocell.agents.negotiation.channel import FaultyChannel
from robocell.agents.negotiation.contract import ContractPhase
from robocell.agents.negotiation.messages import Performative, Proposal, Reason, Refusal
from robocell.environments.config.errors import ScenarioError
from robocell.environments.scenario import ChannelSpec, Scenario
from robocell.environments.streams import Streams
from robocell.testing import TERMS, BareWorld, assert_conforms, is_at_rest

from .test_exhaustive import ScriptedChannel


def faulty(**spec):
    """A channel for a hall, from what stands in a scenario."""
    model = ChannelSpec.model_validate(spec)
    return lambda hall: FaultyChannel(model, clock=hall.clock, rng=hall.stream("channel"), name_of=hall.log.name_of)


# -- JADE: without reply-by the manager waits for ever ------------------------------------------------------------


def test_a_call_without_deadline_cannot_be_written():
    with pytest.raises(ScenarioError, match="reply_by"):
        Scenario.parse({"negotiation": {"reply_by": "0s"}})


def test_a_silent_contractor_does_not_delay_the_decision(hall):
    hall.worker(answer=lambda call: None)
    able = hall.worker()
    task = hall.asker().ask()
    hall.run(1.9)
    assert task.contract.phase is ContractPhase.CALLED
    hall.run(2.0)
    assert task.contract.contractor is able


def test_if_all_contractors_are_silent_the_call_is_repeated(hall):
    worker = hall.worker(answer=lambda call: None)
    task = hall.asker().ask()
    hall.run(2.5)
    assert task.contract.phase is ContractPhase.POSTPONED
    worker.answer = None
    hall.run(60.0)
    assert is_at_rest(hall)
    assert worker.works == {task.id: 1}


# -- JADE: a late bid meets nothing at all; Open-RMF: duplicate bids are appended ---------------------------------


def test_a_late_offer_is_rejected():
    hall = BareWorld(ScriptedChannel({3: "late"}))  # the second answer
    in_time, late = hall.worker(cost_s=10.0), hall.worker(cost_s=1.0)
    hall.asker().ask()
    hall.run(60.0)
    assert in_time.works
    assert not late.works
    rejected = hall.said(Performative.REJECT_PROPOSAL)
    assert [receiver for _, _, receiver in rejected] == ["worker_2"]
    assert rejected[0][0] == pytest.approx(3.1), "as soon as it came, after the deadline"
    assert is_at_rest(hall)


def test_a_duplicated_offer_counts_once():
    hall = BareWorld(ScriptedChannel({1: "twice"}))
    worker = hall.worker()
    hall.asker().ask()
    hall.run(60.0)
    assert len(hall.said(Performative.ACCEPT_PROPOSAL)) == 1
    assert sum(worker.works.values()) == 1
    assert_conforms(hall.log)


def test_a_duplicated_offer_does_not_replace_that_of_another():
    hasty = {
        "sender": "worker_1",
        "receiver": "manager_1",
        "duplication": 1.0,
        "delay": {"distribution": "exponential", "mean": "100ms"},
    }
    hall = BareWorld(
        faulty(delay="10ms", links=[hasty, {"sender": "worker_2", "receiver": "manager_1", "delay": "1500ms"}])
    )
    hall.worker(cost_s=10.0)
    cheaper = hall.worker(cost_s=1.0)
    task = hall.asker().ask()
    hall.run(1.9)
    assert task.contract.contractor is cheaper


def test_an_offer_binds_while_its_award_may_be_in_transit():
    hall = BareWorld(faulty(delay="100ms", links=[{"sender": "manager_1", "receiver": "worker_1", "delay": "1500ms"}]))
    worker = hall.worker()
    first, second = hall.asker(), hall.asker()
    task = first.ask()
    hall.run(2.3)  # the call has been closed at 1.6 s, its deadline was 2 s, the award arrives at 3.1 s
    second.ask()
    hall.run(2.5)
    assert len(hall.said(Performative.REFUSE)) == 1
    hall.run(3.5)
    assert task.id in worker.holding


def test_a_duplicated_call_reserves_once():
    hall = BareWorld(ScriptedChannel({0: "twice"}))
    worker = hall.worker()
    hall.asker().ask()
    hall.run(60.0)
    assert sum(worker.works.values()) == 1
    assert len(hall.said(Performative.PROPOSE) + hall.said(Performative.REFUSE)) == 1
    assert is_at_rest(hall)


# -- JADE: a contractor that dies after the award hangs the second step -------------------------------------------


def test_a_contractor_that_dies_after_the_award_is_noticed_and_replaced():
    hall = BareWorld(ScriptedChannel({4: "crash"}))  # the award
    first, second = hall.worker(cost_s=5.0), hall.worker(cost_s=6.0)
    task = hall.asker().ask()
    hall.run(2.0 + TERMS.lease_s)
    assert first.dead
    assert not second.works
    hall.run(60.0)
    assert second.works == {task.id: 1}


# -- Open-RMF: an award that runs out is never auctioned again; no bids = failed without another try ----------------


def test_an_unacknowledged_award_is_announced_again():
    hall = BareWorld(faulty(links=[{"sender": "manager_1", "receiver": "worker_1", "loss": 1.0}], delay="100ms"))
    deaf, other = hall.worker(cost_s=1.0), hall.worker()
    task = hall.asker().ask()
    hall.run(100.0)
    assert not deaf.works
    assert other.works == {task.id: 1}


def test_if_all_contractors_are_busy_the_task_waits_and_is_done(hall):
    worker = hall.worker()
    manager = hall.asker()
    tasks = [manager.ask() for _ in range(5)]
    hall.run(100.0)
    assert worker.works == {task.id: 1 for task in tasks}
    assert manager.heard.count("postponed") >= 4
    assert not hall.infeasible_tasks


def test_a_task_that_no_contractor_can_ever_do_is_reported_at_once(hall):
    hall.worker(answer=lambda call: Refusal(Reason.NOT_ELIGIBLE))
    hall.worker(answer=lambda call: Refusal(Reason.UNREACHABLE))
    task = hall.asker().ask()
    hall.run(0.0)
    assert hall.infeasible_tasks == [task]


def test_without_any_contractor_nothing_breaks(hall):
    task = hall.asker().ask()
    hall.run(100.0)
    assert task.contract.phase is ContractPhase.POSTPONED


# -- Open-RMF: cancelling a queued task makes the next one fail -----------------------------------------------------


def test_cancelling_a_queued_task_leaves_the_next_alone(hall):
    worker = hall.worker()
    manager = hall.asker()
    first, second, third = (manager.ask() for _ in range(3))
    hall.run(1.0)
    hall.net.cancel(second)
    hall.run(100.0)
    assert worker.works == {first.id: 1, third.id: 1}
    assert is_at_rest(hall)


def test_a_recalled_task_is_announced_again_as_soon_as_it_is_dropped():
    hall = BareWorld(faulty(delay="100ms"))
    first, second = hall.worker(cost_s=1.0, approach_s=50.0), hall.worker(cost_s=2.0)
    task = hall.asker().ask()
    hall.run(1.0)
    assert task.contract.contractor is first
    first.answer = lambda call: Refusal(Reason.BUSY)
    hall.net.recall(task)
    hall.run(3.0)
    assert not first.holding
    assert task.contract.contractor is second, "the answer to the cancel is enough: nobody waits for the lease to end"


def test_a_task_is_cancelled_before_it_is_begun_but_not_after(hall):
    worker = hall.worker(approach_s=3.0)
    manager = hall.asker()
    early = manager.ask()
    hall.run(2.0)
    hall.net.cancel(early)
    late = manager.ask()
    hall.run(6.0)
    assert late.contract.begun
    hall.net.cancel(late)
    hall.run(50.0)
    assert worker.works == {late.id: 1}
    assert not worker.holding


# -- PADE: refusals counted as proposals; not-understood ------------------------------------------------------------


def test_refusals_are_not_offers(hall):
    busy = hall.worker(answer=lambda call: Refusal(Reason.BUSY))
    able = hall.worker(cost_s=1e9)
    task = hall.asker().ask()
    hall.run(50.0)
    assert not busy.works
    assert able.works == {task.id: 1}


def test_a_contractor_that_does_not_know_a_kind_of_task_says_so(hall):
    hall.worker(answer=lambda call: Refusal(Reason.NOT_UNDERSTOOD))
    able = hall.worker()
    task = hall.asker().ask()
    hall.run(50.0)
    assert able.works == {task.id: 1}
    assert [sender for _, sender, _ in hall.said(Performative.NOT_UNDERSTOOD)] == ["worker_1"]


@pytest.mark.parametrize("cost", [np.nan, np.inf])
def test_an_offer_has_a_price(hall, cost):
    hall.worker(answer=lambda call: Proposal(cost))
    hall.worker()
    hall.asker().ask()
    with pytest.raises(ValueError, match=rf"must be finite \(got {cost}\)"):
        hall.run(0.0)


# -- mango: loss drawn from the global generator --------------------------------------------------------------------


def test_the_same_seed_loses_the_same_messages():
    def run(seed: int) -> str:
        hall = BareWorld(
            faulty(loss=0.3, duplication=0.2, delay={"distribution": "exponential", "mean": "300ms"}), seed=seed
        )
        for _ in range(3):
            hall.worker()
        manager = hall.asker()
        for _ in range(5):
            manager.ask()
        np.random.random()  # noqa: NPY002  # whatever others draw
        hall.run(300.0)
        hall.log.close(300.0)
        return hall.log.digest()

    assert run(1) == run(1)
    assert run(1) != run(2)


# -- openTCS: no fairness; an idle vehicle is never served again; resources released too early ------------------------


def test_no_task_waits_for_ever_while_cheaper_ones_keep_coming(hall):
    def by_age(call):
        return Refusal(Reason.BUSY) if worker.holding else Proposal(1000.0 if call.task is dear else 1.0)

    worker = hall.worker(answer=by_age)
    manager = hall.asker()
    blocker = manager.ask()
    dear = manager.ask()
    for number in range(300):
        hall.clock.schedule(6.0 * number, manager.ask)
    hall.run(3000.0)
    assert blocker.contract.phase is ContractPhase.CLOSED
    assert dear.contract.phase is ContractPhase.CLOSED


def test_a_contractor_that_becomes_free_is_asked_at_once(hall):
    worker = hall.worker()
    manager = hall.asker()
    manager.ask()
    manager.ask()
    hall.run(6.0)
    assert len(worker.works) == 1
    assert len(worker.holding) == 1, "the second task is contracted at the instant at which the first is done"


# -- a manager that dies, concurrent calls, a failed step -----------------------------------------------------------


def test_a_manager_that_dies_leaves_no_contractor_bound():
    hall = BareWorld(faulty(delay="100ms", partitions=[{"agents": ["manager_1"], "from": "250ms"}]))
    worker = hall.worker(approach_s=50.0)
    hall.asker().ask()
    hall.run(1.0)
    assert worker.holding, "it was won before"
    hall.run(30.0)
    assert not worker.holding, "its lease has run out"
    other = hall.asker().ask()
    hall.run(100.0)
    assert worker.works == {other.id: 1}


@pytest.mark.parametrize("commitment", ["patient", "eager", "concurrent", "leveled"])
def test_concurrent_calls_to_one_contractor_give_it_no_more_than_it_can_do(commitment):
    hall = BareWorld(faulty(delay="100ms"), terms=replace(TERMS, commitment=commitment))
    worker = hall.worker()
    managers = [hall.asker() for _ in range(4)]
    tasks = [manager.ask() for manager in managers]
    most = 0
    for second in range(200):
        hall.run(float(second))
        most = max(most, len(worker.holding))
    assert most == 1
    assert worker.works == {task.id: 1 for task in tasks}
    assert is_at_rest(hall)


def test_a_patient_contractor_makes_no_second_offer_while_one_is_outstanding():
    hall = BareWorld(faulty(delay="100ms"))
    worker = hall.worker()
    hall.asker().ask()
    hall.asker().ask()
    hall.run(0.25)
    assert [len(hall.said(said)) for said in (Performative.PROPOSE, Performative.REFUSE)] == [1, 1]
    assert len(worker.calls) == 2


def test_an_eager_contractor_that_has_promised_too_much_refuses_the_award():
    hall = BareWorld(faulty(delay="100ms"), terms=replace(TERMS, commitment="eager"))
    hall.worker()
    hall.asker().ask()
    hall.asker().ask()
    hall.run(0.35)
    assert len(hall.said(Performative.ACCEPT_PROPOSAL)) == 2
    assert len(hall.said(Performative.AGREE)) == 1
    assert len(hall.said(Performative.REFUSE)) == 1


def test_a_contractor_that_is_asked_for_a_definite_offer_is_not_bound_by_its_first():
    hall = BareWorld(faulty(delay="100ms"), terms=replace(TERMS, commitment="concurrent"))
    worker = hall.worker()
    hall.asker().ask()
    hall.asker().ask()
    hall.run(0.5)
    assert [call.definite for call in worker.calls] == [False, False, True, True]
    assert len(hall.said(Performative.ACCEPT_PROPOSAL)) == 1


def test_a_failed_step_is_announced_again_and_not_continued(hall):
    clumsy, able = hall.worker(cost_s=1.0), hall.worker(cost_s=2.0)
    clumsy.begin = lambda task: (
        clumsy.holding.pop(task.id),
        setattr(clumsy, "dead", True),
        hall.net.fail(task, clumsy),
    )  # type: ignore[method-assign]
    clumsy.answer = lambda call: Refusal(Reason.BUSY) if clumsy.dead else Proposal(1.0)
    manager = hall.asker()
    task = manager.ask()
    hall.run(50.0)
    assert able.works == {task.id: 1}
    assert manager.heard[:3] == ["engaged worker_1", "failed worker_1", "engaged worker_2"]


def test_a_contractor_that_always_refuses_its_awards_does_not_stop_the_clock(hall):
    liar = hall.worker(cost_s=1.0)
    liar.accept = lambda task: False  # type: ignore[method-assign]
    task = hall.asker().ask()
    hall.run(60.0)
    assert 2 < task.contract.calls < 20


def test_a_partition_heals_and_work_that_was_begun_is_not_repeated():
    hall = BareWorld(faulty(delay="100ms", partitions=[{"agents": ["worker_1"], "from": "4s", "to": "2min"}]))
    worker, other = hall.worker(cost_s=1.0), hall.worker(cost_s=2.0)
    task = hall.asker().ask()
    hall.run(100.0)
    assert worker.works == {task.id: 1}
    assert task.contract.phase is ContractPhase.ENGAGED, "the manager has not heard of it"
    assert not other.works, "but has seen it begin, and gives it to nobody else"
    hall.run(200.0)
    assert is_at_rest(hall)


# -- the iterated contract net ends -----------------------------------------------------------------------------------


def test_an_iterated_contract_net_ends_when_no_contractor_offers_less(hall):
    hall = BareWorld(mechanism="iterated")
    stubborn = hall.worker(cost_s=10.0)
    hall.asker().ask()
    hall.run(0.0)
    assert [call.round for call in stubborn.calls] == [1, 2]


def test_an_iterated_contract_net_ends_after_its_last_round_though_offers_still_improve():
    hall = BareWorld(mechanism="iterated", terms=replace(TERMS, rounds=4))
    bargainer = hall.worker(answer=lambda call: Proposal(100.0 / call.round))
    rival = hall.worker(cost_s=60.0)
    task = hall.asker().ask()
    hall.run(0.0)
    assert [call.round for call in bargainer.calls] == [1, 2, 3, 4]
    assert [call.best_s for call in rival.calls] == [np.inf, 60.0, 50.0, pytest.approx(100.0 / 3)]
    assert task.contract.contractor is bargainer
    assert_conforms(hall.log, closed=False)


def test_each_round_has_a_deadline_of_its_own():
    hall = BareWorld(faulty(delay="100ms"), mechanism="iterated")
    hall.worker(answer=lambda call: Proposal(10.0) if call.round == 1 else None)
    hall.worker(cost_s=20.0)
    task = hall.asker().ask()
    hall.run(2.1)
    assert task.contract.phase is ContractPhase.CALLED, (
        "the deadline of the first call, 2 s, is none for the second, sent at 0.2 s"
    )
    hall.run(2.3)
    assert task.contract.phase is not ContractPhase.CALLED


def test_a_stream_is_not_shifted_by_faults_that_are_switched_on():
    draws = {}
    for duplication in (0.0, 1.0):
        rng = Streams(7)("channel")
        hall = BareWorld()
        channel = FaultyChannel(
            ChannelSpec.model_validate({"duplication": duplication}),
            clock=hall.clock,
            rng=rng,
            name_of=hall.log.name_of,
        )
        for _ in range(10):
            channel.send(1, 2, print)
        draws[duplication] = rng.random()
    assert draws[0.0] == draws[1.0]


@pytest.mark.parametrize("delay", ["0s", "100ms", {"distribution": "uniform", "low": "0s", "high": "50ms"}])
def test_messages_on_links_that_are_all_alike_arrive_as_messages_that_are_looked_at_one_by_one(delay):
    faults = {"delay": delay, "loss": 0.3, "duplication": 0.4}
    arrived: dict[int, list[Any]] = {}
    for rules in ([], [{"sender": "other-*", "loss": 1.0}]):
        hall = BareWorld()
        channel = FaultyChannel(
            ChannelSpec.model_validate(faults | {"links": rules}),
            clock=hall.clock,
            rng=Streams(7)("channel"),
            name_of=lambda agent: f"agent-{agent}",
        )
        found = arrived[len(rules)] = []
        for many in (200, 1, 0):
            for ends in ((7, np.arange(many)), (np.arange(many), 7)):
                channel.multicast(*ends, lambda which, found=found, hall=hall: found.append((hall.now_s, *which)))
            while hall.clock.next_s() < np.inf:
                hall.clock.fire_next()
    assert arrived[0] == arrived[1]
    assert sum(len(group) - 1 for group in arrived[0]) > 200  # of 402, most of which are not lost
