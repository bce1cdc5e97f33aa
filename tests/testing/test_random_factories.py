"""A seed stands for one factory, on every machine."""

from robocell.environments import Scenario
from robocell.testing import random_factory, random_scenario


def test_the_same_seed_gives_the_same_factory_and_another_seed_another() -> None:
    assert random_factory(3) == random_factory(3)
    assert random_factory(3) != random_factory(4)
    assert random_scenario(3) == Scenario.parse(random_factory(3))
