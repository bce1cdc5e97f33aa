"""The four layouts as floors: every way takes the published time, and the same decisions end at about the same time."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest

from robocell.environments.instances.bilge_ulusoy import read_bilge_ulusoy, read_schedules
from robocell.environments.layout import Layout
from robocell.environments.scenario import Scenario
from robocell.experiments.benchmarks import jspt_floor
from robocell.experiments.benchmarks.jspt import INSTANCES, SCHEDULES
from robocell.experiments.errors import ExperimentError

CONFIGS = Path("experiments/configs")
PLACES = ["source", "m1", "m2", "m3", "m4"]
EARLY = {"look_ahead": "departure"}
TICKS_A_TRIP = 6.0  # to leave a dock for a parking cell while the part is in work, and to come back
instances, schedules = read_bilge_ulusoy(INSTANCES), read_schedules(SCHEDULES)


def steps_from(layout: Layout, start: int) -> dict[int, int]:
    """Cells to drive from a cell to every other."""
    steps = {start: 0}
    queue = deque([start])
    while queue:
        cell = queue.popleft()
        for to in layout.neighbours[cell].tolist():
            if to >= 0 and to not in steps:
                steps[to] = steps[cell] + 1
                queue.append(to)
    return steps


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_every_entry_of_the_table_is_met_to_the_unit(number):
    shop = instances[f"EX5{number}"]
    scenario = Scenario.parse(shop.floor_document())
    assert scenario.layout is not None
    layout = scenario.layout.floor
    for row, origin in enumerate(PLACES):
        steps = steps_from(layout, layout.docks[origin][0])
        times_s = [steps[layout.docks[place][0]] / shop.floor.cells_per_s for place in PLACES]
        assert times_s == shop.travel_s[row].tolist()
        if origin != "source":
            assert steps[layout.docks["sink"][0]] / shop.floor.cells_per_s == shop.travel_s[row, 0]


def test_halved_travel_is_a_doubled_speed():
    assert instances["EX110"].floor.cells_per_s == 2 * instances["EX11"].floor.cells_per_s


@pytest.mark.parametrize("name", ["EX11", "EX12", "EX13", "EX14"])
def test_a_vehicle_alone_needs_a_few_ticks_a_trip_more_than_by_the_table(name):
    shop, schedule = replace(instances[name], vehicles=1), schedules[name]
    trips = sorted((trip for trips in schedule.trips for trip in trips), key=lambda trip: (trip[1], trip[0]))
    alone = replace(schedule, trips=(tuple(trips),), sequences=in_order_of(trips, shop))
    by_table_s = jspt_floor.makespan_s(shop.scenario(negotiation=EARLY), 2000.0, alone)
    on_floor_s = jspt_floor.makespan_s(Scenario.parse(shop.floor_document(negotiation=EARLY)), 2000.0, alone)
    assert 0.0 <= on_floor_s - by_table_s <= TICKS_A_TRIP * len(trips) / shop.floor.cells_per_s


def in_order_of(trips, shop):
    """Each machine works in the order in which its parts are brought."""
    sequences: list[list[tuple[int, int]]] = [[] for _ in range(shop.shop.machines)]
    for job, step in trips:
        sequences[shop.shop.jobs[job][step][0][0]].append((job, step))
    return tuple(map(tuple, sequences))


def test_two_vehicles_delay_each_other_but_decide_alike():
    for name in ("EX12", "EX23"):
        makespan_s = jspt_floor.run(name)["makespan_s"]
        assert makespan_s["forced_table"] == makespan_s["best_known"]
        assert makespan_s["best_known"] <= makespan_s["forced_floor"] <= 1.4 * makespan_s["best_known"]
        assert makespan_s["best_known"] <= makespan_s["floor"] <= 1.6 * makespan_s["best_known"]


def test_the_shipped_config_is_what_the_benchmark_writes(tmp_path):
    jspt_floor.run("EX14", config=tmp_path / "ex14.yaml")
    assert (CONFIGS / "job_shop_agvs.yaml").read_text() == (tmp_path / "ex14.yaml").read_text()
    assert Scenario.load(tmp_path / "ex14.yaml").name == "EX14"


def test_an_unknown_instance_is_named_with_the_nearest_one():
    with pytest.raises(ExperimentError, match="there is no instance 'EX111x'; did you mean"):
        jspt_floor.run("EX111x")
