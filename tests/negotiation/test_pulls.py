"""A pull: an available contractor meets all waiting tasks in one conversation, and no call is made that cannot win."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from robocell.agents import AGV, Call, Proposal, Reason, Refusal
from robocell.agents.events import NOBODY
from robocell.agents.mechanisms import MECHANISMS, PLANNERS
from robocell.agents.negotiation.contract import ContractPhase
from robocell.agents.negotiation.messages import Bids, Performative
from robocell.agents.shop.tasks import TaskKind
from robocell.environments import Factory, Scenario, check
from robocell.experiments.command.sniffer import sequence_diagram
from robocell.testing import CELL, TABLE, TERMS, BareWorld, changed, random_factory
from robocell.testing.protocol import assert_conforms

SCARCE = changed(CELL, fleet__agvs__count=1) | {"horizon": "15min"}
BY_PULLS = sorted(set(MECHANISMS) - set(PLANNERS) - {"iterated"})  # the others call waiting tasks again


def test_a_contractor_that_is_free_again_is_offered_all_waiting_tasks_in_one_conversation() -> None:
    hall = BareWorld(terms=replace(TERMS, retry_s=60.0))
    worker = hall.worker()
    managers = [hall.asker() for _ in range(5)]
    tasks = [manager.ask() for manager in managers]
    hall.run(5.9)
    calls = len(hall.log.conversations)
    assert [task.contract.phase for task in tasks] == [ContractPhase.ENGAGED, *[ContractPhase.POSTPONED] * 4]
    hall.run(6.0)
    assert worker.holding == {tasks[1].id: tasks[1]}
    assert len(hall.log.conversations) == calls + 1
    said = hall.log.messages[hall.log.messages["conversation"] == calls]
    counts = Counter(Performative(word).name for word in said["performative"].tolist())
    assert counts == {"INFORM": 4, "REFUSE": 3, "CFP": 1, "PROPOSE": 1, "ACCEPT_PROPOSAL": 1, "AGREE": 1}
    assert [task.contract.calls for task in tasks] == [1, 2, 1, 1, 1], "those that it did not take are not called"
    assert [manager.heard.count("postponed") for manager in managers] == [0, 1, 1, 1, 1]
    assert_conforms(hall.log, closed=False)


def test_a_summary_says_how_many_messages_a_pull_stands_for() -> None:
    logs = {
        messages: Factory(Scenario.parse(changed(SCARCE, record__messages=messages))).run()
        for messages in ("summary", "full")
    }
    for performative in (Performative.INFORM, Performative.REFUSE, Performative.CFP):
        summary, full = (log.messages[log.messages["performative"] == performative]["count"] for log in logs.values())
        assert summary.sum() == full.sum() == len(full)
    assert len(logs["summary"].messages) < len(logs["full"].messages)


@pytest.mark.parametrize("mechanism", BY_PULLS)
def test_with_scarce_vehicles_a_transport_is_announced_once_and_won_by_one_pull(mechanism: str) -> None:
    data = changed(SCARCE, negotiation__mechanism=mechanism, record__messages="full")
    log = Factory(Scenario.parse(data)).run()
    calls = log.conversations[log.conversations["task_kind"] == TaskKind.TRANSPORT]
    most = Counter(calls["task"].tolist()).most_common(1)[0][1]
    assert most == 2
    assert check(log, Scenario.parse(data)) == []
    assert_conforms(log, closed=False)


@pytest.mark.parametrize("messages", ["summary", "full"])
@pytest.mark.parametrize("mechanism", ["contract_net", "hungarian"])
def test_scarce_vehicles_with_room_for_several_transports_conform(mechanism: str, messages: str) -> None:
    changes = {"negotiation__mechanism": mechanism, "record__messages": messages, "negotiation__queue_limit": 2}
    lots = changed(SCARCE, **changes, products__p__lot_size=3, fleet__agvs__capacity=2, fleet__agvs__count=2)
    log = Factory(Scenario.parse(lots)).run()
    assert check(log, Scenario.parse(lots)) == []
    if messages == "full":  # a summary names no contractors
        assert_conforms(log, closed=False)


@pytest.mark.parametrize("messages", ["summary", "full"])
@pytest.mark.parametrize(
    ("column", "end"), [("sender", "no contractor"), ("sender", "a part"), ("receiver", "the contractor itself")]
)
def test_an_announcement_by_or_to_the_wrong_agent_is_reported(column: str, end: str, messages: str) -> None:
    plan = Scenario.parse(changed(SCARCE, record__messages=messages))
    log = Factory(plan).run()
    row = int(np.flatnonzero(log.messages["performative"] == Performative.INFORM)[3])
    told = log.messages.copy()
    ends = {
        "no contractor": NOBODY,
        "a part": log.conversations["job"][0],
        "the contractor itself": told["sender"][row],
    }
    told[column][row] = ends[end]
    assert {violation.rule for violation in check(log.replace(messages=told), plan)} == {"protocol"}


@pytest.mark.parametrize("mechanism", sorted(set(MECHANISMS) - set(PLANNERS)))
def test_contractors_that_announce_themselves_need_no_clock(mechanism: str) -> None:
    data = [changed(SCARCE, negotiation__mechanism=mechanism, negotiation__retry=retry) for retry in ("1s", "1h")]
    often, seldom = (Factory(Scenario.parse(one)).run() for one in data)
    assert often.digest() == seldom.digest()


@pytest.mark.parametrize("seed", range(100, 106))
def test_in_a_random_factory_the_clock_is_not_needed_either(seed: int) -> None:
    data = random_factory(seed)
    negotiation = data.get("negotiation", {}) | {"channel": None, "mechanism": "contract_net", "commitment": "patient"}
    digests = {
        Factory(Scenario.parse(data | {"negotiation": negotiation | {"retry": retry}})).run().digest()
        for retry in ("3s", "1h")
    }
    assert len(digests) == 1


class AtNight(AGV):
    """Takes nothing in the first five minutes, and does not say when they are over."""

    def bid(self, call: Call) -> Proposal | Refusal:
        return Refusal(Reason.BUSY) if self.model.now_s < 300.0 else super().bid(call)


class AtNightAndSaysSo(AtNight):
    announces = True


def first_load_s(vehicle: type[AGV]) -> float:
    data = changed(SCARCE, negotiation__retry="30s") | {"orders": {"kind": "conwip", "wip": 3}}
    factory = Factory(Scenario.parse(data), agent_classes={"agv": vehicle})
    log = factory.run()
    factory.close()
    loaded = log.events[log.events["kind"] == 1]["time_s"]
    return float(loaded[0]) if len(loaded) else np.inf


def test_a_class_that_bids_on_its_own_is_asked_again_by_the_clock_unless_it_says_that_it_announces_itself() -> None:
    assert 300.0 < first_load_s(AtNight) < 800.0
    assert first_load_s(AtNightAndSaysSo) > 1800.0, "only an announcement wakes the tasks that wait for it"
    assert AGV.announces
    assert not AtNight.announces


def test_where_a_contract_may_be_left_for_a_better_one_tasks_are_called_again_by_the_clock() -> None:
    hall = BareWorld(terms=replace(TERMS, commitment="leveled"))
    hall.worker()
    hall.worker().__class__.announces = True
    try:
        tasks = [hall.asker().ask() for _ in range(3)]
        hall.run(5.5)
        assert tasks[2].contract.calls == 2
    finally:
        hall.workers[0].__class__.announces = False


def test_a_vehicle_that_loses_a_transport_announces_its_room() -> None:
    data = changed(SCARCE, negotiation__queue_limit=2) | {"orders": {"kind": "conwip", "wip": 4}}
    factory = Factory(Scenario.parse(data))
    vehicle = factory.agvs[0]
    while len(vehicle.plan.not_begun) < 2 or not factory.net.waiting(TaskKind.TRANSPORT):
        factory.step()
    oldest = factory.net.waiting(TaskKind.TRANSPORT)[0]
    last = vehicle.plan.not_begun[-1]
    assert last is not vehicle.plan.next.task
    last.job.remove()
    factory.step()
    assert oldest.contract.live
    factory.close()


@pytest.mark.parametrize("data", [CELL, TABLE], ids=["cell", "table"])
def test_stations_answer_together_as_each_would_alone(data: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(data | {"horizon": "20min"}))
    asked = 0
    while factory.running:
        factory.step()
        if factory.tick % 50 == 0 or len(factory.agents) % 7 == 0:
            for task in (job.operation for job in factory.jobs[:5]):
                if task is None or task.eligible is None:
                    continue
                pool = factory.net.pools[TaskKind.OPERATION]
                call = Call(0, task, factory.now_s)
                together = pool.bids(call, task.eligible)
                alone = [pool.bids(call, task.eligible[[column]]) for column in range(len(task.eligible))]
                one_by_one = Bids.gather([pool.members[slot].bid(call) for slot in task.eligible])
                for name in ("cost", "reason", "approach_s", "load", "idle_since_s"):
                    expected = np.concatenate([getattr(bids, name) for bids in alone])
                    np.testing.assert_array_equal(getattr(together, name), expected)
                    np.testing.assert_array_equal(getattr(one_by_one, name), expected)
                asked += 1
    assert asked > 20


def test_the_diagram_of_a_pull_tells_who_is_available_to_how_many(hall: BareWorld) -> None:
    hall.worker()
    for _ in range(4):
        hall.asker().ask()
    hall.run(6.0)
    drawn = sequence_diagram(hall.log, int(hall.log.conversations["conversation"][-1]))
    assert "inform-|" in drawn, "to the manager of the task that it takes"
    assert "inform (2)" in drawn, "to the managers of the others"
    assert "refuse (2)" in drawn
    assert drawn.index("inform") < drawn.index("cfp") < drawn.index("accept-proposal")
