"""The log keeps what it is told, equal to the byte, in a file that numpy alone can read."""

import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.agents.negotiation.messages import Performative
from robocell.environments.log import NOBODY, AgentKind, Event, EventLog, StationState

TABLES = ("events", "messages", "conversations", "agents", "trace_ticks", "trace_cells")


def assert_equal(log: EventLog, other: EventLog) -> None:
    for name in TABLES:
        np.testing.assert_array_equal(getattr(log, name), getattr(other, name))
    assert (log.scenario_name, log.seed, log.digest()) == (other.scenario_name, other.seed, other.digest())


def test_rows_come_back_in_the_order_of_recording():
    log = EventLog("demo", seed=1)
    log.event(1.5, Event.LOADED, 3, job=7, other=2)
    log.event(1.5, Event.BATTERY, 3, value=0.25)
    log.message(2.0, Performative.PROPOSE, 4, NOBODY, 7, count=12, value=3.5)
    log.conversation(4, 11, 1, 7, 7, 2.0, 4.0)
    log.close(10.0)
    assert log.events.tolist() == [(1.5, 1, 3, 7, 2, 0.0), (1.5, 14, 3, -1, -1, 0.25)]
    assert log.messages.tolist() == [(2.0, 1, 4, -1, 7, 12, 3.5)]
    assert log.conversations.tolist() == [(4, 11, 1, 7, 7, 2.0, 4.0)]
    assert log.end_s == 10.0


def test_more_rows_than_a_chunk_holds():
    log = EventLog("demo", seed=1)
    for row in range(70_000):
        log.event(float(row), Event.BATTERY, row)
    assert log.events["agent"].tolist() == list(range(70_000))


def test_the_log_can_be_read_while_it_grows():
    log = EventLog("demo", seed=1)
    for tick in range(3000):
        log.trace(tick, np.array([tick, 2 * tick], np.int32))
        log.event(float(tick), Event.BATTERY, 1)
        if tick % 700 == 0:
            assert len(log.trace_cells) == len(log.events) == tick + 1
    assert log.trace_cells[:, 1].tolist() == list(range(0, 6000, 2))


def test_the_trace_is_a_copy():
    log, cells = EventLog("demo", seed=1), np.array([5, 6], np.int32)
    log.trace(0, cells)
    cells[:] = 0
    assert log.trace_cells.tolist() == [[5, 6]]


def test_names_and_kinds(story):
    log, ids = story.log, story.ids
    assert log.name_of(ids["arm"]) == "arm"
    assert log.name_of(NOBODY) == "nobody"
    assert log.name_of(999) == "agent 999"
    assert (log.kind_of(ids["arm"]), log.kind_of(999)) == (AgentKind.ROBOT, None)
    assert log.ids(AgentKind.AGV) == [ids["agv_1"], ids["agv_2"]]
    assert log.agents["name"][0] == "source"


def test_every_event_has_a_sentence(story):
    log = story.end(200.0)
    for event in Event:
        said = log.describe((1.5, event, story.ids["saw"], story.ids["phone-1"], story.ids["arm"], 1.0))
        assert said.startswith("1.5 s: ")
        assert "{" not in said
    assert (
        log.describe((60.0, Event.STATION_STATE, story.ids["saw"], NOBODY, 0, StationState.DOWN)) == "60 s: saw is down"
    )
    assert log.describe(0) == "0 s: phone-1 is released at source"
    assert log.describe(log.events[3]) == "7 s: agv_1 takes phone-1 from source"


def test_every_message_has_a_sentence(story):
    log = story.end(200.0)
    assert log.describe_message(0) == "0 s: cfp from phone-1 to 2 agents in conversation 0 (0)"
    assert log.describe_message(2) == "0 s: accept-proposal from phone-1 to saw in conversation 0 (0)"


def test_a_tidy_frame_has_names(story):
    frame = story.end(200.0).to_frame()
    assert frame.columns.tolist() == ["time_s", "event", "agent", "job", "other", "value"]
    assert frame.iloc[3].tolist() == [7.0, "LOADED", "agv_1", "phone-1", "source", 0.0]
    assert frame.iloc[0]["other"] == "0"  # the number of the product


# -- keeping


def test_save_and_load_give_the_same_log(story, tmp_path):
    log = story.end(200.0)
    log.save(tmp_path / "log.npz")
    assert_equal(log, EventLog.load(tmp_path / "log.npz"))


def test_an_empty_log_can_be_kept(tmp_path):
    log = EventLog("empty", seed=None)
    log.close(0.0)
    log.save(tmp_path / "log.npz")
    assert_equal(log, EventLog.load(tmp_path / "log.npz"))


def test_two_saves_are_equal_to_the_byte(story, tmp_path):
    log = story.end(200.0)
    log.save(tmp_path / "first.npz")
    EventLog.load(tmp_path / "first.npz").save(tmp_path / "second.npz")
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()


def test_numpy_reads_the_file_by_itself(story, tmp_path):
    log = story.end(200.0)
    log.save(tmp_path / "log.npz")
    with np.load(tmp_path / "log.npz") as columns:
        np.testing.assert_array_equal(columns["events.time_s"], log.events["time_s"])
        assert columns["trace.moves"].dtype == np.uint8  # one byte for each vehicle and tick


@settings(max_examples=30, deadline=None)
@given(
    cells=st.integers(1, 5).flatmap(
        lambda vehicles: st.lists(
            st.lists(st.integers(0, 2**31 - 1), min_size=vehicles, max_size=vehicles), min_size=1, max_size=30
        )
    ),
    seed=st.none() | st.integers(0, 2**80),
    name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)
def test_any_trace_and_any_name_survive(tmp_path_factory, cells, seed, name):
    log = EventLog(name, seed)
    log.add_agent(1, AgentKind.AGV, name)
    for tick, row in enumerate(cells):
        log.trace(3 * tick, np.array(row, np.int32))
    log.close(1e9)
    path = tmp_path_factory.mktemp("logs") / "log.npz"
    log.save(path)
    assert_equal(log, EventLog.load(path))


def test_a_trace_with_many_different_leaps_survives(tmp_path):
    log = EventLog("demo", seed=1)
    for tick in range(400):
        log.trace(tick, np.array([tick * tick], np.int32))  # more differences than a byte can count
    log.close(400.0)
    log.save(tmp_path / "log.npz")
    assert_equal(log, EventLog.load(tmp_path / "log.npz"))


def test_a_trace_grows_as_vehicles_join(tmp_path):
    log = EventLog("growing", seed=None)
    for vehicle in range(2):
        log.add_agent(vehicle, AgentKind.AGV, f"agv_{vehicle + 1}")
    log.trace(0, np.array([4, 5], np.int32))
    log.trace(1, np.array([4, -1], np.int32))
    log.add_agent(9, AgentKind.AGV, "agv_3")
    log.trace(2, np.array([3, -1, 7], np.int32))
    log.close(3.0)
    rows = [[4, 5, -1], [4, -1, -1], [3, -1, 7]]
    assert log.trace_cells.tolist() == rows
    log.save(tmp_path / "log.npz")
    kept = EventLog.load(tmp_path / "log.npz")
    assert kept.trace_cells.tolist() == rows
    assert kept.digest() == log.digest()


def test_stays_name_the_agents_that_were_not_there_all_the_time(new_story):
    story = new_story()
    story.tell(30.0, Event.JOINED, "agv_2")
    story.tell(50.0, Event.LEFT, "agv_2")
    story.tell(70.0, Event.LEFT, "drill")
    log = story.end(100.0)
    assert log.stays() == {story.ids["agv_2"]: (30.0, 50.0), story.ids["drill"]: (0.0, 70.0)}


def test_the_digest_sees_every_change(story, change):
    log = story.end(200.0)
    digests = {log.digest()}
    for field in ("time_s", "kind", "agent", "job", "other", "value"):
        digests.add(change(log, Event.LOADED, **{field: 9}).digest())
    digests.add(change(log, Event.LOADED, drop=True).digest())
    digests.add(log.replace(trace_cells=log.trace_cells + 1).digest())
    digests.add(log.replace(trace_ticks=log.trace_ticks + 1).digest())
    digests.add(log.replace(messages=log.messages[1:]).digest())
    digests.add(log.replace(conversations=log.conversations[1:]).digest())
    renamed = log.replace()
    renamed.add_agent(story.ids["saw"], AgentKind.STATION, "axe")
    digests.add(renamed.digest())
    other_seed = log.replace()
    other_seed.seed = 2
    digests.add(other_seed.digest())
    assert len(digests) == 13
    assert log.replace().digest() == log.digest()


def test_a_file_that_is_not_a_log_is_refused(tmp_path):
    path = tmp_path / "log.npz"
    path.write_text("a: b")
    with pytest.raises(ValueError, match=r"log\.npz is not an event log: .* Give a file that EventLog\.save wrote\."):
        EventLog.load(path)
    np.savez(path, a=1)
    with pytest.raises(ValueError, match="is not an event log"):
        EventLog.load(path)


def test_a_log_of_another_format_is_refused(tmp_path):
    path = tmp_path / "log.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", '{"format": 99}')
    with pytest.raises(ValueError, match="format 99, this version reads 1: run the experiment again"):
        EventLog.load(path)


def test_only_tables_can_be_replaced(story):
    with pytest.raises(ValueError, match=r"\['rows'\] cannot be replaced; .*trace_cells can"):
        story.end(200.0).replace(rows=np.empty(0))
