"""Parts are never lost, doubled or teleported: a clean log passes, and each corruption is found by its rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.checks import RULES, Violation
from robocell.environments.log import AgentKind, Event, StationState, VehicleState

LIFE = (
    Event.RELEASED,
    Event.LOADED,
    Event.UNLOADED,
    Event.MOUNTED,
    Event.SETUP_STARTED,
    Event.PROCESSING_STARTED,
    Event.PROCESSING_ENDED,
    Event.DISMOUNTED,
    Event.FINISHED,
)


def test_a_sound_log_breaks_no_rule(story, check_story):
    assert check_story(story.end(200.0), story.scenario) == []


def test_a_violation_states_rule_time_and_event(story, change, check_story):
    log = change(story.end(200.0), Event.MOUNTED, agent=story.ids["saw"])
    (found,) = check_story(log, story.scenario)
    row = int(np.flatnonzero(log.events["kind"] == Event.MOUNTED)[0])
    text = "saw loads phone-1 into saw, but saw does not tend saw"
    assert found == Violation("tending", 17.0, "phone-1", text, row)
    assert str(found) == f"tending at 17 s, phone-1: {text}"


@pytest.mark.parametrize("event", LIFE)
def test_a_lost_row_is_found(story, rules, change, event):
    assert rules(change(story.end(200.0), event, drop=True), story.scenario) & {
        "part-life",
        "part-place",
        "drained",
        "setup",
    }


@pytest.mark.parametrize(
    ("event", "values", "rule"),
    [
        (Event.UNLOADED, {"other": "drill"}, "routing"),  # teleported past the saw
        (Event.UNLOADED, {"other": "source"}, "routing"),
        (Event.LOADED, {"other": "drill"}, "part-place"),
        (Event.LOADED, {"agent": "agv_2"}, "part-place"),
        (Event.LOADED, {"agent": "arm"}, "part-identity"),
        (Event.LOADED, {"job": "source"}, "part-identity"),
        (Event.MOUNTED, {"agent": "agv_1"}, "tending"),
        (Event.DISMOUNTED, {"agent": "saw"}, "tending"),
        (Event.PROCESSING_STARTED, {"agent": "drill"}, "part-place"),
        (Event.PROCESSING_STARTED, {"value": 1}, "routing"),
        (Event.FINISHED, {"agent": "source"}, "part-place"),
        (Event.RELEASED, {"agent": "sink"}, "order"),
        (Event.RELEASED, {"other": 7}, "part-identity"),
        (Event.RELEASED, {"other": 1}, "routing"),  # a watch is not sawn
        (Event.RELEASED, {"value": -1.0}, "part-identity"),  # due before its release
        (Event.SETUP_STARTED, {"value": 5.0}, "setup"),
        (Event.SETUP_STARTED, {"value": 60.0}, "setup"),
        (Event.VEHICLE_STATE, {"value": VehicleState.LOADED}, "vehicle-state"),
        (Event.STATION_STATE, {"value": StationState.STARVED}, "station-state"),
        (Event.PROCESSING_ENDED, {"time_s": 1000.0}, "time"),
        (Event.PROCESSING_ENDED, {"time_s": 3.0}, "time"),
        (Event.PROCESSING_ENDED, {"time_s": 20.0}, "processing-time"),
        (Event.MOUNTED, {"time_s": 15.0}, "one-at-a-time"),
        (Event.LOADED, {"time_s": 2.0}, "one-at-a-time"),
        (Event.PROCESSING_ENDED, {"time_s": float("nan")}, "time"),
    ],
)
def test_a_false_row_is_found(story, rules, change, event, values, rule):
    values = {field: story.ids.get(value, value) for field, value in values.items()}
    assert rule in rules(change(story.end(200.0), event, **values), story.scenario)


def test_a_part_cannot_be_released_twice(story, rules):
    story.tell(1.0, Event.RELEASED, "source", "phone-1", 0, float("inf"))
    assert "part-life" in rules(story.end(200.0), story.scenario)


def test_a_part_that_has_left_does_not_return(story, rules):
    story.tell(90.0, Event.FINISHED, "sink", "phone-1")
    assert "part-life" in rules(story.end(200.0), story.scenario)


def test_a_part_cannot_move_by_itself_where_vehicles_carry(story, rules):
    story.release(100.0, "watch-2")
    story.tell(100.0, Event.MOVED, "drill", "watch-2", "source")
    assert "part-place" in rules(story.end(200.0), story.scenario)


def test_parts_move_by_themselves_where_transport_is_instant(new_story, rules):
    story = new_story(transport={"kind": "instant"}, layout=None, fleet=None, chargers={}, robots={})
    story.release(0.0, "watch-1")
    story.tell(0.0, Event.MOVED, "drill", "watch-1", "source")
    bored_s = story.drill(0.0, "watch-1", step=0)
    story.tell(bored_s, Event.MOVED, "sink", "watch-1", "drill")
    story.tell(bored_s, Event.FINISHED, "sink", "watch-1")
    assert rules(story.end(200.0, trace=False), story.scenario) == set()


@pytest.mark.parametrize(("carry_out", "found"), [(False, set()), (True, {"part-place"})])
def test_finished_parts_leave_by_themselves_only_if_no_vehicle_carries_them_out(new_story, rules, carry_out, found):
    transport = {**MATRIX, "carry_out": carry_out}
    story = new_story(layout=None, transport=transport, chargers={}, fleet=FLEET, stations=STATIONS)
    story.release(0.0, "watch-1")
    story.tell(0.0, Event.VEHICLE_STATE, "agv_1", value=VehicleState.HANDLING)
    story.tell(5.0, Event.LOADED, "agv_1", "watch-1", "source")
    story.tell(22.0, Event.UNLOADED, "agv_1", "watch-1", "drill")
    bored_s = story.drill(22.0, "watch-1", step=0)
    story.tell(bored_s, Event.MOVED, "sink", "watch-1", "drill")
    story.tell(bored_s, Event.FINISHED, "sink", "watch-1")
    assert rules(story.end(200.0, trace=False), story.scenario) == found


def test_a_job_that_was_never_released_is_found(story, rules):
    story.add(AgentKind.JOB, "phone-2")
    assert rules(story.end(200.0), story.scenario) == {"part-life"}


def test_a_part_in_the_factory_is_sound_unless_the_run_drains(new_story, rules):
    for drain, found in ((True, {"drained"}), (False, set())):
        story = new_story(drain=drain)
        story.release(0.0, "phone-1")
        assert rules(story.end(200.0), story.scenario) == found


def test_a_scrapped_part_is_accounted_for(new_story, rules):
    story = new_story()
    story.release(0.0, "watch-1")
    there_s = story.carry(0.0, "agv_1", "watch-1", "source", "drill")
    story.drill(there_s, "watch-1", step=0)
    story.rows = [row for row in story.rows if row[1] != Event.DISMOUNTED]
    story.tell(there_s + 26.0, Event.SCRAPPED, "drill", "watch-1")
    assert rules(story.end(200.0), story.scenario) == set()
    story.tell(there_s + 30.0, Event.RELEASED, "source", "watch-1", 1, float("inf"))
    story.tell(there_s + 30.0, Event.SCRAPPED, "saw", "watch-1")
    assert rules(story.end(200.0), story.scenario) >= {"part-life", "part-place"}


def test_a_buffer_that_overflows_is_found(new_story, rules):
    story = new_story(drain=False)
    time_s = 0.0
    for job in ("phone-1", "phone-2", "phone-3"):
        story.release(0.0, job)
        time_s = story.carry(time_s, "agv_1", job, "source", "saw")
        if job == "phone-2":
            assert rules(story.end(200.0), story.scenario) == set()
            story = new_story(drain=False)
            time_s = 0.0
            for again in ("phone-1", "phone-2"):
                story.release(0.0, again)
                time_s = story.carry(time_s, "agv_1", again, "source", "saw")
    assert rules(story.end(200.0), story.scenario) == {"buffer"}


def test_a_second_part_on_one_machine_is_found(new_story, rules):
    story = new_story(drain=False)
    for vehicle, job in (("agv_1", "watch-1"), ("agv_2", "watch-2")):
        story.release(0.0, job)
        there_s = story.carry(0.0, vehicle, job, "source", "drill")
        story.tell(there_s, Event.MOUNTED, "drill", job, "drill")
    assert rules(story.end(200.0, trace=False), story.scenario) == {"machines", "station-state"}


def test_a_vehicle_with_two_parts_is_found(new_story, rules):
    story = new_story(drain=False)
    story.tell(0.0, Event.VEHICLE_STATE, "agv_1", value=VehicleState.HANDLING)
    for time_s, job in ((10.0, "watch-1"), (20.0, "watch-2")):
        story.release(0.0, job)
        story.tell(time_s, Event.LOADED, "agv_1", job, "source")
    assert rules(story.end(200.0, trace=False), story.scenario) == {"vehicle-load"}


def test_a_robot_that_handles_two_parts_at_a_time_is_found(new_story, rules):
    story = new_story(
        drain=False,
        stations={"saw": {"operations": {"cut": "10s"}, "machines": 2}, "drill": {"operations": {"bore": "20s"}}},
    )
    for vehicle, job in (("agv_1", "phone-1"), ("agv_2", "phone-2")):
        story.release(0.0, job)
        story.carry(0.0, vehicle, job, "source", "saw")
    story.arm(27.0, 5.0)
    for machine, (time_s, job) in enumerate(((30.0, "phone-1"), (32.0, "phone-2"))):
        story.tell(time_s, Event.STATION_STATE, "saw", other=machine, value=StationState.SETUP)
        story.tell(time_s, Event.MOUNTED, "arm", job, "saw")
    assert rules(story.end(200.0, trace=False), story.scenario) == {"one-at-a-time"}


def test_every_rule_has_a_description():
    assert all(text[0].islower() and not text.endswith(".") for text in RULES.values())


# -- random histories: valid ones pass, and no single change of a row goes unnoticed


jobs_of_a_history = st.lists(
    st.tuples(
        st.sampled_from(["phone", "watch"]),
        st.integers(0, 60),  # release time
        st.sampled_from(["agv_1", "agv_2"]),
    ),
    min_size=1,
    max_size=5,
)


def tell_history(new_story, jobs):
    """Plans the jobs one after the other on vehicles, arm, saw and drill, each used by one part at a time."""
    story = new_story(layout=None, transport=MATRIX, chargers={}, fleet=FLEET, stations=STATIONS)
    free_s = dict.fromkeys(("agv_1", "agv_2", "arm", "saw", "drill"), 0.0)
    at = dict.fromkeys(("agv_1", "agv_2"), "source")
    drilled = None
    for number, (product, release_s, vehicle) in enumerate(jobs):
        job = f"{product}-{number}"
        story.release(float(release_s), job)

        def carry(origin, destination, ready_s, *, vehicle=vehicle, job=job):
            begin_s = max(ready_s, free_s[vehicle] + TRAVEL_S * (at[vehicle] != origin))
            at[vehicle] = destination
            story.tell(begin_s, Event.VEHICLE_STATE, vehicle, value=VehicleState.HANDLING)
            story.tell(begin_s + 5.0, Event.LOADED, vehicle, job, origin)
            story.tell(begin_s + 5.0, Event.VEHICLE_STATE, vehicle, value=VehicleState.LOADED)
            story.tell(begin_s + 17.0, Event.VEHICLE_STATE, vehicle, value=VehicleState.HANDLING)
            free_s[vehicle] = begin_s + 22.0
            story.tell(begin_s + 22.0, Event.UNLOADED, vehicle, job, destination)
            story.tell(begin_s + 22.0, Event.VEHICLE_STATE, vehicle, value=VehicleState.IDLE)
            return begin_s + 22.0

        now_s, place, step = float(release_s), "source", 0
        if product == "phone":
            begin_s = max(carry(place, "saw", now_s), free_s["saw"], free_s["arm"])
            now_s = free_s["saw"] = free_s["arm"] = story.saw(begin_s, job)
            place, step = "saw", 1
        begin_s = max(carry(place, "drill", now_s), free_s["drill"])
        now_s = free_s["drill"] = story.drill(begin_s, job, step=step, setup_s=0.0 if drilled == product else 6.0)
        drilled = product
        end_s = carry("drill", "sink", now_s)
        story.tell(end_s, Event.FINISHED, "sink", job)
    return story, story.end(10_000.0, trace=False)


PLACES = ["source", "sink", "saw", "drill"]
FLEET = {"agvs": {"count": 2, "load": "5s", "unload": "5s"}}
STATIONS = {
    "saw": {"operations": {"cut": "10s"}},
    "drill": {"operations": {"bore": "20s"}, "setup": {"default": "6s", "same": "0s"}},
}
TRAVEL_S = 12
MATRIX = {"kind": "matrix", "places": PLACES, "travel": [[f"{TRAVEL_S * (a != b)}s" for a in PLACES] for b in PLACES]}


@settings(max_examples=40, deadline=None)
@given(jobs=jobs_of_a_history)
def test_random_valid_histories_pass(new_story, jobs, check_story):
    story, log = tell_history(new_story, jobs)
    assert check_story(log, story.scenario) == []


@settings(max_examples=200, deadline=None)
@given(jobs=jobs_of_a_history, data=st.data())
def test_every_single_change_of_a_history_is_found(new_story, jobs, data, check_story):
    story, log = tell_history(new_story, jobs)
    events = log.events.copy()
    row = data.draw(st.sampled_from(np.flatnonzero(np.isin(events["kind"], LIFE)).tolist()), label="row")
    how = data.draw(st.sampled_from(["drop", "double", "kind", "agent", "job", "other", "time_s"]), label="how")
    if how == "drop":
        events = np.delete(events, row)
    elif how == "double":
        events = np.insert(events, row, events[row])
    else:
        used = {Event.RELEASED, Event.LOADED, Event.UNLOADED, Event.MOUNTED, Event.DISMOUNTED}
        if how == "other" and events[row]["kind"] not in used:
            return  # the column says nothing there
        choices = {
            "kind": [int(kind) for kind in (*LIFE, Event.MOVED, Event.SCRAPPED)],
            "agent": [*story.ids.values(), 999],
            "job": [*story.ids.values(), 999],
            "other": [*story.ids.values(), 999],
            "time_s": [-1.0, 20_000.0],
        }[how]
        events[row][how] = data.draw(st.sampled_from([new for new in choices if new != events[row][how]]), label="new")
    assert check_story(log.replace(events=events), story.scenario) != []
