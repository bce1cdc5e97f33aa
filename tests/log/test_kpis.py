"""KPIs against figures worked out by hand, and against the laws that bind them."""

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.agents.negotiation.messages import Performative
from robocell.agents.shop.tasks import TaskKind
from robocell.environments.kpis import measure, state_intervals, wip_series
from robocell.environments.log import AgentKind, Event, EventLog, RobotState, StationState, VehicleState

INF = float("inf")


@pytest.fixture
def week(new_story):
    """Three jobs in 100 s; the first is finished in the warm-up of 20 s, the second after it, the third is scrapped.

    job 1   0 ---- 10                        due 5
    job 2      5 ----------------- 50        due 60
    job 3              30 ------------- 80   no due date, scrapped at the saw
    job 4                                 90 ------ due 95
    """
    story = new_story(drain=False)
    for time_s, job, due_s in (
        (0.0, "phone-1", 5.0),
        (5.0, "phone-2", 60.0),
        (30.0, "phone-3", INF),
        (90.0, "phone-4", 95.0),
    ):
        story.release(time_s, job, due_s=due_s)
    story.tell(10.0, Event.FINISHED, "sink", "phone-1")
    story.tell(50.0, Event.FINISHED, "sink", "phone-2")
    story.tell(80.0, Event.SCRAPPED, "saw", "phone-3")
    return story


def figures(story, **changes):
    return measure(story.end(100.0, trace=False), story.scenario, **changes)


def test_flow(week):
    found = figures(week)
    assert (found["released"], found["finished"], found["scrapped"]) == (4, 2, 1)
    assert found["throughput_per_h"] == 2 / 100 * 3600
    assert found["makespan_s"] == 50.0
    assert found["flow_time_mean_s"] == (10 + 45) / 2
    assert found["flow_time_p50_s"] == (10 + 45) / 2
    assert found["flow_time_p95_s"] == pytest.approx(10 + 0.95 * 35)
    assert found["tardiness_mean_s"] == (5 + 0) / 2
    assert found["late_share"] == 0.5


def test_demand_and_its_met_share(week):
    found = figures(week)
    assert found["demand_per_h"] == 4 / 100 * 3600
    assert found["demand_met"] == 2 / 4
    assert found["service_level"] == 1 / 3, "phone-1 is late, phone-2 on time, phone-4 falls due and is not finished"
    late = figures_from(week.log, week.scenario, 20.0)
    assert (late["demand_met"], late["service_level"]) == (1 / 2, 1 / 2)


def test_growth_is_looked_for_after_the_first_fifth_of_the_window(new_story):
    """Eight orders at the start, which stay; later one in every tenth of the window, but for the last."""
    story = new_story(drain=False)
    for number in range(8):
        story.release(5.0, f"watch-{number}")
    for tenth in range(2, 9):
        story.release(10.0 * tenth + 5, f"phone-{tenth}")
    found = figures(story)
    assert found["wip_growth_per_h"] == pytest.approx(7 / 80 * 3600)
    assert found["wip_growth_error_per_h"] == pytest.approx(np.std([1] * 7 + [0], ddof=1) / np.sqrt(8) / 10 * 3600)


def test_events_of_the_warm_up_do_not_count_but_its_jobs_do(week):
    found = figures(week, warm_up_s=20.0)
    assert (found["released"], found["finished"], found["scrapped"]) == (2, 1, 1)
    assert found["throughput_per_h"] == 1 / 80 * 3600
    assert found["flow_time_mean_s"] == 45.0  # released at 5 s
    assert found["tardiness_mean_s"] == 0.0


def test_the_warm_up_of_the_scenario_is_the_default(new_story):
    story = new_story(warm_up="20s", drain=False)
    story.release(0.0, "phone-1")
    story.tell(10.0, Event.FINISHED, "sink", "phone-1")
    assert figures(story)["finished"] == 0


def test_work_in_process_and_littles_law(week):
    found = figures(week)
    assert found["wip_mean"] == pytest.approx((10 + 45 + 50 + 10) / 100)
    assert found["littles_law_gap"] == pytest.approx(0.0, abs=1e-12)
    # three jobs left, after 10, 45 and 50 s; the fourth is why L is more than lambda W
    assert found["littles_law_classical_gap"] == pytest.approx((1.15 - 3 / 100 * 105 / 3) / 1.15)
    assert figures_from(week.log, week.scenario, 20.0)["wip_mean"] == pytest.approx((30 + 50 + 10) / 80)


def figures_from(log, scenario, warm_up_s):
    return measure(log, scenario, warm_up_s=warm_up_s)


def test_a_log_that_loses_a_job_breaks_littles_law(week, change):
    log = week.end(100.0, trace=False)
    assert measure(change(log, Event.RELEASED, drop=True), week.scenario)["littles_law_gap"] > 0.05
    assert measure(change(log, Event.FINISHED, job=week.ids["phone-4"]), week.scenario)["littles_law_gap"] > 0.05


def test_the_series_of_work_in_process(week):
    time_s, wip = wip_series(week.end(100.0, trace=False))
    assert time_s.tolist() == [0, 5, 10, 30, 50, 80, 90]
    assert wip.tolist() == [1, 2, 1, 2, 1, 0, 1]


def test_the_time_of_stations_is_split_by_state(new_story):
    story = new_story(
        drain=False,
        stations={
            "saw": {"operations": {"cut": "10s"}, "machines": 2},
            "drill": {"operations": {"bore": "20s"}},
        },
    )
    for time_s, machine, state in (
        (10.0, 0, StationState.SETUP),
        (20.0, 0, StationState.PROCESSING),
        (60.0, 0, StationState.BLOCKED),
        (70.0, 0, StationState.DOWN),
        (50.0, 1, StationState.PROCESSING),
    ):
        story.tell(time_s, Event.STATION_STATE, "saw", other=machine, value=state)
    for number in range(4):
        story.release(0.0, f"phone-{number}")
        story.tell(60.0, Event.PROCESSING_ENDED, "saw", f"phone-{number}")
    story.tell(60.0, Event.SCRAPPED, "saw", "phone-0")
    found = figures(story)
    split = {state: found[f"station.saw.{state}"] for state in ("starved", "setup", "processing", "blocked", "down")}
    assert split == {"starved": 0.3, "setup": 0.05, "processing": 0.45, "blocked": 0.05, "down": 0.15}
    availability, performance, quality = 1 - 0.15 - 0.05, 0.45 / 0.8, 3 / 4
    assert found["station.saw.oee"] == pytest.approx(availability * performance * quality)
    assert found["station.drill.starved"] == 1.0  # it never said a word
    assert found["oee"] == pytest.approx((2 * found["station.saw.oee"] + 0.0) / 3)
    late = measure(story.log, story.scenario, warm_up_s=60.0)
    assert (late["station.saw.blocked"], late["station.saw.down"]) == (10 / 80, 30 / 80)


def test_time_off_shift_does_not_reduce_availability(new_story):
    story = new_story(drain=False)
    for time_s, state in ((20.0, StationState.DOWN), (30.0, StationState.PROCESSING), (60.0, StationState.OFF)):
        story.tell(time_s, Event.STATION_STATE, "drill", value=state, other=0)
    found = figures(story)
    assert found["station.drill.off"] == pytest.approx(0.4)
    assert found["station.drill.oee"] == pytest.approx(30 / 60)


def test_the_time_of_vehicles_and_robots_is_split_by_state(new_story):
    story = new_story(drain=False)
    for time_s, state in ((10.0, VehicleState.EMPTY), (30.0, VehicleState.HANDLING), (35.0, VehicleState.LOADED)):
        story.tell(time_s, Event.VEHICLE_STATE, "agv_1", value=state)
    story.tell(75.0, Event.ROBOT_STATE, "arm", value=RobotState.HANDLING)
    found = figures(story)
    split = {name.removeprefix("vehicles."): value for name, value in found.items() if name.startswith("vehicles.")}
    told = {"idle": 0.55, "empty": 0.1, "loaded": 0.325, "handling": 0.025}
    assert split == pytest.approx(told | dict.fromkeys(("waiting", "charging", "down", "off"), 0))
    assert (found["robots.handling"], found["robots.idle"]) == (0.25, 0.75)


def test_energy_is_the_charged_energy_less_the_gain_of_the_batteries(new_story):
    story = new_story(drain=False)  # batteries of 360 kJ = 100 Wh, full at the start
    story.release(0.0, "phone-1")
    story.tell(60.0, Event.FINISHED, "sink", "phone-1")
    for time_s, level in ((10.0, 0.9), (40.0, 0.5), (60.0, 0.8)):
        story.tell(time_s, Event.BATTERY, "agv_1", value=level)
    story.tell(60.0, Event.ENERGY, "agv_1", other="charger", value=0.3 * 360e3)
    found = figures(story)
    assert found["energy_kwh"] == pytest.approx(0.050)
    assert found["energy_wh_per_job"] == pytest.approx(50.0)
    assert measure(story.log, story.scenario, warm_up_s=20.0)["energy_kwh"] == pytest.approx(0.040)


def test_messages_are_counted_per_task(new_story):
    story = new_story(drain=False)
    first = story.deal(10.0, TaskKind.CHARGE, "agv_1", "charger")  # 2 cfp, 2 propose, accept, agree
    story.say(20.0, Performative.FAILURE, first, "charger", "agv_1")
    story.deal(30.0, TaskKind.CHARGE, "agv_1", "charger", task=0)
    story.call(40.0, TaskKind.CHARGE, "agv_2")
    found = figures(story)
    assert (found["calls"], found["messages_per_task"]) == (3, (6 + 1 + 6 + 2) / 2)
    late = measure(story.log, story.scenario, warm_up_s=35.0)
    assert (late["calls"], late["messages_per_task"]) == (1, 2)


def test_undefined_figures_are_nan(new_story):
    found = figures(new_story(drain=False))
    nothing = {
        "makespan_s",
        "flow_time_mean_s",
        "flow_time_p95_s",
        "tardiness_mean_s",
        "late_share",
        "messages_per_task",
    }
    assert all(np.isnan(found[name]) for name in nothing)
    assert (found["finished"], found["throughput_per_h"], found["wip_mean"], found["littles_law_gap"]) == (0, 0, 0, 0)


def test_a_window_of_no_length_has_no_rates(new_story):
    found = figures(new_story(drain=False), warm_up_s=100.0)
    assert np.isnan(found["throughput_per_h"])
    assert np.isnan(found["station.saw.processing"])


def test_every_figure_is_a_plain_float(week):
    assert all(type(value) is float for value in figures(week).values())


def test_the_life_of_an_agent_is_a_gapless_bar(new_story):
    story = new_story(drain=False)
    for time_s, state in (
        (10.0, StationState.PROCESSING),
        (20.0, StationState.PROCESSING),  # said again
        (30.0, StationState.DOWN),
        (30.0, StationState.BLOCKED),  # at the same instant: only the last lasts
    ):
        story.tell(time_s, Event.STATION_STATE, "saw", other=0, value=state)
    log = story.end(100.0)
    start_s, end_s, state = state_intervals(log, story.ids["saw"])
    assert start_s.tolist() == [0, 10, 30]
    assert end_s.tolist() == [10, 30, 100]
    assert state.tolist() == [StationState.STARVED, StationState.PROCESSING, StationState.BLOCKED]
    assert state_intervals(log, story.ids["saw"], machine=1)[2].tolist() == [StationState.STARVED]
    assert state_intervals(log, story.ids["agv_1"])[2].tolist() == [VehicleState.IDLE]


def test_only_agents_with_states_have_a_bar(new_story):
    story = new_story(drain=False)
    with pytest.raises(ValueError, match="charger has no states; give the id of a station, a robot or a vehicle"):
        state_intervals(story.end(1.0), story.ids["charger"])


@settings(max_examples=50, deadline=None)
@given(
    jobs=st.lists(st.tuples(st.floats(0, 100), st.floats(0, 200), st.booleans()), max_size=20),
    warm_up_s=st.floats(0, 90),
)
def test_littles_law_holds_for_any_sound_log(new_story, jobs, warm_up_s):
    story = new_story(drain=False)
    for number, (released_s, stay_s, scrapped) in enumerate(jobs):
        story.release(released_s, f"phone-{number}")
        if released_s + stay_s <= 100:
            leaves, where = (Event.SCRAPPED, "saw") if scrapped else (Event.FINISHED, "sink")
            story.tell(released_s + stay_s, leaves, where, f"phone-{number}")
    assert figures(story, warm_up_s=warm_up_s)["littles_law_gap"] < 1e-6


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(st.floats(0, 100), st.integers(0, 1), st.sampled_from(StationState)), max_size=30),
    warm_up_s=st.floats(0, 90),
)
def test_the_states_of_a_station_fill_the_window(new_story, rows, warm_up_s):
    stations = {"saw": {"operations": {"cut": "10s"}, "machines": 2}, "drill": {"operations": {"bore": "20s"}}}
    story = new_story(drain=False, stations=stations)
    for time_s, machine, state in rows:
        story.tell(time_s, Event.STATION_STATE, "saw", other=machine, value=state)
    found = figures(story, warm_up_s=warm_up_s)
    shares = [found[f"station.saw.{state.name.lower()}"] for state in StationState]
    assert sum(shares) == pytest.approx(1.0)
    assert min(shares) >= -1e-9
    for state in StationState:  # the slow, obvious way
        spent_s = 0.0
        for machine in (0, 1):
            bars = zip(*state_intervals(story.log, story.ids["saw"], machine=machine), strict=True)
            spent_s += sum(max(end - max(start, warm_up_s), 0) for start, end, own in bars if own == state)
        assert found[f"station.saw.{state.name.lower()}"] == pytest.approx(spent_s / (2 * (100 - warm_up_s)), abs=1e-9)


def test_a_million_events_are_measured_quickly():
    events, jobs = 1_000_000, 100_000
    log = EventLog("big", seed=1)
    for uid in range(1, 31):
        log.add_agent(uid, AgentKind.STATION, f"s{uid}")
    for uid in range(31, 131):
        log.add_agent(uid, AgentKind.AGV, f"agv{uid}")
    log.close(float(events))
    rows: Any = np.zeros(events, log.events.dtype)
    rows["time_s"] = np.arange(events)
    rows["kind"] = Event.VEHICLE_STATE
    rows["agent"] = 31 + np.arange(events) % 100
    rows["value"] = np.arange(events) % 7
    rows["kind"][::4], rows["agent"][::4], rows["other"][::4] = Event.STATION_STATE, 1 + np.arange(events // 4) % 30, 0
    rows["value"][::4] = np.arange(events // 4) % 5
    rows["kind"][1::10], rows["job"][1::10] = Event.RELEASED, np.arange(jobs)
    rows["kind"][7::10], rows["job"][7::10] = Event.FINISHED, np.arange(jobs)
    stations = {f"s{uid}": SimpleNamespace(machines=1) for uid in range(1, 31)}
    orders = SimpleNamespace(streams=(((), SimpleNamespace(name=None)),))
    scenario: Any = SimpleNamespace(warm_up_s=0.0, stations=stations, fleet=None, orders=orders)
    log = log.replace(events=rows)
    started = time.process_time()
    found = measure(log, scenario)
    assert time.process_time() - started < 2.0  # 0.3 s on an idle machine
    assert found["finished"] == jobs
    assert found["flow_time_mean_s"] == 6.0


def test_absent_agents_are_not_counted(new_story):
    story = new_story()
    story.tell(0.0, Event.VEHICLE_STATE, "agv_1", value=VehicleState.EMPTY)
    story.tell(40.0, Event.LEFT, "agv_1")
    story.tell(60.0, Event.JOINED, "agv_2")
    story.tell(80.0, Event.VEHICLE_STATE, "agv_2", value=VehicleState.LOADED)
    story.tell(50.0, Event.STATION_STATE, "drill", other=0, value=StationState.SETUP)
    story.tell(60.0, Event.LEFT, "drill")
    figures = measure(story.end(100.0, trace=False), story.scenario)
    assert figures["vehicles.empty"] == pytest.approx(40.0 / 80.0)
    assert figures["vehicles.loaded"] == pytest.approx(20.0 / 80.0)
    assert figures["vehicles.idle"] == pytest.approx(20.0 / 80.0)
    assert figures["station.drill.setup"] == pytest.approx(10.0 / 60.0)
    assert figures["station.drill.starved"] == pytest.approx(50.0 / 60.0)
    start_s, end_s, state = state_intervals(story.log, story.ids["agv_2"])
    assert (start_s.tolist(), end_s.tolist(), state.tolist()) == ([60.0, 80.0], [80.0, 100.0], [0, 2])
