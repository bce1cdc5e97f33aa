"""A KPI that no trial will have is told before the first trial, with its place in the file."""

from pathlib import Path

import pytest

from robocell.environments import Factory, Scenario, measure
from robocell.environments.kpis import kpi_names
from robocell.environments.scenario.shipped import CONFIGS
from robocell.experiments import Experiment, ExperimentError, run
from robocell.experiments.design.asked_kpis import check_asked_kpis
from robocell.experiments.design.trials import Trial
from robocell.experiments.execution.attempts import Measurement

WRONG = {
    "replications": {"until": 0.02, "of": "thruput_per_h"},
    "question": {"kind": "best_policy", "metric": "thruput_per_h"},
    "answer": {"of": "thruput_per_h"},
}


def experiment(**more: object) -> Experiment:
    data = {"scenario": str(CONFIGS / "job_shop.yaml"), "sweep": {"grid": {"fleet.agvs.count": [1, 2]}}}
    return Experiment.parse(data | {"replications": 20} | more)


@pytest.mark.parametrize("key", WRONG)
def test_an_unknown_kpi_is_refused_before_anything_runs(key: str, tmp_path: Path):
    asked = experiment(**{key: WRONG[key]})
    with pytest.raises(ExperimentError, match=rf"{key}.*there is no KPI 'thruput_per_h'.*throughput_per_h"):
        run(asked, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_kpi_of_a_target_is_checked_too():
    target = {"metric": "lead_time", "at_most": "5min"}
    asked = experiment(question={"kind": "smallest_fleet", "target": target})
    with pytest.raises(ExperimentError, match=r"question\.target\.metric: there is no KPI 'lead_time'"):
        check_asked_kpis(asked)


def test_due_dates_are_needed_for_lateness():
    data = {"scenario": str(CONFIGS / "job_shop.yaml"), "answer": {"of": "late_share"}}
    products = Experiment.parse(data).cases[0].scenario.products
    check_asked_kpis(Experiment.parse(data, {f"products.{name}.due": "10min" for name in products}))
    nothing_due = Experiment.parse(data, {f"products.{name}.due": None for name in products})
    with pytest.raises(ExperimentError, match=r"answer\.of: late_share has no value where nothing is due"):
        check_asked_kpis(nothing_due)


def test_trials_of_another_model_have_kpis_of_their_own(tmp_path: Path):
    found = run(experiment(answer={"of": "happiness"}), tmp_path, function=happy, executor="serial")
    assert "happiness" in found.results.metrics


def happy(trial: Trial) -> Measurement:
    return Measurement(values={"happiness": float(trial.seed % 7)})


@pytest.mark.parametrize("config", sorted(path.stem for path in CONFIGS.glob("*.yaml")))
def test_the_names_are_those_that_are_measured(config: str):
    scenario: Scenario = Experiment.load(config).cases[0].scenario
    factory = Factory(scenario)
    factory.run_until(60)
    assert kpi_names(scenario) == list(measure(factory.finish(), scenario))
