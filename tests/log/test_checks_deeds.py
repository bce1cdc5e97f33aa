"""Words and deeds: whoever takes a part holds an award for it, and who says that a task is done has just done it."""

import numpy as np
import pytest

from robocell.agents.negotiation.messages import Performative
from robocell.agents.shop.tasks import TaskKind
from robocell.environments.checks import check
from robocell.environments.log import Event

DROPPED = 1.0


@pytest.fixture
def told(new_story):
    """One watch is carried, drilled and finished, with every word of it; and a vehicle charges."""
    story = new_story()
    story.release(0.0, "watch-1")
    boring = story.deal(0.0, TaskKind.OPERATION, "watch-1", "drill")
    there_s = transport(story, 0.0, "source", "drill")
    bored_s = story.drill(there_s, "watch-1", step=0)
    story.say(bored_s, Performative.INFORM_DONE, boring, "drill", "watch-1")
    end_s = transport(story, bored_s, "drill", "sink")
    story.tell(end_s, Event.FINISHED, "sink", "watch-1")
    charging = story.deal(0.0, TaskKind.CHARGE, "agv_2", "charger")
    story.tell(50.0, Event.ENERGY, "agv_2", other="charger", value=100.0)
    story.say(50.0, Performative.INFORM_DONE, charging, "charger", "agv_2")
    return story


def transport(story, time_s, origin, destination):
    call = story.deal(time_s, TaskKind.TRANSPORT, "watch-1", "agv_1")
    there_s = story.carry(time_s, "agv_1", "watch-1", origin, destination)
    story.say(there_s, Performative.INFORM_DONE, call, "agv_1", "watch-1")
    return there_s


def sorted_by_time(log):
    messages = log.messages
    return log.replace(messages=messages[np.argsort(messages["time_s"], kind="stable")])


def broken(log, story):
    return {violation.rule for violation in check(sorted_by_time(log), story.scenario)}


def test_work_that_was_awarded_and_reported_is_sound(told):
    assert broken(told.end(200.0), told) == set()


@pytest.mark.parametrize("kind", [TaskKind.TRANSPORT, TaskKind.OPERATION])
def test_work_without_an_award_is_found(told, kind):
    """Every word about it is lost."""
    log = told.end(200.0)
    about = log.conversations["conversation"][log.conversations["task_kind"] == kind]
    kept = ~np.isin(log.messages["conversation"], about)
    calls = log.conversations[log.conversations["task_kind"] != kind]
    assert broken(log.replace(messages=log.messages[kept], conversations=calls), told) == {"unawarded"}


def test_work_after_the_award_has_ended_is_found(told):
    log = told.end(200.0)
    messages = log.messages.copy()
    done = (messages["performative"] == Performative.INFORM_DONE) & (messages["sender"] == told.ids["agv_1"])
    messages["performative"][np.flatnonzero(done)[0]] = Performative.FAILURE
    messages["time_s"][np.flatnonzero(done)[0]] = 1.0
    assert "unawarded" in broken(log.replace(messages=messages), told)


@pytest.mark.parametrize("who", ["agv_1", "drill", "charger"])
@pytest.mark.parametrize("earlier_s", [0.5, -0.5])
def test_work_that_is_not_reported_is_found(told, who, earlier_s):
    log = told.end(200.0)
    messages = log.messages.copy()
    said = (messages["performative"] == Performative.INFORM_DONE) & (messages["sender"] == told.ids[who])
    messages["time_s"][np.flatnonzero(said)[-1]] -= earlier_s
    assert broken(log.replace(messages=messages), told) == {"unfounded"}


def test_an_inform_done_that_answers_a_cancel_needs_no_work(told):
    call = told.deal(60.0, TaskKind.CHARGE, "agv_1", "charger")
    told.say(61.0, Performative.CANCEL, call, "agv_1", "charger")
    told.say(62.0, Performative.INFORM_DONE, call, "charger", "agv_1", value=DROPPED)
    assert broken(told.end(200.0), told) == set()


def test_a_repeated_inform_done_needs_no_further_work(told):
    told.say(70.0, Performative.INFORM_DONE, 3, "charger", "agv_2")
    assert broken(told.end(200.0), told) == set()
