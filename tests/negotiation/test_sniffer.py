"""Every conversation can be read as a sequence diagram."""

import pytest

from robocell.agents.negotiation.messages import Reason, Refusal
from robocell.environments.factory import Factory
from robocell.experiments.command.sniffer import conversation_messages, conversations_of, sequence_diagram, sniff

from .test_chaos import factory


def test_a_conversation_is_drawn_with_the_winner_next_to_the_manager(hall):
    hall.worker(cost_s=10.0)
    hall.worker(cost_s=8.0)
    hall.worker(answer=lambda call: Refusal(Reason.BUSY))
    hall.asker().ask()
    hall.run(20.0)
    hall.log.close(20.0)
    lines = sequence_diagram(hall.log, 0).splitlines()
    assert lines[0] == "conversation 0: charge 0, called by manager_1"
    assert lines[1].split() == ["time", "s", "manager_1", "worker_2", "worker_1", "worker_3"]
    arrows = [line.split(maxsplit=1)[1] for line in lines[2:]]
    assert arrows[3] == "|<----------------------------propose-|                  |                 10"
    assert "|-accept-proposal->|" in arrows[6]
    assert "|<-----inform-done-|" in arrows[-1]
    said = conversation_messages(hall.log, 0)
    assert [one.performative for one in said].count("propose") == 2
    assert said[6].as_dict()["receiver_name"] == "worker_2"


def test_conversations_are_found_by_task_agent_and_job():
    scenario = factory(negotiation={}, minutes=10)
    log = Factory(scenario).run()
    by_task = conversations_of(log, task=0)
    assert by_task
    assert set(log.conversations[by_task]["task"].tolist()) == {0}
    names = {
        said.sender_name for one in conversations_of(log, job="part-0") for said in conversation_messages(log, one)
    }
    assert "part-0" in names
    assert all(
        "arm" in {end for said in conversation_messages(log, one) for end in (said.sender_name, said.receiver_name)}
        for one in conversations_of(log, agent="arm")
    )
    assert len(list(sniff(log, limit=5))) == 5


def test_many_contractors_share_a_lane(hall):
    for _ in range(20):
        hall.worker()
    hall.asker().ask()
    hall.run(0.0)
    hall.log.close(0.0)
    text = sequence_diagram(hall.log, 0)
    assert "others" in text.splitlines()[1]
    assert "reject-proposal (14)" in text


def test_an_unknown_conversation_is_named(hall):
    hall.log.close(0.0)
    with pytest.raises(KeyError, match="the log has no conversation 7; it has 0 of them"):
        sequence_diagram(hall.log, 7)
