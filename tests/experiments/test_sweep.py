"""A sweep expands into every case once, in the order of the file, and is refused where it cannot be meant."""

import math
from importlib.metadata import version
from typing import Any

import pytest
from fakes import line, study
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.agents.errors import RobocellError
from robocell.environments.config.documents import Document
from robocell.experiments.design.config import parse_setting
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.design.keys import get_key, set_key
from robocell.experiments.design.software import ROOT, SIMULATOR, software, source_digest
from robocell.experiments.design.sweep import Sweep, label, short_names
from robocell.experiments.design.trials import identity, trial_id, trial_seed
from robocell.experiments.results.comparison import compare
from robocell.experiments.results.tables import load
from robocell.experiments.runner import run

names = st.from_regex(r"[a-z]{1,3}(\.[a-z]{1,3}){0,2}", fullmatch=True)
values = st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True)


@settings(max_examples=50, deadline=None)
@given(grid=st.dictionaries(names, values, max_size=3), length=st.integers(1, 3), zipped=st.sets(names, max_size=2))
def test_grid_and_zip_multiply_and_no_case_comes_twice(grid, length, zipped):
    zipped -= grid.keys()
    sweep = Sweep(grid=grid, zip={key: list(range(length)) for key in zipped})
    cases = sweep.expand(seed=1)
    assert len(cases) == math.prod(len(v) for v in grid.values()) * (length if zipped else 1)
    assert len({tuple(case.items()) for case in cases}) == len(cases)
    assert all(set(case) == set(grid) | zipped for case in cases)


@settings(max_examples=50, deadline=None)
@given(keys=st.sets(names, min_size=1, max_size=5))
def test_short_names_are_distinct(keys):
    short = short_names(keys)
    assert len(set(short.values())) == len(keys)
    assert all(key.endswith(ending) for key, ending in short.items())


@settings(max_examples=50, deadline=None)
@given(key=names, value=st.integers())
def test_setting_a_key_changes_nothing_else(key, value):
    data = {"zz": {"other": [1, {"deep": 2}]}}
    changed = set_key(data, key, value)
    assert get_key(changed, key) == value
    assert data == {"zz": {"other": [1, {"deep": 2}]}}


def test_a_list_item_is_set_by_its_number():
    assert set_key({"a": [{"b": 1}, {"b": 2}]}, "a.1.b", 3) == {"a": [{"b": 1}, {"b": 3}]}


DOTTED = {"stations": {"mill.1": {"machines": 1}, "mill": {"1": {"machines": 5}, "machines": 2}}}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ('stations."mill.1".machines', "mill.1"),
        ("stations.mill.1.machines", "mill.1"),
        ("stations.mill.machines", "mill"),
    ],
)
def test_names_with_dots_are_known_by_the_data_or_stand_in_quotes(key, name):
    changed = set_key(DOTTED, key, 9)
    assert changed["stations"][name]["machines"] == 9
    assert get_key(changed, key) == 9
    assert get_key(DOTTED, key) == DOTTED["stations"][name]["machines"]


def test_a_station_with_dots_in_its_name_is_swept_and_set():
    shop: dict[str, Any] = line()
    shop["stations"]["cell.1"] = shop["stations"].pop("cell")
    keys = ["stations.cell.1.machines", 'stations."cell.1".input_capacity']
    experiment = Experiment.parse(
        {"scenario": shop, "sweep": {"grid": {keys[0]: [1, 2], keys[1]: [3]}}}, {'stations."cell.1".output_capacity': 7}
    )
    stations = [case.scenario.stations["cell.1"] for case in experiment.cases]
    assert [(s.machines, s.input_capacity, s.output_capacity) for s in stations] == [(1, 3, 7), (2, 3, 7)]
    assert [case.label for case in experiment.cases] == ["machines=1 input_capacity=3", "machines=2 input_capacity=3"]


def test_an_unknown_key_below_a_name_with_dots_is_refused_with_that_name():
    shop: dict[str, Any] = line()
    shop["stations"]["cell.1"] = shop["stations"].pop("cell")
    with pytest.raises(RobocellError, match=r"stations\.cell\.1 has no key 'machine'; .*did you mean \"machines\""):
        Experiment.parse({"scenario": shop}, {"stations.cell.1.machine": 2})


def test_ranges_include_both_ends_and_first_keys_vary_slowest():
    sweep = Sweep.model_validate({"grid": {"count": {"from": 2, "to": 6, "step": 2}, "x": [1, 2]}})
    assert [tuple(case.values()) for case in sweep.expand(seed=1)] == [(2, 1), (2, 2), (4, 1), (4, 2), (6, 1), (6, 2)]


def test_explicit_cases_keep_their_names():
    sweep = Sweep(cases=[{"name": "as built"}, {"name": "buffered", "a.b": 20}], grid={"count": [1, 2]})
    cases = sweep.expand(seed=1)
    short = short_names(["a.b", "count"])
    assert [label(case, short, named=["a.b"]) for case in cases] == [
        "as built count=1", "buffered count=1", "as built count=2", "buffered count=2",
    ]  # fmt: skip


def test_excluded_combinations_are_left_out():
    sweep = Sweep(grid={"a": [1, 2, 3], "b": ["x", "y"]}, exclude=[{"a": [1, 3], "b": "y"}])
    assert [tuple(case.values()) for case in sweep.expand(seed=1)] == [(1, "x"), (2, "x"), (2, "y"), (3, "x")]


def test_a_key_with_a_condition_varies_only_where_it_matters():
    sweep = Sweep(grid={"rule": ["net", "iterated"], "rounds": [2, 3]}, when={"rounds": {"rule": "iterated"}})
    assert sweep.expand(seed=1) == [
        {"rule": "net"}, {"rule": "iterated", "rounds": 2}, {"rule": "iterated", "rounds": 3},
    ]  # fmt: skip
    chain = {"rounds": {"rule": ["iterated", "other"]}, "gain": {"rounds": 3}}
    deeper = Sweep(grid=sweep.grid, zip={"gain": [0.1, 0.2]}, when=chain)
    assert [tuple(case.values()) for case in deeper.expand(seed=1)] == [
        ("net",), ("iterated", 2), ("iterated", 3, 0.1), ("iterated", 3, 0.2),
    ]  # fmt: skip


def test_a_condition_makes_no_trial_twice_and_its_run_can_be_read_back(tmp_path):
    grid = {"negotiation.mechanism": ["contract_net", "iterated"], "negotiation.rounds": [2, 4]}
    when = {"negotiation.rounds": {"negotiation.mechanism": "iterated"}}
    asked = Experiment.parse({"scenario": line(), "sweep": {"grid": grid, "when": when}, "replications": 2})
    assert [case.label for case in asked.cases] == [
        "mechanism=contract_net", "mechanism=iterated rounds=2", "mechanism=iterated rounds=4",
    ]  # fmt: skip
    outcome = run(asked, tmp_path, executor="serial")
    assert outcome.ran == len({trial.id for trial in asked.trials()}) == 6
    assert load(tmp_path).trials["negotiation.rounds"].isna().tolist() == [True] * 2 + [False] * 4
    (row,) = compare(load(tmp_path), "mechanism=contract_net", "rounds=4", metrics=["wip_mean"]).to_dict("records")
    assert (row["n"], row["settings"]) == (2, 1)
    with pytest.raises(RobocellError, match=r"'mechanism=iterated rounds=2' and .* have the same partner; name one"):
        compare(load(tmp_path), "mechanism=contract_net", "mechanism=iterated")
    report = (tmp_path / "report.html").read_text()
    assert "<td>contract_net</td><td>–</td>" in report


@pytest.mark.parametrize("method", ["random", "lhs", "sobol"])
def test_sampled_points_lie_in_their_ranges_and_depend_on_the_seed_alone(method):
    block = {
        "samples": 16,
        "keys": {
            "speed": {"low": "0.5m/s", "high": "2m/s"},
            "count": {"low": 2, "high": 5},
            "rate": {"low": 1.0, "high": 100.0, "log": True},
            "rule": {"choice": ["a", "b"]},
        },
    }
    sweep = Sweep.model_validate({method: block})
    points = sweep.expand(seed=3)
    assert points == sweep.expand(seed=3) != sweep.expand(seed=4)
    assert len(points) == 16
    assert all(0.5 <= float(point["speed"].removesuffix("m/s")) <= 2 for point in points)
    assert {point["count"] for point in points} == {2, 3, 4, 5}
    assert {point["rule"] for point in points} == {"a", "b"}
    low = sum(point["rate"] < 10 for point in points)
    assert low == 8 if method != "random" else 0 < low < 16, "half of a logarithmic range is below its middle"


def test_an_id_depends_on_scenario_seed_and_software_alone(monkeypatch):
    cases = [identity(["a"]), identity(["b"])]
    with monkeypatch.context() as patch:
        patch.setattr("robocell.experiments.design.trials.software", lambda: "9")
        cases.append(identity(["a"]))
    assert len({trial_id(case, seed) for case in cases for seed in (1, 2)}) == 6
    assert trial_id(identity(["a"]), 1) == trial_id(cases[0], 1)


def test_software_is_the_version_and_the_code_that_decides_results(tmp_path):
    for package in ("agents", "environments"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "deep.py").write_text("x = 1\n")
    folders = [tmp_path / "agents", tmp_path / "environments"]
    before = source_digest(folders)
    (tmp_path / "agents" / "notes.txt").touch()
    assert source_digest(folders) == before
    (tmp_path / "environments" / "deep.py").write_text("x = 2\n")
    assert source_digest(folders) != before
    assert software() == f"{version('robocell')}+{source_digest([ROOT / name for name in SIMULATOR])}"


def test_seeds_differ_by_root_and_replication():
    assert len({trial_seed(root, r) for root in range(5) for r in range(200)}) == 1000


def test_cases_of_one_scenario_share_their_trials():
    first, second = study(machines=(1, 2)), study(machines=(2, 1))
    assert {trial.id for trial in first.trials()} == {trial.id for trial in second.trials()}


CONFIG = """\
name: study
scenario:
  name: line
  transport: {kind: instant}
  stations: {cell: {operations: {work: 10s}}}
  products: {part: {routing: [work]}}
  orders: {kind: poisson, rate: 60/h}
  horizon: 1h
"""
WRONG = {
    "sweep: {grid: {stations.cell.machine: [1, 2]}}": (
        "9:16: sweep.grid.stations.cell.machine: stations.cell has no key 'machine'; allowed: operations, machines, "
    ),
    "sweep: {grid: {station.cell.machines: [1]}}": 'did you mean "stations"?',
    "sweep: {grid: {stations.sell.machines: [1]}}": (
        "9:16: sweep.grid.stations.sell.machines: stations has no key 'sell'; allowed: cell; did you mean \"cell\"?"
    ),
    "sweep: {grid: {horizon.x: [1]}}": "9:16: sweep.grid.horizon.x: horizon has no keys below it",
    "sweep: {grid: {orders.rate: [60 per hour]}}": "9:16: sweep.grid.orders.rate: case rate=60 per hour: ",
    "sweep: {grid: {stations.cell.machines: [1, 0]}}": (
        "sweep.grid.stations.cell.machines: case machines=0: scenario.stations.cell.machines: 0 must be at least 1"
    ),
    "sweep: {grid: {stations.cell.machines: []}}": "needs at least one value",
    "sweep: {grid: {stations.cell.machines: 3}}": "3 is not a list of values; write [a, b, …] or {from: 2, to: 10",
    "sweep: {grid: {stations.cell.machines: [1, 1]}}": "has the value 1 twice; keep one",
    "sweep: {grid: {stations.cell.machines: {from: 3, to: 1}}}": "is not a range of numbers; write {from: 2, to: 10",
    "sweep: {zip: {horizon: [1h, 2h], stations.cell.machines: [1]}}": (
        "zip needs as many values for every key, but horizon has 2, stations.cell.machines has 1"
    ),
    "sweep: {gird: {horizon: [1h]}}": "sweep.gird: unknown key; allowed: grid, zip, cases, random, lhs, sobol, when",
    "sweep: {grid: {horizon: [1h]}, zip: {horizon: [2h]}}": "horizon is in grid and in zip; keep one",
    "sweep: {grid: {horizon: [1h]}, exclude: [{horizon: 1h}]}": "excludes every case; leave at least one",
    "sweep: {exclude: [{horizon: 1h}]}": "9:20: sweep.exclude.0.horizon: the sweep does not vary horizon; ",
    "sweep: {grid: {horizon: [1h, 2h]}, exclude: [{horizn: 1h}]}": (
        '9:47: sweep.exclude.0.horizn: the sweep does not vary horizn; allowed: horizon; did you mean "horizon"?'
    ),
    "sweep: {grid: {horizon: [1h, 2h]}, exclude: [{horizon: 3h}]}": (
        "sweep.exclude.0.horizon: '3h' is no value that horizon takes in the sweep; allowed: 1h, 2h"
    ),
    "sweep: {grid: {horizon: [1h, 2h]}, when: {horizn: {horizon: 1h}}}": (
        '9:43: sweep.when.horizn: the sweep does not vary horizn; allowed: horizon; did you mean "horizon"?'
    ),
    "sweep: {grid: {horizon: [1h, 2h]}, when: {horizon: {horizon: 1h}}}": "sweep.when.horizon.horizon: cannot depend",
    "sweep: {lhs: {samples: 4, keys: {stations.cell.machines: {low: 3, high: 1}}}}": "low 3 must be below high 1",
    "sweep: {lhs: {samples: 4, keys: {horizon: {low: 3h, high: 4min}}}}": "in the same unit",
    "sweep: {lhs: {samples: 4, keys: {horizon: {low: 3h}}}}": "needs either low and high, or choice",
    "sweep: {cases: [{name: a}, {name: a, horizon: 2h}]}": "two cases are called 'a'; name them apart",
    "question: {kind: sensitivity, keys: {horizon: {low: 1h, high: 2h}}}": "question.keys: needs at least 2 entries",
    "replications: 0": "9:15: replications: 0 must be at least 1",
    "replications: until 5": "9:15: replications: '5' is not a share; write a number from 0 to 1, or a percentage",
    "replicatons: 3": "9:1: replicatons: unknown key; allowed: name, scenario, sweep, replications, question, seed",
    "executor: slurm": "9:11: executor: 'slurm' is not allowed; allowed: auto, serial, processes, ray",
    "memory_limit: 2Gb": "9:15: memory_limit: 'Gb' in '2Gb' is not a unit of amount of memory; allowed: B, MB, GB; did",
    "time_limit: 5": "9:13: time_limit: 5 has no unit; write a duration",
    "outputs: {logs: some}": "outputs.logs: 'some' is not allowed; allowed: none, first, all",
}


@pytest.mark.parametrize(("wrong", "said"), WRONG.items())
def test_a_wrong_experiment_is_refused_with_its_place(wrong, said):
    document = Document.from_text(CONFIG + wrong + "\n", name="study.yaml")
    with pytest.raises(RobocellError) as refused:
        Experiment._of(document, None)
    assert said in str(refused.value)
    assert str(refused.value).startswith("study.yaml:")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("stations.cell.machine=2", "no key 'machine'; allowed: operations, machines, setup, input_capacity"),
        ("replicatons=2", 'did you mean "replications"?'),
        ("horizon", "write key=value, such as --set fleet.agvs.count=8"),
        ("horizon=[", "is not a YAML value; put it in quotes"),
    ],
)
def test_a_wrong_setting_is_refused(setting, said):
    with pytest.raises(RobocellError) as refused:
        Experiment.parse({"scenario": line()}, dict([parse_setting(setting)]))
    assert said in str(refused.value)


@pytest.mark.parametrize("key", ["stations.cell.machines", "orders.rate"])
def test_a_setting_that_the_sweep_replaces_in_every_case_is_refused(key):
    swept = {"grid": {"stations.cell.machines": [1, 2], "orders": [{"kind": "poisson", "rate": "9/h"}]}}
    with pytest.raises(RobocellError, match=rf"--set {key}: the sweep sets it in every case"):
        Experiment.parse({"scenario": line(), "sweep": swept}, {key: 3 if "machines" in key else "7/h"})


def test_a_setting_that_some_cases_keep_is_accepted():
    some = {"cases": [{"name": "one", "stations.cell.machines": 1}, {"name": "base"}]}
    named = {"stations.cell.machines": 3, "scenario.name": "shop"}
    experiment = Experiment.parse({"scenario": line(), "sweep": some}, named)
    assert [case.scenario.stations["cell"].machines for case in experiment.cases] == [1, 3]


def test_settings_reach_the_experiment_and_the_scenario():
    settings = dict(map(parse_setting, ["replications=3", "stations.cell.machines=2", "scenario.name=other"]))
    experiment = Experiment.parse(line(), settings)
    assert (experiment.size, experiment.name) == (3, "other")
    assert experiment.cases[0].scenario.stations["cell"].machines == 2


def test_settings_reach_into_the_sweep_and_the_question():
    study = {
        "scenario": line(),
        "sweep": {"grid": {"stations.cell.machines": [1, 2, 3]}},
        "question": "best_policy",
        "replications": 8,
    }
    told = [
        "sweep.grid.stations.cell.machines=[1, 4]",
        "sweep.zip.orders.rate=[30/h, 60/h]",
        "question.metric=wip_mean",
    ]
    experiment = Experiment.parse(study, dict(map(parse_setting, told)))
    assert [case.label for case in experiment.cases] == [
        "machines=1 rate=30/h", "machines=1 rate=60/h", "machines=4 rate=30/h", "machines=4 rate=60/h",
    ]  # fmt: skip
    assert experiment.config.question.metric == "wip_mean"


def test_a_plain_scenario_is_an_experiment_of_one_case():
    experiment = Experiment.parse(line())
    assert [case.label for case in experiment.cases] == ["as given"]
    assert experiment.seed == 1


def test_the_resolved_experiment_means_the_same_trials(tmp_path):
    (tmp_path / "floor.txt").write_text("I.O\n.S.\n...\n")
    (tmp_path / "study.yaml").write_text(
        "scenario:\n"
        "  layout: {file: floor.txt, legend: {I: source, O: sink, S: cell}}\n"
        "  fleet: {agvs: {count: 1}}\n" + "".join(f"{row}\n" for row in CONFIG.splitlines()[4:]) +
        "sweep: {grid: {fleet.agvs.count: [1, 2]}}\nreplications: 2\n"
    )  # fmt: skip
    experiment = Experiment.load(tmp_path / "study.yaml")
    again = Experiment.parse(experiment.resolved())
    assert [trial.id for trial in again.trials()] == [trial.id for trial in experiment.trials()]
    (tmp_path / "floor.txt").write_text("I.O\n.S.\n...\n...\n")
    assert not {t.id for t in Experiment.load(tmp_path / "study.yaml").trials()} & {t.id for t in again.trials()}


def test_a_changed_agent_class_makes_new_trials_and_a_missing_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = tmp_path / "my_station.py"
    module.write_text("class MyStation:\n    pass\n")
    asked = {
        "scenario": line() | {"stations": {"cell": {"operations": {"work": "10s"}, "class": "my_station:MyStation"}}}
    }
    before = Experiment.parse(asked)
    assert [found.name for found in before.modules] == ["my_station"]
    module.write_text("class MyStation:\n    patience = 1\n")
    assert next(Experiment.parse(asked).trials()).id != next(before.trials()).id
    module.write_text("class Station:\n    pass\n")
    with pytest.raises(RobocellError, match=r'my_station.py has no class .MyStation.; did you mean "Station"'):
        Experiment.parse(asked)
    module.unlink()
    with pytest.raises(RobocellError, match=r"there is no module 'my_station' in .*, and none is installed"):
        Experiment.parse(asked)


@pytest.mark.parametrize("sweep", [{}, {"sweep": {"cases": [{"name": "wide", "stations.cell.machines": 4}]}}])
def test_cases_may_be_set_where_the_file_has_none_or_others(sweep):
    cases = [{"name": "six", "stations.cell.machines": 6}, {"name": "short", "horizon": "30min"}]
    experiment = Experiment.parse({"scenario": line()} | sweep, {"sweep": {"cases": cases}})
    assert [case.label for case in experiment.cases] == ["six", "short"]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"fleet.agvs.speed": -1}, "--set scenario.fleet.agvs.speed: -1 has no unit"),
        ({"orders": {"kind": "poisson", "rate": "-3/h"}}, "--set scenario.orders.rate: '-3/h'"),
        ({"replications": "many"}, "--set replications: 'many' is not a whole number"),
        ({"outputs.logs": "some"}, "--set outputs.logs: 'some' is not allowed"),
        ({"stations.mill_1.machines": "x"}, "--set scenario.stations.mill_1.machines: 'x'"),
    ],
)
def test_a_wrong_setting_is_not_blamed_on_the_file(setting, says):
    with pytest.raises(RobocellError) as raised:
        Experiment.load("quickstart", setting)
    assert str(raised.value).startswith(says)
