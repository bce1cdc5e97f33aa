"""Random job shops with AGVs, on which nothing was tuned; half of them leave a choice of machines.

No optimum is known, so results are compared with the best schedule that a long search finds with full knowledge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...agents.mechanisms.what_if.planner import HEAT, RULES, WEIGHTS
from ...agents.mechanisms.what_if.simulate import Course, Shop, fill_remaining_work, search_order
from ...environments.instances.job_shop import JobShop
from .jspt_play import play

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SEARCHES = 2
SEARCH_LENGTH = 60_000


def random_shop(seed: int) -> tuple[JobShop, int, NDArray[np.float64]]:
    """A shop with 3-8 machines and 4-12 jobs of 2-5 operations, 1-4 vehicles, and (M + 1, M + 1) travel times in s.

    Travel times are shortest paths between points of a square, longer in one direction than in the other; the mean
    travel time over the mean processing time is about 0.3, 0.6 or 1.2. Odd seeds have operations with a choice
    of machines.
    """
    rng = np.random.default_rng(seed)
    machines, jobs, vehicles = int(rng.integers(3, 9)), int(rng.integers(4, 13)), int(rng.integers(1, 5))
    places = machines + 1
    points = rng.uniform(0.0, 10.0, (places, 2))
    travel_s = np.abs(points[:, None] - points[None]).sum(axis=2) * rng.uniform(0.8, 1.6, (places, places))
    travel_s *= rng.choice([0.6, 1.2, 2.4])
    for via in range(places):
        travel_s = np.minimum(travel_s, travel_s[:, via : via + 1] + travel_s[via])
    travel_s = np.round(travel_s)
    routings = []
    for _ in range(jobs):
        routing = []
        last = -1
        for _ in range(int(rng.integers(2, 6))):
            last = int(rng.choice([machine for machine in range(machines) if machine != last]))
            work_s = int(rng.integers(5, 25))
            others = [machine for machine in range(machines) if machine != last and rng.random() < 0.3]
            choices = [(last, float(work_s))]
            choices += [(other, float(round(work_s * rng.uniform(0.8, 1.5)))) for other in others]
            routing.append(tuple(choices) if seed % 2 else tuple(choices[:1]))
        routings.append(tuple(routing))
    return JobShop(f"unseen {seed}", machines, tuple(routings)), vehicles, travel_s


def known_at_once(shop: JobShop, vehicles: int, travel_s: NDArray[np.float64]) -> Shop:
    """The whole shop as a forecast sees it at the start."""
    jobs, machines, operations = len(shop.jobs), shop.machines, shop.operations
    choices = [choice for job in shop.jobs for operation in job for choice in operation]
    world = Shop(
        travel_s=travel_s,
        carry_s=travel_s,
        reach_s=np.tile(travel_s[0], (vehicles, 1)),
        vehicle_free_s=np.zeros(vehicles),
        load_s=np.zeros(jobs),
        unload_s=np.zeros(jobs),
        place=np.zeros(jobs, np.int32),
        ready_s=np.zeros(jobs),
        there=np.zeros(jobs, np.bool_),
        rest_s=np.zeros(jobs),
        due_s=np.full(jobs, np.inf),
        first=np.cumsum([0, *map(len, shop.jobs)], dtype=np.int32),
        tail_s=np.zeros(operations),
        choice=np.cumsum([0, *(len(operation) for job in shop.jobs for operation in job)], dtype=np.int32),
        machine=np.array([machine for machine, _ in choices], np.int32),
        work_s=np.array([work_s for _, work_s in choices]),
        machine_place=np.arange(1, machines + 1, dtype=np.int32),
        machine_free_s=np.zeros(machines),
        unlimited=np.zeros(machines, np.bool_),
    )
    fill_remaining_work(world)
    return world


def best_found_s(shop: JobShop, vehicles: int, travel_s: NDArray[np.float64]) -> float:
    """The shortest makespan (s) that long searches find."""
    world = known_at_once(shop, vehicles, travel_s)
    operations = shop.operations
    best_s = np.inf
    for search in range(SEARCHES):
        order, course = np.zeros(operations, np.int32), Course.empty(operations)
        rng = np.random.default_rng(search)
        search_order(world, order, False, RULES, True, SEARCH_LENGTH, HEAT, WEIGHTS["makespan"], rng, course)
        best_s = min(best_s, float(course.end_s.max()))
    return best_s


def unseen(shops: int, variants: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Gaps (percent) of negotiations to the best found, on shops with and without a choice of machine."""
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in variants}
    for seed in range(shops):
        shop, vehicles, travel_s = random_shop(seed)
        best_s = best_found_s(shop, vehicles, travel_s)
        for name, negotiation in variants.items():
            scenario = shop.scenario(vehicles=vehicles, travel_s=travel_s, carry_out=False, negotiation=negotiation)
            found[name][seed % 2].append(100.0 * (play(scenario).makespan_s / best_s - 1.0))
    return {
        name: {
            "mean_gap": float(np.mean(plain)),
            "max_gap": max(plain),
            "mean_gap_with_choice": float(np.mean(choice)),
            "max_gap_with_choice": max(choice),
        }
        for name, (plain, choice) in found.items()
    }
