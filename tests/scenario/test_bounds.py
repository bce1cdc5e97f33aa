"""Every number that a user may write has bounds, and so have the products that cost memory and time."""

import copy

import pytest
import yaml

from robocell.environments.config.errors import ScenarioError
from robocell.environments.scenario import Scenario
from robocell.experiments import Experiment
from robocell.experiments.design.config import ExperimentConfig
from robocell.experiments.errors import ExperimentError

SHOP = """
transport: {kind: instant}
stations: {cell: {operations: {work: 10s}, machines: 2}}
products: {red: {routing: [work]}}
orders: {kind: poisson, rate: 60/h}
horizon: 1h
"""
GRID = """
layout: {art: "I.A.O\\n.....", legend: {I: source, A: cell, O: sink}}
stations: {cell: {operations: {work: 10s}}}
products: {red: {routing: [work]}}
fleet: {agvs: {count: 1, kinematics: differential, turn: 2s}}
orders: {kind: poisson, rate: 60/h}
horizon: 1h
"""


def numbers(schema, at=""):
    """Every whole number and every float of a JSON schema, with its place."""
    if isinstance(schema, dict):
        if schema.get("type") in ("number", "integer"):
            yield at, schema
        for key, below in schema.items():
            yield from numbers(below, f"{at}/{key}")
    elif isinstance(schema, list):
        for number, below in enumerate(schema):
            yield from numbers(below, f"{at}/{number}")


@pytest.mark.parametrize(("model", "fields"), [(Scenario, 85), (ExperimentConfig, 20)])
def test_every_number_of_every_section_has_bounds(model, fields):
    found = dict(numbers(model.model_json_schema()))
    assert len(found) >= fields
    assert [
        place
        for place, number in found.items()
        if not {"minimum", "exclusiveMinimum"} & number.keys() or not {"maximum", "exclusiveMaximum"} & number.keys()
    ] == []


def changed(text, **at):
    """The shop with other values at dotted keys (`orders__limit`)."""
    data = copy.deepcopy(yaml.safe_load(text))
    for dotted, value in at.items():
        *way, last = dotted.split("__")
        section = data
        for key in way:
            section = section.setdefault(key, {})
        section[last] = value
    return data


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        (SHOP, {"horizon": "1e18s"}, "horizon: '1e18s': a duration must be at most 1e+09s"),
        (SHOP, {"stations__cell__machines": 10**12}, "cell.machines: 1000000000000 must be at most 1000000"),
        (SHOP, {"stations__cell__machines": 10**5000}, "int that is too long to be shown must be at most 1000000"),
        (SHOP, {"stations__cell__machines": 100_001}, "stations: have 100001 machines in all; at most 100000 fit"),
        (SHOP, {"seed": 2**64}, "seed: 18446744073709551616 must be less than"),
        (SHOP, {"products__red__share": 1e300}, "share: 1e+300 must be at most 1e+09"),
        (SHOP, {"products__red__share": float("nan")}, "share: nan must be a finite number"),
        (SHOP, {"stations__cell__operations__work": {"distribution": "gamma", "mean": "9s", "cv": 1e-300}}, "at least"),
        (SHOP, {"orders": {"kind": "conwip", "wip": 10**6}, "products__red__lot_size": 2}, "wip: 1000000 orders of up"),
        (SHOP, {"orders": {"kind": "batch", "every": "1h", "size": 10**7}}, "orders.size: 10000000 must be at most"),
        (
            SHOP,
            {
                "orders": {"kind": "list", "orders": [{"at": "0s", "product": "red"}] * 11},
                "products__red__lot_size": 100_000,
            },
            "orders.orders: ask for 1100000 parts; at most 1000000 can be listed",
        ),
        (SHOP, {"orders__rate": "1e6/s"}, "orders.rate: about 3.6e+09 parts would come until the horizon; at most"),
        (SHOP, {"orders": {"kind": "deterministic", "every": "0.001ms"}}, "orders.every: about 3.6e+09 parts would"),
        (GRID, {"fleet__agvs__count": 100_000_000}, "fleet.agvs.count: 100000000 must be at most 100000"),
        (GRID, {"fleet__agvs__speed": "1e300m/s"}, "'1e300m/s': a speed must be at most 10000m/s"),
        (GRID, {"fleet__agvs__turn": "1h"}, "turn: a quarter turn takes as long as 3.6e+03 cells (1s each); at most"),
        (GRID, {"layout__cell_size": "1mm", "fleet__agvs__speed": "10000m/s"}, "which makes 3.6e+10 ticks; at most"),
        (GRID, {"layout__art": "I.A.O" + "." * 20_000_000}, "1 rows of 20000005 cells are 20000005 cells; at most"),
    ],
)  # fmt: skip
def test_an_excessive_value_is_refused_with_its_bound(text, at, said):
    with pytest.raises(ScenarioError) as refused:
        Scenario.parse(changed(text, **at))
    assert said in str(refused.value)


@pytest.mark.parametrize("text", [SHOP, GRID])
def test_the_base_scenarios_are_valid(text):
    assert Scenario.parse(yaml.safe_load(text))


def test_a_limit_makes_any_rate_bearable():
    assert Scenario.parse(changed(SHOP, orders__rate="1e6/s", orders__limit=1000))


def test_many_errors_among_many_names_are_reported_in_a_few_lines():
    data = changed(SHOP, orders={"kind": "list", "orders": [{"at": "0s", "product": "green"}] * 5000})
    data["products"] |= {f"red_{number}": {"routing": ["work"]} for number in range(1000)}
    with pytest.raises(ScenarioError) as refused:
        Scenario.parse(data)
    first, *others = str(refused.value).splitlines()
    assert first.startswith("orders.orders.0.product: 'green' is not a product; allowed: red, red_0, red_1, ")
    assert "red_28, … (971 more)" in first
    assert len(others) == 10
    assert others[-1] == "… and 90 more at least"


def test_a_large_floor_may_have_few_places_only(monkeypatch):
    monkeypatch.setattr("robocell.environments.scenario.size_checks.MOST_TRAVEL_TIMES", 149)
    with pytest.raises(ScenarioError, match="10 cells and 3 places make 150 travel times; at most 149 fit into memory"):
        Scenario.parse(yaml.safe_load(GRID))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"sweep": {"grid": {"seed": {"from": 0, "to": 1e9, "step": 1}}}}, "has 1e+09 values; the most is 100000"),
        ({"sweep": {"grid": {"seed": {"from": 0, "to": 1, "step": 1e-300}}}}, "is not a range of numbers"),
        ({"sweep": {"grid": {"seed": {"from": 0, "to": 10**5000}}}}, "is not a range of numbers"),
        ({"sweep": {"grid": {"seed": [1, {1: 2, "a": 3}, {"a": 3, 1: 2}]}}}, "has the value {'a': 3, 1: 2} twice"),
        ({"workers": 10**9}, "workers: 1000000000 must be at most 100000"),
        ({"replications": 10**9}, "replications: 1000000000 must be at most 1000000"),
        ({"replications": "until 1e999%"}, "'1e999%' is outside 0 to 1"),
        ({"sweep": {"lhs": {"samples": 4, "keys": {"seed": {"low": 1, "high": 1e300}}}}}, "1e+300 must be from"),
        ({"sweep": {"lhs": {"samples": 4, "keys": {"seed": {"low": "1", "high": "1e300"}}}}}, "'1e300' is beyond"),
    ],
)  # fmt: skip
def test_an_experiment_has_bounds_too(keys, said):
    with pytest.raises(ExperimentError) as refused:
        Experiment.parse({"scenario": yaml.safe_load(SHOP), **keys})
    assert said in str(refused.value)
