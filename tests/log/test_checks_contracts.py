"""Tasks are awarded once, done once, and never forgotten: every way to cheat is found by its rule."""

import numpy as np
import pytest

from robocell.agents.negotiation.messages import Performative
from robocell.agents.shop.tasks import TaskKind
from robocell.environments.log import NOBODY, AgentKind, Event

DROPPED = TOO_LATE = 1.0  # the value of an inform-done or a failure that answers a cancel


@pytest.fixture
def talk(new_story):
    """A story without parts in which only words are exchanged; horizon run, not drained."""
    story = new_story(drain=False)
    story.add(AgentKind.CHARGER, "charger_2")
    return story


def test_a_failed_task_may_be_awarded_again(talk, rules):
    call = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.say(5.0, Performative.FAILURE, call, "charger", "agv_1")
    again = talk.deal(6.0, TaskKind.CHARGE, "agv_1", "charger", task=0)
    talk.say(9.0, Performative.INFORM_DONE, again, "charger", "agv_1")
    assert rules(talk.end(100.0), talk.scenario) == set()


def test_an_award_may_be_refused_cancelled_or_sent_again(talk, rules):
    refused = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.say(0.0, Performative.REFUSE, refused, "charger", "agv_1")
    cancelled = talk.deal(5.0, TaskKind.CHARGE, "agv_1", "charger", task=0)
    talk.say(7.0, Performative.ACCEPT_PROPOSAL, cancelled, "agv_1", "charger")
    talk.say(9.0, Performative.CANCEL, cancelled, "agv_1", "charger")
    talk.say(9.0, Performative.INFORM_DONE, cancelled, "charger", "agv_1", value=DROPPED)
    done = talk.deal(10.0, TaskKind.CHARGE, "agv_1", "charger", task=0)
    talk.say(20.0, Performative.INFORM_DONE, done, "charger", "agv_1")
    talk.say(20.0, Performative.INFORM_DONE, done, "charger", "agv_1")  # told twice
    talk.say(20.0, Performative.ACCEPT_PROPOSAL, done, "agv_1", "charger")  # crosses the news
    assert rules(talk.end(100.0), talk.scenario) == set()


def test_a_replaced_call_is_closed_before_its_reply_by(talk, rules):
    """All who were called first have refused; the next call found somebody, who was done before the first reply-by."""
    first = talk.call(0.0, TaskKind.CHARGE, "agv_1", wait_s=10.0)
    talk.say(1.0, Performative.REFUSE, first, None, "agv_1", count=2)
    second = talk.deal(2.0, TaskKind.CHARGE, "agv_1", "charger", task=0)
    talk.say(5.0, Performative.INFORM_DONE, second, "charger", "agv_1")
    assert rules(talk.end(6.0), talk.scenario) == set()


def test_a_second_live_award_is_found(talk, check_story):
    talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.deal(5.0, TaskKind.CHARGE, "agv_1", "charger_2", task=0)
    called, awarded = check_story(talk.end(100.0), talk.scenario)
    for found in (called, awarded):
        assert (found.rule, found.time_s, found.who) == ("double-award", 5.0, "charge 0 of agv_1")
    assert called.message.endswith("but charger holds it")
    assert awarded.message.endswith("but charger holds it by conversation 0")


def test_a_call_for_the_task_of_another_is_found(talk, rules):
    talk.call(0.0, TaskKind.CHARGE, "agv_1")
    talk.call(1.0, TaskKind.CHARGE, "agv_2", task=0)
    assert rules(talk.end(100.0), talk.scenario) == {"unknown-call"}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (None, {"double-award"}),  # it may be lost
        ((Performative.FAILURE, TOO_LATE), {"double-award"}),
        ((Performative.FAILURE, 0.0), set()),
        ((Performative.INFORM_DONE, DROPPED), set()),
    ],
)
def test_a_cancel_ends_an_award_only_when_the_contractor_says_so(talk, rules, answer, found):
    call = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.say(5.0, Performative.CANCEL, call, "agv_1", "charger")
    if answer is not None:
        talk.say(6.0, answer[0], call, "charger", "agv_1", value=answer[1])
    talk.deal(7.0, TaskKind.CHARGE, "agv_1", "charger_2", task=0)
    assert rules(talk.end(100.0), talk.scenario) == found


@pytest.mark.parametrize(("again_s", "found"), [(39.0, {"double-award"}), (40.0, set())])
def test_a_cancel_that_is_not_answered_ends_an_award_with_its_lease(talk, rules, again_s, found):
    call = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger", until_s=30.0)
    talk.say(10.0, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger", value=40.0)  # a renewal
    talk.say(20.0, Performative.CANCEL, call, "agv_1", "charger")
    talk.deal(again_s, TaskKind.CHARGE, "agv_1", "charger_2", task=0)
    assert rules(talk.end(100.0), talk.scenario) == found


def test_a_contractor_that_has_failed_holds_nothing_and_must_not_agree_when_asked_again(talk, rules, check_story):
    call = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.say(5.0, Performative.FAILURE, call, "charger", "agv_1")
    talk.say(6.0, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger")  # the news is on its way
    talk.deal(7.0, TaskKind.CHARGE, "agv_1", "charger_2", task=0)
    assert rules(talk.end(100.0, trace=False), talk.scenario) == set()
    talk.say(8.0, Performative.AGREE, call, "charger", "agv_1")
    (found,) = check_story(talk.end(100.0, trace=False), talk.scenario)
    assert (found.rule, found.time_s) == ("void-agree", 8.0)


def test_a_contract_that_was_cancelled_and_dropped_is_not_done(talk, rules):
    call = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.say(5.0, Performative.CANCEL, call, "agv_1", "charger")
    talk.say(6.0, Performative.INFORM_DONE, call, "charger", "agv_1", value=DROPPED)
    talk.say(7.0, Performative.INFORM_DONE, call, "charger", "agv_1", value=DROPPED)  # the cancel came twice
    assert rules(talk.end(100.0, trace=False), talk.scenario) == set()
    talk.say(8.0, Performative.INFORM_DONE, call, "charger", "agv_1")
    assert rules(talk.end(100.0, trace=False), talk.scenario) == {"double-done"}


def test_two_winners_of_one_call_are_found(talk, rules):
    call = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.say(1.0, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger_2")
    assert rules(talk.end(100.0), talk.scenario) == {"double-award"}


def test_an_award_of_a_task_that_is_done_is_found(talk, rules):
    call = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.say(5.0, Performative.INFORM_DONE, call, "charger", "agv_1")
    talk.deal(6.0, TaskKind.CHARGE, "agv_1", "charger_2", task=0)
    assert rules(talk.end(100.0), talk.scenario) == {"double-award", "open-call"}


def test_a_task_that_is_done_twice_or_by_another_agent_is_found(talk, rules, check_story):
    call = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.say(5.0, Performative.INFORM_RESULT, call, "charger_2", "agv_1")
    assert rules(talk.end(100.0, trace=False), talk.scenario) == {"double-done"}
    talk.say(6.0, Performative.INFORM_DONE, call, "charger", "agv_1")
    talk.say(7.0, Performative.INFORM_DONE, call, "charger_2", "agv_1")
    assert [violation.time_s for violation in check_story(talk.end(100.0, trace=False), talk.scenario)] == [5.0, 7.0]


def test_an_award_before_any_offer_is_found(talk, rules):
    call = talk.call(0.0, TaskKind.CHARGE, "agv_1")
    talk.say(0.0, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger")
    assert rules(talk.end(100.0), talk.scenario) == {"early-award"}


def test_an_award_to_an_agent_that_made_no_offer_is_found(talk, rules):
    call = talk.call(0.0, TaskKind.CHARGE, "agv_1")
    talk.say(0.0, Performative.PROPOSE, call, "charger", "agv_1")
    talk.say(0.0, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger_2")
    assert rules(talk.end(100.0), talk.scenario) == {"early-award"}


@pytest.mark.parametrize(("award_s", "found"), [(2.0, set()), (2.1, {"late-award"})])
def test_an_offer_holds_until_the_reply_by(talk, rules, award_s, found):
    call = talk.call(0.0, TaskKind.CHARGE, "agv_1", wait_s=2.0)
    talk.say(0.0, Performative.PROPOSE, call, None, "agv_1")
    talk.say(award_s, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger")
    assert rules(talk.end(100.0), talk.scenario) == found


@pytest.mark.parametrize(("award_s", "found"), [(52.0, set()), (52.1, {"late-award"})])
def test_a_revised_call_has_a_reply_by_of_its_own(talk, rules, award_s, found):
    """Many rounds may be longer than a lease."""
    call = talk.call(0.0, TaskKind.CHARGE, "agv_1", wait_s=2.0)
    talk.say(0.0, Performative.PROPOSE, call, None, "agv_1")
    talk.say(50.0, Performative.CFP, call, "agv_1", None)
    talk.say(50.0, Performative.PROPOSE, call, None, "agv_1")
    talk.say(award_s, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger")
    assert rules(talk.end(100.0), talk.scenario) == found


def test_an_award_after_the_call_was_withdrawn_is_found(talk, rules):
    call = talk.call(0.0, TaskKind.CHARGE, "agv_1")
    talk.say(0.0, Performative.PROPOSE, call, None, "agv_1")
    talk.say(1.0, Performative.CANCEL, call, "agv_1", None, count=0)
    talk.say(1.0, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger")
    assert rules(talk.end(100.0), talk.scenario) == {"late-award"}


def test_a_second_winner_of_one_conversation_is_found_though_the_first_has_refused(talk, rules):
    call = talk.call(0.0, TaskKind.CHARGE, "agv_1")
    talk.say(0.0, Performative.PROPOSE, call, None, "agv_1", count=2)
    talk.say(0.0, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger")
    talk.say(0.0, Performative.REFUSE, call, "charger", "agv_1")
    talk.say(0.0, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger_2")
    assert rules(talk.end(100.0), talk.scenario) == {"double-award"}


@pytest.mark.parametrize(
    ("words", "sender", "receiver", "value"),
    [
        (Performative.CFP, "agv_2", None, 0.0),  # it is not its task
        (Performative.PROPOSE, "charger", "agv_2", 0.0),
        (Performative.REFUSE, "arm", "agv_1", 0.0),  # it charges nobody
        (Performative.REJECT_PROPOSAL, "agv_1", "arm", 0.0),
        (Performative.FAILURE, None, "agv_1", 0.0),  # whose?
        (Performative.FAILURE, "charger", "agv_1", TOO_LATE),  # of a cancel that was not sent
        (Performative.INFORM_DONE, "charger", "agv_1", DROPPED),
    ],
)
def test_messages_of_the_wrong_sender_are_found(talk, rules, words, sender, receiver, value):
    call = talk.call(0.0, TaskKind.CHARGE, "agv_1")
    talk.say(0.0, words, call, sender, receiver, value=value)
    assert rules(talk.end(100.0), talk.scenario) == {"protocol"}


def test_a_contractor_that_is_done_does_not_agree_again(talk, rules):
    call = talk.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    talk.say(5.0, Performative.INFORM_DONE, call, "charger", "agv_1")
    talk.say(6.0, Performative.AGREE, call, "charger", "agv_1")
    assert rules(talk.end(100.0), talk.scenario) == {"void-agree"}


def test_messages_without_a_call_are_found(talk, rules):
    talk.say(0.0, Performative.PROPOSE, 7, "charger", "agv_1")
    assert rules(talk.end(100.0), talk.scenario) == {"unknown-call"}


def test_an_unsolicited_offer_is_found(talk, rules):
    conversation = talk.conversations
    talk.log.conversation(conversation, 0, TaskKind.CHARGE, NOBODY, talk.ids["agv_1"], 0.0, 2.0)
    talk.say(0.0, Performative.PROPOSE, conversation, "charger", "agv_1")
    assert rules(talk.end(100.0), talk.scenario) == {"unknown-call"}


def test_a_task_that_is_done_without_acknowledgement_is_found(talk, rules):
    call = talk.call(0.0, TaskKind.CHARGE, "agv_1")
    talk.say(0.0, Performative.PROPOSE, call, None, "agv_1")
    talk.say(0.0, Performative.ACCEPT_PROPOSAL, call, "agv_1", "charger")
    talk.say(9.0, Performative.INFORM_DONE, call, "charger", "agv_1")
    assert rules(talk.end(100.0), talk.scenario) == {"unacknowledged"}


def test_messages_before_their_call_are_found(talk, rules):
    talk.say(0.0, Performative.PROPOSE, 0, "charger", "agv_1")
    talk.call(5.0, TaskKind.CHARGE, "agv_1")
    assert rules(talk.end(100.0), talk.scenario) == {"unknown-call"}


def test_a_call_may_wait_for_answers_when_the_horizon_comes(new_story, rules):
    for drain, found in ((False, set()), (True, {"open-call", "lost-task", "drained"})):
        story = new_story(drain=drain)
        story.release(98.0, "phone-1")
        story.call(99.0, TaskKind.TRANSPORT, "phone-1", wait_s=2.0)
        assert rules(story.end(100.0), story.scenario) == found


def test_a_contract_may_be_in_work_when_the_horizon_comes(new_story, rules):
    for drain, found in ((False, set()), (True, {"open-call", "drained"})):
        story = new_story(drain=drain)
        story.release(0.0, "phone-1")
        story.deal(0.0, TaskKind.TRANSPORT, "phone-1", "agv_1")
        assert rules(story.end(100.0), story.scenario) == found


def test_a_vehicle_may_charge_when_the_factory_is_drained(new_story, rules):
    story = new_story(drain=True)
    story.deal(0.0, TaskKind.CHARGE, "agv_1", "charger")
    assert rules(story.end(100.0), story.scenario) == set()


def test_a_call_that_outlives_its_job_is_found(story, rules):
    story.deal(50.0, TaskKind.OPERATION, "phone-1", "drill")
    assert rules(story.end(200.0), story.scenario) == {"open-call"}


def test_a_task_that_was_not_announced_again_is_lost(story, rules):
    story.call(50.0, TaskKind.TRANSPORT, "phone-1")
    assert rules(story.end(200.0), story.scenario) == {"lost-task"}


def test_an_infeasible_task_is_reported_and_not_lost(story, rules):
    story.call(50.0, TaskKind.TRANSPORT, "phone-1")
    story.tell(52.0, Event.INFEASIBLE, "phone-1", "phone-1", NOBODY, TaskKind.TRANSPORT)
    assert rules(story.end(200.0), story.scenario) == set()


@pytest.mark.parametrize("column", ["conversation", "sender", "performative"])
def test_every_change_of_an_award_or_inform_done_is_found(story, column, check_story):
    log = story.end(200.0)
    told = np.isin(log.messages["performative"], (Performative.ACCEPT_PROPOSAL, Performative.INFORM_DONE))
    rows = np.flatnonzero(told)
    if column == "sender":  # who awards is the manager of the call; who is done is the contractor
        rows = rows[log.messages["performative"][rows] == Performative.INFORM_DONE]
    for row in rows:
        messages = log.messages.copy()
        messages[row][column] = {"conversation": 99, "sender": story.ids["agv_2"], "performative": Performative.CFP}[
            column
        ]
        assert check_story(log.replace(messages=messages), story.scenario) != []
