"""Random factories in which agents leave and vehicles join: nothing breaks, and the check finds nothing wrong."""

from __future__ import annotations

import contextlib
from random import Random

import pytest

from robocell.agents.shop.job import Job
from robocell.environments import Factory, Scenario, check
from robocell.environments.config.errors import LayoutError, ScenarioError
from robocell.testing import random_factory

from ..daily import daily
from .test_agreement import FEW, UNFINISHED

BLOCK = 50  # factories in one slow test


def come_and_go(factory: Factory, rng: Random) -> None:
    """Somebody leaves, or a vehicle joins where there is room for one."""
    groups = [factory.agvs, factory.stations, factory.robots, factory.chargers, factory.storages]
    groups.append([agent for agent in factory.agents if isinstance(agent, Job)])
    group = rng.choice([*groups, None, None])
    if group:
        rng.choice(list(group)).remove()
    elif group is None:
        with contextlib.suppress(ScenarioError, LayoutError):  # parts move themselves, or the floor is full
            factory.add_agv()


def judge(seed: int) -> None:
    rng = Random(seed)
    scenario = Scenario.parse(random_factory(seed))
    factory = Factory(scenario)
    time_s = 0.0
    for _ in range(rng.randint(1, 4)):
        time_s += rng.choice((1.0, 5.0, 7.5, 20.0))
        factory.run_until(time_s)
        if not factory.running:
            break
        come_and_go(factory, rng)
    log = factory.run() if factory.running else factory.log
    expected = {"jam"} if factory.workload.in_process == 0 else {"jam", *UNFINISHED}
    found = {violation.rule: str(violation) for violation in check(log, scenario)}
    assert found.keys() <= expected, f"seed {seed}: {found}"
    factory.close()


@pytest.mark.parametrize("seed", daily(*FEW, of=range(20)))
def test_the_check_finds_nothing_when_agents_of_random_factories_join_and_leave(seed: int) -> None:
    judge(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_the_check_finds_nothing_in_a_thousand_such_factories(block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        judge(seed)
