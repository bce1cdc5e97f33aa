"""People pause: machines, handlers and vehicles that work shifts stand still then, and lose nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from robocell.agents.events import AgentKind, Event, RobotState, StationState, VehicleState
from robocell.environments import Factory, Scenario, check, measure
from robocell.environments.scenario import ShiftSpec
from robocell.testing import CELL, changed

from .conftest import run

SHIFT = {"every": "1h", "pauses": [{"from": "20min", "to": "30min"}, {"from": "50min", "to": "60min"}]}
ONE_MACHINE: dict[str, Any] = {
    "transport": {"kind": "instant"},
    "stations": {"m": {"operations": {"o": "15min"}, "shift": "crew"}},
    "shifts": {"crew": SHIFT},
    "products": {"p": {"routing": ["o"]}},
    "orders": {"kind": "list", "orders": [{"at": "10min", "product": "p"}]},
    "horizon": "2h",
}


def times(factory: Factory, kind: Event, value: float | None = None) -> list[float]:
    rows = factory.log.events[factory.log.events["kind"] == kind]
    return [float(row["time_s"]) / 60 for row in rows if value is None or row["value"] == value]


def crewed(cell: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The cell with people: at station a, at the machines of b and c, and behind the vehicles."""
    people = {"shifts": {"crew": SHIFT}, "stations__a__shift": "crew", "robots__arm__shift": "crew"}
    return changed(cell, **people, fleet__agvs__shift="crew", **more)


@pytest.fixture(scope="module")
def with_people() -> Factory:
    """The cell with people, run to its end; for tests that only read its log."""
    return run(crewed(CELL))


def test_work_resumes_after_the_pause() -> None:
    factory = run(ONE_MACHINE)
    assert times(factory, Event.PROCESSING_STARTED) == [10]
    assert times(factory, Event.PROCESSING_ENDED) == [35], "15 min of work, and a pause of 10"
    assert times(factory, Event.STATION_STATE, StationState.OFF) == [20, 50, 80, 110]
    assert measure(factory.log, factory.spec)["station.m.off"] == pytest.approx(1 / 3)


def test_pauses_that_touch_are_one_and_a_pause_may_begin_the_run() -> None:
    pauses = [{"from": "0s", "to": "20min"}, {"from": "50min", "to": "1h"}]
    shift = ShiftSpec.model_validate({"every": "1h", "pauses": pauses})
    times_off = shift.times_off()
    assert [next(times_off) for _ in range(3)] == [(0, 1200), (3000, 4800), (6600, 8400)]
    assert shift.worked_share == pytest.approx(0.5)
    factory = run(changed(ONE_MACHINE, shifts__crew={"every": "3h", "pauses": [{"from": "0s", "to": "40min"}]}))
    assert times(factory, Event.PROCESSING_ENDED) == [55]


def test_a_repair_continues_in_a_pause_and_a_busy_clock_of_failures_stops() -> None:
    fails = {
        "mtbf": {"distribution": "constant", "value": "9min"},
        "mttr": {"distribution": "constant", "value": "3min"},
    }
    factory = run(changed(ONE_MACHINE, stations__m__breakdown=fails))
    assert times(factory, Event.BROKE_DOWN) == [19], "after 9 min of work"
    assert times(factory, Event.REPAIRED) == [22]
    assert times(factory, Event.PROCESSING_ENDED) == [36], "the 6 min that were left, from the end of the pause on"
    fails["mtbf"]["value"] = "12min"
    again = run(changed(ONE_MACHINE, stations__m__breakdown=fails))
    assert times(again, Event.BROKE_DOWN) == [32], "10 min before the pause and 2 after it"


def test_a_robot_finishes_its_task_and_begins_none_in_a_pause(with_people: Factory) -> None:
    events = with_people.log.events
    handled = events[np.isin(events["kind"], [Event.MOUNTED, Event.DISMOUNTED])]
    (arm,) = with_people.log.ids(AgentKind.ROBOT)
    phase_s = handled["time_s"][handled["agent"] == arm] % 3600
    assert len(phase_s) > 50
    assert not ((phase_s > 1205) & (phase_s < 1805)).any()
    assert times(with_people, Event.ROBOT_STATE, RobotState.OFF)


def test_vehicles_finish_promised_tasks_and_accept_no_others(cell: dict[str, Any]) -> None:
    factory = run(crewed(cell, negotiation={"queue_limit": 1}))
    loaded = factory.log.events[factory.log.events["kind"] == Event.LOADED]
    phase_s = loaded["time_s"] % 3600
    assert not ((phase_s > 1200 + 120) & (phase_s < 1800)).any()
    assert times(factory, Event.VEHICLE_STATE, VehicleState.OFF)


@pytest.mark.parametrize(
    "breakdown",
    [pytest.param(None, marks=pytest.mark.slow), {"mtbf": "15min", "mttr": "5min", "clock": "calendar"}],
)
def test_a_factory_of_people_loses_nothing_and_breaks_no_rule(cell: dict[str, Any], breakdown: Any) -> None:
    data = crewed(cell, stations__a__breakdown=breakdown, stations__b__shift="crew", fleet__agvs__breakdown=breakdown)
    factory = run(data)
    figures = measure(factory.log, factory.spec)
    assert figures["finished"] == figures["released"] > 50
    assert check(factory.log, factory.spec) == []
    assert run(data).log.digest() == factory.log.digest()


def test_pauses_shift_no_order_and_no_processing_time(cell: dict[str, Any], with_people: Factory) -> None:
    logs = [run(cell).log, with_people.log]
    released = [log.events[log.events["kind"] == Event.RELEASED]["time_s"] for log in logs]
    assert np.array_equal(*released)


def test_the_check_computes_the_calendar_independently(cell: dict[str, Any], with_people: Factory) -> None:
    later = Scenario.parse(
        changed(crewed(cell), shifts__crew={"every": "1h", "pauses": [{"from": "10min", "to": "20min"}]})
    )
    found = [violation for violation in check(with_people.log, later) if violation.rule == "shift"]
    assert {violation.who.split("_")[0] for violation in found} == {"a", "arm", "agv"}


@pytest.mark.parametrize("who", ["a", "arm", "agv_1"])
def test_an_agent_without_a_shift_is_never_off(cell: dict[str, Any], who: str, with_people: Factory) -> None:
    without = {"a": "stations__a__shift", "arm": "robots__arm__shift", "agv_1": "fleet__agvs__shift"}[who]
    alone = Scenario.parse(changed(crewed(cell), **{without: None}))
    found = [violation for violation in check(with_people.log, alone) if violation.rule == "shift"]
    assert found
    assert {violation.who.split("_")[0] for violation in found} == {who.split("_")[0]}


def test_a_promise_in_a_pause_is_found(cell: dict[str, Any], with_people: Factory) -> None:
    """The vehicles' people pause in other hours than the vehicles did."""
    always = {"every": "1h", "pauses": [{"from": "0s", "to": "59min"}]}
    other = Scenario.parse(changed(crewed(cell), shifts__long=always, fleet__agvs__shift="long"))
    found = [violation for violation in check(with_people.log, other) if violation.rule == "shift"]
    assert any(": agree from agv_" in f": {violation.message}" for violation in found)
