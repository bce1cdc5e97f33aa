"""What is shipped works: it is read, its floor has room, it drains, and its log breaks no rule."""

import copy
from pathlib import Path
from typing import Any

import pytest

import robocell.experiments
from robocell.environments.checks import check
from robocell.environments.config.documents import Document
from robocell.environments.factory import Factory
from robocell.environments.kpis import measure
from robocell.environments.scenario import Deterministic, Scenario
from robocell.experiments import Experiment

CONFIGS = Path(robocell.experiments.__file__).parent / "configs"
FACTORIES = ("quickstart", "phone_line", "job_shop", "traditional_line", "groover", "warehouse")


def load(name: str, **changes: Any) -> Scenario:
    document = Document.load(CONFIGS / f"{name}.yaml")
    at = ("scenario",) if "scenario" in document.data else ()
    data = copy.deepcopy(document.data["scenario"] if at else document.data)
    return Scenario.parse({**data, **changes}, source=document, at=at)


def test_every_shipped_config_has_a_test():
    shipped = {path.stem for path in CONFIGS.glob("*.yaml")}
    experiments = {"fleet_sizing": "phone_line.yaml", "unmanned": "traditional_line.yaml"}
    assert {*FACTORIES, *experiments} <= shipped
    for name, scenario in experiments.items():
        assert Document.load(CONFIGS / f"{name}.yaml").data["scenario"] == scenario


def test_the_steps_to_the_unmanned_factory_begin_and_end_at_the_shipped_lines():
    cases = {case.label: case.scenario for case in Experiment.load(CONFIGS / "unmanned.yaml").cases}
    assert cases["traditional"] == load("traditional_line")
    end, line = cases["unmanned (negotiation)"].model_dump(), load("phone_line").model_dump()
    same_run = ("name", "orders", "horizon_s", "warm_up_s", "negotiation")  # more to do, and for longer
    assert cases["unmanned (negotiation)"].negotiation.mechanism == load("phone_line").negotiation.mechanism
    for thing in (*end["stations"].values(), *end["robots"].values(), end["fleet"]["agvs"]):
        thing["shift"] = None  # nobody pauses in the shift that is left
    assert cases["unmanned (negotiation)"].shifts["crew"].worked_share == 1.0
    assert {**end, "shifts": {}} | dict.fromkeys(same_run) == line | dict.fromkeys(same_run)


@pytest.mark.parametrize("name", [name for name in FACTORIES if load(name).layout is not None])
def test_the_floor_can_park_the_fleet(name):
    scenario = load(name)
    assert len(scenario.build_layout().parking) >= scenario.agv_count


def test_the_phone_line_reaches_its_takt_with_what_its_comments_say():
    line = load("phone_line")
    assert isinstance(line.orders, Deterministic)
    tray_s = line.orders.every_s
    assert tray_s == 12 * 6
    for operation in ("smt", "board_test", "assembly", "device_test", "packing"):
        able = [station for station in line.stations.values() if operation in station.operations]
        machines = sum(station.machines for station in able)
        handling_s = next(
            robot.load_time("tray").mean_s + robot.unload_time("tray").mean_s for robot in line.robots.values()
        )
        work_s = able[0].time_of(operation, "tray").mean_s
        assert able[0].breakdown is not None
        assert able[0].breakdown.availability == pytest.approx(0.88, abs=0.001)
        busy = (work_s / able[0].breakdown.availability + handling_s) / machines / tray_s
        assert 0.4 < busy < 0.9, operation


def test_the_battery_of_the_phone_line_runs_and_charges_as_long_as_its_source_states():
    fleet = load("phone_line").fleet
    assert fleet is not None
    battery = fleet.agvs.battery
    assert battery is not None
    assert battery.capacity_j / battery.charge_w / 3600 == pytest.approx(2.7, abs=0.05)
    mean_w = battery.idle_w + 0.65 * (battery.drive_empty_j_per_m + battery.drive_loaded_j_per_m) / 2
    assert battery.capacity_j / mean_w / 3600 == pytest.approx(8.4, abs=0.2)


@pytest.mark.parametrize("name", FACTORIES)
def test_a_shipped_factory_drains_and_breaks_no_rule(name):
    scenario = load(name, horizon="40min", warm_up="0s", drain=True, record={"trace": True})
    factory = Factory(scenario)
    log = factory.run()
    figures = measure(log, scenario)
    assert figures["released"] > 5
    assert figures["finished"] + figures["scrapped"] == figures["released"]
    assert check(log, scenario) == []
    factory.close()
