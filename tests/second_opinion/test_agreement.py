"""`robocell check` and the second opinion judge random factories, and logs that were tampered with, alike."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from robocell.environments import Factory, Scenario, check
from robocell.environments.config.errors import ScenarioError
from robocell.environments.log import NOBODY, Event
from robocell.testing import draw_factory, draw_language, random_factory, random_language_factory

from ..daily import daily
from . import faults, read
from .doctored import doctor, doctor_orders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from robocell.environments.log import EventLog

UNFINISHED = {"drained", "open-call", "lost-task", "lot"}  # what a run breaks that is not empty when it ends
MOVES = (Event.LOADED, Event.UNLOADED, Event.MOVED, Event.MOUNTED, Event.PROCESSING_ENDED, Event.DISMOUNTED)
LEFT = ("is left in the factory", "is not ended", "is forgotten")
LONGEST_REST_S = 1000.0  # a vehicle whose battery ran empty is fetched after 900 s
FEW = range(12)
BLOCK = 50  # factories in one slow test


@dataclass
class Run:
    """A factory that has run."""

    data: dict[str, Any]
    scenario: Scenario
    log: EventLog
    drained: bool

    @property
    def stuck(self) -> bool:
        """Parts are left, and none of them has moved for so long that a breakdown or an empty battery is no excuse."""
        events = self.log.events
        moved_s = events["time_s"][np.isin(events["kind"], MOVES)].max(initial=0.0)
        return not self.drained and moved_s < self.log.end_s - LONGEST_REST_S

    @property
    def jammed(self) -> bool:
        """A circle of parts was named that wait for each other."""
        told = self.log.events[self.log.events["kind"] == Event.JAMMED]
        return bool((told["other"] != NOBODY).any())

    @classmethod
    def of(cls, data: dict[str, Any]) -> Run:
        scenario = Scenario.parse(data)
        factory = Factory(scenario)
        log = factory.run()
        drained = not scenario.drain or factory.workload.in_process == 0
        factory.close()
        return cls(data, scenario, log, drained)

    def first(self, log: EventLog) -> set[str]:
        """The rules that `robocell check` finds broken, but for jams, and what comes of parts that are left."""
        found = {violation.rule for violation in check(log, self.scenario)} - {"jam"}
        return found if self.drained else found - UNFINISHED

    def second(self, log: EventLog, file: Path) -> list[str]:
        """What the second opinion finds impossible, likewise."""
        log.save(file)
        found = faults(read(file), self.data)
        return found if self.drained else [fault for fault in found if not fault.endswith(LEFT)]


def judge(seed: int, file: Path, *, doctored: int, draw: Callable[[int], dict[str, Any]] = random_factory) -> bool:
    """Both opinions of a factory, and of its log as often tampered with; whether it was drained."""
    run = Run.of(draw(seed))
    assert run.jammed or not run.stuck
    assert run.first(run.log) == set()
    assert run.second(run.log, file) == []
    for number in range(doctored):
        tamper = doctor_orders if draw is random_language_factory and number % 2 else doctor
        what, log = tamper(Random(f"{seed}/{number}"), run.log)
        first, second = run.first(log), run.second(log, file)
        assert bool(first) == bool(second), f"seed {seed}, {number}: {what}: {first or second[0]}"
    return run.drained


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.npz"


@pytest.mark.parametrize("seed", daily(*FEW, of=range(25)))
def test_both_accept_real_logs_and_agree_on_corrupted_ones(seed: int, file: Path) -> None:
    judge(seed, file, doctored=5)


@pytest.mark.parametrize("seed", daily(*FEW, of=range(25)))
def test_both_agree_about_factories_of_the_whole_language(seed: int, file: Path) -> None:
    judge(seed, file, doctored=6, draw=random_language_factory)


@pytest.mark.parametrize("draw", [draw_factory, pytest.param(draw_language, marks=pytest.mark.slow)])
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rng=st.randoms(note_method_calls=False))
def test_both_find_nothing_in_factories_that_can_be_made_smaller(
    draw: Callable[[Random], dict[str, Any]], rng: Random, file: Path
) -> None:
    """A failure here is told by the smallest factory that has it."""
    try:
        run = Run.of(draw(rng))
    except ScenarioError:
        assume(False)
    assert run.first(run.log) == set()
    assert run.second(run.log, file) == []


@pytest.mark.parametrize(("draw", "most"), [(draw_factory, 20), (draw_language, 40)])
def test_few_random_factories_are_invalid(draw: Callable[[Random], dict[str, Any]], most: int) -> None:
    refused = 0
    for seed in range(100):
        try:
            Scenario.parse(draw(Random(seed)))
        except ScenarioError:
            refused += 1
    assert refused < most


@pytest.mark.slow
@pytest.mark.parametrize("draw", [random_factory, random_language_factory])
@pytest.mark.parametrize("block", range(20))
def test_both_agree_about_a_thousand_factories_of_each_kind(
    block: int, draw: Callable[[int], dict[str, Any]], file: Path
) -> None:
    seeds = range(block * BLOCK, (block + 1) * BLOCK)
    left = [seed for seed in seeds if not judge(seed, file, doctored=10, draw=draw)]
    print("not drained within the limit:", left)
    assert len(left) < BLOCK / 5
