"""The trials of the benchmark of calls do the same work on every channel."""

import pytest

from robocell.agents.shop.tasks import TaskKind
from robocell.environments import Factory, measure
from robocell.experiments.benchmarks.calls import CHANNELS, run, scenario


@pytest.mark.parametrize("channel", [None, *CHANNELS.values()], ids=["perfect", *CHANNELS])
def test_every_part_is_carried_on_every_channel_and_each_transport_is_called_once(channel):
    plan = scenario(40, 6, channel=channel)
    log = Factory(plan).run()
    assert measure(log, plan)["finished"] == 3
    assert (log.conversations["task_kind"] == TaskKind.TRANSPORT).sum() == 6


def test_the_figures_are_multiples_of_the_perfect_channel():
    found = run(vehicles=30, calls=2)
    assert found["delayed_ratio"] > 1
    assert found.keys() == {"us_per_call", "full_ratio", *(f"{name}_ratio" for name in CHANNELS), "vehicles", "calls"}
