"""The sentences on top of a run say what its results show, and no more."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fakes import fake_trial, line
from test_cli import robocell

from robocell.agents.errors import RobocellError
from robocell.experiments.command.console import show_cases
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.design.trials import Trial
from robocell.experiments.errors import ExperimentError
from robocell.experiments.execution.attempts import Measurement
from robocell.experiments.execution.store import JOURNAL, TRIALS
from robocell.experiments.report.experiment_charts import all_charts
from robocell.experiments.report.page import page
from robocell.experiments.results.answers import answer
from robocell.experiments.results.comparison import sameness
from robocell.experiments.results.tables import Results, load
from robocell.experiments.runner import run

MACHINES, ROOM = "stations.cell.machines", "stations.cell.input_capacity"
QUIET = {"logs": "none", "figures": False, "report": False}
CLOSED = {"kind": "conwip", "wip": 5}


def plateau(trial: Trial) -> Measurement:
    """60 parts an hour with one machine, 80 with two, 0.4 % more with three; each case has noise of its own."""
    level = trial.scenario.stations["cell"].machines
    common, own = np.random.default_rng([trial.seed, 0]).normal(), np.random.default_rng([trial.seed, level]).normal()
    made = {1: 60.0, 2: 80.0, 3: 80.3}[level] + common + 0.4 * own
    return Measurement(values={"throughput_per_h": made, "flow_time_mean_s": 3600 * 5 / made})


def level_trial(trial: Trial) -> Measurement:
    """60 + 10 x machines, the same noise in all cases."""
    return fake_trial(replace(trial, scenario={"level": trial.scenario.stations["cell"].machines}))


def asked(machines=(1, 2, 3), *, replications=4, orders: Any = CLOSED, grid=None, **more) -> Experiment:
    sweep = {"grid": {MACHINES: list(machines)} | (grid or {})}
    scenario = line() | {"orders": orders}
    given = {"scenario": scenario, "sweep": sweep, "replications": replications, "outputs": QUIET}
    return Experiment.parse(given | more)


def go(experiment, folder, function=plateau, **more):
    return run(experiment, folder, function=function, executor="serial", **more)


@pytest.fixture(scope="module")
def closed(tmp_path_factory) -> Results:
    """Three numbers of machines, ten replications; 70, 80, 90 parts an hour under the same noise."""
    return go(asked(replications=10), tmp_path_factory.mktemp("closed"), level_trial).results


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Results:
    orders = {"kind": "poisson", "rate": "60/h"}
    return go(asked(replications=10, orders=orders), tmp_path_factory.mktemp("open"), level_trial).results


def with_columns(results: Results, **columns) -> Results:
    return replace(results, trials=results.trials.assign(**columns))


def by_case(results: Results, *values):
    """A column: the mean of each case, the same deviations in every case, and a little of its own."""
    generator = np.random.default_rng(1)
    trials = results.trials
    common = generator.normal(size=len(trials))  # of replications
    noise = common[trials["replication"]] + 0.05 * generator.normal(size=len(trials))
    return np.array(values)[trials["case"]] * (1 + 0.01 * noise)


def test_the_largest_fleet_is_needed_if_it_gains_more(closed):
    first, second = answer(closed)
    assert first == (
        "machines=3, the largest that was tried, is needed: over 1 % more throughput than with machines=2; "
        "a larger one may give more still."
    )
    assert (
        second == "Best throughput: machines=3, 89.54 ± 0.65 parts/h, ahead of every other case with 95 % confidence."
    )


def test_on_a_plateau_the_answer_states_the_largest_possible_further_gain(closed):
    results = with_columns(closed, throughput_per_h=by_case(closed, 60.0, 80.0, 80.001))
    first, second = answer(results)
    assert first.startswith("machines=2 is enough: throughput ")
    assert "and no larger value gives over 1 % more throughput (+0." in first
    assert first.endswith(" % at most, with 95 % confidence).")
    assert "no other case has over 1 % more throughput, with 95 % confidence" in second


def test_an_uncertain_fleet_is_not_called_large_enough(closed):
    noise = np.random.default_rng(2).normal(scale=3.0, size=len(closed.trials))
    results = with_columns(closed, throughput_per_h=by_case(closed, 60.0, 80.0, 82.0) + noise)
    first, second, offer = answer(results)
    assert first.startswith("Cannot tell machines=2 from machines=3 yet (-")
    assert "more throughput with the latter): about " in first
    assert first.endswith(" more replications would.")
    assert "1 other case may be as good or better" in second
    assert offer.startswith("`robocell run --until-clear` runs what it takes, up to 50 replications")


def test_two_replications_do_not_suffice_to_call_two_vehicles_enough(tmp_path):
    """The old rule took "not proved better" for "not better"."""

    def doubled(trial: Trial) -> Measurement:
        level = trial.scenario.stations["cell"].machines
        noise = np.random.default_rng([trial.seed, level]).normal()
        return Measurement(values={"throughput_per_h": 20 * level * (1 + 0.2 * noise)})

    told = answer(go(asked((2, 4), replications=2), tmp_path, doubled).results)
    assert not any("enough" in sentence for sentence in told)
    assert told[0] == "Cannot tell machines=2 from machines=4 yet: it takes 4 replications or more."


def test_in_open_systems_lead_time_decides(opened):
    first, second = answer(opened)
    assert second.startswith("Best lead time: machines=3, ")
    assert first.endswith("over 1 % less lead time than with machines=2; a larger one may give more still.")


def load_columns(results: Results, growth) -> dict[str, np.ndarray]:
    count = len(results.trials)
    rise = np.array(growth)[results.trials["case"]] + np.random.default_rng(3).normal(scale=0.2, size=count)
    return {
        "demand_per_h": np.full(count, 60.0),
        "demand_met": 1 - rise / 60,
        "wip_growth_per_h": rise,
        "wip_growth_error_per_h": np.full(count, 0.5),
    }


def test_overload_is_stated_first_and_no_fleet_is_called_large_enough_under_it(opened):
    even = by_case(opened, 600.0, 600.0, 600.0)
    results = with_columns(opened, flow_time_mean_s=even, **load_columns(opened, (12.0, 12.0, 12.0)))
    first, second = answer(results)
    assert first.startswith(
        "Overload in 3 of 3 cases, orders come faster than they leave: machines=1 (60 parts/h asked for, "
        "80 % of that finished, work in process +1"
    )
    assert second == "No value that was tried is enough."
    part = with_columns(opened, flow_time_mean_s=even, **load_columns(opened, (12.0, 0.0, 0.0)))
    first, second, *_ = answer(part)
    assert first.startswith("Overload in 1 of 3 cases")
    assert second.startswith("machines=2 is enough: lead time ")
    kept = with_columns(opened, flow_time_mean_s=even, **load_columns(opened, (0.0, 0.0, 0.0)))
    assert answer(kept)[0].startswith("machines=1 is enough: lead time ")


def test_a_demand_that_may_not_be_met_leaves_the_answer_open(opened):
    even = by_case(opened, 600.0, 600.0, 600.0)
    columns = load_columns(opened, (0.0, 0.0, 0.0))
    columns["wip_growth_per_h"] = columns["wip_growth_per_h"] * 60  # between -24 and 24 parts an hour
    columns["wip_growth_error_per_h"] = np.full(len(even), 15.0)
    first = answer(with_columns(opened, flow_time_mean_s=even, **columns))[0]
    assert first == "It cannot be told yet whether machines=1 serves 95 % of the orders."


def test_closed_systems_are_never_overloaded(closed):
    results = with_columns(closed, **load_columns(closed, (12.0, 12.0, 12.0)))
    assert not any("Overload" in sentence for sentence in answer(results))


def test_jams_come_before_everything_else(closed, tmp_path):
    jammed = ((closed.trials["case"] == 0) & (closed.trials["replication"] < 2)).astype(float)
    results = with_columns(closed, jammed=jammed)
    assert answer(results)[0] == (
        "2 of 30 trials jammed, with parts in process that nothing could move any more (machines=1)."
    )
    assert "<b>2</b>jammed" in page(results, all_charts(results))

    def stuck(trial: Trial) -> Measurement:
        return Measurement(values={**plateau(trial).values, "jammed": 1.0})

    assert go(asked(), tmp_path, stuck).jammed == 12


def test_cases_with_equal_figures_are_reported_as_the_same(tmp_path):
    results = go(asked((1, 2), grid={ROOM: [3, 4]}), tmp_path, level_trial).results
    told = answer(results)
    assert told[-1] == "input_capacity=3 and input_capacity=4 gave the same figures in all 4 replications."
    assert told[0].startswith("With input_capacity=3, machines=2, the largest that was tried, is needed")
    assert sameness(results, "input_capacity=3", "input_capacity=4") == (
        "input_capacity=3 and input_capacity=4 gave the same figures in all 4 replications."
    )
    assert sameness(results, "machines=1", "machines=2") == ""
    one = results.trials["case"] == 0
    apart = with_columns(results, wip_mean=np.where(one, 1.0, 2.0))
    assert "machines=2 input_capacity" not in answer(apart)[-1]
    assert answer(apart)[-1] == (
        "input_capacity=3 and input_capacity=4 (with machines=2) gave the same figures in all 4 replications."
    )


def test_the_command_says_that_two_cases_are_the_same(tmp_path):
    go(asked((1, 2), grid={ROOM: [3, 4]}), tmp_path, level_trial)
    shown = robocell("compare", tmp_path, "input_capacity=3", "input_capacity=4").stdout
    assert shown.startswith("input_capacity=3 and input_capacity=4 gave the same figures in all 4 replications.")
    told = json.loads(robocell("compare", tmp_path, "machines=1", "machines=2", "--json").stdout)
    assert told["same"] is False


@pytest.mark.parametrize("most", [6, 50])
def test_until_clear_replicates_until_the_statement_can_be_made(tmp_path, most):
    experiment = asked(answer={"until_clear": True, "most": most})
    outcome = go(experiment, tmp_path)
    told = answer(outcome.results)
    counts = set(outcome.results.trials.groupby("case").size())
    assert len(counts) == 1
    if most == 6:
        assert counts == {6}
        assert told[-1] == "Not all of it is clear after 6 replications of each case; the next look is after 9."
    else:
        (n,) = counts
        assert 6 < n <= 50
        assert told[0].startswith("machines=2 is enough: ")
        assert told[-1] == f"The answer is clear after {n} replications of each case."


def test_a_larger_budget_continues_where_the_smaller_one_ended_and_gives_the_same_bytes(tmp_path):
    whole = go(asked(answer={"until_clear": True}), tmp_path / "whole")
    first = go(asked(answer={"until_clear": True, "most": 9}), tmp_path / "again")
    again = go(asked(answer={"until_clear": True}), tmp_path / "again")
    assert again.reused == first.ran
    assert again.ran + first.ran == whole.ran
    assert answer(again.results) == answer(whole.results)
    assert (tmp_path / "again" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()


def test_an_interrupted_run_until_clear_loses_no_trial(tmp_path):
    whole = go(asked(answer={"until_clear": True}), tmp_path / "whole")
    go(asked(answer={"until_clear": True}), tmp_path / "cut")
    journal = tmp_path / "cut" / JOURNAL
    kept = journal.read_bytes().splitlines(keepends=True)[: whole.ran // 2]
    journal.write_bytes(b"".join(kept))
    again = go(asked(answer={"until_clear": True}), tmp_path / "cut")
    assert (again.ran, again.reused) == (whole.ran - len(kept), len(kept))
    assert (tmp_path / "cut" / TRIALS).read_bytes() == (tmp_path / "whole" / TRIALS).read_bytes()


def test_a_plain_run_in_the_same_folder_keeps_the_level_of_the_look_it_is_at(tmp_path):
    """What was looked at several times is not judged as if it had been looked at once."""
    ended = go(asked(answer={"until_clear": True}), tmp_path).results
    plain = go(asked(), tmp_path).results
    assert plain.claims.look == ended.claims.look > 2
    assert answer(plain)[0] == answer(ended)[0]
    assert load(tmp_path).claims.risk == ended.claims.risk


def test_until_clear_works_on_processes(tmp_path):
    serial = go(asked(answer={"until_clear": True}), tmp_path / "serial")
    pool = run(
        asked(answer={"until_clear": True}), tmp_path / "pool", function=plateau, executor="processes", workers=2
    )
    assert pool.ran == serial.ran
    assert (tmp_path / "pool" / TRIALS).read_bytes() == (tmp_path / "serial" / TRIALS).read_bytes()


def test_the_table_beside_the_answer_shows_what_it_names(closed, capsys):
    results = with_columns(
        closed,
        flow_time_p95_s=by_case(closed, 900.0, 800.0, 700.0),
        service_level=np.where(closed.trials["replication"] == 0, 0.8, 1.0),
        **{
            "station.cell.starved": 0.25, "station.cell.blocked": 0.05, "station.cell.processing": 0.6,
            "station.cell.setup": 0.1, "station.cell.down": 0.0, "station.cell.off": 0.0,
            "station.cell.bottleneck": 0.4, "bottleneck.vehicles": 0.5, "vehicles.idle": 0.35, "vehicles.waiting": 0.05,
        },
    )  # fmt: skip
    show_cases(results.overview)
    shown = capsys.readouterr().out
    assert "98.0 (83.7 … 100*)" in shown
    assert "* The interval would go beyond what the figure can be" in shown
    assert "AGVs, waits 40 % (cell 30 %)" in shown
    html = page(results, all_charts(results))
    for text in (*answer(results), "AGVs, waits 40 %", "cell, 30.0%", "98.0 (83.7 … 100*)"):
        assert text in html
    (found, *_) = results.bottlenecks
    assert found is not None
    assert not found.agreed
    assert found.least_waiting.split["processing"] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"answer": {"until_clear": True}, "question": "best_policy"}, "a question decides when to stop, and so does"),
        ({"answer": {"until_clear": True}, "replications": "until ±2%"}, "`replications: until` decides when to stop"),
        ({"answer": {"until_clear": True}, "machines": [1]}, "there is one case and nothing to compare"),
        ({"answer": {"indifference": "0%"}}, "indifference"),
        ({"answer": {"untill_clear": True}}, "did you mean"),
    ],
)
def test_contradictory_rules_are_refused(given, said):
    with pytest.raises(RobocellError, match=said):
        asked(**given)


def test_an_unknown_kpi_is_refused_with_the_nearest_name(tmp_path):
    with pytest.raises(ExperimentError, match=r"answer.of: the trials have no KPI 'thruput_per_h'.*throughput_per_h"):
        answer(go(asked(answer={"of": "thruput_per_h"}), tmp_path).results)


def test_the_deciding_kpi_can_be_chosen(closed):
    config = closed.experiment.config
    rules = config.answer.model_copy(update={"of": "flow_time_mean_s"})
    other = replace(closed.experiment, config=config.model_copy(update={"answer": rules}))
    assert answer(replace(closed, experiment=other))[1].startswith("Best lead time: machines=3, ")
