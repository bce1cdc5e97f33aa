"""A case is one set of trials: a seed of its own gives it others, other words for the same do not."""

import json

import numpy as np
import pytest
from fakes import line, named_trial

from robocell.agents.errors import RobocellError
from robocell.environments.config.documents import Document
from robocell.environments.scenario import Scenario
from robocell.experiments.design.config import parse_setting
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.design.trials import trial_seed
from robocell.experiments.results.comparison import compare
from robocell.experiments.results.tables import load
from robocell.experiments.runner import run

CONFIG = """\
scenario:
  transport: {kind: instant}
  stations: {cell: {operations: {work: 10s}, scrap_rate: 10%}}
  products: {part: {routing: [work]}}
  orders: {kind: poisson, rate: 60/h}
  horizon: 1h
"""


def read(text: str, **settings: object) -> Experiment:
    return Experiment._of(Document.from_text(f"{CONFIG}{text}\n", name="study.yaml"), settings)


def roots(experiment: Experiment) -> dict[str, list[int]]:
    """The seeds of the first two replications of each case, checked against no other way to make them."""
    return {case.label: [experiment.trial(case, r).seed for r in range(2)] for case in experiment.cases}


def seeds(*of: int) -> list[list[int]]:
    return [[trial_seed(root, replication) for replication in range(2)] for root in of]


@pytest.mark.parametrize(
    ("sweep", "found"),
    [
        ("grid: {seed: [1, 2, 30]}", {"seed=1": 1, "seed=2": 2, "seed=30": 30}),
        ("grid: {seed: {from: 1, to: 3}}", {"seed=1": 1, "seed=2": 2, "seed=3": 3}),
        ("zip: {seed: [4, 5], horizon: [1h, 2h]}", {"seed=4 horizon=1h": 4, "seed=5 horizon=2h": 5}),
        ("zip: {seed: [4, 4], horizon: [1h, 2h]}", {"seed=4 horizon=1h": 4, "seed=4 horizon=2h": 4}),
        ("cases: [{name: as built}, {name: other luck, seed: 8}]", {"as built": 1, "other luck": 8}),
        ("grid: {seed: [1, 2], horizon: [1h, 2h]}, when: {seed: {horizon: 1h}}",
         {"seed=1 horizon=1h": 1, "horizon=2h": 1, "seed=2 horizon=1h": 2}),
    ],
)  # fmt: skip
def test_a_swept_seed_is_the_root_seed_of_the_replications_of_its_case(sweep, found):
    experiment = read(f"sweep: {{{sweep}}}\nreplications: 2")
    assert roots(experiment) == dict(zip(found, seeds(*found.values()), strict=True))
    assert len({trial.id for trial in experiment.trials()}) == experiment.size == 2 * len(found)


@pytest.mark.parametrize("block", ["lhs", "sobol", "random"])
def test_a_sampled_seed_is_a_root_seed(block):
    keys = "{seed: {low: 1, high: 100000}, orders.rate: {low: 10/h, high: 60/h}}"
    experiment = read(f"sweep: {{{block}: {{samples: 4, keys: {keys}}}}}\nreplications: 2")
    drawn = [case.settings["seed"] for case in experiment.cases]
    assert len(set(drawn)) == 4
    assert list(roots(experiment).values()) == seeds(*drawn)


def test_a_seed_among_the_keys_of_a_question_is_a_root_seed():
    pytest.importorskip("SALib")
    keys = "{seed: {low: 1, high: 9}, stations.cell.machines: {low: 1, high: 9}}"
    experiment = read(f"question: {{kind: sensitivity, samples: 4, keys: {keys}}}")
    assert list(roots(experiment).values()) == seeds(*(case.settings["seed"] for case in experiment.cases))
    optimise = read("question: {kind: optimise, keys: {seed: {low: 1, high: 9}}}")
    longer = optimise.with_points([{"name": "point 0", "seed": 5}])
    assert list(roots(longer).values()) == seeds(1, 5)


def test_the_experiments_seed_is_for_cases_without_one_of_their_own(tmp_path):
    sweep = "sweep: {cases: [{name: as built}, {name: other luck, seed: 8}]}\n"
    assert list(roots(read(f"{sweep}seed: 9")).values()) == seeds(9, 8)
    assert list(roots(read(f"{sweep}seed: 9", seed=3)).values()) == seeds(3, 8)
    (tmp_path / "shop.yaml").write_text("".join(f"{row[2:]}\n" for row in CONFIG.splitlines()[1:]) + "seed: 7\n")
    (tmp_path / "study.yaml").write_text(f"scenario: shop.yaml\n{sweep}")
    by_path = Experiment.load(tmp_path / "study.yaml")
    assert list(roots(by_path).values()) == seeds(7, 8)
    again = Experiment.parse(by_path.resolved())
    assert [trial.id for trial in again.trials()] == [trial.id for trial in by_path.trials()]


def test_set_seed_replaces_the_root_seed_and_the_seed_of_the_scenario():
    assert list(roots(read("", seed=5)).values()) == seeds(5)
    assert list(roots(Experiment.parse(line(), {"seed": 5})).values()) == seeds(5)
    assert list(roots(read("", **{"scenario.seed": 5})).values()) == seeds(5)
    with pytest.raises(RobocellError, match=r"--set scenario.seed: the experiment has a seed of its own, 9, .* seed=5"):
        read("seed: 9", **{"scenario.seed": 5})
    swept = read("sweep: {grid: {seed: [1, 2]}}", **dict([parse_setting("sweep.grid.seed=[6, 7]")]))
    assert list(roots(swept).values()) == seeds(6, 7)


def test_a_run_over_seeds_has_its_own_numbers_for_each_and_is_read_back(tmp_path):
    asked = {
        "scenario": line(),
        "sweep": {"grid": {"seed": [1, 2, 3], "stations.cell.machines": [1, 2]}},
        "replications": 3,
        "outputs": {"logs": "none", "figures": True},
    }
    outcome = run(Experiment.parse(asked), tmp_path, function=named_trial, executor="serial")
    trials = load(tmp_path).trials
    assert (outcome.ran, outcome.reused, len(trials)) == (18, 0, 18)
    assert trials["throughput_per_h"].nunique() == 18
    assert sorted(trials["scenario.seed"].unique()) == [1, 2, 3]
    assert trials["seed"].nunique() == 9, "the seed of a trial: replications of three roots"
    (row,) = compare(load(tmp_path), "machines=1", "machines=2", metrics=["throughput_per_h"]).to_dict("records")
    assert (row["n"], row["settings"]) == (3, 3)
    assert row["difference"] == pytest.approx(10.0), "both met the same luck under every seed"
    means = load(tmp_path).summary.query("metric == 'throughput_per_h'")
    assert list(means["scenario.seed"]) == [1, 1, 2, 2, 3, 3]
    assert np.unique(means["mean"]).size == 6
    assert run(Experiment.load(tmp_path), tmp_path, function=named_trial, executor="serial").ran == 0


WORDS = [
    ("negotiation.retry", "5s", "5000ms"),
    ("orders.rate", "60/h", "1/min"),
    ("stations.cell.scrap_rate", "10%", "0.1"),
    ("products.part.share", "1", "1.0"),
    ("horizon", "1h", "60min"),
    ("stations.cell.operations.work", "10s", "{distribution: constant, value: 10s}"),
    ("products.part.routing", "[work]", "[{operation: work}]"),
    ("negotiation", "{}", "{reply_by: 2s, mechanism: contract_net}"),
    ("record", "{trace: false}", "{}"),
    ("orders", "{kind: poisson, rate: 60/h}", "{rate: 1/min, kind: poisson, limit: null}"),
]


@pytest.mark.parametrize(("key", "one", "other"), WORDS)
def test_a_value_in_another_notation_is_not_a_second_case(key, one, other):
    with pytest.raises(RobocellError) as refused:
        read(f"sweep: {{grid: {{{key}: [{one}, {other}]}}}}")
    said = str(refused.value)
    assert said.startswith(f"study.yaml:7:16: sweep.grid.{key}: ")
    assert " make no difference: cases " in said
    assert " are the same factory with the same seed; keep one; " in said
    assert said.endswith("for more trials of it raise replications, or vary seed")
    assert read(f"sweep: {{zip: {{{key}: [{one}, {other}], seed: [1, 2]}}}}").size == 2, "other luck is another case"


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        ("zip: {horizon: [1h, 60min], seed: [1, 1]}", "7:15: sweep.zip.horizon: '1h' and '60min' make no difference"),
        ("cases: [{name: as built}, {name: again}]",
         "7:35: sweep.cases.1: cases as built and again are the same factory with the same seed; keep one"),
        ("cases: [{name: as built}, {name: hourly, horizon: 60min}]",
         "sweep.cases.1.horizon: what the scenario says and '60min' make no difference: cases as built and hourly are"),
        ("cases: [{name: as built}, {name: seeded, seed: 1}]", "sweep.cases.1.seed: what the scenario says and 1 make"),
        ("grid: {seed: [1, 2]}, cases: [{name: a}, {name: a again}]",
         "sweep.cases.1: cases a seed=1 and a again seed=1 are the same factory"),
        ("zip: {seed: [1, 1], horizon: [2h, 2h]}", "sweep: zip has {'seed': 1, 'horizon': '2h'} twice; keep one"),
        ("cases: [{horizon: 2h}, {horizon: 2h}]", "sweep: cases has {'horizon': '2h'} twice; keep one"),
        ("lhs: {samples: 4, keys: {orders.rate: {low: 10/h, high: 60/h}, negotiation.retry: {choice: [5s, 5000ms]}}}",
         "sweep.lhs.keys.negotiation.retry.choice: '5s' and '5000ms' mean the same; keep one"),
        ("random: {samples: 9, keys: {negotiation.retry: {choice: [5s, 5000ms]}}}", "'5s' and '5000ms' mean the same"),
    ],
)  # fmt: skip
def test_twins_are_refused_in_every_block(sweep, said):
    with pytest.raises(RobocellError) as refused:
        read(f"sweep: {{{sweep}}}")
    assert said in str(refused.value)


def test_questions_do_not_choose_between_notations_of_one_value():
    with pytest.raises(RobocellError, match=r"question.keys.negotiation.retry.choice: '5s' and '5000ms' mean the same"):
        read("question: {kind: optimise, keys: {negotiation.retry: {choice: [5s, 7s, 5000ms]}}}")


def test_a_sensitivity_design_may_ask_for_a_point_again():
    pytest.importorskip("SALib")
    keys = "{stations.cell.machines: {low: 1, high: 2}, seed: {low: 1, high: 2}}"
    experiment = read(f"question: {{kind: sensitivity, samples: 8, keys: {keys}}}")
    assert len(experiment.cases) == 32
    assert len({trial.id for trial in experiment.trials()}) == 4


def test_a_copy_of_a_floor_file_is_not_a_second_factory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("I.O\n.S.\n...\n")
    shop = line() | {"transport": {"kind": "grid"}, "fleet": {"agvs": {"count": 1}}}
    shop["layout"] = {"file": "a.txt", "legend": {"I": "source", "O": "sink", "S": "cell"}}
    asked = {"scenario": shop, "sweep": {"grid": {"layout.file": ["a.txt", "b.txt"]}}}
    with pytest.raises(RobocellError, match=r"layout.file: 'a.txt' and 'b.txt' make no difference"):
        Experiment.parse(asked)
    (tmp_path / "b.txt").write_text("I.O\n.S.\n...\n...\n")
    assert len(Experiment.parse(asked).cases) == 2


def test_a_section_is_set_before_the_keys_in_it():
    experiment = read("sweep: {grid: {orders.rate: [30/h, 90/h], orders: [{kind: poisson, rate: 60/h, limit: 9}]}}")
    orders = [case.scenario.orders for case in experiment.cases]
    assert [(order.rate_per_s * 3600, order.limit) for order in orders] == [(30.0, 9), (90.0, 9)]


def test_a_value_may_come_again_in_a_column_of_a_zip():
    experiment = read("sweep: {zip: {stations.cell.machines: [1, 1, 2], horizon: [1h, 2h, 2h]}}")
    assert json.dumps([case.settings for case in experiment.cases]) == json.dumps(
        [{"stations.cell.machines": m, "horizon": h} for m, h in ((1, "1h"), (1, "2h"), (2, "2h"))]
    )


@pytest.mark.parametrize(
    "kinds",
    [
        ["{distribution: gamma, mean: 9s, cv: 1}", "{distribution: lognormal, mean: 9s, cv: 1}"],
        [
            "{distribution: pert, low: 1s, mode: 2s, high: 6s}",
            "{distribution: triangular, low: 1s, mode: 2s, high: 6s}",
        ],
        ["{part: {distribution: gamma, mean: 9s, cv: 1}}", "{part: {distribution: normal, mean: 9s, cv: 1}}"],
    ],
)
def test_two_kinds_with_the_same_keys_are_two_cases(kinds: list[str]) -> None:
    first, second = read(f"sweep: {{grid: {{stations.cell.operations.work: [{', '.join(kinds)}]}}}}").cases
    assert first.identity != second.identity


def test_what_is_written_without_defaults_is_read_again() -> None:
    scenario = read("sweep: {grid: {stations.cell.operations.work: [{part: 5s}]}}").cases[0].scenario
    assert Scenario.parse(scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)) == scenario
