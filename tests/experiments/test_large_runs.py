"""Runs of many cases: what is made takes little time, is made once, and shows no more than can be read."""

import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fakes import line, named_trial
from matplotlib.figure import Figure

from robocell.experiments.design.experiment import Experiment
from robocell.experiments.report.charts import Curve, lines
from robocell.experiments.report.experiment_charts import all_charts
from robocell.experiments.report.tables import bottleneck_table, case_table, difference_table
from robocell.experiments.results.analysis import summarise
from robocell.experiments.results.statistics import INTERVALS, skewness, spread
from robocell.experiments.results.tables import Results
from robocell.experiments.runner import finish, run


def study(**changes: object) -> Experiment:
    grid = {"stations.cell.machines": [1, 2], "orders.rate": [f"{rate}/h" for rate in range(20, 80)]}
    return Experiment.parse({"scenario": line(), "sweep": {"grid": grid}, "replications": 2, **changes})


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Results:
    """120 cases that make 60 lines."""
    folder = tmp_path_factory.mktemp("many")
    outputs = {"figures": False, "report": False, "logs": "none"}
    return run(study(outputs=outputs), folder, function=named_trial, executor="serial").results


@pytest.mark.parametrize("kind", INTERVALS)
def test_the_summary_says_of_each_case_what_its_values_say_alone(kind):
    rng = np.random.default_rng(1)
    sizes = [1, 2, 3, 5, 20, 20, 20, 33]
    trials = pd.DataFrame({"case": np.repeat(np.arange(len(sizes)), sizes), "status": "done"})
    trials["label"] = trials["case"].map(str)
    for name in ("normal", "long", "same", "holes", "none"):
        trials[name] = rng.normal(size=len(trials))
    trials["long"] = np.exp(3 * trials["long"])
    trials["same"] = 0.1
    trials.loc[trials.index % 3 == 0, "holes"] = np.nan
    trials["none"] = np.nan
    trials.loc[4, "status"] = "failed"
    found = summarise(trials, keys=(), metrics=list(trials.columns[3:]), interval=INTERVALS[kind])
    assert len(found) == len(sizes) * 5
    for row in found.itertuples():
        values = trials.loc[(trials["case"] == row.case) & (trials["status"] == "done"), row.metric].to_numpy()
        values = values[~np.isnan(values)]
        mean = values.mean() if values.size else np.nan
        expected = [values.size, mean, *INTERVALS[kind](values), spread(values), skewness(values)]
        assert np.array_equal([row.n, row.mean, row.low, row.high, row.sd, row.skew], expected, equal_nan=True)


def test_a_chart_is_laid_out_once_and_drawn_once_for_each_format(monkeypatch):
    points = np.arange(3.0)
    chart = lines("a", "b", "", [Curve("c", points, points, points - 1, points + 1)], x_title="x", y_title="y")
    drawn: list[Figure] = []
    draw = Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda self, renderer: (drawn.append(self), draw(self, renderer)))
    assert chart.png.startswith(b"\x89PNG")
    assert chart.svg.count(b"fill: #ffffff") == 1, "its background"
    assert "fill: #ffffff" not in chart.inline_svg()
    assert (chart.png, chart.svg, len(drawn)) == (chart.png, chart.svg, 3)


def test_a_chart_shows_the_lines_that_matter_and_says_how_many_there_are(many):
    chart = all_charts(many)[0]
    (axes,) = chart.figure.axes
    assert len(axes.get_lines()) == 10
    assert "the 10 lines of 60 with the best" in chart.note


def test_tables_of_the_page_show_the_best_cases_and_say_how_many_there_are(many):
    rows, columns = many.rows, many.headlines
    table = case_table(many)
    sign = -1 if columns[0].greater_is_better else 1
    best = sorted(rows, key=lambda row: sign * row.means[0])[:100]
    assert len(table.rows) == 100
    assert {row[0].text + row[1].text for row in table.rows} == {
        f"{many.experiment.cases[row.index].settings[many.keys[0]]}"
        f"{many.experiment.cases[row.index].settings[many.keys[1]]}"
        for row in best
    }
    assert any("100 of 120 cases" in note for note in table.notes)
    assert bottleneck_table(many) is None
    differences = difference_table(many)
    assert differences is not None
    assert len(differences.rows) <= 100


def test_a_run_with_nothing_new_makes_nothing_again(tmp_path):
    made = ("report.html", "summary.csv", "figures/throughput.png", "trials/trials.parquet")

    def times() -> list[int]:
        return [(tmp_path / name).stat().st_mtime_ns for name in made]

    experiment = study(sweep={"grid": {"stations.cell.machines": [1, 2]}}, outputs={"logs": "none"})
    run(experiment, tmp_path, function=named_trial, executor="serial")
    first = times()
    assert run(experiment, tmp_path, function=named_trial, executor="serial").ran == 0
    assert times() == first
    for change in (
        lambda: (tmp_path / "figures" / "throughput.png").unlink(),
        lambda: (tmp_path / "report.html").write_text("mine"),
        lambda: os.truncate(tmp_path / "trials" / "made.json", 5),
    ):
        change()
        run(experiment, tmp_path, function=named_trial, executor="serial")
        assert all(new > old for new, old in zip(times(), first, strict=True))
        first = times()
    more = replace(experiment, config=experiment.config.model_copy(update={"replications": 3}))
    assert run(more, tmp_path, function=named_trial, executor="serial").ran > 0
    assert all(new > old for new, old in zip(times(), first, strict=True))


def test_the_report_is_rebuilt_when_it_is_asked_for(tmp_path):
    experiment = study(sweep={"grid": {"stations.cell.machines": [1, 2]}}, outputs={"logs": "none"})
    results = run(experiment, tmp_path, function=named_trial, executor="serial").results
    before = (tmp_path / "report.html").stat().st_mtime_ns
    finish(results)
    assert (tmp_path / "report.html").stat().st_mtime_ns > before
