"""The forecast against a slow, obvious twin, and what it must never do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.agents.mechanisms.what_if.planner import RULES, WEIGHTS
from robocell.agents.mechanisms.what_if.simulate import (
    FAR_S,
    NO_VEHICLE,
    Course,
    Shop,
    complete_order,
    fill_remaining_work,
    search_order,
    simulate_schedule,
)

LATEST_END = np.array([1.0, 0.0, 0.0, 0.0])


def shop_of(seed: int) -> Shop:
    """A shop in the midst of its work: parts here and there, vehicles and machines not yet free."""
    rng = np.random.default_rng(seed)
    machines, jobs, vehicles = int(rng.integers(1, 5)), int(rng.integers(1, 6)), int(rng.integers(0, 4))
    places = machines + 1
    travel_s = np.round(rng.uniform(1.0, 9.0, (places, places))) * (vehicles > 0)
    np.fill_diagonal(travel_s, 0.0)
    counts = rng.integers(1, 5, jobs)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    choices = [rng.permutation(machines)[: int(rng.integers(1, machines + 1))] for _ in range(first[-1])]
    there = rng.random(jobs) < 0.3
    place = rng.integers(0, places, jobs)
    for job in np.flatnonzero(there):
        choices[first[job]] = choices[first[job]][:1]
        place[job] = choices[first[job]][0] + 1
    shop = Shop(
        travel_s=travel_s,
        carry_s=np.round(travel_s * rng.choice([1.0, 1.5])),
        reach_s=np.round(rng.uniform(0.0, 9.0, (vehicles, places))),
        vehicle_free_s=np.round(rng.uniform(0.0, 9.0, vehicles)),
        load_s=rng.choice([1.0, 2.0], jobs) * (vehicles > 0),
        unload_s=rng.choice([1.0, 3.0], jobs) * (vehicles > 0),
        place=place.astype(np.int32),
        ready_s=np.round(rng.uniform(0.0, 9.0, jobs)),
        there=there,
        rest_s=np.round(rng.uniform(0.0, 3.0, jobs)),
        due_s=np.full(jobs, 30.0),
        first=first,
        tail_s=np.zeros(first[-1]),
        choice=np.cumsum([0, *map(len, choices)], dtype=np.int32),
        machine=np.concatenate(choices).astype(np.int32),
        work_s=np.round(rng.uniform(1.0, 20.0, sum(map(len, choices)))),
        machine_place=np.arange(1, machines + 1, dtype=np.int32),
        machine_free_s=np.round(rng.uniform(0.0, 9.0, machines)),
        unlimited=rng.random(machines) < 0.2,
    )
    fill_remaining_work(shop)
    return shop


def any_order(shop: Shop, seed: int) -> np.ndarray:
    order = np.repeat(np.arange(shop.place.size), np.diff(shop.first)).astype(np.int32)
    return np.random.default_rng(seed).permutation(order)


def played_by_hand(shop: Shop, order: np.ndarray) -> list[tuple[int, int, float, float]]:
    """(operation, machine, start, end) in the order's sequence, with lists and dictionaries and no cleverness."""
    vehicles = [
        {"free": float(free_s), "way": list(reach_s)}
        for free_s, reach_s in zip(shop.vehicle_free_s, shop.reach_s, strict=True)
    ]
    parts = [
        {"at": int(shop.place[job]), "since": float(shop.ready_s[job]), "done": 0, "moves": not shop.there[job]}
        for job in range(shop.place.size)
    ]
    booked: dict[int, list[tuple[float, float]]] = {machine: [] for machine in range(shop.machine_free_s.size)}
    result = []
    for job in order.tolist():
        part = parts[job]
        n = int(shop.first[job]) + part["done"]
        takes, there = None, []
        if part["moves"] and vehicles:
            there = [max(vehicle["free"] + vehicle["way"][part["at"]], part["since"]) for vehicle in vehicles]
            takes = min(range(len(vehicles)), key=lambda v: (there[v], there[v] - vehicles[v]["free"]))
        best = None
        for a in range(shop.choice[n], shop.choice[n + 1]):
            machine, work_s = int(shop.machine[a]), float(shop.work_s[a])
            target = int(shop.machine_place[machine])
            comes = part["since"]
            if part["moves"] and target != part["at"]:
                leaves = part["since"] if takes is None else there[takes]
                comes = leaves + shop.load_s[job] + shop.carry_s[part["at"], target] + shop.unload_s[job]
            start = comes
            if not shop.unlimited[machine]:
                start = max(comes, float(shop.machine_free_s[machine]))
                for begin, end in sorted(booked[machine]):
                    if start + work_s <= begin:
                        break
                    start = max(start, end)
            if best is None or start + work_s < best[2]:
                best = (machine, start, start + work_s, comes, target)
        assert best is not None
        machine, start, end, comes, target = best
        if takes is not None and target != part["at"]:
            vehicles[takes] = {"free": comes, "way": list(shop.travel_s[target])}
        if not shop.unlimited[machine]:
            booked[machine].append((start, end))
        part.update(at=target, since=end, done=part["done"] + 1, moves=True)
        result.append((n, machine, start, end))
    return result


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), order_seed=st.integers(0, 100))
def test_the_simulation_of_an_order_matches_its_slow_reference(seed, order_seed):
    shop = shop_of(seed)
    order = any_order(shop, order_seed)
    course = Course.empty(len(order))
    cost_s = simulate_schedule(shop, order, LATEST_END, FAR_S, course)
    by_hand = played_by_hand(shop, order)
    assert list(zip(course.operation, course.machine, course.start_s, course.end_s, strict=True)) == by_hand
    job_of = np.repeat(np.arange(shop.place.size), np.diff(shop.first))
    assert cost_s == max(end + shop.rest_s[job_of[n]] for n, _, _, end in by_hand)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), order_seed=st.integers(0, 100))
def test_a_forecast_is_cut_off_only_when_it_cannot_win(seed, order_seed):
    shop = shop_of(seed)
    order = any_order(shop, order_seed)
    course = Course.empty(len(order))
    cost_s = simulate_schedule(shop, order, WEIGHTS["makespan"], FAR_S, course)
    assert simulate_schedule(shop, order, WEIGHTS["makespan"], cost_s, course) == cost_s
    assert simulate_schedule(shop, order, WEIGHTS["makespan"], 0.5 * cost_s, course) in (FAR_S, cost_s)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_rule_serves_every_operation_once(seed):
    shop = shop_of(seed)
    order = np.empty(shop.first[-1], np.int32)
    for sooner, longer in RULES:
        complete_order(shop, sooner, longer, order, 0)
        assert np.bincount(order, minlength=shop.place.size).tolist() == np.diff(shop.first).tolist()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_longer_search_is_never_worse_and_the_previous_plan_is_kept_unless_beaten(seed):
    shop = shop_of(seed)
    operations = int(shop.first[-1])
    costs_s = []
    order = np.empty(operations, np.int32)
    kept = False
    for ask_each, exchanges in ((False, 0), (True, 0), (False, 50), (False, 0)):
        course = Course.empty(operations)
        rng = np.random.default_rng(0)
        costs_s.append(
            search_order(shop, order, kept, RULES, ask_each, exchanges, 0.02, WEIGHTS["makespan"], rng, course)
        )
        kept = True
    assert costs_s == sorted(costs_s, reverse=True)
    assert costs_s[-1] == costs_s[-2]


def test_no_vehicle_drives_if_the_next_operation_is_at_the_same_place():
    shop = shop_of(0)._replace(
        place=np.array([1], np.int32),
        ready_s=np.array([4.0]),
        there=np.array([False]),
        rest_s=np.zeros(1),
        due_s=np.array([np.inf]),
        first=np.array([0, 1], np.int32),
        tail_s=np.array([7.0]),
        choice=np.array([0, 1], np.int32),
        machine=np.array([0], np.int32),
        work_s=np.array([7.0]),
        machine_place=np.array([1], np.int32),
        machine_free_s=np.zeros(1),
        unlimited=np.zeros(1, np.bool_),
    )
    course = Course.empty(1)
    assert simulate_schedule(shop, np.zeros(1, np.int32), LATEST_END, FAR_S, course) == 11.0
    assert course.vehicle[0] == NO_VEHICLE


@pytest.mark.parametrize("objective", list(WEIGHTS))
def test_every_objective_is_optimised_best_by_its_own_search(objective):
    # one machine, two parts at it: a short one that is due at once, and a long one
    shop = Shop(
        travel_s=np.zeros((2, 2)),
        carry_s=np.zeros((2, 2)),
        reach_s=np.zeros((0, 2)),
        vehicle_free_s=np.zeros(0),
        load_s=np.zeros(2),
        unload_s=np.zeros(2),
        place=np.array([1, 1], np.int32),
        ready_s=np.zeros(2),
        there=np.ones(2, np.bool_),
        rest_s=np.array([20.0, 0.0]) if objective == "makespan" else np.zeros(2),
        due_s=np.array([np.inf, 5.0]),
        first=np.array([0, 1, 2], np.int32),
        tail_s=np.zeros(2),
        choice=np.array([0, 1, 2], np.int32),
        machine=np.zeros(2, np.int32),
        work_s=np.array([10.0, 5.0]),
        machine_place=np.array([1], np.int32),
        machine_free_s=np.zeros(1),
        unlimited=np.zeros(1, np.bool_),
    )
    fill_remaining_work(shop)
    order, course = np.zeros(2, np.int32), Course.empty(2)
    search_order(shop, order, False, RULES, True, 0, 0.0, WEIGHTS[objective], np.random.default_rng(0), course)
    assert order.tolist() == ([0, 1] if objective == "makespan" else [1, 0])


@pytest.mark.parametrize("time_s", [1e18, 1e300, np.inf, np.nan])
@pytest.mark.parametrize("vehicles", [0, 2])
def test_with_any_times_every_operation_gets_a_machine_and_every_order_is_complete(time_s, vehicles):
    shop = next(shop for seed in range(100) if len((shop := shop_of(seed)).vehicle_free_s) == vehicles)
    endless = shop._replace(
        travel_s=np.full_like(shop.travel_s, time_s),
        carry_s=np.full_like(shop.carry_s, time_s),
        reach_s=np.full_like(shop.reach_s, time_s),
        vehicle_free_s=np.full_like(shop.vehicle_free_s, time_s),
        ready_s=np.full_like(shop.ready_s, time_s),
        work_s=np.full_like(shop.work_s, time_s),
        machine_free_s=np.full_like(shop.machine_free_s, time_s),
    )
    fill_remaining_work(endless)
    operations = int(shop.first[-1])
    for weights in WEIGHTS.values():
        order, course = np.full(operations, -7, np.int32), Course.empty(operations)
        search_order(endless, order, False, RULES, True, 50, 0.02, weights, np.random.default_rng(0), course)
        assert np.bincount(order, minlength=shop.place.size).tolist() == np.diff(shop.first).tolist()
        assert sorted(course.operation.tolist()) == list(range(operations))
        assert set(course.machine.tolist()) <= set(range(len(shop.machine_place)))
        assert set(course.vehicle.tolist()) <= {NO_VEHICLE, *range(vehicles)}


def test_an_operation_that_no_machine_can_do_is_refused_first():
    shop = shop_of(0)
    with pytest.raises(ValueError, match="an operation has no machine to choose"):
        fill_remaining_work(shop._replace(choice=np.zeros_like(shop.choice)))


def test_an_order_that_is_not_kept_needs_a_rule_that_makes_one():
    shop = shop_of(0)
    operations = int(shop.first[-1])
    order, course, rng = np.full(operations, -7, np.int32), Course.empty(operations), np.random.default_rng(0)
    with pytest.raises(ValueError, match="no rule to build one"):
        search_order(shop, order, False, RULES[:0], False, 0, 0.0, LATEST_END, rng, course)
