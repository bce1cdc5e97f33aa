"""Intervals, paired differences and answers agree with what is known."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fakes import line, named_trial, study

from robocell.environments.scenario import Scenario
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.design.trials import Trial, trial_seed
from robocell.experiments.errors import ExperimentError
from robocell.experiments.execution.attempts import run_trial
from robocell.experiments.report.experiment_charts import all_charts
from robocell.experiments.results.analysis import summarise
from robocell.experiments.results.comparison import compare, compare_each, select
from robocell.experiments.results.statistics import bootstrap_interval, holm, mser5, paired, t_halfwidth, t_interval
from robocell.experiments.results.tables import Results
from robocell.experiments.results.wording import with_interval
from robocell.experiments.runner import run

QUIET = {"logs": "none", "figures": False, "report": False}
RULES = ("input_capacity=1", "input_capacity=9")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    asked = study(machines=(1, 2, 3), replications=6)
    return run(asked, tmp_path_factory.mktemp("run"), function=named_trial, executor="serial").results


def test_the_t_interval_matches_the_textbook():
    # Law (2015), example 4.26: ten replications, 90 % interval 1.34 ± 0.24
    values = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]
    assert np.mean(values) == pytest.approx(1.343)
    assert t_halfwidth(values, 0.90) == pytest.approx(0.24, abs=0.005)
    assert t_halfwidth([1.0]) == np.inf


def test_intervals_cover_the_mean_at_their_stated_rate():
    draws = np.random.default_rng(1).exponential(size=(2000, 20))
    covered = [abs(row.mean() - 1.0) <= t_halfwidth(row) for row in draws]
    assert 0.90 < np.mean(covered) < 0.96  # skewed: slightly below 0.95


@pytest.mark.slow
def test_intervals_of_an_mm1_station_contain_the_exact_mean_in_95_of_100_experiments():
    """The mean number in the system is known exactly; half an hour is 12 relaxation times of this queue."""
    arrivals_per_h, service_s, experiments, replications = 36, 30, 1000, 10
    load = arrivals_per_h * service_s / 3600
    scenario = Scenario.parse(
        {
            "name": "M/M/1",
            "transport": {"kind": "instant"},
            "stations": {"cell": {"operations": {"work": {"distribution": "exponential", "mean": f"{service_s}s"}}}},
            "products": {"part": {"routing": ["work"]}},
            "orders": {"kind": "poisson", "rate": f"{arrivals_per_h}/h"},
            "horizon": "4h",
            "warm_up": "30min",
        }
    )
    rows = [
        {"case": number, "label": str(number), "status": "done", **run_trial(trial).values}
        for number in range(experiments)
        for trial in (
            Trial(id="", case=number, replication=r, seed=trial_seed(number, r), scenario=scenario)
            for r in range(replications)
        )
    ]
    table = summarise(pd.DataFrame(rows), keys=[], metrics=["wip_mean", "station.cell.processing"]).set_index("metric")
    for metric, exact in {"wip_mean": load / (1 - load), "station.cell.processing": load}.items():
        found = table.loc[metric]
        covered = ((found["low"] <= exact) & (exact <= found["high"])).mean()
        assert 0.93 <= covered <= 0.97, f"{metric}: {covered:.1%} of {len(found)} intervals"


def test_summaries_leave_out_failures_and_undefined_values():
    trials = pd.DataFrame(
        {
            "case": [0, 0, 0, 0, 1],
            "label": ["a"] * 4 + ["b"],
            "status": ["done", "done", "done", "failed", "done"],
            "kpi": [1.0, 3.0, np.nan, 99.0, 5.0],
        }
    )
    table = summarise(trials, keys=[], metrics=["kpi"]).set_index("label")
    assert table.loc["a", ["n", "mean"]].tolist() == [2, 2.0]
    assert table.loc["b", "n"] == 1
    assert np.isnan(table.loc["b", "low"])


def test_pairing_sees_a_difference_that_the_noise_would_hide():
    noise = np.random.default_rng(2).normal(scale=10, size=30)
    found = paired(100 + noise, 101 + noise + np.random.default_rng(3).normal(scale=0.1, size=30))
    assert found["low"] < 1 < found["high"]
    assert found["p"] < 1e-6
    assert t_halfwidth(noise) > 1


def test_equal_values_do_not_differ():
    same = np.ones(5)
    assert paired(same, same)["p"] == 1.0
    assert paired(same, same)["effect"] == 0.0


def test_holm_correction_matches_the_paper():
    assert holm(np.array([0.01, 0.04, 0.03, np.nan])) == pytest.approx([0.03, 0.06, 0.06, np.nan], nan_ok=True)


def test_cases_are_compared_in_pairs(results):
    table = compare(results, "machines=1", "machines=3").set_index("metric")
    row = table.loc["throughput_per_h"]
    assert row["n"] == 6
    assert row["difference"] == pytest.approx(20.0), "the noise is common, so nothing of it is left"
    assert row["low"] == pytest.approx(20.0)


def grid(generator: np.random.Generator, results: Results, difference: float) -> Results:
    """Two rules at five fleets over eight replications; what a replication does to a rule, it does at every fleet."""
    trials = results.trials.copy()
    own = generator.normal(size=(2, 8))  # of a rule in a replication
    rule = (trials["input_capacity"] == 9).astype(int).to_numpy()
    noise = own[rule, trials["replication"]] + generator.normal(scale=0.3, size=len(trials))
    trials["throughput_per_h"] = 60 + 5 * trials["stations.cell.machines"] + difference * rule + noise
    return replace(results, trials=trials)


@pytest.fixture(scope="module")
def policies(tmp_path_factory) -> Results:
    grid = {"stations.cell.machines": [1, 2, 3, 4, 5], "stations.cell.input_capacity": [1, 9]}
    asked = {"scenario": line(), "sweep": {"grid": grid}, "replications": 8, "outputs": QUIET}
    folder = tmp_path_factory.mktemp("policies")
    found = run(Experiment.parse(asked), folder, function=named_trial, executor="serial").results
    return replace(found, trials=found.trials.assign(input_capacity=found.trials["stations.cell.input_capacity"]))


def test_fleets_of_one_replication_are_one_observation_so_the_interval_covers(policies):
    generator = np.random.default_rng(8)
    covered, covered_if_pooled = [], []
    for _ in range(200):
        results = grid(generator, policies, 1.0)
        (row,) = compare(results, *RULES, metrics=["throughput_per_h"]).to_dict("records")
        covered.append(row["low"] <= 1.0 <= row["high"])
        sides = [results.trials[results.trials["input_capacity"] == rule]["throughput_per_h"] for rule in (1, 9)]
        pooled = paired(*(side.to_numpy() for side in sides))  # forty pairs, as if they were independent
        covered_if_pooled.append(pooled["low"] <= 1.0 <= pooled["high"])
    assert 0.91 <= np.mean(covered) <= 0.99
    assert np.mean(covered_if_pooled) < 0.75


def test_each_fleet_is_also_compared_separately(policies):
    results = grid(np.random.default_rng(9), policies, 1.0)
    each = compare_each(results, *RULES, metrics=["throughput_per_h"])
    assert list(each["setting"]) == [f"machines={number}" for number in range(1, 6)]
    assert set(each["n"]) == {8}
    (whole,) = compare(results, *RULES, metrics=["throughput_per_h"]).to_dict("records")
    assert (whole["n"], whole["settings"]) == (8, 5)
    assert each["difference"].mean() == pytest.approx(whole["difference"])


def test_a_replication_that_lacks_a_fleet_is_left_out_of_the_mean(policies):
    results = grid(np.random.default_rng(9), policies, 1.0)
    results.trials.loc[(results.trials["replication"] == 3) & (results.trials["case"] == 2), "status"] = "failed"
    results.trials.loc[results.trials["case"] == 0, "wip_mean"] = np.nan
    (row,) = compare(results, *RULES, metrics=["throughput_per_h"]).to_dict("records")
    assert (row["n"], row["settings"]) == (7, 5)
    assert sorted(compare_each(results, *RULES, metrics=["throughput_per_h"])["n"]) == [7, 8, 8, 8, 8]


def test_a_kpi_that_one_fleet_never_has_is_averaged_over_the_others(policies):
    results = grid(np.random.default_rng(9), policies, 1.0)
    results.trials.loc[results.trials["case"] == 0, "throughput_per_h"] = np.nan
    (row,) = compare(results, *RULES, metrics=["throughput_per_h"]).to_dict("records")
    assert (row["n"], row["settings"]) == (8, 4)


def test_a_side_with_two_candidates_for_one_partner_is_refused(policies):
    with pytest.raises(ExperimentError, match="have the same partner; name one more key to choose one"):
        compare(policies, "input_capacity=1 machines=1", "input_capacity=9 machines=2,machines=3")


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("machines=1", "machines=7", "fits no case; stations.cell.machines is one of 1, 2, 3"),
        ("machine=1", "machines=2", "is no case of this run; name a label .machines=1; machines=2; machines=3"),
        ("machines=1", "stations.cell.machines=1", "both sides mean case 'machines=1'"),
    ],
)
def test_a_comparison_of_missing_settings_is_refused(results, a, b, said):
    with pytest.raises(ExperimentError, match=said):
        compare(results, a, b)


def test_case_rows_count_what_is_finished(results):
    assert [column.key for column in results.headlines] == ["flow_time_mean_s", "throughput_per_h"]
    assert [row.n for row in results.rows] == [6, 6, 6]


@pytest.mark.parametrize(
    ("mean", "low", "high", "text"),
    [
        (59.812, 59.382, 60.242, "59.81 ± 0.43"),
        (1234.5, 1197.5, 1271.5, "1234 ± 37"),
        (5.0, np.nan, np.nan, "5"),
        (np.nan, 0, 1, "–"),
        (2.0, 2.0, 2.0, "2 ± 0"),
        (59.81, 59.3, 60.9, "59.81 (59.30 … 60.90)"),
        (100.0, 100.0 - 1e-9, 100.0 + 1e-9, "100 ± 0"),
        (5.0, -2.0, 12.0, "5.0 (0* … 12.0)"),
        (98.0, 94.0, 102.0, "98.0 (94.0 … 100*)"),
    ],
)
def test_numbers_get_the_digits_that_their_interval_deserves(mean, low, high, text):
    most = 100.0 if mean <= 100 else np.inf
    assert with_interval(mean, low, high, least=0.0, most=most) == text


def test_mser5_cuts_where_the_transient_ends():
    noise = np.random.default_rng(5)
    for length in (100, 200):
        series = np.concatenate([np.linspace(0, 20, length), 20 + noise.normal(size=900)])
        assert 0.6 * length <= mser5(series) <= 1.3 * length
    assert mser5(noise.normal(size=1000)) < 250
    with pytest.raises(ValueError, match="needs 20 observations or more, not 12"):
        mser5(np.ones(12))


def test_an_experiment_may_ask_for_bootstrap_intervals(results):
    asked = results.experiment
    lopsided = replace(asked, config=asked.config.model_copy(update={"intervals": "bootstrap"}))
    again = replace(results, experiment=lopsided)
    values = results.trials.loc[results.trials["case"] == 0, "throughput_per_h"].to_numpy()
    low, high = bootstrap_interval(values)
    (row,) = again.summary.query("case == 0 and metric == 'throughput_per_h'").to_dict("records")
    assert (row["low"], row["high"]) == (low, high) != t_interval(values)
    place = [column.key for column in again.headlines].index("throughput_per_h")
    shown = again.rows[0]
    assert (shown.lows[place], shown.highs[place]) == (low, high)
    assert shown.texts[place] == f"{values.mean():.2f} ({low:.2f} … {high:.2f})"
    assert "95 % bootstrap intervals" in all_charts(again)[0].note


def test_bootstrap_intervals_cover_and_repeat_themselves():
    generator = np.random.default_rng(6)
    covered = []
    for _ in range(200):
        low, high = bootstrap_interval(generator.exponential(size=40))
        covered.append(low <= 1.0 <= high)
    assert 0.87 < np.mean(covered) < 0.99
    values = generator.normal(size=10)
    assert bootstrap_interval(values, seed=3) == bootstrap_interval(values, seed=3)


def test_a_run_with_one_case_has_nothing_to_compare():
    results = SimpleNamespace(experiment=Experiment.load("phone_line"))
    with pytest.raises(ExperimentError, match="'a' is no case of this run, which has one case and nothing to compare"):
        select(results, "a")
