"""The offers of vehicles: all at once, one by one, or through a subclass, they are the same."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.agents import AGV, Call, Proposal, Reason, Refusal, Transport, VehicleState
from robocell.agents.messages import Bids
from robocell.agents.offers import transport_offers
from robocell.agents.tasks import TaskKind
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario

NOW_S, READY_AT_S, AFTER_S, QUEUE_LIMIT = 100.0, 112.0, 30.0 - 100.0, 2


def slow_twin(fleet, ways_s, penalty_s, v):
    """(cost, reason, approach) of one vehicle, as the protocol tells it."""
    tasks = 0 if fleet["spare"][v] else fleet["tasks"][v]
    busy = (np.inf, Reason.BUSY, 0.0)
    under_way = tasks == 1 and fleet["state"][v] == VehicleState.EMPTY and fleet["load"][v] == 0
    leaves = penalty_s < np.inf and under_way
    if not fleet["is_open"][v] or (tasks >= QUEUE_LIMIT and not leaves):
        return busy
    if tasks == 0 or leaves:
        start_s, way_s = NOW_S, ways_s[fleet["node"][v]]
    else:
        start_s, way_s = max(fleet["free_at_s"][v], NOW_S), ways_s[fleet["free_node"][v]]
    cost_s = max(start_s + way_s, READY_AT_S) + AFTER_S + (penalty_s if leaves else 0.0)
    if leaves and cost_s >= fleet["free_at_s"][v] - NOW_S:
        cost_s = np.inf
    unable = Reason.UNREACHABLE if penalty_s == np.inf else Reason.BUSY
    return cost_s, Reason.NONE if cost_s < np.inf else unable, start_s - NOW_S + way_s


@pytest.mark.parametrize("penalty_s", [np.inf, 0.0, 15.0])
def test_all_at_once_offer_what_each_would_alone(penalty_s):
    rng = np.random.default_rng(1)
    vehicles, nodes = 200, 12
    ways_s = np.where(rng.random(nodes) < 0.2, np.inf, rng.integers(0, 60, nodes) * 1.0)
    fleet = {
        "node": rng.integers(0, nodes, vehicles).astype(np.int32),
        "is_open": rng.random(vehicles) < 0.8,
        "tasks": rng.integers(0, 4, vehicles),
        "load": rng.integers(0, 2, vehicles),
        "state": rng.integers(0, 5, vehicles).astype(np.int8),
        "free_at_s": rng.integers(50, 200, vehicles) * 1.0,
        "free_node": rng.integers(0, nodes, vehicles).astype(np.int32),
        "idle_since_s": rng.random(vehicles),
        "spare": rng.random(vehicles) < 0.2,
    }
    slots = rng.permutation(vehicles)[:150]
    columns = transport_offers(slots, NOW_S, READY_AT_S, AFTER_S, QUEUE_LIMIT, penalty_s, ways_s, *fleet.values())
    expected = zip(*(slow_twin(fleet, ways_s, penalty_s, v) for v in slots), strict=True)
    for column, twin in zip(columns, expected, strict=False):
        np.testing.assert_array_equal(column, list(twin))
    np.testing.assert_array_equal(columns[3], np.where(fleet["spare"], 0, fleet["tasks"])[slots])
    np.testing.assert_array_equal(columns[4], fleet["idle_since_s"][slots])


ANSWERS = [Proposal(3.0, 1.0, 2, 7.0), None, Refusal(Reason.NOT_UNDERSTOOD), Proposal(4.0), Refusal()]


@pytest.mark.parametrize("answers", [ANSWERS, ANSWERS[:1], ANSWERS[1:3], []])
def test_single_answers_are_gathered_and_told_one_by_one_again(answers):
    assert Bids.gather(answers).singly() == answers


def test_an_offer_without_a_price_is_none():
    with pytest.raises(ValueError, match="a proposal that costs inf is none; give a finite number, or a Refusal"):
        Bids.gather([Proposal(1.0), Proposal(np.inf)])


class Dearer(AGV):
    """Asks the price of its class twice, and a second more."""

    def bid(self, call: Call) -> Proposal | Refusal:
        offer, again = super().bid(call), super().bid(call)
        assert offer == again
        if isinstance(offer, Proposal):
            offer.cost += 1.0
        return offer


def test_a_subclass_goes_by_what_its_class_bids_now():
    plan = Scenario.load("experiments/configs/phone_line.yaml")
    usual, dearer = (Factory(plan, agent_classes={"agv": cls}) for cls in (AGV, Dearer))
    for factory in (usual, dearer):
        factory.run_until(600.0)
    pools = [factory.net.pools[TaskKind.TRANSPORT] for factory in (usual, dearer)]
    call = Call(0, Transport(manager=usual.source, origin=0, destination=1), reply_by_s=700.0)  # type: ignore[arg-type]
    before, after = (pool.bids(call, pool.all) for pool in pools)
    assert (before.cost < np.inf).any()
    np.testing.assert_array_equal(before.cost + 1.0, after.cost)
    offering = int(np.flatnonzero(after.cost < np.inf)[0])
    dearer.fleet.open[offering] = False
    assert pools[1].bids(call, pools[1].all).reason[offering] == Reason.BUSY, "nothing is remembered from the last call"
    assert pools[1].members[offering].bid(call) == Refusal(Reason.BUSY)


def test_an_answer_that_is_none_is_named() -> None:
    with pytest.raises(TypeError, match=r"bid\(call\) returned 5; return a Proposal, a Refusal, or None"):
        Bids.gather([Proposal(1.0), 5])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
