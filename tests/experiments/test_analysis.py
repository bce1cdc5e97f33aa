"""Intervals, paired differences and answers agree with what is known."""

import numpy as np
import pandas as pd
import pytest
from fakes import named_trial, study

from robocell.experiments.analysis import compare, holm, paired, summarise, t_halfwidth
from robocell.experiments.answers import answer, smallest_sufficient
from robocell.experiments.errors import ExperimentError
from robocell.experiments.headlines import case_rows, headlines, with_interval
from robocell.experiments.runner import run
from robocell.experiments.statistics import bootstrap_interval, mser5


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    asked = study(machines=(1, 2, 3), replications=6)
    return run(asked, tmp_path_factory.mktemp("run"), function=named_trial, executor="serial").results


def test_the_t_interval_is_the_textbook_one():
    # Law (2015), example 4.26: ten replications, 90 % interval 1.34 ± 0.24
    values = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]
    assert np.mean(values) == pytest.approx(1.343)
    assert t_halfwidth(values, 0.90) == pytest.approx(0.24, abs=0.005)
    assert t_halfwidth([1.0]) == np.inf


def test_intervals_contain_the_mean_as_often_as_they_say():
    draws = np.random.default_rng(1).exponential(size=(2000, 20))
    covered = [abs(row.mean() - 1.0) <= t_halfwidth(row) for row in draws]
    assert 0.90 < np.mean(covered) < 0.96  # skewed: slightly below 0.95


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


def test_holm_corrects_like_the_paper():
    assert holm(np.array([0.01, 0.04, 0.03, np.nan])) == pytest.approx([0.03, 0.06, 0.06, np.nan], nan_ok=True)


def test_cases_are_compared_in_pairs(results):
    table = compare(results, "machines=1", "machines=3").set_index("metric")
    row = table.loc["throughput_per_h"]
    assert row["n"] == 6
    assert row["difference"] == pytest.approx(20.0), "the noise is common, so nothing of it is left"
    assert row["low"] == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("machines=1", "machines=7", "fits no case; stations.cell.machines is one of 1, 2, 3"),
        ("machine=1", "machines=2", "is no case of this run; name a label .machines=1; machines=2; machines=3"),
        ("machines=1", "stations.cell.machines=1", "both mean case 'machines=1'"),
    ],
)
def test_a_comparison_of_what_is_not_there_is_refused(results, a, b, said):
    with pytest.raises(ExperimentError, match=said):
        compare(results, a, b)


def test_the_answer_names_the_best_case(results):
    assert answer(results)[-1] == (
        "Best throughput: machines=3, 89.87 ± 0.77 parts/h, ahead of every other case with 95 % confidence."
    )
    assert answer(results)[0].startswith(
        "With stations.cell.machines = 3 the best is reached: throughput 89.87 ± 0.77 parts/h, the largest that"
    )


def test_the_smallest_sufficient_case_is_the_first_that_none_beats(results):
    column = headlines(results)[0]
    assert smallest_sufficient(results, [0, 1, 2], column) == 2
    assert smallest_sufficient(results, [0], column) == 0


def test_case_rows_count_what_is_finished(results):
    columns = headlines(results)
    assert [column.key for column in columns] == ["throughput_per_h", "flow_time_mean_s"]
    assert [row.n for row in case_rows(results, columns)] == [6, 6, 6]


@pytest.mark.parametrize(
    ("mean", "half", "text"),
    [
        (59.812, 0.43, "59.81 ± 0.43"),
        (1234.5, 37.0, "1234 ± 37"),
        (5.0, np.inf, "5"),
        (np.nan, 1, "–"),
        (2.0, 0.0, "2 ± 0"),
    ],
)
def test_numbers_get_the_digits_that_their_interval_deserves(mean, half, text):
    assert with_interval(mean, half) == text


def test_mser5_cuts_where_the_transient_ends():
    noise = np.random.default_rng(5)
    for length in (100, 200):
        series = np.concatenate([np.linspace(0, 20, length), 20 + noise.normal(size=900)])
        assert 0.6 * length <= mser5(series) <= 1.3 * length
    assert mser5(noise.normal(size=1000)) < 250
    with pytest.raises(ValueError, match="needs 20 observations or more, not 12"):
        mser5(np.ones(12))


def test_bootstrap_intervals_cover_and_repeat_themselves():
    generator = np.random.default_rng(6)
    covered = []
    for _ in range(200):
        low, high = bootstrap_interval(generator.exponential(size=40))
        covered.append(low <= 1.0 <= high)
    assert 0.87 < np.mean(covered) < 0.99
    values = generator.normal(size=10)
    assert bootstrap_interval(values, seed=3) == bootstrap_interval(values, seed=3)
