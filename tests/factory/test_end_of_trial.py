"""A trial ends once, at the same instant however it is driven, and Mesa's own loops end with it."""

from __future__ import annotations

from typing import Any

import mesa
import pytest

from robocell.environments import Factory, Scenario
from robocell.environments.config.errors import TrialEndedError
from robocell.testing import changed

from .conftest import run
from .test_factory import cycle


@pytest.fixture(params=["floor", "floor that drains", "odd horizon", "matrix", "instant"])
def factory_data(request: pytest.FixtureRequest, cell: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    """Factories with and without ticks; one whose horizon lies within a tick."""
    return {
        "floor": changed(cell, horizon="20min", drain=False),
        "floor that drains": changed(cell, horizon="20min"),
        "odd horizon": changed(cell, horizon="1200.3s"),
        "matrix": table,
        "instant": {**cycle(), "storage": {"shelf": {"capacity": None}}},
    }[request.param]


WHOLE: dict[str, str] = {}


@pytest.fixture
def whole(request: pytest.FixtureRequest, factory_data: dict[str, Any]) -> str:
    """Digest of the log of a factory that is run at once; the same for all tests."""
    name = request.node.callspec.params["factory_data"]
    if name not in WHOLE:
        WHOLE[name] = run(factory_data).log.digest()
    return WHOLE[name]


def test_a_loop_of_steps_ends_where_run_ends(factory_data: dict[str, Any], whole: str) -> None:
    stepped = Factory(Scenario.parse(factory_data))
    while stepped.running:
        stepped.step()
    assert stepped.ended
    assert stepped.log.digest() == whole


def test_run_model_ends_where_run_ends(factory_data: dict[str, Any], whole: str) -> None:
    factory = Factory(Scenario.parse(factory_data))
    factory.run_model()
    assert factory.running is False
    assert factory.log.digest() == whole


def test_a_run_in_pieces_ends_at_the_horizon(factory_data: dict[str, Any], whole: str) -> None:
    factory = Factory(Scenario.parse(factory_data))
    time_s = 0.0
    while factory.running:
        time_s += 500.0
        factory.run_until(time_s)
    assert factory.log.digest() == whole


def test_the_end_of_a_piece_may_be_a_duration_with_its_unit(cell: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(cell))
    factory.run_until("2min")
    assert factory.now_s == 120.0
    with pytest.raises(ValueError, match="'3' has no unit; write a duration like 45s"):
        factory.run_until("3")


def test_without_drain_the_log_ends_at_the_horizon(cell: dict[str, Any]) -> None:
    factory = run(changed(cell, horizon="1200.3s", drain=False))
    assert factory.now_s == factory.log.end_s == 1200.3


def test_a_factory_that_cannot_drain_ends_all_the_same() -> None:
    stuck = Factory(Scenario.parse(changed(cycle(), horizon="1min")))
    stuck.run_model()
    assert stuck.workload.in_process > 0
    assert stuck.now_s == 11 * 60.0


def test_nothing_happens_after_the_end(cell: dict[str, Any]) -> None:
    factory = run(changed(cell, horizon="10min", drain=False))
    digest = factory.log.digest()
    for go_on in (factory.step, factory.run, lambda: factory.run_until(1e6)):
        with pytest.raises(TrialEndedError, match=r"after the end of the trial of 'cell' at 600 s; make a new Factory"):
            go_on()
    assert factory.finish().digest() == digest, "the log is closed once"


class Measured(Factory):
    """Counts the parts in process at every step, as Mesa's models do."""

    def __init__(self, scenario: Scenario, *, rng: int | None = None) -> None:
        super().__init__(scenario, rng=rng)
        self.datacollector = mesa.DataCollector(model_reporters={"wip": lambda model: model.workload.in_process})

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


@pytest.mark.skipif(not hasattr(mesa, "batch_run"), reason="Mesa 4 has no batch_run")
def test_mesas_batch_run_runs_factories_to_their_end(cell: dict[str, Any]) -> None:
    scenario = Scenario.parse(changed(cell, horizon="10min", drain=False))
    parameters = {"scenario": [scenario, scenario.model_copy(update={"seed": 8})]}
    rows = mesa.batch_run(Measured, parameters, max_steps=10**6, display_progress=False)
    assert [row["scenario"].seed for row in rows] == [7, 8]
    assert all(599 <= row["Step"] <= 600 for row in rows)  # Mesa 3.3 counts steps from 0, Mesa 3.5 tells the time
    assert all(row["wip"] > 0 for row in rows)
    mesa.batch_run(Factory, parameters, max_steps=10**6, display_progress=False)


def test_remove_all_agents_ends_the_trial_in_silence(factory_data: dict[str, Any]) -> None:
    factory = Factory(Scenario.parse(factory_data))
    factory.run_until(300.0)
    events = len(factory.log.events)
    factory.remove_all_agents()
    assert len(factory.agents) == 0
    assert factory.running is False
    assert factory.log.end_s == 300.0
    assert factory.clock.next_s() == float("inf")
    with pytest.raises(TrialEndedError):
        factory.step()
    assert len(factory.log.events) == events
