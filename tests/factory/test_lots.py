"""Lots: the parts of one order call for vehicles together, and several vehicles share them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from robocell.agents import Event
from robocell.agents.shop.tasks import TaskKind
from robocell.environments import Factory, Scenario, check
from robocell.environments.log import EventLog
from robocell.experiments.command.sniffer import conversation_messages, sequence_diagram
from robocell.testing import assert_conforms, changed

from .conftest import run

ROOM = {f"stations__{name}__{side}_capacity": 10 for name in "abcd" for side in ("input", "output")}


@pytest.fixture
def lots(cell: dict[str, Any]) -> dict[str, Any]:
    """Lots of five parts, and three vehicles that carry three each."""
    return changed(
        cell,
        products__p__lot_size=5,
        fleet__agvs__count=3,
        fleet__agvs__capacity=3,
        stations__a__input_capacity=10,
        orders={"kind": "deterministic", "every": "10min"},
        record={"trace": True, "messages": "full"},
        horizon="25min",
    )


def lot_rows(log: EventLog, event: Event, conversation: int | None = None) -> np.ndarray:
    events = log.events
    rows = events[events["kind"] == event]
    return rows if conversation is None else rows[rows["value"] == conversation]


def first_call(log: EventLog) -> int:
    """The first conversation about transport."""
    return int(log.conversations["conversation"][log.conversations["task_kind"] == TaskKind.TRANSPORT][0])


def test_a_lot_is_delivered_by_several_vehicles_after_one_call(lots: dict[str, Any]) -> None:
    factory = run(lots)
    log = factory.log
    call = first_call(log)
    assert len(lot_rows(log, Event.LOT_CALLED, call)) == 5
    said = Counter(message.performative for message in conversation_messages(log, call))
    assert said["cfp"] == said["propose"] == 3, "one call, to every vehicle"
    assert said["accept-proposal"] == said["agree"] == said["inform-done"] == 2
    shares = lot_rows(log, Event.LOT_AWARDED, call)
    assert sorted(Counter(shares["agent"].tolist()).values()) == [2, 3]
    brought = {(row["agent"], row["job"]) for row in lot_rows(log, Event.UNLOADED) if row["time_s"] < 200.0}
    assert {(row["agent"], row["job"]) for row in shares} <= brought
    assert factory.workload.released == 15
    assert factory.workload.in_process == 0
    assert check(log, factory.spec) == []
    assert_conforms(log)


def test_the_diagram_tells_how_many_parts_are_called_for_offered_and_awarded(lots: dict[str, Any]) -> None:
    log = run(changed(lots, horizon="5min")).log
    lines = sequence_diagram(log, first_call(log)).splitlines()
    assert lines[0].endswith("of p-0, called by p-lot-0")
    assert [line for line in lines if "cfp" in line and not line.endswith("5 parts")] == []
    assert [line for line in lines if "propose-|" in line and not line.endswith("3 parts")] == []
    assert [line.rsplit("  ", 1)[1] for line in lines if "accept-proposal" in line] == ["3 parts", "2 parts"]


def test_a_lot_in_a_summary_log_is_described_and_checked_as_well(lots: dict[str, Any]) -> None:
    factory = run(changed(lots, record={"trace": True}))
    assert check(factory.log, factory.spec) == []
    assert len(lot_rows(factory.log, Event.LOT_OFFERED)) == 0
    assert "accept-proposal" in sequence_diagram(factory.log, first_call(factory.log))


@pytest.mark.parametrize(
    "changes",
    [
        {"fleet__agvs__capacity": 1},
        {"fleet__agvs__count": 1, "negotiation__queue_limit": 1},
        {"stations__a__input_capacity": 2},
        {"negotiation__look_ahead": "departure"},
        {"negotiation__mechanism": "fifo"},
        {"negotiation__mechanism": "hungarian"},
        {"negotiation__mechanism": "cbba"},
        {"negotiation__reopen": "available", "fleet__agvs__breakdown": {"mtbf": "10min", "mttr": "2min"}},
    ],
    ids=lambda changes: " ".join(f"{key.split('__')[-1]}={value}" for key, value in changes.items())[:40],
)
def test_lots_are_carried_by_any_fleet_and_policy(lots: dict[str, Any], changes: dict[str, Any]) -> None:
    factory = run(changed(lots, **changes))
    assert factory.workload.in_process == 0
    assert check(factory.log, factory.spec) == []
    assert_conforms(factory.log)


def test_mechanisms_that_do_not_split_call_for_each_part(lots: dict[str, Any]) -> None:
    log = run(changed(lots, negotiation__mechanism="cbba", horizon="5min")).log
    assert len(lot_rows(log, Event.LOT_CALLED)) == 0
    assert len(log.conversations[log.conversations["task_kind"] == TaskKind.TRANSPORT]) >= 5


def test_a_part_whose_station_is_lost_is_dropped_and_the_others_continue(lots: dict[str, Any]) -> None:
    """The station falls silent after it has promised; its lease runs out while one vehicle loads, and another comes."""
    far = changed(
        lots,
        negotiation={
            "commitment": "eager",
            "lease": "8s",
            "channel": {"delay": "100ms", "partitions": [{"agents": ["a"], "from": "2s", "to": "60s"}]},
        },
        fleet__agvs__speed="0.5m/s",
        horizon="5min",
    )
    factory = run(far)
    first = int(lot_rows(factory.log, Event.LOADED)["job"][0])
    left_out = lot_rows(factory.log, Event.LOT_LEFT_OUT)["job"].tolist()
    assert len(left_out) == 4
    assert first not in left_out, "it was being taken on board, and from then on the station is bound"
    assert len(lot_rows(factory.log, Event.FINISHED)) == 5
    assert check(factory.log, factory.spec) == []
    assert_conforms(factory.log, closed=False)


def test_a_part_dropped_from_a_share_that_is_being_loaded_stays_behind(lots: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(changed(lots, horizon="5min")))
    while not any(agv.load == 1 for agv in factory.agvs):
        factory.step()
    agv = next(agv for agv in factory.agvs if agv.load == 1)
    left = agv.plan.stops[1].part
    assert left.transport is agv.plan.next.task
    factory.net.recall(left.operation)
    factory.run()
    loads = [(row["agent"], row["job"]) for row in lot_rows(factory.log, Event.LOADED)]
    assert (agv.unique_id, left.unique_id) not in loads[:5]
    assert len(lot_rows(factory.log, Event.LOT_LEFT_OUT)) == 1
    assert len(lot_rows(factory.log, Event.FINISHED)) == 5
    assert check(factory.log, factory.spec) == []


def test_parts_that_wait_for_their_lot_leave_together(lots: dict[str, Any]) -> None:
    factory = run(changed(lots, products__p__lot_wait="1h", **ROOM))
    sizes = Counter(lot_rows(factory.log, Event.LOT_CALLED)["value"].tolist()).values()
    assert set(sizes) == {5}, "from every station, and out"
    assert check(factory.log, factory.spec) == []


def test_parts_wait_at_most_for_the_allowed_time(lots: dict[str, Any]) -> None:
    factory = run(changed(lots, products__p__lot_wait="20s", horizon="5min", **ROOM))
    station = factory.stations[0].unique_id
    ready_s = {row["job"]: row["time_s"] for row in lot_rows(factory.log, Event.DISMOUNTED) if row["other"] == station}
    assert len(ready_s) == 5
    called_s: dict[int, float] = {}
    for row in lot_rows(factory.log, Event.LOT_CALLED)[5:]:
        called_s.setdefault(row["job"], row["time_s"])
    waits = [called_s[job] - ready_s[job] for job in ready_s]
    assert max(waits) == pytest.approx(20.0)
    assert min(waits) == 0.0, "the last one, or one for which others have waited"


def test_parts_that_wait_for_their_lot_block_no_station(lots: dict[str, Any]) -> None:
    """Three parts of the five fit behind each station."""
    factory = run(changed(lots, products__p__lot_wait="10h"))
    assert factory.workload.in_process == 0
    assert factory.now_s < 2 * 3600.0
    assert check(factory.log, factory.spec) == []


def test_on_a_slow_channel_parts_that_wait_for_their_lot_are_announced_together(lots: dict[str, Any]) -> None:
    slow = changed(lots, negotiation__channel={"delay": "200ms", "loss": 0.1}, horizon="5min")
    together, singly = run(changed(slow, products__p__lot_wait="1min")), run(slow)
    first = [lot_rows(factory.log, Event.LOT_CALLED)["value"] for factory in (together, singly)]
    assert Counter(first[0].tolist())[first[0][0]] == 5
    assert Counter(first[1].tolist())[first[1][0]] == 1, "the station makes one offer at a time"
    assert check(together.log, together.spec) == []
    assert_conforms(together.log, closed=False)


def test_the_limit_of_orders_and_constant_work_in_process_count_lots(lots: dict[str, Any]) -> None:
    factory = run(changed(lots, orders={"kind": "conwip", "wip": 2, "limit": 3}))
    released = Counter(lot_rows(factory.log, Event.RELEASED)["time_s"].tolist())
    assert sorted(released.values()) == [5, 10]
    first_out = np.sort(lot_rows(factory.log, Event.FINISHED)["time_s"])[:5]
    assert max(released) >= first_out[-1], "the third comes when all parts of another have left"


def test_vehicles_do_not_wait_for_each_other_s_parts_with_parts_on_board(lots: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(changed(lots, negotiation__look_ahead="departure")))
    while factory.now_s < 1200.0:
        factory.step()
        for agv in factory.agvs:
            on_board = agv.load
            for stop in agv.plan.stops:
                assert not (stop.pick_up and on_board and not stop.part.ready and stop is not agv.plan.next)
                on_board += 1 if stop.pick_up else -1


# -- the check finds what is wrong -------------------------------------------------------------------------------------


def found(factory: Factory, event: Event, change: Any) -> set[str]:
    """The rules that are broken once the rows of an event are changed, given all events and which are meant."""
    events = factory.log.events.copy()
    rows = np.flatnonzero(events["kind"] == event)
    return {violation.rule for violation in check(factory.log.replace(events=change(events, rows)), factory.spec)}


def test_shares_that_do_not_add_up_are_found(lots: dict[str, Any]) -> None:
    factory = run(changed(lots, horizon="5min"))

    def with_values(**values: int) -> Any:
        def change(events: np.ndarray, rows: np.ndarray) -> np.ndarray:
            for field, value in values.items():
                events[field][rows[0]] = value
            return events

        return change

    other_vehicle = next(
        agv.unique_id
        for agv in factory.agvs
        if agv.unique_id != int(lot_rows(factory.log, Event.LOT_AWARDED)["agent"][0])
    )
    part = int(lot_rows(factory.log, Event.LOT_AWARDED)["job"][1])
    assert "lot" in found(factory, Event.LOT_AWARDED, with_values(agent=other_vehicle)), "carried by another one"
    assert "share" in found(factory, Event.LOT_AWARDED, with_values(job=part)), "in two shares"
    assert "share" in found(factory, Event.LOT_CALLED, lambda events, rows: np.delete(events, rows[0])), "not called"
    assert "share" in found(factory, Event.LOT_OFFERED, _offer_none), "more than offered"
    assert "lot" in found(factory, Event.LOT_AWARDED, lambda events, rows: np.delete(events, rows[0])), "in no share"


def _offer_none(events: np.ndarray, rows: np.ndarray) -> np.ndarray:
    events["other"][rows] = 0
    return events
