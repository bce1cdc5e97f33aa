"""What the panels say of chargers, plans, offers and vehicles without a floor: live and from the log."""

import math
from pathlib import Path

import pytest

from robocell.agents.events import VehicleState
from robocell.agents.shop.tasks import TaskKind
from robocell.drawing.scene import FREE
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario
from robocell.visualization import details, sequence
from robocell.visualization.live import LiveFactory
from robocell.visualization.paint import Painter
from robocell.visualization.replay import ReplayStage

from .conftest import advance, advance_until, shown


@pytest.fixture
def matrix() -> Scenario:
    """Two stations without a floor: every trip takes 20 s."""
    places = ["dock", "a", "b", "out"]
    return Scenario.parse(
        {
            "transport": {
                "kind": "matrix",
                "places": places,
                "travel": [["0s" if here == there else "20s" for there in places] for here in places],
            },
            "source": "dock",
            "sink": "out",
            "stations": {name: {"operations": {name: "30s"}} for name in "ab"},
            "fleet": {"agvs": {"count": 3, "load": "4s", "unload": "4s"}},
            "products": {"part": {"routing": ["a", "b"]}},
            "orders": {"kind": "deterministic", "every": "60s"},
            "horizon": "20min",
        }
    )


def test_a_charger_shows_vehicles_that_charge_come_and_wait(cell: dict) -> None:
    cell["fleet"]["agvs"]["battery"]["start"] = 0.35
    factory = shown(Scenario.parse(cell))
    advance_until(factory, lambda: bool(factory.stage.tally.seeking()))
    stage, tally, charger = factory.stage, factory.stage.tally, factory.stage.plan.chargers[0]
    waiting = [agv for agv in factory.agvs if agv.charge is not None and agv.charger is None]
    assert {agv.unique_id for agv in waiting} == set(tally.seeking())
    frame = stage.frame()
    assert frame["seeking"] == [agv.vehicle for agv in waiting]
    at = next(i for i, place in enumerate(stage.plan.data["places"]) if place["id"] == charger)
    slots, wait, taken = frame["places"][at]
    assert wait == len(waiting)
    assert taken == 1
    assert slots == [stage.states()[stage.plan.vehicle_of[tally.served(charger)[0]]]]
    told = details.describe(stage, charger)
    assert told is not None
    assert dict(told["lines"])["wait for any charger"] == ", ".join(agv.name for agv in waiting)
    advance_until(factory, lambda: VehicleState.CHARGING in stage.frame()["places"][at][0])
    advance(factory, math.inf)
    replay = ReplayStage(factory.spec, factory.log)
    replay.seek(1.0)
    assert replay.frame()["places"][at] == [[FREE], 0, 0]


def test_a_replay_lists_the_contracts_of_a_vehicle(factory: LiveFactory) -> None:
    plans = {}
    for at_s in range(100, 1600, 50):
        advance(factory, float(at_s))
        plans[at_s] = [{stop.task.job.name for stop in agv.plan.stops} for agv in factory.agvs]
    advance(factory, math.inf)
    replay = ReplayStage(factory.spec, factory.log)
    same = several = 0
    for at_s, parts in plans.items():
        replay.seek(float(at_s))
        for agv, names in zip(factory.agvs, parts, strict=True):
            lines = [line for line in replay.plan_of(agv.unique_id) if not line.startswith("charge")]
            same += {line.split()[1] for line in lines} == names
            several += len(names) > 0
            assert all(line.startswith(("take part-", "bring part-")) for line in lines)
    assert several > 10
    assert same >= 0.9 * sum(map(len, plans.values())), "what was given back later is not in the log's plan"


@pytest.mark.parametrize("full", [False, True])
def test_a_replay_explains_how_to_record_single_offers(cell: dict, full: bool) -> None:
    cell |= {"horizon": "10min", "record": {"trace": True} | ({"messages": "full"} if full else {})}
    scenario = Scenario.parse(cell)
    replay = ReplayStage(scenario, Factory(scenario).run())
    replay.seek(600.0)
    transports = [note.task for note in replay.tally.closed_tasks.values() if note.kind is TaskKind.TRANSPORT]
    drawn = [sequence.diagram(replay, task) for task in transports]
    hints = [picture["hint"] for picture in drawn if picture is not None]
    assert hints
    assert all(("record: {messages: full}" in hint) is not full for hint in hints)


def test_vehicles_without_a_floor_drive_on_lines_and_stand_side_by_side(matrix: Scenario) -> None:
    factory = shown(matrix)
    first = factory.stage.frame()
    assert len({tuple(at) for at in first["at"]}) == 3, "three vehicles at one place do not hide each other"
    seen, under_way = {}, 0
    for at_s in range(5, 1200, 15):
        advance(factory, float(at_s))
        seen[at_s] = factory.stage.frame(factory.agvs[0].unique_id)
        for vehicle, (origin, target, share) in enumerate(factory.stage.legs()):
            assert 0.0 <= share <= 1.0
            assert (target == seen[at_s]["goal"][vehicle]) or origin == target
            under_way += share > 0.0
    assert under_way > 20
    assert any(len(frame["route"]) == 2 for frame in seen.values())
    advance(factory, math.inf)
    replay = ReplayStage(matrix, factory.log)
    near = 0
    for at_s, frame in seen.items():
        replay.seek(float(at_s))
        spots = replay.frame()["at"]
        near += sum(math.dist(mine, theirs) < 1.1 for mine, theirs in zip(spots, frame["at"], strict=True))
    assert near >= 0.9 * 3 * len(seen), "between stops it is computed anew"


def test_a_run_without_a_floor_is_painted(matrix: Scenario, tmp_path: Path) -> None:
    replay = ReplayStage(matrix, Factory(matrix).run())
    replay.seek(300.0)
    image = Painter(replay, width=300).picture()
    assert len(image.getcolors(maxcolors=100_000) or []) > 50


def test_vehicles_in_a_replay_have_their_recorded_facing(cell: dict) -> None:
    cell["fleet"]["agvs"] |= {"kinematics": "differential", "turn": "2s"}
    cell["layout"]["cell_size"] = "1m"
    factory = shown(Scenario.parse(cell | {"horizon": "10min"}))
    seen = {}
    for tick in range(1, 590):
        advance(factory, float(tick))
        seen[tick] = (factory.stage.frame()["facing"], factory.stage.cells().tolist())
    assert len({facing for row, _ in seen.values() for facing in row}) == 4
    advance(factory, math.inf)
    replay = ReplayStage(factory.spec, factory.log)
    same = total = 0
    for tick, (facing, cells) in seen.items():
        replay.seek(float(tick))
        frame = replay.frame()
        assert frame["cell"] == cells
        same += sum(mine == theirs for mine, theirs in zip(frame["facing"], facing, strict=True))
        total += len(facing)
    assert same > 0.85 * total, "a turn that nobody drove on from at once is not in the log"
