"""Agents that leave while the factory runs give back what they hold; vehicles that join work from then on."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from robocell.agents import AGV, Event, VehicleState
from robocell.agents.errors import RemovalError
from robocell.agents.shop.job import Job
from robocell.agents.shop.tasks import TaskKind
from robocell.environments import EventLog, Factory, Scenario, check, measure
from robocell.environments.config.errors import LayoutError, ScenarioError, TrialEndedError
from robocell.environments.disturbances import Disturbances
from robocell.environments.kpis import state_intervals
from robocell.testing import changed

from ..daily import each_once
from .test_factory import cycle, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def until(factory: Factory, what: Callable[[], Any]) -> Any:
    """Step until `what` returns something."""
    while not (found := what()):
        factory.step()
    return found


def jobs(factory: Factory) -> list[Job]:
    return [agent for agent in factory.agents if isinstance(agent, Job)]


def assert_sound(factory: Factory) -> None:
    """Nothing is lost, the log proves it, and agents that have left keep still."""
    assert check(factory.log, factory.spec) == []
    gone = sum(len(rows(factory, event)) for event in (Event.FINISHED, Event.SCRAPPED))
    assert gone == factory.workload.released
    measure(factory.log, factory.spec)


@pytest.fixture
def factory(cell: dict[str, Any]) -> Factory:
    """Vehicles with small batteries, which have to charge soon."""
    return Factory(Scenario.parse(changed(cell, horizon="20min", fleet__agvs__battery__capacity="0.04kWh")))


# -- vehicles


def test_a_vehicle_that_leaves_gives_back_its_transports(factory: Factory) -> None:
    agv = until(factory, lambda: next((a for a in factory.agvs if a.state is VehicleState.EMPTY and a.plan), None))
    task, cell = agv.plan.next.task, agv.node
    agv.remove()
    assert agv not in factory.agents
    assert agv not in factory.agvs
    assert task.contract.contractor is None
    factory.run_until(factory.now_s + 2.0)
    assert task.contract.contractor is not None
    assert task.contract.contractor is not agv
    assert factory.traffic.node[agv.vehicle] == -1
    assert cell not in factory.traffic.node or factory.agvs
    factory.run()
    assert_sound(factory)


def test_a_part_on_board_is_set_down_ready_for_pickup_where_it_was_loaded(factory: Factory) -> None:
    agv = until(factory, lambda: next((a for a in factory.agvs if a.state is VehicleState.LOADED), None))
    job, task = agv.plan.next.part, agv.plan.next.task
    agv.remove()
    (put,) = rows(factory, Event.SET_DOWN)
    assert (put["agent"], put["job"]) == (agv.unique_id, job.unique_id)
    assert put["other"] == factory.places[task.origin].unique_id
    assert job.ready
    assert job.transport is task
    target = job.target
    factory.run_until(factory.now_s + 1.0)
    assert task.contract.contractor in factory.agvs
    assert job.target is target, "the station that expects the part still does"
    factory.run()
    carried = rows(factory, Event.LOADED)
    assert len(carried[(carried["job"] == job.unique_id) & (carried["other"] == put["other"])]) == 2
    assert_sound(factory)


def test_a_part_that_is_being_loaded_stays(factory: Factory) -> None:
    agv = until(
        factory, lambda: next((a for a in factory.agvs if a.state is VehicleState.HANDLING and not a.load), None)
    )
    job = agv.plan.next.part
    agv.remove()
    assert len(rows(factory, Event.SET_DOWN)) == 0
    assert job.ready
    factory.run()
    assert_sound(factory)


@pytest.mark.parametrize("look_ahead", ["start", "departure"])
def test_tasks_announced_ahead_are_announced_again(cell: dict[str, Any], look_ahead: str) -> None:
    factory = Factory(Scenario.parse(changed(cell, horizon="20min", negotiation__look_ahead=look_ahead)))
    for _ in range(4):
        until(factory, lambda: next((a for a in factory.agvs if a.load), None)).remove()
        factory.add_agv()
    factory.run()
    assert_sound(factory)


def test_a_vehicle_that_leaves_while_it_charges_frees_the_charger(factory: Factory) -> None:
    agv = until(factory, lambda: next((a for a in factory.agvs if a.state is VehicleState.CHARGING), None))
    factory.run_until(factory.now_s + 60.0)
    level = agv.battery
    agv.remove()
    (charged,) = rows(factory, Event.ENERGY)
    assert charged["value"] == pytest.approx(60.0 * 400.0, rel=0.06)
    last = rows(factory, Event.BATTERY)[-1]
    assert (last["agent"], last["time_s"]) == (agv.unique_id, factory.now_s)
    assert last["value"] > level, "what it had got by then is in it"
    assert factory.chargers[0].tasks == [] or factory.chargers[0].tasks[0].agv is not agv
    factory.run()
    assert_sound(factory)


def test_all_vehicles_leave_and_another_joins(factory: Factory) -> None:
    factory.run_until(400.0)
    for agv in list(factory.agvs):
        agv.remove()
    factory.run_until(1200.0)
    assert len(rows(factory, Event.INFEASIBLE)) > 0, "it is reported that no vehicle can carry anything"
    waiting = len(jobs(factory))
    new = factory.add_agv()
    assert new.name == "agv_6"
    factory.run_until(1400.0)
    assert new.load or len(jobs(factory)) < waiting or new.plan
    factory.run()
    assert factory.workload.in_process == 0


def test_a_vehicle_that_has_left_is_not_moved_by_a_repair(factory: Factory) -> None:
    disturb = Disturbances(factory)
    agv, other = factory.agvs[:2]
    disturb.break_down(agv, repair_s=60.0)
    factory.run_until(30.0)
    agv.remove()
    agv.break_down()
    agv.repair()
    factory.run_until(200.0)
    assert other.present
    assert len(rows(factory, Event.REPAIRED)) == 0
    factory.run()
    assert_sound(factory)


class Nomad(AGV):
    """Leaves for good as soon as it has handed a part over."""

    def _handled(self) -> None:
        stop = self.plan.next
        super()._handled()
        if not stop.pick_up:
            self.remove()


def test_a_vehicle_may_remove_itself(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(changed(cell, horizon="20min")))
    nomad = factory.add_agv(agv_class=Nomad)
    factory.run()
    assert not nomad.present
    assert len(rows(factory, Event.LEFT)) == 1
    assert_sound(factory)


# -- chargers, robots, stations, storages


def test_vehicles_look_for_another_charger(cell: dict[str, Any]) -> None:
    cell["layout"]["art"] = cell["layout"]["art"].replace("E..#", "E.F#")
    cell["layout"]["legend"]["F"] = "spare"
    small = {"fleet__agvs__battery__capacity": "0.04kWh", "chargers": {"charger": {}, "spare": {}}}
    factory = Factory(Scenario.parse(changed(cell, horizon="30min", **small)))
    agv = until(factory, lambda: next((a for a in factory.agvs if a.state is VehicleState.CHARGING), None))
    factory.run_until(factory.now_s + 30.0)
    charger = agv.charger
    charger.remove()
    assert agv.state is not VehicleState.CHARGING
    factory.run_until(factory.now_s + 1.0)
    assert agv.charger is not charger
    factory.run()
    energy = rows(factory, Event.ENERGY)
    assert set(energy[energy["agent"] == agv.unique_id]["other"]) == {c.unique_id for c in (charger, *factory.chargers)}
    assert_sound(factory)


def test_another_robot_takes_over_the_handling_of_a_robot_that_leaves(cell: dict[str, Any]) -> None:
    robots = {name: {"stations": ["b", "c"], "load": "5s", "unload": "5s"} for name in ("arm", "hand")}
    factory = Factory(Scenario.parse(changed(cell, horizon="30min", robots=robots)))
    robot = until(factory, lambda: next((r for r in factory.robots if r.task is not None), None))
    task = robot.task
    robot.remove()
    factory.run_until(factory.now_s + 1.0)
    assert task.contract.contractor is factory.robots[0]
    factory.run()
    assert_sound(factory)


def twins(cell: dict[str, Any]) -> dict[str, Any]:
    """Every station can do what the others can."""
    operations = {name: {"distribution": "exponential", "mean": "45s"} for name in "abcd"}
    room = {"operations": operations, "input_capacity": None, "output_capacity": None}
    return changed(cell, horizon="30min", stations=dict.fromkeys("abcd", room))


def test_parts_of_a_station_that_leaves_continue_elsewhere(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(twins(cell)))
    factory.run_until(900.0)
    station = max(factory.stations, key=lambda s: len(s.input) + sum(m.job is not None for m in s.machines))
    held = [*station.input, *(machine.job for machine in station.machines if machine.job)]
    assert held
    station.remove()
    assert {row["job"] for row in rows(factory, Event.SET_DOWN)} == {job.unique_id for job in held}
    assert all(job.ready and job.target is not station for job in held)
    factory.run()
    processed = rows(factory, Event.PROCESSING_STARTED)
    assert station.unique_id not in processed["agent"][processed["time_s"] > 900.0]
    assert_sound(factory)


def test_parts_on_their_way_to_a_station_that_leaves_arrive_and_continue(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(twins(cell)))
    agv = until(factory, lambda: next((a for a in factory.agvs if a.load and a.plan.next.part.target), None))
    job, station = agv.plan.next.part, agv.plan.next.part.target
    station.remove()
    factory.run()
    brought = rows(factory, Event.UNLOADED)
    places = brought["other"][brought["job"] == job.unique_id].tolist()
    assert places[0] == station.unique_id
    assert station.unique_id not in places[1:]
    assert_sound(factory)


def test_an_operation_that_no_station_is_left_to_do_is_reported_once(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(changed(cell, horizon="10min", drain=False)))
    factory.run_until(200.0)
    next(station for station in factory.stations if station.name == "a").remove()
    factory.run()
    told = rows(factory, Event.INFEASIBLE)
    assert len(told) > 0
    assert len(set(told["job"])) == len(told)
    assert check(factory.log, factory.spec) == []


def test_a_storage_keeps_its_parts_until_they_are_fetched() -> None:
    factory = Factory(Scenario.parse({**cycle(), "storage": {"shelf": {"capacity": None}, "rack": {"capacity": None}}}))
    shelf = until(factory, lambda: next((s for s in factory.storages if s.parts), None))
    kept = list(shelf.parts.values())
    shelf.remove()
    factory.run()
    moved = rows(factory, Event.MOVED)
    assert {job.unique_id for job in kept} <= set(moved["job"][moved["other"] == shelf.unique_id])
    assert_sound(factory)


def test_the_source_and_the_sink_stay(factory: Factory) -> None:
    for depot in (*factory.sources, *factory.sinks):
        with pytest.raises(RemovalError, match=f"'{depot.name}' cannot be removed: a factory needs its sources and"):
            depot.remove()
    factory.run_until(60.0)
    factory.finish()
    factory.sources[0].remove()  # Mesa forgets it


# -- parts

PLACES: dict[str, Callable[[Factory], Job | None]] = {
    "at the source": lambda f: next((j for j in jobs(f) if j.ready and j.carrier is None), None),
    "being loaded": lambda f: next((j for j in jobs(f) if j.ready and j.carrier is not None), None),
    "on board": lambda f: next((a.plan.next.part for a in f.agvs if a.state is VehicleState.LOADED), None),
    "in an input": lambda f: next((s.input[0] for s in f.stations if s.input), None),
    "being mounted": lambda f: next((m.coming for s in f.stations for m in s.machines if m.coming), None),
    "in work": lambda f: next((m.job for s in f.stations for m in s.machines if m.task), None),
    "being dismounted": lambda f: next((m.job for s in f.stations for m in s.machines if m.clearing), None),
    "in an output": lambda f: next((s.output[0] for s in f.stations if s.output), None),
}


@pytest.mark.parametrize(*each_once(where=list(PLACES), capacity=[0, 3]))
def test_a_part_that_is_taken_out_is_scrapped_where_it_is(cell: dict[str, Any], where: str, capacity: int) -> None:
    room = {f"stations__{name}__output_capacity": capacity for name in "abcd"}
    factory = Factory(Scenario.parse(changed(cell, horizon="20min", orders__rate="40/h", **room)))
    job = until(factory, lambda: PLACES[where](factory))
    holder = job.carrier if job.carrier is not None and not job.ready else factory.places[job.place]
    job.remove()
    assert job not in factory.agents
    (scrapped,) = rows(factory, Event.SCRAPPED)
    assert scrapped["agent"] == holder.unique_id
    assert factory.log.describe(scrapped) == (
        f"{factory.now_s:g} s: {holder.name} scraps {job.name}, taken out by hand"
    )
    factory.run()
    assert_sound(factory)
    assert all(figure == 1.0 for figure in quality(factory)), "no machine has made this scrap"


def test_a_part_can_be_taken_off_a_vehicle_that_drives_on(cell: dict[str, Any]) -> None:
    turning = {"fleet__agvs__kinematics": "differential", "fleet__agvs__capacity": 2, "fleet__agvs__count": 2}
    factory = Factory(Scenario.parse(changed(cell, horizon="30min", **turning)))
    for _ in range(8):
        agv = until(factory, lambda: next((a for a in factory.agvs if a.state is VehicleState.LOADED), None))
        factory.run_until(factory.now_s + 1.7)
        if agv.state is VehicleState.LOADED:
            agv.plan.next.part.remove()
        factory.run_until(factory.now_s + 60.0)
    factory.run()
    assert len(rows(factory, Event.SCRAPPED)) > 3
    assert_sound(factory)


def quality(factory: Factory) -> list[float]:
    figures = measure(factory.log, factory.spec)
    return [
        figures[f"station.{name}.oee"] / figures[f"station.{name}.processing"] * (1.0 - figures[f"station.{name}.off"])
        for name in "abcd"
        if figures[f"station.{name}.processing"]
    ]


def test_a_lot_is_taken_out_with_all_its_parts(cell: dict[str, Any]) -> None:
    lots = changed(cell, horizon="20min", products__p__lot_size=4, orders={"kind": "deterministic", "every": "5min"})
    factory = Factory(Scenario.parse(lots))
    factory.run_until(330.0)
    lot = jobs(factory)[-1].lot
    assert lot is not None
    parts = list(lot.parts)
    lot.remove()
    assert lot not in factory.agents
    assert {row["job"] for row in rows(factory, Event.SCRAPPED)} == {part.unique_id for part in parts}
    factory.run()
    assert_sound(factory)


# -- vehicles that join


def test_a_vehicle_that_joins_works_from_then_on(cell: dict[str, Any], tmp_path: Path) -> None:
    factory = Factory(Scenario.parse(changed(cell, horizon="20min", orders__rate="80/h")))
    factory.run_until(601.5)
    new = factory.add_agv()
    assert new.name == "agv_6"
    assert factory.agvs[-1] is new
    assert new in factory.agents
    assert new.position in {divmod(int(p), factory.layout.width)[::-1] for p in factory.layout.parking}  # type: ignore[union-attr]
    factory.run()
    own = factory.log.events[factory.log.events["agent"] == new.unique_id]
    assert own["kind"][0] == Event.JOINED
    assert own["time_s"][0] == 601.5
    assert Event.LOADED in own["kind"]
    assert_sound(factory)
    cells, ticks = factory.log.trace_cells, factory.log.trace_ticks
    assert (cells[ticks <= 601, 5] == -1).all()
    assert (cells[ticks > 602, 5] >= 0).all()
    factory.log.save(tmp_path / "log.npz")
    kept = EventLog.load(tmp_path / "log.npz")
    assert kept.digest() == factory.log.digest()
    assert check(kept, factory.spec) == []


def test_shares_of_vehicles_count_their_time_in_the_factory(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(changed(cell, horizon="20min", drain=False, orders__rate="1/h")))
    factory.run_until(300.0)
    factory.agvs[0].remove()
    factory.run_until(600.0)
    new = factory.add_agv()
    factory.run()
    figures = measure(factory.log, factory.spec)
    states = [figures[f"vehicles.{state.name.lower()}"] for state in VehicleState]
    assert sum(states) == pytest.approx(1.0)
    busy_s = 0.0
    for agv in factory.log.ids(4 - 1):  # AgentKind.AGV
        start_s, end_s, state = state_intervals(factory.log, agv)
        busy_s += float((end_s - start_s)[state != VehicleState.IDLE].sum())
    present_s = 4 * 1200.0 + 300.0 + 600.0
    assert 1.0 - figures["vehicles.idle"] == pytest.approx(busy_s / present_s)
    assert state_intervals(factory.log, new.unique_id)[0][0] == 600.0


def test_a_station_counts_until_it_leaves(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(changed(twins(cell), drain=False, warm_up="10min")))
    factory.run_until(500.0)
    early, late = factory.stations[0], factory.stations[1]
    early.remove()
    factory.run_until(900.0)
    late.remove()
    factory.run()
    figures = measure(factory.log, factory.spec)
    assert np.isnan(figures[f"station.{early.name}.processing"]), "it left in the warm-up"
    start_s, end_s, state = state_intervals(factory.log, late.unique_id)
    assert end_s[-1] == 900.0
    busy_s = np.clip(end_s, 600.0, None) - np.clip(start_s, 600.0, None)
    share = float(busy_s[state == 1].sum()) / 300.0
    assert figures[f"station.{late.name}.processing"] == pytest.approx(share)
    assert 0.0 <= figures["oee"] <= 1.0


def test_vehicles_join_at_a_place_or_a_cell(factory: Factory, table: dict[str, Any]) -> None:
    dock = factory.add_agv(at="a")
    assert dock.node in factory.layout.docks["a"]  # type: ignore[union-attr]
    cell = factory.layout.cell(2, 5)  # type: ignore[union-attr]
    assert factory.add_agv(at=cell).node == cell
    factory.run()
    assert_sound(factory)
    matrix = Factory(Scenario.parse(table))
    assert matrix.add_agv(at="q").node == matrix.spec.places.index("q")
    assert matrix.add_agv().node == matrix.spec.places.index("source")
    matrix.run()
    assert_sound(matrix)


def room(factory: Factory) -> int:
    """Floor cells that are no docks."""
    layout = factory.layout
    assert layout is not None
    return int(layout.passable.sum()) - sum(map(len, layout.docks.values()))


def test_vehicles_that_cannot_join_are_refused(factory: Factory) -> None:
    for at, error, message in (
        (0, LayoutError, "no vehicle can join at row 0, column 0: it is not a floor cell; choose a free floor cell"),
        (factory.agvs[0].node, LayoutError, "a vehicle stands there"),
        (-1, LayoutError, "it is not a floor cell"),
        ("nowhere", ScenarioError, "there is no place 'nowhere' to join at; places are source, sink, a, b"),
    ):
        with pytest.raises(error, match=message):
            factory.add_agv(at=at)
    with pytest.raises(ScenarioError, match=r"agv_class is .*; it must be a subclass of robocell\.agents\.AGV"):
        factory.add_agv(agv_class=Job)  # type: ignore[arg-type]
    assert len(factory.agvs) == 5
    while len(factory.agvs) < room(factory):
        factory.add_agv()
    with pytest.raises(LayoutError, match="there is no room for one more vehicle than the"):
        factory.add_agv()
    factory.finish()
    with pytest.raises(TrialEndedError, match=r"add_agv\(\) comes after the end"):
        factory.add_agv()
    instant = Factory(Scenario.parse(cycle()))
    with pytest.raises(ScenarioError, match="moves parts without vehicles; use transport"):
        instant.add_agv()


def test_a_vehicle_that_joins_in_a_pause_begins_after_it(cell: dict[str, Any]) -> None:
    shifts = {"day": {"every": "20min", "pauses": [{"from": "5min", "to": "8min"}]}}
    factory = Factory(Scenario.parse(changed(cell, horizon="20min", shifts=shifts, fleet__agvs__shift="day")))
    factory.run_until(400.0)
    new = factory.add_agv()
    factory.run_until(401.0)
    assert new.state is VehicleState.OFF
    factory.run_until(490.0)
    assert new.state is not VehicleState.OFF
    factory.run()
    assert_sound(factory)


def test_a_vehicle_that_has_left_neither_receives_nor_sends_messages(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(changed(cell, horizon="30min", record={"trace": True, "messages": "full"})))
    factory.run_until(500.0)
    leaver = factory.agvs[2]
    leaver.remove()
    factory.run()
    messages = factory.log.messages
    later = messages[messages["time_s"] > 500.0]
    assert leaver.unique_id not in later["receiver"]
    assert leaver.unique_id not in later["sender"]
    cfps = later[(later["conversation"] >= 0) & (later["receiver"] == factory.agvs[0].unique_id)]
    assert len(cfps) > 0


# -- anybody, at any time

CHANNEL = {"delay": {"distribution": "exponential", "mean": "0.5s"}, "loss": 0.1, "duplication": 0.1}
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "two parts a vehicle, breakdowns": {
        "fleet__agvs__capacity": 2,
        "fleet__agvs__breakdown": {"mtbf": "10min", "mttr": "3min"},
    },
    "faulty channel": {"negotiation__channel": CHANNEL, "record": {"trace": True, "messages": "full"}},
    "look-ahead": {"negotiation__look_ahead": "departure"},
    "lots": {
        "products__p__lot_size": 4,
        "fleet__agvs__capacity": 3,
        "orders": {"kind": "deterministic", "every": "8min"},
    },
    "no buffers": {f"stations__{n}__{side}_capacity": 0 for n in "abcd" for side in ("input", "output")},
    "turning": {"fleet__agvs__kinematics": "differential"},
    "low batteries": {"fleet__agvs__battery__capacity": "0.03kWh"},
    "planner": {"transport": {"kind": "grid", "planner": "lookahead"}, "horizon": "8min"},
    "forecasts": {
        "negotiation__mechanism": "what_if",
        "negotiation__queue_limit": 1,
        "negotiation__look_ahead": "start",
        "horizon": "10min",
    },
    "hungarian": {"negotiation__mechanism": "hungarian"},
}


def disturb(factory: Factory, seed: int) -> None:
    """An agent leaves or joins once a minute or so; one able contractor of each kind stays."""
    rng = random.Random(seed)
    spare: dict[str, Callable[[], list[Any]]] = {
        "agv": lambda: factory.agvs[1:],
        "robot": lambda: factory.robots[1:],
        "station": lambda: factory.stations[2:],
        "charger": lambda: factory.chargers[1:],
        "storage": lambda: factory.storages,
        "job": lambda: jobs(factory),
    }
    end_s = 1.2 * factory.spec.horizon_s
    while factory.running and factory.now_s < end_s:
        factory.run_until(factory.now_s + rng.expovariate(1 / 60.0))
        kind = rng.choice([*spare, "join"])
        if not factory.running:
            return
        if kind == "join":
            if not factory.parts_move_themselves and len(factory.agvs) < 8:
                factory.add_agv()
        elif kind != "station" or rng.random() < 0.4:
            candidates = spare[kind]()
            if candidates:
                rng.choice(candidates).remove()
    if factory.running:
        factory.run()


def spared(data: dict[str, Any]) -> dict[str, Any]:
    """Two robots at each tended station, two chargers, and stations that can all do everything."""
    operations = {name: op for station in data["stations"].values() for name, op in station["operations"].items()}
    stations = {
        name: station
        | {"operations": operations}
        | {side: None if station[side] else 0 for side in ("input_capacity", "output_capacity")}
        for name, station in data["stations"].items()
    }
    data = changed(data, stations=stations, horizon=data.get("horizon", "15min"))
    if "robots" in data:
        data["robots"]["hand"] = dict(data["robots"]["arm"])
        data["chargers"]["spare"] = {}
        data["layout"]["art"] = data["layout"]["art"].replace("E..#", "E.F#")
        data["layout"]["legend"]["F"] = "spare"
    return data


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_lost_when_agents_join_and_leave(cell: dict[str, Any], variant: str) -> None:
    options = {"horizon": "15min", "orders__rate": "30/h"} | VARIANTS[variant]
    if "orders" in options:
        del options["orders__rate"]
    factory = Factory(Scenario.parse(spared(changed(cell, **options))), rng=5)
    disturb(factory, 5)
    assert len(rows(factory, Event.LEFT)) > 0
    assert_sound(factory)


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_when_agents_join_and_leave_without_a_floor(table: dict[str, Any], seed: int) -> None:
    without_vehicles = {key: value for key, value in table.items() if key not in ("fleet", "chargers")}
    for data in (table, {**without_vehicles, "transport": {"kind": "instant"}}):
        factory = Factory(Scenario.parse(spared(data)), rng=seed)
        disturb(factory, seed)
        assert_sound(factory)


def test_a_run_in_which_agents_join_and_leave_is_reproducible(cell: dict[str, Any]) -> None:
    digests = set()
    for _ in range(2):
        factory = Factory(Scenario.parse(spared(changed(cell, horizon="15min"))), rng=9)
        disturb(factory, 9)
        digests.add(factory.log.digest())
    assert len(digests) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_lost_when_many_agents_join_and_leave(cell: dict[str, Any], variant: str, seed: int) -> None:
    options = {"horizon": "25min", "orders__rate": "30/h"} | VARIANTS[variant]
    if "orders" in options:
        del options["orders__rate"]
    factory = Factory(Scenario.parse(spared(changed(cell, **options))), rng=seed)
    disturb(factory, seed)
    assert_sound(factory)


def test_charging_without_a_charger_is_reported(factory: Factory) -> None:
    factory.chargers[0].remove()
    until(factory, lambda: len(rows(factory, Event.INFEASIBLE)))
    told = rows(factory, Event.INFEASIBLE)[0]
    assert told["value"] == TaskKind.CHARGE
    assert told["agent"] in {agv.unique_id for agv in factory.agvs}
