"""The job shop with AGVs: the semantics to the unit, the promised gaps, and shops that nobody has seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robocell.environments.checks import check
from robocell.environments.config.distributions import Constant
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario
from robocell.experiments.benchmarks import jspt_arrivals
from robocell.experiments.benchmarks.jspt import gaps, published, replay, run
from robocell.experiments.benchmarks.jspt_floor import floors
from robocell.experiments.benchmarks.jspt_large import WAYS, large_shops
from robocell.experiments.benchmarks.jspt_play import REACTIVE, WHAT_IF, play
from robocell.experiments.benchmarks.jspt_spoilers import SPOILERS, factory_with
from robocell.experiments.benchmarks.jspt_table import LONG_WAYS, SHORT_WAYS
from robocell.experiments.benchmarks.jspt_unseen import best_found_s, random_shop


def test_replaying_the_best_known_schedules_gives_every_makespan_to_the_unit(instances, schedules):
    assert {name: replay(instances[name], plan) for name, plan in schedules.items()} == {
        name: instance.makespan_s for name, instance in instances.items()
    }


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_agents_come_close_to_the_best_known_makespans(instances, every):
    long_ways = [instance for instance in instances.values() if instance.travel_share > 0.25][::every]
    short_ways = [instance for instance in instances.values() if instance.travel_share < 0.25][::every]
    assert gaps(long_ways, WHAT_IF)["mean_gap"] < 3.0
    assert gaps(short_ways, WHAT_IF)["mean_gap"] < 1.0


def test_a_negotiation_without_foresight_does_not(instances):
    some = [instances[f"EX{number}1"] for number in range(1, 11)]
    assert gaps(some, {"queue_limit": 1})["mean_gap"] > 10.0


def test_published_results_are_compared_only_where_they_are_complete(instances):
    long_ways = [instance for instance in instances.values() if instance.travel_share > 0.25]
    methods = published(long_ways)
    assert methods["AGA hybrid GA, Abdelmaguid et al. 2004"]["mean_gap"] == pytest.approx(0.7, abs=0.05)
    without_one = [replace(long_ways[0], published={}, unverified={}), *long_ways[1:]]
    assert published([*without_one[1:], without_one[0]]) == {}


def test_published_results_that_were_not_verified_are_marked(instances):
    long_ways = [instance for instance in instances.values() if instance.travel_share > 0.25]
    name = "STW sliding time window, Bilge & Ulusoy 1995 (36 of 40 results not verified)"
    assert published(long_ways)[name]["mean_gap"] == pytest.approx(3.7, abs=0.05)


@pytest.mark.parametrize("seed", [2, 3])
def test_unseen_shops_are_solved_as_well_and_break_no_rule(seed):
    shop, vehicles, travel_s = random_shop(seed)
    scenario = shop.scenario(vehicles=vehicles, travel_s=travel_s, carry_out=False, negotiation=WHAT_IF)
    assert play(scenario).makespan_s < 1.12 * best_found_s(shop, vehicles, travel_s)
    assert check(Factory(scenario).run(), scenario) == []


def test_the_same_seed_decides_the_same(instances):
    scenario = instances["EX84"].scenario(negotiation=WHAT_IF)
    assert Factory(scenario, rng=7).run().digest() == Factory(scenario, rng=7).run().digest()


def test_unknown_processing_times_stop_no_agent(instances):
    data = instances["EX54"].scenario(exit_time=True, negotiation=WHAT_IF).model_dump(mode="json", by_alias=True)
    for station in data["stations"].values():
        for name, time in station["operations"].items():
            station["operations"][name] = {"distribution": "gamma", "mean": time["value"], "cv": 0.5}
        station["breakdown"] = {"mtbf": "60s", "mttr": "10s"}
        station["scrap_rate"] = 0.1
    scenario = Scenario.parse(data)
    for seed in range(4):
        factory = Factory(scenario, rng=seed)
        log = factory.run()
        assert factory.workload.in_process == 0
        assert check(log, scenario) == []


def test_a_static_plan_is_as_good_if_there_are_no_surprises(instances):
    """Knowing all jobs at t = 0 is what counts in these instances, not that decisions are made one by one."""
    some = [instances[f"EX{number}2"] for number in range(1, 11)]
    assert gaps(some, {**WHAT_IF, "what_if": {"revise": False}})["mean_gap"] < 3.0


def test_jobs_that_arrive_unannounced_leave_sooner_with_forecasts_than_with_a_contract_net():
    def flow_s(negotiation) -> list[float]:
        return [
            play(jspt_arrivals.scenario(seed, surprise="gamma, cv 0.5", arriving=True, negotiation=negotiation)).flow_s
            for seed in range(4)
        ]

    assert sum(flow_s(WHAT_IF)) < sum(flow_s(REACTIVE))


def test_the_same_jobs_arrive_at_the_same_times_whatever_the_surprise():
    first, *others = (
        jspt_arrivals.scenario(3, surprise=surprise, arriving=True, negotiation={})
        for surprise in jspt_arrivals.SURPRISES
    )
    assert len(first.orders.orders) == jspt_arrivals.JOBS
    assert all(other.orders == first.orders and other.stations != first.stations for other in others)


def test_large_shops_are_compared_with_what_a_solver_reached():
    shops = list(large_shops(5))
    assert {(shop.shop.operations, shop.vehicles) for shop in shops} == {(200, 3), (200, 5), (300, 3), (300, 5)}
    assert len(shops) == 20
    assert shops[5].best_s == 1631  # swv01 with 5 vehicles
    outcome = play(shops[5].scenario(WAYS["static plan at t = 0"]))
    assert outcome.makespan_s < 1.3 * shops[5].best_s


def test_on_a_floor_forecasts_lose_no_more_than_the_best_schedule_does(instances):
    rows = floors({name: instances[name] for name in ("EX12", "EX23", "EX54")})
    assert rows["best known schedule, forced"]["table"] == {"mean_gap": 0.0, "max_gap": 0.0}
    by_offers = rows["contract net, calls when the part is ready"]
    assert rows["what_if"]["floor"]["mean_gap"] < by_offers["floor"]["mean_gap"]


def test_sources_of_forecast_error_can_be_removed_one_by_one():
    whole = Scenario.parse(factory_with(*SPOILERS))
    bare = Scenario.parse(factory_with())
    assert any(station.setup for station in whole.stations.values())
    assert not any(station.setup or station.breakdown or station.input_capacity for station in bare.stations.values())
    times = [time for station in bare.stations.values() for time in station.operations.values()]
    assert all(isinstance(time, Constant) for time in times)
    assert bare.layout is None
    assert not bare.robots
    assert bare.products.keys() == whole.products.keys()
    only = Scenario.parse(factory_with("robots"))
    assert only.robots == whole.robots
    assert only.transport == bare.transport


@pytest.mark.slow
def test_the_whole_benchmark_runs_and_each_ingredient_helps(tmp_path):
    result = run(shops=4, large_shops=1, figure=tmp_path / "gaps.svg", table=tmp_path / "gaps.md")
    assert result["replayed_exactly"] == result["instances"] == 82
    steps = [row[LONG_WAYS]["mean_gap"] for row in result["ingredients"].values()]
    assert steps[0] > steps[2] > steps[3] > steps[5] > steps[6]
    best = min(row[SHORT_WAYS]["mean_gap"] for name, row in result["mechanisms"].items() if name != "what_if")
    assert result["sets"][SHORT_WAYS]["mean_gap"] < best
    assert (tmp_path / "gaps.svg").stat().st_size > 10_000
    assert (tmp_path / "gaps.md").read_text().count("| --- |") >= 8
