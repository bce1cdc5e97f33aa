"""The job shop with AGVs: the semantics to the unit, the promised gaps, and shops that nobody has seen."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.environments.checks import check
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario
from robocell.experiments.benchmarks.jspt import WHAT_IF, gaps, play, published, replay, run
from robocell.experiments.benchmarks.jspt_table import LONG_WAYS, SHORT_WAYS
from robocell.experiments.benchmarks.jspt_unseen import best_found_s, random_shop


def test_replaying_the_best_known_schedules_gives_every_makespan_to_the_unit(instances, schedules):
    assert {name: replay(instances[name], plan) for name, plan in schedules.items()} == {
        name: instance.makespan_s for name, instance in instances.items()
    }


def test_the_agents_come_close_to_the_best_known_makespans(instances):
    long_ways = [instance for instance in instances.values() if instance.travel_share > 0.25]
    short_ways = [instance for instance in instances.values() if instance.travel_share < 0.25]
    assert gaps(long_ways, WHAT_IF)["mean_gap"] < 3.0
    assert gaps(short_ways, WHAT_IF)["mean_gap"] < 1.0


def test_a_negotiation_without_foresight_does_not(instances):
    some = [instances[f"EX{number}1"] for number in range(1, 11)]
    assert gaps(some, {"queue_limit": 1})["mean_gap"] > 10.0


def test_published_results_are_compared_only_where_they_are_complete(instances):
    long_ways = [instance for instance in instances.values() if instance.travel_share > 0.25]
    methods = published(long_ways)
    assert methods["AGA hybrid GA, Abdelmaguid et al. 2004"]["mean_gap"] == pytest.approx(0.7, abs=0.05)
    assert not any("STW" in method for method in methods)


@pytest.mark.parametrize("seed", [2, 3])
def test_unseen_shops_are_solved_as_well_and_break_no_rule(seed):
    shop, vehicles, travel_s = random_shop(seed)
    scenario = shop.scenario(vehicles=vehicles, travel_s=travel_s, carry_out=False, negotiation=WHAT_IF)
    assert play(scenario).makespan_s < 1.12 * best_found_s(shop, vehicles, travel_s)
    assert check(Factory(scenario).run(), scenario) == []


def test_the_same_seed_decides_the_same(instances):
    scenario = instances["EX84"].scenario(negotiation=WHAT_IF)
    assert Factory(scenario, rng=7).run().digest() == Factory(scenario, rng=7).run().digest()


def test_processing_times_that_nobody_knows_do_not_stop_anybody(instances):
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


@pytest.mark.slow
def test_the_whole_benchmark_says_what_its_page_says(tmp_path):
    result = run(shops=4, figure=tmp_path / "gaps.svg", table=tmp_path / "gaps.md")
    assert result["replayed_exactly"] == result["instances"] == 82
    steps = [row[LONG_WAYS]["mean_gap"] for row in result["ingredients"].values()]
    assert steps[0] > steps[2] > steps[3] > steps[5] > steps[6]
    best = min(row[SHORT_WAYS]["mean_gap"] for name, row in result["mechanisms"].items() if name != "what_if")
    assert result["sets"][SHORT_WAYS]["mean_gap"] < best
    assert np.isfinite(result["unseen"]["what if each came first"]["mean_gap_with_choice"])
    assert (tmp_path / "gaps.svg").stat().st_size > 10_000
    assert "| **what_if** |" in (tmp_path / "gaps.md").read_text()
