"""What comes from outside: it happens, it is survived, and it is reproducible."""

import math

import numpy as np
import pytest

from robocell.agents.events import Event, VehicleState
from robocell.environments.checks import check
from robocell.environments.config.errors import ScenarioError
from robocell.environments.disturbances import Disturbances
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario

ROW_2 = 2 * 22


@pytest.fixture
def running(cell: dict) -> Factory:
    del cell["fleet"]["agvs"]["breakdown"]
    factory = Factory(Scenario.parse(cell | {"drain": True}))
    factory.run_until(120.0)
    return factory


def _events(factory: Factory, kind: Event) -> np.ndarray:
    return factory.log.events[factory.log.events["kind"] == kind]


def test_a_vehicle_breaks_down_and_is_repaired(running: Factory) -> None:
    disturb = Disturbances(running)
    agv = running.agvs[1]
    disturb.break_down(agv, repair_s=60.0)
    running.run_until(150.0)
    assert agv.down
    assert disturb.broken(agv)
    running.run_until(200.0)
    assert not agv.down
    assert not disturb.broken(agv)
    down, up = _events(running, Event.BROKE_DOWN), _events(running, Event.REPAIRED)
    assert up["time_s"][0] - down["time_s"][0] == pytest.approx(60.0)


def test_a_station_loses_one_machine_at_a_time(running: Factory) -> None:
    disturb = Disturbances(running)
    station = running.stations[2]
    disturb.break_down(station)
    disturb.break_down(station)  # it has one machine: nothing more to break
    running.run_until(200.0)
    assert [machine.down for machine in station.machines] == [True]
    assert len(_events(running, Event.BROKE_DOWN)) == 1
    disturb.repair(station)
    running.run_until(201.0)
    assert [machine.down for machine in station.machines] == [False]


def test_random_and_manual_breakdowns_of_a_vehicle_do_not_overlap(cell: dict) -> None:
    cell["fleet"]["agvs"]["breakdown"] = {"mtbf": "2min", "mttr": "1min", "clock": "calendar"}
    factory = Factory(Scenario.parse(cell))
    disturb = Disturbances(factory)
    for at_s in range(60, 1500, 60):
        factory.run_until(float(at_s))
        disturb.break_down(factory.agvs[at_s // 60 % 4], repair_s=90.0)
    log = factory.run()
    for agv in factory.agvs:
        own = log.events[
            (log.events["agent"] == agv.unique_id) & np.isin(log.events["kind"], (Event.BROKE_DOWN, Event.REPAIRED))
        ]
        assert (np.diff(own["kind"].astype(int)) != 0).all(), "down and up take turns"


def test_a_rush_job_is_made_in_half_the_time(running: Factory) -> None:
    Disturbances(running).rush_job()
    running.run_until(130.0)
    released = _events(running, Event.RELEASED)
    rush = released[released["time_s"] == 120.0]
    assert len(rush) == 1
    assert rush["value"][0] == pytest.approx(120.0 + 0.5 * 20 * 60)
    with pytest.raises(ScenarioError, match="no product 'chair' to rush; the factory makes part"):
        Disturbances(running).rush_job("chair")


def test_no_vehicle_enters_a_closed_cell_until_it_is_opened(running: Factory) -> None:
    disturb = Disturbances(running)
    cell = ROW_2 + 12
    disturb.close_cell(cell)
    first = len(running.log.trace_ticks)
    running.run_until(900.0)
    assert (running.log.trace_cells[first:] != cell).all()
    assert disturb.closed == [cell]
    disturb.open_cell(cell)
    opened = len(running.log.trace_ticks)
    running.run()
    assert (running.log.trace_cells[opened:] == cell).any(), "it lies on the way from a to b"
    assert running.workload.in_process == 0
    assert check(running.log, running.spec) == []


def test_the_floor_of_other_factories_stays_open(running: Factory) -> None:
    Disturbances(running).close_cell(ROW_2 + 12)
    other = Factory(running.spec)
    other.run_until(900.0)
    assert (other.log.trace_cells == ROW_2 + 12).any()


@pytest.mark.parametrize(
    ("cell_index", "reason"),
    [(0, "it is a wall"), (22 + 2, "a dock of 'source'"), (3 * 22 + 3, "it is a parking cell"), (9999, "it is a wall")],
)
def test_cells_that_cannot_be_closed(running: Factory, cell_index: int, reason: str) -> None:
    with pytest.raises(ScenarioError, match=reason):
        Disturbances(running).close_cell(cell_index)


def test_no_place_is_cut_off(cell: dict) -> None:
    cell["layout"]["art"] = "\n".join(["##########", "#.I.##.A.#", "#........#", "#.O.##.P.#", "##########"])
    cell["layout"]["legend"] = {"I": "source", "O": "sink", "A": "a"}
    cell |= {"stations": {"a": cell["stations"]["a"]}, "robots": {}, "chargers": {}}
    cell["products"] = {"part": {"routing": ["a"]}}
    cell["fleet"] = {"agvs": {"count": 1}}
    factory = Factory(Scenario.parse(cell))
    disturb = Disturbances(factory)
    with pytest.raises(ScenarioError, match=r"row 2, column 4 cannot be closed: '.*' could not be reached"):
        disturb.close_cell(2 * 10 + 4)
    factory.run_until(900.0)
    assert factory.workload.released - factory.workload.in_process > 0, "the way is open as before"


def test_a_disturbed_run_keeps_every_promise_and_is_reproducible(cell: dict) -> None:
    del cell["fleet"]["agvs"]["breakdown"]

    def run() -> Factory:
        factory = Factory(Scenario.parse(cell | {"drain": True}))
        disturb = Disturbances(factory)
        for at_s in range(100, 1600, 100):
            factory.run_until(float(at_s))
            disturb.break_down(factory.agvs[at_s // 100 % 4], repair_s=150.0)
            disturb.break_down(factory.stations[at_s // 100 % 4], repair_s=80.0)
            disturb.rush_job()
        factory.run()
        return factory

    first, second = run(), run()
    assert first.log.digest() == second.log.digest()
    assert check(first.log, first.spec) == []
    assert first.workload.in_process == 0
    assert not math.isnan(first.log.end_s)
    assert {VehicleState(int(v)) for v in _events(first, Event.VEHICLE_STATE)["value"]} >= {VehicleState.DOWN}
