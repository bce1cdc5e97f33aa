"""Every order of loss, duplication, delay and crash, for two or three agents and a bounded number of faults.

The channel asks at every message what becomes of it. All answers are tried, by running the same small story again and
again (stateless model checking: Godefroid 1997); a run has at most FAULTS answers other than "delivered".
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from robocell.agents.negotiation.terms import Terms
from robocell.testing import TERMS, BareWorld, assert_conforms, is_at_rest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ON_TIME_S, LATE_S, TOO_LATE_S = 0.1, 3.0, 27.0  # later than an acknowledgement is awaited; later than a lease
END_S = 300.0
FATES = {
    "delivered": (ON_TIME_S,),
    "lost": (),
    "late": (LATE_S,),
    "too late": (TOO_LATE_S,),
    "twice": (ON_TIME_S, LATE_S),
    "crash": (),  # the contractor at one end falls silent, and does nothing any more
}
FAULTS = [fate for fate in FATES if fate != "delivered"]


class ScriptedChannel:
    """Does with the n-th message what the script says, and delivers all others."""

    instant = False

    def __init__(self, script: dict[int, str]) -> None:
        self.script = script
        self.messages = 0
        self.crashed: int | None = None
        self.hall: BareWorld

    def __call__(self, hall: BareWorld) -> ScriptedChannel:
        self.hall = hall
        return self

    def send(self, sender: int, receiver: int, deliver: Callable[..., None], *args: Any) -> None:
        fate = self.script.get(self.messages, "delivered")
        self.messages += 1
        if fate == "crash" and self.crashed is None:
            workers = {worker.unique_id: worker for worker in self.hall.workers}
            self.crashed = sender if sender in workers else receiver
            if self.crashed in workers:
                workers[self.crashed].dead = True
        if self.crashed in (sender, receiver):
            return
        for delay_s in FATES[fate]:
            self.hall.clock.schedule(delay_s, self._deliver, receiver, deliver, args)

    def _deliver(self, receiver: int, deliver: Callable[..., None], args: tuple[Any, ...]) -> None:
        if receiver != self.crashed:
            deliver(*args)

    def multicast(self, senders: Any, receivers: Any, deliver: Callable[..., None], *args: Any) -> None:
        to_many = isinstance(senders, int)
        for index, one in enumerate((receivers if to_many else senders).tolist()):
            ends = (senders, one) if to_many else (one, receivers)
            self.send(*ends, deliver, np.array([index]), *args)


def scripts(messages: int, faults: int) -> Iterator[dict[int, str]]:
    """All ways to place up to `faults` faults on the first `messages` messages."""
    for count in range(faults + 1):
        for places in itertools.combinations(range(messages), count):
            for fates in itertools.product(FAULTS, repeat=count):
                yield dict(zip(places, fates, strict=True))


def play(
    script: dict[int, str],
    *,
    workers: int,
    tasks: int,
    terms: Terms = TERMS,
    mechanism: str = "contract_net",
    changes_mind: Callable[[BareWorld], None] | None = None,
) -> BareWorld:
    """A story to its end, watched at every event: nobody holds what another one holds."""
    hall = BareWorld(ScriptedChannel(script), terms=terms, mechanism=mechanism)
    for number in range(workers):
        hall.worker(cost_s=10.0 + number)
    manager = hall.asker()
    asked = [manager.ask() for _ in range(tasks)]
    hall.net.settle()
    if changes_mind is not None:
        hall.clock.schedule(0.25, changes_mind, hall)
    while hall.clock.next_s() <= END_S:
        hall.clock.fire_next()
        for task in asked:
            holders = [worker for worker in hall.workers if task.id in worker.holding]
            assert len(holders) <= 1, f"{script}: {holders} hold task {task.id} at {hall.now_s} s"
        if hall.clock.next_s() > hall.now_s:
            hall.net.settle()
    hall.clock.advance(END_S)
    return hall


def judge(hall: BareWorld, script: dict[int, str]) -> None:
    """Every task is done once; or it was begun by one who crashed, or nobody is left to do it."""
    crash = "crash" in script.values()
    for task in hall.managers[0].tasks:
        times = sum(worker.works.get(task.id, 0) for worker in hall.workers)
        assert times <= 1, f"{script}: task {task.id} was done {times} times"
        died_with_it = crash and any(worker.dead and task.id in worker.holding for worker in hall.workers)
        nobody_left = crash and all(worker.dead for worker in hall.workers)
        manager_gone = crash and not any(worker.dead for worker in hall.workers)
        if not ((died_with_it and task.contract.begun) or nobody_left or manager_gone):
            assert times == 1, f"{script}: task {task.id} was lost"
            assert is_at_rest(hall) or crash, f"{script}: something is left open"
        assert not any(worker.holding for worker in hall.workers if not worker.dead), f"{script}: held for ever"
    assert_conforms(hall.log, closed=not crash)


def cancel(hall: BareWorld) -> None:
    hall.net.cancel(hall.managers[0].tasks[0])


def recall(hall: BareWorld) -> None:
    hall.net.recall(hall.managers[0].tasks[0])


def explore(messages: int, faults: int, **story: Any) -> int:
    runs = 0
    for script in scripts(messages, faults):
        judge(play(script, **story), script)
        runs += 1
    return runs


def test_without_faults_the_number_of_messages_is_that_of_the_standard():
    hall = play({}, workers=2, tasks=1)
    assert (
        hall.net.channel.messages == 2 + 2 + 1 + 1 + 1 + 1 + 1
    )  # cfp, propose, accept, reject, agree, done; available


def test_two_agents_two_faults_anywhere():
    assert explore(6, 2, workers=1, tasks=1) == 1 + 6 * 5 + 15 * 25


@pytest.mark.slow
def test_two_agents_one_fault_after_the_other():
    assert explore(6, 3, workers=1, tasks=1) == 1 + 6 * 5 + 15 * 25 + 20 * 125


def test_three_agents_two_faults_anywhere():
    assert explore(12, 2, workers=2, tasks=1) == 1 + 12 * 5 + 66 * 25


def test_two_tasks_that_compete_for_one_contractor():
    assert explore(16, 1, workers=1, tasks=2) == 1 + 16 * 5


FIRST = [8, pytest.param(12, marks=pytest.mark.slow)]  # messages on which faults are placed


@pytest.mark.parametrize("messages", FIRST)
def test_a_task_that_is_cancelled_while_its_award_is_in_transit_is_finally_held_by_no_agent(messages):
    for script in scripts(messages, 2):
        hall = play(script, workers=2, tasks=1, changes_mind=cancel)
        task = hall.managers[0].tasks[0]
        for worker in hall.workers:
            assert worker.dead or not worker.holding, script
            assert task.contract.begun or not worker.works, script
        assert_conforms(hall.log, closed="crash" not in script.values())


@pytest.mark.parametrize("messages", FIRST)
def test_a_recalled_task_is_announced_again_and_done_once(messages):
    for script in scripts(messages, 2):
        judge(play(script, workers=2, tasks=1, changes_mind=recall), script)


@pytest.mark.parametrize("commitment", ["eager", "concurrent"])
def test_two_tasks_and_two_contractors_under_other_commitments(commitment):
    terms = Terms(reply_by_s=2.0, retry_s=5.0, acknowledge_by_s=2.0, lease_s=20.0, commitment=commitment)
    explore(20, 1, workers=2, tasks=2, terms=terms)


@pytest.mark.parametrize("mechanism", ["iterated", "regret"])
def test_other_mechanisms_run_on_the_same_protocol(mechanism):
    explore(18, 1, workers=2, tasks=2, mechanism=mechanism)


@pytest.mark.slow
def test_three_agents_three_faults_anywhere():
    explore(14, 3, workers=2, tasks=1)


@pytest.mark.slow
def test_two_tasks_two_contractors_two_faults_anywhere():
    explore(24, 2, workers=2, tasks=2)
