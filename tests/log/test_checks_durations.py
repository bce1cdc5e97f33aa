"""Time for what was done: neither less nor more than it takes, standstill of the machine not counted."""

import pytest

from robocell.environments.log import Event, StationState

SPREAD = {"distribution": "uniform", "low": "15s", "high": "25s"}


@pytest.fixture
def drilled(new_story):
    """Tells of a watch that lies on the drill from 6 s on, is worked on from 12 s on, until a given time."""

    def tell(end_s, *, bore="20s", stopped=(), **drill):
        data = {"operations": {"bore": bore}, "setup": {"default": "6s"}, **drill}
        story = new_story(drain=False, robots={}, stations={"saw": {"operations": {"cut": "10s"}}, "drill": data})
        story.release(0.0, "watch-1")
        story.tell(6.0, Event.MOVED, "drill", "watch-1", "source")
        story.tell(6.0, Event.MOUNTED, "drill", "watch-1", "drill")
        story.tell(6.0, Event.SETUP_STARTED, "drill", "watch-1", value=6.0)
        story.tell(6.0, Event.STATION_STATE, "drill", other=0, value=StationState.SETUP)
        story.tell(12.0, Event.PROCESSING_STARTED, "drill", "watch-1", value=0)
        story.tell(12.0, Event.STATION_STATE, "drill", other=0, value=StationState.PROCESSING)
        for time_s, state in stopped:
            story.tell(time_s, Event.STATION_STATE, "drill", other=0, value=state)
        story.tell(end_s, Event.PROCESSING_ENDED, "drill", "watch-1")
        story.tell(end_s, Event.STATION_STATE, "drill", other=0, value=StationState.BLOCKED)
        return story

    return tell


@pytest.fixture
def broken(rules):
    """The rules that are broken, save that the part came by itself."""
    return lambda story: rules(story.end(200.0, trace=False), story.scenario) - {"part-place"}


@pytest.mark.parametrize(
    ("bore", "end_s", "found"),
    [
        ("20s", 32.0, set()),
        ("20s", 31.9, {"processing-time"}),
        ("20s", 32.1, {"processing-time"}),
        (SPREAD, 27.0, set()),
        (SPREAD, 37.0, set()),
        (SPREAD, 26.9, {"processing-time"}),
        (SPREAD, 37.1, {"processing-time"}),
        ({"distribution": "exponential", "mean": "20s"}, 190.0, set()),
    ],
)
def test_an_operation_takes_a_time_that_its_distribution_allows(drilled, broken, bore, end_s, found):
    assert broken(drilled(end_s, bore=bore)) == found


BREAKDOWN = [(20.0, StationState.DOWN), (25.0, StationState.PROCESSING)]


@pytest.mark.parametrize(("end_s", "found"), [(37.0, set()), (32.0, {"processing-time"}), (38.0, {"processing-time"})])
def test_a_machine_that_is_down_does_not_work(drilled, broken, end_s, found):
    assert broken(drilled(end_s, stopped=BREAKDOWN)) == found


@pytest.mark.parametrize(("end_s", "found"), [(37.0, set()), (32.0, set()), (38.0, {"processing-time"})])
def test_either_of_two_machines_may_have_had_the_part(drilled, broken, end_s, found):
    assert broken(drilled(end_s, stopped=BREAKDOWN, machines=2)) == found


@pytest.mark.parametrize(
    ("time_s", "found"), [(11.0, {"setup", "processing-time"}), (13.0, {"setup", "processing-time"})]
)
def test_a_set_up_takes_exactly_its_time(drilled, broken, time_s, found):
    story = drilled(32.0)
    started = next(k for k, row in enumerate(story.rows) if row[1] == Event.PROCESSING_STARTED)
    for k in (started, started + 1):  # the machine says so too
        story.rows[k] = (time_s, *story.rows[k][1:])
    assert broken(story) == found
