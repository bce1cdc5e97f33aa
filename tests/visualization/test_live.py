"""Watching a factory changes nothing, and shows what is the case."""

import math
import threading
import time
from itertools import pairwise

import pytest

from robocell.agents.events import Event, VehicleState
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario
from robocell.visualization import details, sequence
from robocell.visualization.live import LiveFactory, live_factory
from robocell.visualization.replay import ReplayStage
from robocell.visualization.variants import mechanisms, most_vehicles, variant

from .conftest import advance, advance_until, shown


@pytest.mark.parametrize("drain", [False, True])
def test_a_run_that_is_watched_leaves_the_same_log(cell: dict, drain: bool) -> None:
    scenario = Scenario.parse(cell | {"drain": drain, "horizon": "15min"})
    watched = shown(scenario)
    while watched.running:
        watched.play()
        watched.stage.frame(watched.agvs[0].unique_id)
        watched.stage.calls()
        watched.stage.gantt()
    assert watched.log.digest() == Factory(scenario).run().digest()


def test_a_run_that_is_stepped_tick_by_tick_leaves_the_same_log(cell: dict) -> None:
    scenario = Scenario.parse(cell | {"horizon": "3min"})
    watched = shown(scenario)
    while watched.running:
        watched.step()
    assert watched.log.digest() == Factory(scenario).run().digest()


def test_without_a_floor_the_viewer_changes_nothing_either(cell: dict) -> None:
    cell = {key: value for key, value in cell.items() if key not in ("layout", "fleet", "chargers", "record")}
    scenario = Scenario.parse(cell | {"transport": {"kind": "instant"}})
    watched = shown(scenario)
    while watched.running:
        watched.play()
        assert watched.stage.frame()["cell"] == []
    assert watched.log.digest() == Factory(scenario).run().digest()


def test_a_step_by_hand_is_one_tick(factory: LiveFactory) -> None:
    factory.step()
    assert factory.tick == 1
    factory.step()
    assert factory.tick == 2


def test_the_model_waits_for_its_last_frame(scenario: Scenario) -> None:
    factory = live_factory(scenario)()
    factory.step()
    runner = threading.Thread(target=factory.step)
    runner.start()
    time.sleep(0.2)
    assert factory.frame == 1, "the second frame was made before the first was rendered"
    factory.rendered.set()
    runner.join(5.0)
    assert factory.frame > 1


def test_a_chosen_speed_is_kept(factory: LiveFactory) -> None:
    factory.speed = 60.0
    begun, from_s = time.monotonic(), factory.now_s
    while time.monotonic() - begun < 1.5:
        factory.play()
    assert factory.now_s - from_s == pytest.approx(60.0 * (time.monotonic() - begun), rel=0.25)
    assert factory.factor == pytest.approx(60.0, rel=0.3)


def test_the_tally_counts_what_the_agents_hold(factory: LiveFactory) -> None:
    for to_s in (300.0, 900.0, 1500.0):
        advance(factory, to_s)
        tally = factory.stage.tally
        for station in factory.stations:
            assert tally.input[station.unique_id] == len(station.input)
            assert tally.output[station.unique_id] == len(station.output)
        assert [tally.load[agv.unique_id] for agv in factory.agvs] == factory.fleet.load.tolist()
        assert [tally.vehicle_state[agv.unique_id] for agv in factory.agvs] == factory.stage.states()
        assert len(tally.jobs) == factory.workload.in_process
    assert tally.finished > 5
    assert tally.messages == factory.log.messages["count"].sum()


def test_a_replay_shows_the_same_as_the_live_view(factory: LiveFactory) -> None:
    seen = {}
    for at_s in (120.0, 700.0, 1300.0):
        advance(factory, at_s)
        seen[at_s] = factory.stage.frame()
        seen[at_s]["tiles"] = factory.stage.figures(charts=False)["tiles"]
    advance(factory, math.inf)
    replay = ReplayStage(factory.spec, factory.log)
    for at_s in (1300.0, 120.0, 700.0):  # there and back again
        replay.seek(at_s)
        frame = replay.frame()
        for key in ("t", "tick", "cell", "state", "load", "places", "robots"):
            assert frame[key] == seen[at_s][key], key
        tiles = {tile[0]: tile[1] for tile in seen[at_s]["tiles"]}
        again = {tile[0]: tile[1] for tile in replay.figures(charts=False)["tiles"]}
        assert all(
            again[name] == tiles[name] for name in ("in process", "finished", "throughput", "flow time", "messages")
        )
        levels = list(zip(frame["battery"], seen[at_s]["battery"], strict=True))
        assert all(abs(mine - live) <= 3 for mine, live in levels), "percent; between logged levels it is computed anew"


def test_a_replay_knows_where_vehicles_are_going(factory: LiveFactory) -> None:
    advance(factory, math.inf)
    replay = ReplayStage(factory.spec, factory.log)
    found = 0
    for at_s in range(60, 1700, 60):
        replay.seek(at_s)
        for vehicle, goal in enumerate(replay.goals().tolist()):
            if goal >= 0:
                route = replay.route(vehicle)
                assert route[0] == replay.cells()[vehicle]
                assert goal in route
                found += 1
    assert found > 10


def test_a_route_leads_to_the_goal_over_open_floor(factory: LiveFactory) -> None:
    advance_until(factory, lambda: (factory.stage.goals() >= 0).any())
    routes = [(factory.stage.route(v), goal) for v, goal in enumerate(factory.stage.goals().tolist()) if goal >= 0]
    assert routes
    for route, goal in routes:
        assert route[-1] == goal
        assert factory.layout is not None
        assert all(b in factory.layout.neighbours[a] for a, b in pairwise(route))


def test_a_clicked_vehicle_shows_its_plan(factory: LiveFactory) -> None:
    advance_until(factory, lambda: any(agv.plan and not agv.down for agv in factory.agvs))
    busy = next(agv for agv in factory.agvs if agv.plan and not agv.down)
    told = details.describe(factory.stage, busy.unique_id)
    assert told is not None
    facts = dict(told["lines"])
    assert told["name"] == busy.name.replace("_", " ")
    assert facts["plan"].startswith(("take part-", "bring part-"))
    assert facts["battery"].endswith("%")
    assert told["tasks"]
    assert details.describe(factory.stage, -1) is None


def test_every_agent_can_be_clicked(factory: LiveFactory) -> None:
    advance(factory, 400.0)
    jobs = list(factory.stage.tally.jobs)
    for uid in (*factory.stage.plan.place_ids, *factory.stage.plan.robot_ids, *factory.stage.plan.agvs, *jobs):
        told = details.describe(factory.stage, uid)
        assert told is not None
        assert told["state"]


def test_the_sequence_diagram_names_offers_and_reasons(factory: LiveFactory) -> None:
    advance(factory, 600.0)
    stage = factory.stage
    done = [note.task for note in stage.tally.closed_tasks.values() if note.kind.name == "TRANSPORT"]
    drawn = sequence.diagram(stage, done[-1])
    assert drawn is not None
    texts = [message["text"] for message in drawn["messages"]]
    assert any(text.endswith("cfp") for text in texts)
    assert any(text.startswith("propose ") and text.endswith(" s") for text in texts)
    assert texts[-1] == "inform-done"
    assert all(0 <= message["from"] <= len(drawn["actors"]) - 1 for message in drawn["messages"])
    reasons = [m["text"] for task in done for m in (sequence.diagram(stage, task) or drawn)["messages"]]
    assert "refuse: busy" in reasons
    assert sequence.diagram(stage, 10**9) is None


def test_a_contractor_that_offers_alone_was_asked_alone(cell: dict) -> None:
    cell["negotiation"] = {"queue_limit": 1}
    cell["orders"] = {"kind": "deterministic", "every": "20s"}
    factory = shown(Scenario.parse(cell))
    alone = 0
    for to_s in range(20, 1500, 20):
        advance(factory, float(to_s))
        for note in factory.stage.tally.open_tasks.values():
            drawn = sequence.diagram(factory.stage, note.task)
            messages = [] if drawn is None else drawn["messages"]
            for asked, answered in pairwise(messages):
                if asked["text"] == "cfp" and answered["text"].startswith("propose "):
                    alone += 1
                    assert asked["to"] == answered["from"]
    assert alone


def test_a_lot_shared_by_several_vehicles_is_shown_like_any_other_call(cell: dict) -> None:
    cell["products"]["part"]["lot_size"] = 3
    scenario = Scenario.parse(cell | {"orders": {"kind": "deterministic", "every": "5min"}, "horizon": "10min"})
    factory = shown(scenario)
    advance(factory, math.inf)
    replay = ReplayStage(factory.spec, factory.log)
    replay.seek(590.0)
    for stage in (factory.stage, replay):
        task = int(factory.log.events["other"][factory.log.events["kind"] == Event.LOT_CALLED][0])
        drawn = sequence.diagram(stage, task)
        assert drawn is not None
        texts = [message["text"] for message in drawn["messages"]]
        assert texts.count("accept-proposal") > 1
        lot = int(factory.log.conversations["manager"][factory.log.conversations["task"] == task][0])
        told = details.describe(stage, lot)
        assert told is not None
        assert told["state"] == "requests transports"
        stage.calls()
        stage.gantt()
    assert factory.log.digest() == Factory(scenario).run().digest()


def test_the_gantt_chart_has_no_holes(factory: LiveFactory) -> None:
    advance(factory, 1500.0)
    chart = factory.stage.gantt(window_s=600.0)
    assert chart["lanes"][0][1] == "station"
    for _, _, _, parts in chart["lanes"]:
        assert parts[0][0] == pytest.approx(900.0)
        assert parts[-1][1] == pytest.approx(1500.0)
        assert all(a[1] == b[0] for a, b in pairwise(parts))


def test_the_figures_stay_small_however_long_it_runs(factory: LiveFactory) -> None:
    for to_s in range(100, 1800, 100):
        advance(factory, float(to_s))
    assert len(factory.stage.history.times_s) < 240
    history = factory.stage.history
    vehicles = [
        sum(history.figures[f"vehicle_{s}"][i] for s in range(len(VehicleState))) for i in range(len(history.times_s))
    ]
    assert set(vehicles[1:]) == {4.0}


def test_the_sliders_change_the_scenario(scenario: Scenario) -> None:
    other = variant(scenario, agvs=7, mechanism="nearest", demand=2.0, breakdowns=False)
    assert other.agv_count == 7
    assert other.negotiation.mechanism == "nearest"
    assert other.orders.rate_per_s == pytest.approx(2 * scenario.orders.rate_per_s)
    assert other.fleet is not None
    assert other.fleet.agvs.breakdown is None
    assert scenario.agv_count == 4
    assert mechanisms(scenario)[0] == "contract_net"
    factory = shown(scenario, agvs=most_vehicles(scenario))
    advance(factory, 60.0)
    assert len(factory.agvs) > 10


def test_a_click_on_step_waits_for_the_thread_that_plays(cell: dict) -> None:
    watched = shown(Scenario.parse(cell))
    busy, done = threading.Event(), threading.Event()

    def hold() -> None:
        busy.set()
        done.wait(10)

    plays = threading.Thread(target=watched._go, args=[hold])
    plays.start()
    busy.wait(10)
    clicks = threading.Thread(target=watched.step)
    clicks.start()
    clicks.join(0.3)
    assert watched.tick == 0
    done.set()
    plays.join()
    clicks.join()
    assert watched.tick == 1


def test_the_counts_of_the_floor_are_those_of_the_recorded_positions(factory: LiveFactory) -> None:
    advance(factory, math.inf)
    replay = ReplayStage(factory.spec, factory.log)
    replay.seek(math.inf)
    assert factory.stage.heat("traffic").tolist() == replay.heat("traffic").tolist()
    assert factory.stage.heat("traffic").sum() > 1000.0
    assert factory.stage.heat("waiting").tolist() == replay.heat("waiting").tolist()
    assert 0.0 < factory.stage.heat("waiting").sum() < 60.0, "a vehicle that is down does not wait"
