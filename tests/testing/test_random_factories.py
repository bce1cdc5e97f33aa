"""A seed stands for one factory, on every machine."""

from robocell.environments import Scenario
from robocell.testing import random_factory, random_language_factory, random_scenario


def test_the_same_seed_gives_the_same_factory_and_another_seed_another() -> None:
    assert random_factory(3) == random_factory(3)
    assert random_factory(3) != random_factory(4)
    assert random_scenario(3) == Scenario.parse(random_factory(3))


def test_so_does_a_seed_of_the_whole_language() -> None:
    assert random_language_factory(3) == random_language_factory(3)
    assert random_language_factory(3) != random_language_factory(4)


def test_every_key_of_orders_results_and_products_is_drawn() -> None:
    drawn: set[str] = set()
    for seed in range(200):
        drawn |= _keys(random_language_factory(seed))
    wanted = "sources sinks profile products priority limit from to wip pace between rates results then at_most scrap"
    assert drawn >= {*wanted.split(), "weibull", "pert", "beta", "discrete", "empirical", "truncated", "shifted", "sd"}


def _keys(data: object) -> set[str]:
    """All keys of nested sections, and the names of distributions."""
    if isinstance(data, list):
        return set().union(*map(_keys, data))
    if not isinstance(data, dict):
        return set()
    return {*data, data.get("distribution", "")}.union(*map(_keys, data.values()))
