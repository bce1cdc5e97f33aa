"""The active period method on hand-drawn bars, and against a slow, obvious twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.kpis import measure
from robocell.environments.kpis.bottleneck import active_periods, limiting_s
from robocell.environments.log import AgentKind, Event, EventLog, RobotState, StationState, VehicleState

END_S = 100.0
STATES = {
    AgentKind.STATION: (Event.STATION_STATE, StationState, {StationState.STARVED, StationState.BLOCKED}),
    AgentKind.AGV: (Event.VEHICLE_STATE, VehicleState, {VehicleState.IDLE, VehicleState.WAITING}),
    AgentKind.ROBOT: (Event.ROBOT_STATE, RobotState, {RobotState.IDLE}),
}


def log_of(bars):
    """A log in which agents are in states from given times on: {(kind, name, machine): [(time, state), …]}."""
    log = EventLog("bars", seed=1)
    ids = {}
    for kind, name, _ in bars:
        if name not in ids:
            ids[name] = len(ids) + 1
            log.add_agent(ids[name], kind, name)
    rows = [
        (time_s, STATES[kind][0], ids[name], machine, state)
        for (kind, name, machine), bar in bars.items()
        for time_s, state in bar
    ]
    for time_s, event, uid, machine, state in sorted(rows, key=lambda row: row[0]):
        log.event(time_s, event, uid, other=machine, value=state)
    log.close(END_S)
    return log, ids


def test_the_longest_active_period_is_the_bottleneck_until_it_ends():
    """mill   ====......==========..........      0-20, 50-80
    drill  ..==============....========..      10-60, 75-95; set-up, work and a breakdown are one period
    """
    bars = {
        (AgentKind.STATION, "mill", 0): [
            (0.0, StationState.PROCESSING), (20.0, StationState.BLOCKED),
            (50.0, StationState.PROCESSING), (80.0, StationState.STARVED),
        ],
        (AgentKind.STATION, "drill", 0): [
            (10.0, StationState.SETUP), (20.0, StationState.PROCESSING), (40.0, StationState.DOWN),
            (60.0, StationState.STARVED), (75.0, StationState.PROCESSING), (95.0, StationState.STARVED),
        ],
    }  # fmt: skip
    log, ids = log_of(bars)
    begins_s, ends_s, owner = active_periods(log)
    periods = sorted(zip(owner.tolist(), begins_s.tolist(), ends_s.tolist(), strict=True))
    assert periods == [(1, 0.0, 20.0), (1, 50.0, 80.0), (2, 10.0, 60.0), (2, 75.0, 95.0)]
    assert limiting_s(log, 0.0, END_S) == {ids["mill"]: 10 + 20, ids["drill"]: 50 + 15}
    assert limiting_s(log, 40.0, 70.0) == {ids["mill"]: 10, ids["drill"]: 20}


def test_a_machine_that_gets_its_next_part_at_once_stays_active():
    bar = [(0.0, StationState.PROCESSING)]
    for time_s in (10.0, 20.0):
        bar += [(time_s, StationState.BLOCKED), (time_s, StationState.STARVED), (time_s, StationState.PROCESSING)]
    log, _ = log_of({(AgentKind.STATION, "mill", 0): bar})
    begins_s, ends_s, _ = active_periods(log)
    assert (begins_s.tolist(), ends_s.tolist()) == ([0.0], [END_S])


def test_machines_vehicles_and_robots_are_resources_of_their_own():
    bars = {
        (AgentKind.STATION, "mill", 0): [(0.0, StationState.PROCESSING), (30.0, StationState.STARVED)],
        (AgentKind.STATION, "mill", 1): [(30.0, StationState.PROCESSING), (50.0, StationState.STARVED)],
        (AgentKind.AGV, "agv_1", 0): [(20.0, VehicleState.EMPTY), (60.0, VehicleState.WAITING)],
        (AgentKind.ROBOT, "arm", 0): [(90.0, RobotState.HANDLING)],
    }
    log, ids = log_of(bars)
    assert limiting_s(log, 0.0, END_S) == {ids["mill"]: 20, ids["agv_1"]: 40, ids["arm"]: 10}


def test_an_agent_that_has_left_is_no_longer_a_bottleneck():
    log, ids = log_of({(AgentKind.AGV, "agv_1", 0): [(20.0, VehicleState.LOADED)]})
    rows = log.events[[0, 0]].copy()
    rows["time_s"][1], rows["kind"][1], rows["value"][1] = 50.0, Event.LEFT, 0.0
    assert limiting_s(log.replace(events=rows), 0.0, END_S) == {ids["agv_1"]: 30.0}


def test_the_station_that_waits_least_may_not_be_the_bottleneck(new_story):
    """The saw works in many short periods and rests 1 s after each; the drill works 60 s and then rests."""
    story = new_story(drain=False)
    for start_s in range(0, 100, 10):
        story.tell(start_s, Event.STATION_STATE, "saw", value=StationState.PROCESSING, other=0)
        story.tell(start_s + 9, Event.STATION_STATE, "saw", value=StationState.STARVED, other=0)
    story.tell(20.0, Event.STATION_STATE, "drill", value=StationState.PROCESSING, other=0)
    story.tell(80.0, Event.STATION_STATE, "drill", value=StationState.STARVED, other=0)
    found = measure(story.end(100.0, trace=False), story.scenario)
    assert found["station.saw.starved"] < found["station.drill.starved"]
    assert (found["station.saw.bottleneck"], found["station.drill.bottleneck"]) == pytest.approx((0.36, 0.6))
    assert (found["bottleneck.vehicles"], found["bottleneck.robots"]) == (0.0, 0.0)


moves = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5)), max_size=12)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.integers(0, 4), moves, max_size=5), st.integers(0, 60))
def test_every_moment_belongs_to_the_longest_period_around_it(told, start_s):
    kinds = list(STATES)
    bars = {
        (kinds[agent % 3], f"a{agent}", 0): sorted(
            (float(at), state % len(STATES[kinds[agent % 3]][1])) for at, state in bar
        )
        for agent, bar in told.items()
    }
    log, _ = log_of(bars)
    begins_s, ends_s, owner = active_periods(log)
    assert (ends_s > begins_s).all()
    expected: dict[int, float] = {}
    for second in range(start_s, 100):
        around = (begins_s <= second) & (ends_s > second)
        if around.any():
            length = np.where(around, ends_s - begins_s, -1.0)
            longest = np.flatnonzero(length == length.max())
            uid = int(owner[longest[np.argmin(begins_s[longest])]])
            expected[uid] = expected.get(uid, 0.0) + 1.0
    found = {uid: seconds for uid, seconds in limiting_s(log, float(start_s), END_S).items() if seconds}
    ties = len(set((ends_s - begins_s).tolist())) < len(begins_s)
    assert sum(found.values()) == pytest.approx(sum(expected.values()))
    if not ties:
        assert found == expected
