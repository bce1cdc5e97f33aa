"""A reader is told where an interval may not hold, and where values are missing."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fakes import named_trial, study
from typer.testing import CliRunner

from robocell.experiments.command import console
from robocell.experiments.command.cli import app
from robocell.experiments.report.experiment_charts import all_charts
from robocell.experiments.report.page import page
from robocell.experiments.results.cautions import cautions
from robocell.experiments.results.differences import differences
from robocell.experiments.results.tables import Results
from robocell.experiments.runner import run


@pytest.fixture
def results(tmp_path) -> Results:
    return run(study(replications=4), tmp_path, function=named_trial, executor="serial").results


def with_values(results: Results, case: int, metric: str, values: list[float]) -> Results:
    trials = results.trials.copy()
    trials.loc[trials["case"] == case, metric] = values
    return replace(results, trials=trials)


def test_values_without_a_tail_need_no_caution(results):
    for case in range(3):
        results = with_values(results, case, "throughput_per_h", [60.0, 61.0, 62.0, 63.0])
        results = with_values(results, case, "flow_time_mean_s", [600.0, 610.0, 620.0, 630.0])
    assert cautions(results) == []


def test_a_stop_in_one_of_four_replications_is_reported_with_kpi_case_and_remedy(results):
    for case in range(3):
        results = with_values(results, case, "flow_time_mean_s", [600.0, 610.0, 620.0, 630.0])
    found = with_values(results, 1, "throughput_per_h", [80.0, 80.2, 79.9, 20.0])
    (caution,) = cautions(found)
    assert caution.startswith("Skewed, in few replications: throughput of machines=2 (n = 4).")
    assert "4 replications easily miss something that affects less than 53 % of them" in caution
    assert caution.endswith("Set replications to 20 or more.")
    assert caution in page(found, all_charts(found)).replace("&#39;", "'")


def test_replications_without_a_value_are_reported(results):
    found = with_values(results, 2, "flow_time_mean_s", [600.0, np.nan, 620.0, np.nan])
    assert any(
        caution.startswith("Without a value in some replications: lead time of machines=3 (2).")
        for caution in cautions(found)
    )


def test_the_machine_readable_outcome_has_the_cautions_too(tmp_path):
    given = ["run", "quickstart", "-o", str(tmp_path / "out"), "--json", "--executor", "serial"]
    shorter = ["replications=2", "horizon=10min", "warm_up=0s", "sweep.grid.fleet.agvs.count=[1]"]
    done = CliRunner().invoke(app, [*given, *(part for text in shorter for part in ("--set", text))])
    assert isinstance(json.loads(done.stdout)["cautions"], list)


def test_differences_from_the_best_case_allow_for_having_picked_it(results):
    found = differences(results)
    assert found is not None
    assert found.picked
    assert "for having picked the best" in page(results, all_charts(results))


def test_no_interval_is_cut_where_the_table_is_wider_than_the_terminal(results, monkeypatch, capsys):
    monkeypatch.setattr(console, "PIPED_WIDTH", 70)
    found = with_values(results, 1, "throughput_per_h", [80.0, 80.2, 79.9, 20.0])
    console.show_cases(found.overview)
    words = capsys.readouterr().out.split()
    for row in found.rows:
        assert all(word in words for text in row.texts for word in text.split())
