"""The plain simulation that `robocell bench events` compares with is of the same factory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from robocell.agents.events import Event
from robocell.environments import Factory
from robocell.experiments import Experiment
from robocell.experiments.benchmarks.events import PlainFactory, RecordedFactory, run, scenario


@pytest.mark.parametrize("seed", [1, 2])
def test_it_finishes_as_many_parts_and_does_as_many_tasks(seed: int) -> None:
    plan = scenario(hours=60.0).model_copy(update={"seed": seed})
    recorder = RecordedFactory(plan)
    kinds = recorder.run().events["kind"]
    plain = PlainFactory(recorder.orders, plan.horizon_s)
    plain.run()
    tasks = np.count_nonzero((kinds == Event.UNLOADED) | (kinds == Event.PROCESSING_ENDED))
    assert plain.finished == pytest.approx(np.count_nonzero(kinds == Event.FINISHED), abs=2)
    assert plain.done == pytest.approx(int(tasks), rel=0.002)
    assert tasks > 5000


def test_the_factory_is_that_of_the_validation() -> None:
    config = Path(__file__).parents[2] / "experiments" / "validation" / "law_factory.yaml"
    (published,) = (case.scenario for case in Experiment.load(config).cases if case.label == "design 3")
    for part in ("transport", "stations", "products", "orders", "fleet", "negotiation"):
        assert getattr(scenario(), part) == getattr(published, part), part


def test_the_recorder_changes_nothing() -> None:
    plan = scenario(hours=5.0)
    assert RecordedFactory(plan).run().digest() == Factory(plan).run().digest()


def test_the_benchmark_says_what_a_task_costs() -> None:
    figures = run(hours=2.0)
    assert figures["ratio_to_plain"] == pytest.approx(figures["us_per_task"] / figures["plain_us_per_task"])
    assert figures["tasks"] > 50
    assert figures["finished"] == pytest.approx(figures["plain_finished"], abs=2)
