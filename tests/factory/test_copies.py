"""A factory can be copied or pickled at any moment, and both go on to the same bytes."""

from __future__ import annotations

import pickle
from copy import deepcopy
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from robocell.agents import AGV
from robocell.agents.mechanisms import MECHANISMS
from robocell.environments import Factory, Scenario
from robocell.environments.config.errors import CopyError
from robocell.environments.scenario.shipped import shipped_names
from robocell.testing import CELL, random_factory

from ..daily import daily

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNEL = {"delay": {"distribution": "uniform", "low": "0s", "high": "1s"}, "loss": 0.1, "duplication": 0.1}


def pickled(factory: Factory) -> Factory:
    return pickle.loads(pickle.dumps(factory))


WAYS = [Factory.copy, deepcopy, pickled]
FEW, MANY = 12, 300  # generated factories, every day and in the slow mark


def digest(factory: Factory) -> str:
    """Of the log at the end."""
    try:
        return (factory.log if factory.ended else factory.run()).digest()
    finally:
        factory.close()


def assert_goes_on_alike(scenario: Scenario, share: float, *ways: Callable[[Factory], Factory]) -> None:
    """Copies that are made after a share of the run, and what was copied, end like a run without copies."""
    whole = Factory(scenario)
    expected, end_s = digest(whole), whole.log.end_s
    original = Factory(scenario)
    original.run_until(end_s * share)
    copies = [way(original) for way in ways]
    assert [digest(factory) for factory in (original, *copies)] == [expected] * (1 + len(copies))


def changed(**keys: Any) -> Scenario:
    return Scenario.parse(deepcopy(CELL) | {"horizon": "20min"} | keys)


SAME = ("fleet_sizing", "unmanned")  # begin with the factories of other configs


@pytest.mark.parametrize("name", daily(*(set(shipped_names()) - {*SAME}), of=shipped_names()))
def test_every_factory_that_comes_with_robocell_can_be_copied(name: str) -> None:
    scenario = Scenario.load(name)
    scenario = scenario.model_copy(update={"horizon_s": min(scenario.horizon_s, 1200.0)})
    assert_goes_on_alike(scenario, 0.4, *WAYS)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_under_every_mechanism(mechanism: str) -> None:
    scenario = changed(negotiation={"mechanism": mechanism}, horizon="10min")
    assert_goes_on_alike(scenario, 0.5, Factory.copy, pickled)


@pytest.mark.parametrize("mechanism", ["contract_net", "hungarian", "iterated"])
def test_while_messages_are_on_their_way(mechanism: str) -> None:
    scenario = changed(negotiation={"mechanism": mechanism, "channel": CHANNEL}, horizon="10min")
    assert_goes_on_alike(scenario, 0.5, Factory.copy, pickled)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=() if seed < FEW else (pytest.mark.slow,)) for seed in range(MANY)]
)
def test_any_factory_at_any_moment(seed: int) -> None:
    assert_goes_on_alike(Scenario.parse(random_factory(seed)), Random(seed).random(), Factory.copy, pickled)


def test_copies_of_copies() -> None:
    factory = Factory(changed())
    expected = digest(Factory(changed()))
    for minute in range(1, 20, 3):
        factory.run_until(60.0 * minute)
        factory = factory.copy() if minute % 2 else pickled(factory)
    assert digest(factory) == expected


def test_a_copy_does_not_affect_the_original() -> None:
    original = Factory(changed())
    original.run_until(300)
    copy = original.copy()
    copy.agvs[0].remove()
    copy.add_agv()
    copy.run()
    assert digest(original) == digest(Factory(changed()))
    assert copy.log.digest() != original.log.digest()
    assert {agv.model for agv in copy.agvs} == {copy}
    ids = [agent.unique_id for agent in copy.agents]
    assert len(ids) == len(set(ids)), "agents that come to a copy get numbers of their own"


class Patient(AGV):
    """Has a callback and a state of its own."""

    waits = 0

    def wait(self, by: int) -> None:
        self.waits += by
        self.model.clock.schedule(60, self.wait, by)


def test_custom_agents_are_copied_with_their_state_and_scheduled_events() -> None:
    original = Factory(changed(), agent_classes={"agv": Patient})
    for agv in original.agvs:
        agv.model.clock.schedule(30, partial(agv.wait, 2))
    original.run_until(600)
    copies = [way(original) for way in WAYS]
    original.run_until(900)
    for copy in copies:
        assert [agv.waits for agv in copy.agvs] == [20] * 5
        copy.run_until(900)
        assert [agv.waits for agv in copy.agvs] == [agv.waits for agv in original.agvs] == [30] * 5


def test_the_mesa_grid_is_copied_with_the_vehicles_on_it() -> None:
    original = Factory(changed())
    original.run_until(300)
    assert original.grid is not None
    for copy in (original.copy(), pickled(original)):
        assert copy.grid is not None
        assert list(copy.grid.agents) == copy.agvs
        assert np.array_equal(copy.grid.wall.data, original.grid.wall.data)


class Curious(AGV):
    """Would like to know what comes of its offer."""

    def bid(self, call):
        self.model.copy()
        return super().bid(call)


def test_a_copy_within_a_step_is_refused() -> None:
    factory = Factory(changed(), agent_classes={"agv": Curious})
    with pytest.raises(CopyError, match=r"cannot be copied within a step, at \d.* copy it between two steps"):
        factory.run()


def around(agv: AGV) -> Callable[[], object]:
    return lambda: agv.remove()


def default(agv: AGV) -> Callable[[], object]:
    return lambda agv=agv: agv.remove()


def default_by_name(agv: AGV) -> Callable[[], object]:
    return lambda *, agv=agv: agv.remove()


@pytest.mark.parametrize("holding", [around, default, default_by_name])
def test_a_function_that_holds_on_to_the_original_is_refused(holding: Callable[[AGV], Callable[[], object]]) -> None:
    factory = Factory(changed())
    factory.clock.schedule(30, holding(factory.agvs[0]))
    with pytest.raises(CopyError, match=r"<lambda>, due at 30 s, cannot be copied: .*schedule a method"):
        factory.copy()
    with pytest.raises(CopyError, match="cannot be copied"):
        pickle.dumps(factory)
