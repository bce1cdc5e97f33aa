"""Processing times: of every distribution, and of each product at a station that names products."""

import numpy as np
import pytest

from robocell.agents.events import Event
from robocell.agents.negotiation.messages import Call, Reason, Refusal
from robocell.environments import Factory, Scenario
from robocell.environments.checks import check
from robocell.environments.config.errors import ScenarioError
from robocell.experiments.design.experiment import Experiment

SHOP = {
    "transport": {"kind": "instant"},
    "stations": {
        "oven": {
            "operations": {"bake": {"bread": "40s", "cake": {"distribution": "uniform", "low": "60s", "high": "90s"}}}
        },
        "stove": {"operations": {"bake": {"bread": "30s"}, "fry": "20s"}},
    },
    "products": {"bread": {"routing": ["bake"]}, "cake": {"routing": ["bake"]}, "egg": {"routing": ["fry"]}},
    "orders": {"kind": "poisson", "rate": "60/h"},
    "horizon": "4h",
    "drain": True,
}  # fmt: skip


def spoilt(**stations):
    return SHOP | {"stations": SHOP["stations"] | stations}


def test_each_product_takes_its_time_where_it_has_one():
    scenario = Scenario.parse(SHOP)
    log = Factory(scenario).run()
    assert not check(log, scenario)
    names = dict(log.agents[["unique_id", "name"]].tolist())
    events = log.events
    begun = {row["job"]: row for row in events[events["kind"] == Event.PROCESSING_STARTED]}
    seen = set()
    for row in events[events["kind"] == Event.PROCESSING_ENDED]:
        took_s = row["time_s"] - begun[row["job"]]["time_s"]
        product, station = names[row["job"]].split("-")[0], names[row["agent"]]
        low, high = {("bread", "oven"): (40, 40), ("bread", "stove"): (30, 30), ("cake", "oven"): (60, 90),
                     ("egg", "stove"): (20, 20)}[product, station]  # fmt: skip
        assert low - 1e-6 <= took_s <= high + 1e-6
        seen.add((product, station))
    assert len(seen) == 4


def test_the_check_knows_which_products_a_station_may_process():
    log = Factory(Scenario.parse(SHOP)).run()
    other = Scenario.parse(spoilt(stove={"operations": {"bake": {"cake": "30s"}, "fry": "20s"}}))
    assert any("stove may not do bake" in str(violation) for violation in check(log, other))
    slower = Scenario.parse(spoilt(stove={"operations": {"bake": {"bread": "35s"}, "fry": "20s"}}))
    assert any("takes 35 s" in str(violation) for violation in check(log, slower))


def test_what_is_written_is_read_again():
    scenario = Scenario.parse(SHOP)
    assert Scenario.parse(scenario.model_dump(mode="json", by_alias=True)) == scenario


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (spoilt(oven={"operations": {"bake": {"bred": "40s"}}}),
         r"oven\.operations\.bake\.bred: 'bred' is not a product.*bread"),
        (SHOP | {"stations": {"oven": {"operations": {"bake": {"bread": "40s"}, "fry": "9s"}}}},
         r"products\.cake\.routing\.0: no station has a time for 'cake' under its operation 'bake'"),
        (SHOP | {"products": {"cake": {"routing": [{"operation": "bake", "stations": ["stove"]}]}}},
         r"'stove' has no time for 'cake' under 'bake'; stations that have one: oven"),
        (spoilt(oven={"operations": {"bake": {"mean": "40s"}}}),
         r"oven\.operations\.bake: needs the key 'distribution'"),
        (spoilt(oven={"operations": {"bake": {}}}), r"oven\.operations\.bake: needs at least 1"),
        (spoilt(oven={"operations": {"bake": {"cake": "40"}}}), r"oven\.operations\.bake\.cake: .* has no unit"),
        (spoilt(oven={"operations": {"bake": {"cake": {"distribution": "gama"}}}}),
         r'oven\.operations\.bake\.cake\.distribution: .gama. is not allowed.*did you mean "gamma"'),
    ],
)  # fmt: skip
def test_errors_name_the_place_and_the_cure(data, message):
    with pytest.raises(ScenarioError, match=message):
        Scenario.parse(data)


def test_the_time_of_a_product_can_be_swept(tmp_path):
    sweep = {"grid": {"stations.oven.operations.bake.bread": ["20s", "50s"]}}
    experiment = Experiment.parse({"scenario": SHOP, "sweep": sweep})
    found = [case.scenario.stations["oven"].time_of("bake", "bread").mean_s for case in experiment.cases]
    assert found == [20, 50]


TIMES = {
    "weibull": {"mean": "20s", "shape": 1.5},
    "beta": {"low": "5s", "high": "30s", "alpha": 2, "beta": 3},
    "pert": {"low": "5s", "mode": "10s", "high": "30s"},
    "discrete": {"values": {"0s": 0.1, "25s": 0.9}},
    "empirical": {"values": ["3s", "30s", "12s"], "interpolate": True},
    "truncated": {"of": {"distribution": "exponential", "mean": "20s"}, "least": "5s", "most": "40s"},
    "shifted": {"of": {"distribution": "gamma", "mean": "15s", "sd": "5s"}, "by": "5s"},
}


@pytest.mark.parametrize("name", TIMES)
def test_a_factory_runs_with_every_distribution_and_breaks_no_rule(name):
    time = {"distribution": name, **TIMES[name]}
    breakdown = {"mtbf": {"distribution": "shifted", "of": time, "by": "10min"}, "mttr": time}
    scenario = Scenario.parse(
        {
            "transport": {"kind": "instant"},
            "stations": {"cell": {"operations": {"work": time}, "machines": 2, "breakdown": breakdown}},
            "products": {"part": {"routing": ["work", {"operation": "work", "time": time}]}},
            "orders": {"kind": "poisson", "rate": "60/h"},
            "horizon": "8h",
            "drain": True,
        }
    )
    factory = Factory(scenario)
    log = factory.run()
    assert not check(log, scenario)
    assert Factory(scenario).copy().run().digest() == log.digest()


def test_a_station_without_a_time_for_a_product_refuses_it_also_when_it_is_asked():
    factory = Factory(Scenario.parse(SHOP))
    factory.step()
    stove = next(station for station in factory.stations if station.name == "stove")
    factory.workload.rush("cake", due_share=1.0, rng=np.random.default_rng(1))
    job = factory.jobs[-1]
    assert job.order.product == "cake"
    assert job.operation is not None
    answer = stove.bid(Call(0, job.operation, factory.now_s + 1))
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.NOT_ELIGIBLE
