"""A factory as its users know it: it drains, repeats itself to the byte, and keeps its promises under trouble."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robocell.agents import AGV, Event, Proposal, Refusal, RobotState, StationState, VehicleState
from robocell.agents.negotiation.messages import Call
from robocell.agents.shop.vehicle import RESCUE_S
from robocell.environments import Factory, Scenario, check, measure
from robocell.environments.config.errors import ScenarioError
from robocell.testing import CELL, changed

from .conftest import run


@pytest.fixture(scope="module")
def finished() -> Factory:
    """The cell, run to its end; for tests that only read its log."""
    return run(CELL)


def rows(factory: Factory, event: Event) -> np.ndarray:
    events = factory.log.events
    return events[events["kind"] == event]


def test_when_arrivals_stop_the_factory_drains(finished: Factory) -> None:
    assert finished.workload.released > 50
    assert finished.workload.in_process == 0
    assert len(rows(finished, Event.FINISHED)) == finished.workload.released
    assert finished.now_s == rows(finished, Event.FINISHED)["time_s"].max()


def test_the_log_proves_every_invariant(cell: dict[str, Any]) -> None:
    factory = run(changed(cell, fleet__agvs__breakdown={"mtbf": "30min", "mttr": "5min"}, horizon="1h"))
    assert check(factory.log, factory.spec) == []


def test_same_seed_same_log_and_another_seed_another(cell: dict[str, Any]) -> None:
    cell = changed(cell, horizon="20min")
    assert run(cell).log.digest() == run(cell).log.digest()
    assert run(cell).log.digest() != run(cell, rng=8).log.digest()


def test_leaping_over_quiet_ticks_changes_nothing(cell: dict[str, Any]) -> None:
    sparse = changed(cell, orders__rate="6/h", drain=False)
    leapt = run(sparse)
    stepped = Factory(Scenario.parse(sparse))
    while stepped.now_s < leapt.now_s:
        stepped.step()
    stepped.finish()
    assert stepped.log.digest() == leapt.log.digest()


def test_running_in_pieces_changes_nothing(cell: dict[str, Any]) -> None:
    data = changed(cell, drain=False, horizon="40min")
    whole = run(data)
    pieces = Factory(Scenario.parse(data))
    for time_s in (100.0, 100.5, 1000.0, 2400.0):
        pieces.run_until(time_s)
    pieces.finish()
    assert pieces.log.digest() == whole.log.digest()


def test_hash_seed_does_not_matter(cell: dict[str, Any]) -> None:
    cell = changed(cell, horizon="10min")
    program = (
        "import json, sys\n"
        "from robocell.environments import Factory, Scenario\n"
        "print(Factory(Scenario.parse(json.load(sys.stdin))).run().digest())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(cell),
        env={**os.environ, "PYTHONHASHSEED": "4711"},  # this process has another one
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == run(cell).log.digest() + "\n"


def test_all_fleets_get_the_same_orders_and_processing_times(cell: dict[str, Any]) -> None:
    cell = changed(cell, horizon="1h")
    few, many = run(changed(cell, fleet__agvs__count=2)), run(changed(cell, fleet__agvs__count=6))
    released = [rows(factory, Event.RELEASED)["time_s"].tolist() for factory in (few, many)]
    assert released[0] == released[1]
    assert measure(few.log, few.spec)["flow_time_mean_s"] > measure(many.log, many.spec)["flow_time_mean_s"]


def test_tended_stations_are_touched_only_by_robots(finished: Factory) -> None:
    arm = finished.robots[0].unique_id
    tended = {station.unique_id for station in finished.stations if station.name in "bc"}
    for event in (Event.MOUNTED, Event.DISMOUNTED):
        moved = rows(finished, event)
        at_tended = np.isin(moved["other"], list(tended))
        assert (moved["agent"][at_tended] == arm).all()
        assert (moved["agent"][~at_tended] == moved["other"][~at_tended]).all()
    assert RobotState.HANDLING in rows(finished, Event.ROBOT_STATE)["value"]


def test_batteries_are_charged_in_time(finished: Factory) -> None:
    levels = rows(finished, Event.BATTERY)["value"]
    assert len(rows(finished, Event.ENERGY)) >= 3
    assert 0.0 < levels.min() <= 0.2  # the threshold; less after a wait for the only charger
    assert levels.max() <= 1.0


def test_an_empty_battery_strands_a_vehicle_until_it_is_fetched(cell: dict[str, Any]) -> None:
    thirsty = changed(cell, fleet__agvs__battery__drive_loaded="4kJ/m", fleet__agvs__battery__drive_empty="4kJ/m")
    factory = run(changed(thirsty, horizon="30min"))
    assert len(rows(factory, Event.BROKE_DOWN)) > 0
    assert factory.workload.in_process == 0
    assert check(factory.log, factory.spec) == []


def test_a_repair_sets_no_vehicle_free_whose_battery_is_empty(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(changed(cell, orders__rate="1/h")))
    agv = factory.agvs[0]
    agv.ran_empty()
    agv.repair()  # of a failure that came on top of it
    assert agv.down
    factory.run_until(RESCUE_S + 1.0)
    assert not agv.down
    agv.repair()  # of one that lasted longer than the rescue
    own = rows(factory, Event.REPAIRED)
    assert own["time_s"][own["agent"] == agv.unique_id].tolist() == [RESCUE_S]


def test_a_broken_vehicle_gives_back_what_it_has_not_begun(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(changed(cell, horizon="30min")))
    while not any(agv.state is VehicleState.EMPTY and agv.plan for agv in factory.agvs):
        factory.step()
    agv = next(agv for agv in factory.agvs if agv.state is VehicleState.EMPTY and agv.plan)
    task = agv.plan.next.task
    agv.break_down()
    factory.run_until(factory.now_s + 1)
    assert task.contract.contractor is not agv
    assert not agv.plan
    agv.repair()
    factory.run()
    assert factory.workload.in_process == 0


def test_a_part_on_board_of_a_broken_vehicle_arrives_after_the_repair(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(cell))
    while not any(agv.state is VehicleState.LOADED for agv in factory.agvs):
        factory.step()
    agv = next(agv for agv in factory.agvs if agv.state is VehicleState.LOADED)
    job = agv.plan.next.task.job
    assert job is not None
    agv.break_down()
    where = agv.node
    factory.run_until(factory.now_s + 300)
    assert agv.node == where
    assert agv.load == 1
    agv.repair()
    factory.run_until(factory.now_s + 120)
    assert agv.unique_id in rows(factory, Event.UNLOADED)["agent"]


def test_vehicles_with_two_places_carry_two_parts(cell: dict[str, Any]) -> None:
    data = changed(cell, fleet__agvs__count=1, fleet__agvs__capacity=2, orders__rate="20/h", horizon="1h")
    factory = run(data)
    on_board, most = 0, 0
    for event in factory.log.events:
        on_board += int(event["kind"] == Event.LOADED) - int(event["kind"] == Event.UNLOADED)
        most = max(most, int(on_board))
    assert most == 2
    assert check(factory.log, factory.spec) == []
    single = run(changed(data, fleet__agvs__capacity=1))
    assert factory.now_s < single.now_s


def cycle() -> dict[str, Any]:
    """Two stations with one place each before and behind them, and parts that go to and fro."""
    station = {"input_capacity": 1, "output_capacity": 1}
    return {
        "transport": {"kind": "instant"},
        "stations": {"a": {"operations": {"x": "10s"}, **station}, "b": {"operations": {"y": "10s"}, **station}},
        "products": {"there": {"routing": ["x", "y", "x", "y"]}, "back": {"routing": ["y", "x", "y", "x"]}},
        "orders": {"kind": "batch", "every": "10h", "size": 30, "limit": 30},
        "horizon": "2h",
        "drain": True,
    }


def test_a_storage_breaks_blocking_cycles() -> None:
    stuck = run(changed(cycle(), horizon="10min"))
    assert stuck.workload.in_process > 0
    freed = run({**cycle(), "storage": {"shelf": {"capacity": None}}})
    assert freed.workload.in_process == 0
    assert check(freed.log, freed.spec) == []


def test_setups_depend_on_the_sequence() -> None:
    data = {
        "transport": {"kind": "instant"},
        "stations": {"m": {"operations": {"o": "10s"}, "setup": {"default": "5s", "matrix": {"p": {"q": "60s"}}}}},
        "products": {"p": {"routing": ["o"]}, "q": {"routing": ["o"]}},
        "orders": {
            "kind": "list",
            "orders": [{"at": "0s", "product": p} for p in ("p", "p", "q", "p")],
        },
        "horizon": "1h",
        "drain": True,
    }
    factory = run(data)
    assert rows(factory, Event.SETUP_STARTED)["value"].tolist() == [5.0, 60.0, 5.0]
    assert factory.now_s == 5 + 10 + 10 + 60 + 10 + 5 + 10


@pytest.mark.parametrize(
    ("rule", "order"), [("fifo", ["l", "m", "s"]), ("spt", ["s", "m", "l"]), ("edd", ["m", "l", "s"])]
)
def test_queue_rules(rule: str, order: list[str]) -> None:
    due = {"l": "2h", "m": "1h", "s": "3h"}
    data = {
        "transport": {"kind": "instant"},
        "stations": {"k": {"operations": {"l": "30s", "m": "20s", "s": "10s", "first": "5s"}, "queue": rule}},
        "products": {
            "f": {"routing": ["first"]},
            **{name: {"routing": [name], "due": due[name]} for name in ("l", "m", "s")},
        },
        "orders": {"kind": "list", "orders": [{"at": "0s", "product": p} for p in ("f", "l", "m", "s")]},
        "horizon": "1h",
        "drain": True,
    }
    factory = run(data)
    names = [factory.log.name_of(job).split("-")[0] for job in rows(factory, Event.FINISHED)["job"]]
    assert names == ["f", *order]


def test_scrapped_parts_leave_at_the_rate_that_was_given(cell: dict[str, Any]) -> None:
    data = {
        "transport": {"kind": "instant"},
        "stations": {"m": {"operations": {"o": "1s"}, "scrap_rate": 0.3}},
        "products": {"p": {"routing": ["o"]}},
        "orders": {"kind": "batch", "every": "10h", "size": 1000, "limit": 1000},
        "horizon": "5h",
        "drain": True,
    }
    factory = run(data)
    scrapped = len(rows(factory, Event.SCRAPPED))
    assert scrapped + len(rows(factory, Event.FINISHED)) == 1000
    assert scrapped == pytest.approx(300, abs=4 * (1000 * 0.3 * 0.7) ** 0.5)


def test_constant_work_in_process_stays_constant() -> None:
    data = {
        "transport": {"kind": "instant"},
        "stations": {"m": {"operations": {"o": {"distribution": "exponential", "mean": "30s"}}}},
        "products": {"p": {"routing": ["o"]}},
        "orders": {"kind": "conwip", "wip": 7},
        "horizon": "2h",
    }
    factory = Factory(Scenario.parse(data))
    for minute in range(1, 120):
        factory.run_until(60.0 * minute)
        assert factory.workload.in_process == 7


@pytest.mark.parametrize("mechanism", ["contract_net", "nearest", "fifo", "random"])
def test_every_policy_makes_everything(cell: dict[str, Any], mechanism: str) -> None:
    factory = run(changed(cell, negotiation__mechanism=mechanism, horizon="30min"))
    assert factory.workload.in_process == 0
    assert check(factory.log, factory.spec) == []


class Homebody(AGV):
    """Offers only where the way to the part is short."""

    asked = 0

    def bid(self, call: Call) -> Proposal | Refusal:
        type(self).asked += 1
        offer = super().bid(call)
        return Refusal() if isinstance(offer, Proposal) and offer.approach_s > 30.0 else offer


def test_a_subclass_with_its_own_bid_is_called_individually(cell: dict[str, Any]) -> None:
    Homebody.asked = 0
    factory = run(changed(cell, horizon="30min"), agent_classes={"agv": Homebody})
    assert Homebody.asked > 0
    assert all(isinstance(agv, Homebody) for agv in factory.agvs)
    assert factory.workload.in_process == 0


class Copycat(AGV):
    """Bids like its parent, only one by one, and announces itself as its parent does."""

    announces = True

    def bid(self, call: Call) -> Proposal | Refusal:
        return super().bid(call)


def test_bidding_one_by_one_is_bidding_all_at_once(cell: dict[str, Any]) -> None:
    cell = changed(cell, horizon="30min")
    assert run(cell, agent_classes={"agv": Copycat}).log.digest() == run(cell).log.digest()


def test_agents_are_mesa_agents_of_the_model(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(cell))
    agents = set(factory.agents)
    assert {*factory.agvs, *factory.stations, *factory.robots, *factory.chargers} <= agents
    factory.run_until(600)
    assert all(agv.position == divmod(agv.node, factory.layout.width)[::-1] for agv in factory.agvs)  # type: ignore[union-attr]
    factory.close()
    assert len(factory.agents) == 0


class Ticker(AGV):
    """Counts the ticks, as agents of other Mesa models do."""

    ticks = 0

    def step(self) -> None:
        self.ticks += 1


def test_step_is_called_where_a_class_defines_it(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(cell), agent_classes={"agv": Ticker})
    factory.run_until(50)
    assert [agv.ticks for agv in factory.agvs] == [50] * 5  # type: ignore[attr-defined]


def test_classes_are_named_in_the_scenario(
    cell: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_vehicles.py").write_text(
        "from robocell.agents import AGV\nclass Mine(AGV): pass\nclass Not: pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    factory = Factory(Scenario.parse(changed(cell, fleet__agvs__class="my_vehicles:Mine")))
    assert {type(agv).__name__ for agv in factory.agvs} == {"Mine"}
    for name, complaint in (
        ("my_vehicles:Not", "must be a subclass of robocell.agents.AGV"),
        ("my_vehicles:None_", "module 'my_vehicles' has no 'None_'"),
        ("not_there:Mine", "cannot import 'not_there'"),
    ):
        with pytest.raises(ScenarioError, match=complaint):
            Factory(Scenario.parse(changed(cell, fleet__agvs__class=name)))


def test_stations_block_if_no_vehicle_takes_their_parts(cell: dict[str, Any]) -> None:
    factory = run(changed(cell, fleet__agvs__count=1, orders__rate="100/h", horizon="1h", drain=False))
    states = rows(factory, Event.STATION_STATE)["value"]
    assert StationState.BLOCKED in states
    assert check(factory.log, factory.spec) == []
