"""Questions find the truth that is built into a fake trial, with fewer trials than the grid, and can be resumed."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fakes import answer_to, line, named_trial

from robocell.agents.errors import RobocellError
from robocell.environments.scenario.shipped import CONFIGS
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.design.keys import FLEET
from robocell.experiments.design.questions import Until
from robocell.experiments.design.questions.packages import require_package
from robocell.experiments.errors import ExperimentError
from robocell.experiments.execution.store import JOURNAL, TRIALS
from robocell.experiments.report.experiment_charts import all_charts
from robocell.experiments.report.page import page
from robocell.experiments.results.direction import greater_is_better
from robocell.experiments.results.questions.asking import Answer, looks
from robocell.experiments.results.tables import load
from robocell.experiments.runner import run

MACHINES = "stations.cell.machines"


def asked(
    question=None,
    *,
    replications: object = 20,
    seed: int = 1,
    machines: Iterable[int] | None = range(1, 13),
    cases: Sequence[Mapping[str, object]] = (),
    **told,
) -> Experiment:
    sweep = {"grid": {MACHINES: list(machines)}} if machines else {"cases": list(cases)} if cases else {}
    return Experiment.parse(
        {
            "scenario": line(**told),
            "sweep": sweep,
            "replications": replications,
            "seed": seed,
            "outputs": {"logs": "none", "figures": False, "report": False},
        }
        | ({"question": question} if question else {})
    )


def answer_of(outcome) -> Answer:
    assert outcome.results.answer is not None
    return outcome.results.answer


def go(experiment, folder):
    return run(experiment, folder, function=named_trial, executor="serial")


# the throughput of a fake trial is 60 + 10 x machines, with a standard deviation of 1


def fleet(at_least: float) -> dict[str, object]:
    target = {"metric": "throughput_per_h", "at_least": at_least}
    return {"kind": "smallest_fleet", "key": MACHINES, "target": target}


def test_the_smallest_fleet_is_found_with_a_fraction_of_the_grid(tmp_path):
    for seed in range(8):
        outcome = go(asked(fleet(115), seed=seed), tmp_path / str(seed))
        answer = answer_of(outcome)
        assert answer.sentences[0].startswith(
            f"6 {MACHINES} are the smallest fleet that was shown to have a throughput_per_h of at least 115: "
        )
        assert outcome.ran == answer.trials <= answer.full / 3


def phone_line(folder, fleets, **told):
    study = {
        "scenario": str(CONFIGS / "phone_line.yaml"),
        "sweep": {"grid": {FLEET: list(fleets)}},
        "outputs": {"logs": "none", "figures": False, "report": False},
    }
    shorter = {"horizon": "2h", "warm_up": "30min"}
    return run(Experiment.parse(study | told, shorter), folder, executor="serial")


@pytest.mark.slow
def test_on_the_phone_line_the_question_finds_a_fleet_that_meets_the_target_with_a_third_of_the_grid(tmp_path):
    fleets, target_s = range(3, 13), 48 * 60
    question = {"kind": "smallest_fleet", "target": {"metric": "flow_time_mean_s", "at_most": "48min"}}
    found, times = [], []
    for seed in range(8):
        outcome = phone_line(tmp_path / str(seed), fleets, seed=seed, replications=60, question=question)
        answer = answer_of(outcome)
        found.append(min(row[FLEET] for row in answer.table if row["meets"] == "shown"))
        assert answer.trials <= answer.full / 3
        times.append(outcome.results.trials.set_index(FLEET)["flow_time_mean_s"])
    mean_s: Any = pd.concat(times).groupby(level=0).mean()
    assert all(mean_s[size] <= target_s for size in found)
    assert max(found) - min(found) <= 2


def test_a_target_that_no_fleet_meets_is_reported(tmp_path):
    (sentence,) = answer_of(go(asked(fleet(500)), tmp_path)).sentences
    assert sentence.startswith(
        f"No fleet up to 12 {MACHINES} was shown to have a throughput_per_h of at least 500 with 95 % confidence; "
        "12 came closest, 179.9 on average over 6 replications."
    )


def test_a_target_at_the_edge_gets_all_replications(tmp_path):
    outcome = go(asked(fleet(110.3)), tmp_path)
    verdict = {row[MACHINES]: row for row in answer_of(outcome).table}
    assert verdict[5]["n"] == 20
    assert verdict[5]["meets"] == "not shown", "110 on average, so 110.3 is not met"


def test_upper_bounds_on_times_are_targets_with_units(tmp_path):
    # the lead time is 600 s - 50 s x machines
    question = fleet(0) | {"target": {"metric": "flow_time_mean_s", "at_most": "7min"}}
    (sentence,) = answer_of(go(asked(question), tmp_path)).sentences
    assert sentence.startswith(
        f"4 {MACHINES} are the smallest fleet that was shown to have a flow_time_mean_s of at most 7 min: "
    )


def test_the_best_policy_is_picked_and_clear_losers_are_dropped_early(tmp_path):
    right = 0
    for seed in range(20):
        outcome = go(asked({"kind": "best_policy"}, seed=seed, machines=[3, 1, 5, 2]), tmp_path / str(seed))
        right += answer_of(outcome).table[0]["case"] == "machines=5"
        assert outcome.ran == 4 * 8, "the noise is common, so the first look is enough"
    assert right >= 19


def test_equally_good_cases_end_within_the_budget(tmp_path):
    question = {"kind": "best_policy", "indifference": 0.0001, "budget": 60, "metric": "flow_time_mean_s"}
    outcome = go(asked(question, machines=[1, 2]), tmp_path)
    assert answer_of(outcome).table[0]["case"] == "machines=2", "less lead time is better"
    assert outcome.ran <= 60


def test_replications_stop_when_the_interval_is_narrow_enough(tmp_path):
    outcome = go(asked(replications="until ±0.5%", machines=[1, 12]), tmp_path)
    for row in answer_of(outcome).table:
        assert row["relative half-width"] <= 0.005
        assert 5 <= row["n"] < 100
    counts = {row["case"]: row["n"] for row in answer_of(outcome).table}
    assert counts["machines=12"] < counts["machines=1"], "the same noise is less of a larger mean"
    assert outcome.ran == sum(counts.values())


def test_replications_without_a_value_are_named_where_the_rest_is_precise_enough():
    told = 100 + np.random.default_rng(3).normal(size=(2, 100))
    told[1, 4] = np.nan
    precise, gaps = answer_to(asked(replications="until ±2%", machines=[1, 2]), told).sentences
    assert precise.startswith(
        "Every case has its throughput_per_h to within ±2.00%, each with 95 % confidence, after 10"
    )
    assert gaps == "Replications without a value are dropped from: machines=2."


def test_more_at_least_than_at_most_is_refused():
    with pytest.raises(RobocellError, match="least: 50 is more than most: 20"):
        asked(replications={"until": "2%", "least": 50, "most": 20})


def test_the_kpi_whose_interval_counts_can_be_chosen():
    assert asked(replications="until ±5% of wip_mean").config.replications == Until(until=0.05, of="wip_mean")


def test_an_interval_that_stays_wide_is_reported(tmp_path):
    precision = {"until": "0.01%", "least": 3, "most": 6}
    (sentence,) = answer_of(go(asked(replications=precision, machines=[1, 2]), tmp_path)).sentences
    assert sentence.startswith("2 of 2 cases have their throughput_per_h less precisely than ±0.01%")


def test_sobol_indices_find_the_parameter_that_matters(tmp_path):
    pytest.importorskip("SALib")
    keys = {MACHINES: {"low": 1, "high": 12}, "stations.cell.input_capacity": {"low": 1, "high": 9}}
    question = {"kind": "sensitivity", "samples": 16, "keys": keys}
    outcome = go(asked(question, machines=None, replications=1), tmp_path)
    assert outcome.ran <= 16 * 4
    first, second = answer_of(outcome).table
    assert first["key"] == MACHINES
    assert first["total"] == pytest.approx(1.0, abs=0.25)
    assert second["total"] < 0.05
    assert answer_of(outcome).sentences[0].startswith(f"{MACHINES} matters most for throughput_per_h: total index ")


def test_two_parameters_that_cannot_be_told_apart_are_both_named(tmp_path):
    pytest.importorskip("SALib")
    keys = {MACHINES: {"low": 1, "high": 9}, "stations.cell.input_capacity": {"low": 1, "high": 9}}
    question = {"kind": "sensitivity", "samples": 16, "keys": keys}
    experiment = asked(question, machines=None, replications=1)
    told = np.array([[sum(case.settings.values())] for case in experiment.cases], dtype=float)
    (sentence,) = answer_to(experiment, told).sentences
    assert sentence.startswith(
        "Which parameter matters most for throughput_per_h is not certain (95 %); total indices: "
    )
    assert all(key in sentence for key in keys)


def test_optimise_gets_close_to_the_best_and_its_points_are_in_the_tables(tmp_path):
    pytest.importorskip("optuna")
    question = {"kind": "optimise", "points": 24, "keys": {MACHINES: {"low": 1, "high": 50}}}
    outcome = go(asked(question, machines=None, replications=2), tmp_path)
    answer = answer_of(outcome)
    assert answer.table[0][MACHINES] > 40
    assert answer.sentences[1].endswith("the best of many looks better than it is.")
    trials = load(tmp_path).trials
    assert set(trials[MACHINES]) >= {row[MACHINES] for row in answer.table}
    assert load(tmp_path).answer == answer


def test_a_run_searches_once(tmp_path, monkeypatch):
    optuna = pytest.importorskip("optuna")
    made = []
    monkeypatch.setattr(optuna, "create_study", lambda make=optuna.create_study, **how: made.append(1) or make(**how))
    question = {"kind": "optimise", "points": 4, "keys": {MACHINES: {"low": 1, "high": 50}}}
    assert answer_of(go(asked(question, machines=None, replications=2), tmp_path)).table
    assert len(made) == 1


@pytest.mark.parametrize(("kind", "package"), [("optimise", "optuna"), ("sensitivity", "SALib")])
def test_a_package_that_a_question_needs_is_named_before_anything_runs(monkeypatch, kind, package):
    keys = {MACHINES: {"low": 1, "high": 50}, "negotiation.retry": {"low": "1s", "high": "9s"}}
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ExperimentError, match=rf"needs {package}, .* 'robocell\[questions\]'"):
        require_package(asked({"kind": kind, "keys": keys}, machines=None).config.question)


def gain(**more):
    path = {"kind": "gain", "path": ["slow", "faster", "fast"]}
    return asked(path | more, replications=8, machines=None, cases=CASES)


CASES = [
    {"name": "slow", MACHINES: 1},
    {"name": "faster", MACHINES: 3},
    {"name": "fast", MACHINES: 8},
    {"name": "all but faster", MACHINES: 5},
    {"name": "same", MACHINES: 8, "negotiation.retry": "6s"},
]


def test_the_steps_of_a_gain_add_up_to_the_whole_and_each_is_paired(tmp_path):
    """Fake trials make 60 + 10 x machines with the same noise in every case: only the base of the percents is noisy."""
    outcome = go(gain(without={"faster": "all but faster"}), tmp_path)
    answer = answer_of(outcome)
    assert outcome.ran == 4 * 8, "a case that nobody asks for is not run"
    whole, of_which = answer.sentences
    assert whole == "Fast: throughput_per_h 139.54 ± 0.77 against 69.54 ± 0.77 of slow, a change of +100.7 ± 1.1 %."
    steps = {row["case"]: float(row["adds (%)"].split(" ")[0]) for row in answer.table[1:]}
    assert steps["fast"] == pytest.approx(2.5 * steps["faster"], rel=0.01)
    assert steps["fast"] + steps["faster"] == pytest.approx(float(whole.split("change of ")[1].split(" ")[0]), rel=0.01)
    assert of_which == f"Of this, fast {answer.table[2]['adds (%)']} %, faster {answer.table[1]['adds (%)']} %."
    last = float(answer.table[1]["as the last step (%)"].split(" ")[0])
    assert last == pytest.approx(1.5 * steps["faster"], rel=0.01)
    assert load(tmp_path).answer == answer


def test_a_step_without_effect_is_reported_as_such(tmp_path):
    outcome = go(gain(path=["slow", "fast", "same"]), tmp_path)
    assert answer_of(outcome).sentences[-1] == "No gain or loss is certain (95 %) of: same."


def test_steps_are_called_certain_only_if_they_are_so_together():
    """Twenty steps that bring nothing: one by one, each would be called certain in 5 of 100 runs."""
    names = [f"case {number}" for number in range(21)]
    cases = [{"name": name, MACHINES: number + 1} for number, name in enumerate(names)]
    experiment = asked({"kind": "gain", "path": names}, replications=10, machines=None, cases=cases)
    generator, runs = np.random.default_rng(1), 60
    false = sum(
        any(sentence.startswith("Of this") for sentence in answer_to(experiment, told).sentences)
        for told in 100 + generator.normal(size=(runs, 21, 10))
    )
    assert false <= 0.05 * runs


def test_a_gain_over_nothing_is_left_out():
    told = 100 + np.random.default_rng(2).normal(size=(5, 8))
    told[0, 3] = 0.0
    answer = answer_to(gain(), told)
    assert "inf" not in answer.sentences[0]
    assert "nan" not in answer.sentences[0]


def test_a_map_of_gains_names_its_corners_and_is_drawn(tmp_path):
    config = gain(map={"from": ["slow", "faster"], "to": ["fast", "all but faster"]})
    outcome = go(config, tmp_path)
    text = answer_of(outcome).sentences[-1]
    assert re.match(
        r"Over the map the gain goes from \+2\d.* \(all but faster over faster\) to \+.* \(fast over slow\)", text
    )
    charts = all_charts(outcome.results)
    names = [chart.name for chart in charts]
    assert names[:2] == ["gain", "gain_map"]
    assert "Where the gain comes from" in page(outcome.results, charts)


@pytest.mark.parametrize(
    "question",
    [
        fleet(115),
        {"kind": "best_policy"},
        {"kind": "optimise", "points": 8, "keys": {MACHINES: {"low": 1, "high": 50}}},
    ],
)
def test_an_interrupted_question_continues_and_gives_the_same_bytes(tmp_path, question):
    if question["kind"] == "optimise":
        pytest.importorskip("optuna")
    experiment = asked(question, replications=10, machines=None if question["kind"] == "optimise" else range(1, 9))
    whole = go(experiment, tmp_path / "whole")
    go(experiment, tmp_path / "cut")
    journal = tmp_path / "cut" / JOURNAL
    kept = journal.read_bytes().splitlines(keepends=True)[: whole.ran // 2]
    journal.write_bytes(b"".join(kept))
    again = go(experiment, tmp_path / "cut")
    assert (again.ran, again.reused) == (whole.ran - len(kept), len(kept))
    assert again.results.answer == whole.results.answer
    assert (tmp_path / "cut" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()


def test_failed_trials_do_not_stop_a_question(tmp_path):
    outcome = go(asked(fleet(115), behave="raise", at=[0]), tmp_path)
    assert outcome.failed > 0
    assert answer_of(outcome).sentences[0].startswith("6 ")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "smallest_flet",
            "'smallest_flet' is not allowed; allowed: smallest_fleet, best_policy, gain, sensitivity, optimise",
        ),
        ("smallest_fleet", "question.target: is missing"),
        (
            {"kind": "gain", "path": ["machines=1", "machines=22"]},
            "'machines=22' is no case of the sweep; there are machines=1, machines=2,",
        ),
        (
            {"kind": "gain", "path": ["machines=1", "machines=2"], "without": {"machines=1": "machines=3"}},
            "without: 'machines=1' is no step of the path; there are machines=2",
        ),
        (fleet(1) | {"key": "fleet.agvs.count"}, "the sweep must vary fleet.agvs.count over two or more numbers"),
        (fleet(1) | {"target": {"metric": "m"}}, "needs either at_least or at_most"),
        (fleet(1) | {"target": {"metric": "m", "at_most": "7"}}, "has no unit; write a duration"),
        ({"kind": "optimise", "keys": {MACHINES: {"low": 1, "high": 2}}}, "brings its own cases; leave the sweep out"),
        ({"kind": "sensitivity", "keys": {MACHINES: {"low": 1, "high": 2}}}, "needs at least"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(question, said):
    with pytest.raises(RobocellError) as refused:
        asked(question)
    assert said in str(refused.value)


def test_an_unknown_kpi_is_refused_with_the_nearest_name(tmp_path):
    with pytest.raises(RobocellError, match=r"there is no KPI 'thruput_per_h'.*did you mean .throughput_per_h"):
        go(asked({"kind": "best_policy", "metric": "thruput_per_h"}), tmp_path)


def test_looks_grow_up_to_the_budget():
    assert looks(4, 20) == [4, 6, 9, 13, 19, 20]
    assert looks(4, 3) == [3]


def test_kpis_have_a_direction():
    assert greater_is_better("throughput_per_h")
    assert not any(map(greater_is_better, ["flow_time_mean_s", "tardiness_mean_s", "wip_mean", "energy_kwh"]))
