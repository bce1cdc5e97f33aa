"""Random factories over the whole scenario language drain, break no rule, and run alike again and from a copy."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from robocell.environments import Factory, Scenario
from robocell.testing import random_language_factory

from ..daily import daily
from ..second_opinion.test_agreement import Run
from .test_copies import assert_goes_on_alike

FEW = range(40)
BLOCK = 50  # factories in one slow test
MOST_EVENTS, MOST_MESSAGES = 100_000, 2_000_000  # of a run, far above what the largest needs


def judge(seed: int) -> None:
    """Run a factory to its end; if it is not empty then, its parts still move, or a circle of them was reported."""
    run = Run.of(random_language_factory(seed))
    assert run.first(run.log) == set(), f"seed {seed}"
    assert run.jammed or not run.stuck, f"seed {seed}"
    assert len(run.log.events) < MOST_EVENTS
    assert len(run.log.messages) < MOST_MESSAGES


@pytest.mark.parametrize("seed", daily(*FEW, of=FEW))
def test_a_factory_of_the_whole_language_ends_and_breaks_no_rule(seed: int) -> None:
    judge(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_five_hundred_factories_end_and_break_no_rule(block: int) -> None:
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        judge(seed)


@pytest.mark.parametrize("seed", daily(*range(8), of=range(100)))
def test_a_copy_at_any_moment_and_another_run_end_alike(seed: int) -> None:
    assert_goes_on_alike(Scenario.parse(random_language_factory(seed)), Random(seed).random(), Factory.copy)


@pytest.mark.parametrize("seed", daily(*range(6), of=range(60)))
def test_what_if_plans_every_factory_without_priorities(seed: int) -> None:
    run = Run.of(planned(random_language_factory(seed)))
    assert run.first(run.log) == set()


def planned(data: dict[str, Any]) -> dict[str, Any]:
    """The same factory under a planner, which knows no priorities."""
    streams = data["orders"] if isinstance(data["orders"], list) else [data["orders"]]
    orders = [order for stream in streams for order in stream.get("orders", ())]
    for ranked in (*data["products"].values(), *streams, *orders):
        ranked.pop("priority", None)
    data["negotiation"] |= {"mechanism": "what_if", "queue_limit": 1}
    return data
