"""Forward simulation of the shop for a given order of its jobs, and the search for the best order.

An *order* is an array of job numbers that contains each job once per operation that has not begun: its k-th entry is
the k-th such operation together with the move that brings the part there. `simulate_schedule` simulates an order to the
end: each entry takes the vehicle that reaches the part first (ties go to the one that drives and waits least), then the
machine on which the operation ends first, in the first gap that is long enough. `complete_order` builds an order by a
dispatch rule; `search_order` searches for a better one:

1. the previously intended order, and the order built by each dispatch rule;
2. what if this job came first, and rule r decided all the rest? For each job and each rule (rollouts: Bertsekas,
   Tsitsiklis and Wu 1997; in agent terms the exploring ants of holonic manufacturing: Hadeli et al. 2004);
3. what if two jobs changed places, or one moved forward or back? Kept if better, at first sometimes if slightly worse
   (simulated annealing, Kirkpatrick et al. 1983).

The forecast assumes expected processing times, free-flow travel and unlimited buffers: it is an estimate, not the
outcome. Pure functions over arrays.

Dimensions: J jobs, N operations of all jobs, A choices of all operations, M machines, V vehicles, P places, R rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from ...shop.traffic import NO_PLACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_VEHICLE = NO_MACHINE = -1
NO_JOB = -1
FAR_S = np.inf  # no time is later; if all candidates have this time, the first of them is taken
GAIN_S = 1e-9  # minimum improvement: sums of floats differ by less through rounding
WARM = 20  # operations; with more of them an exchange matters less, and annealing starts cooler


class Shop(NamedTuple):
    """The expected state of the shop from now on. Times in seconds on the factory's clock.

    Attributes:
        travel_s: (P, P) float64, empty travel time from place to place.
        carry_s: (P, P) float64, loaded travel time from place to place.
        reach_s: (V, P) float64, empty travel time from the position at which a vehicle becomes free.
        vehicle_free_s: (V,) float64, time at which a vehicle becomes free. V = 0: parts move themselves in no time.
        load_s, unload_s: (J,) float64, expected time that a vehicle takes to load the part, and to unload it.
        place: (J,) int32, where the part is, or will be when its present operation or move ends.
        ready_s: (J,) float64, time at which it is there and ready.
        there: (J,) bool, the part needs no move before its first operation.
        rest_s: (J,) float64, expected processing time of the operations that are not listed.
        due_s: (J,) float64, due date; inf for none.
        first: (J + 1,) int32, the operations of job j are first[j] .. first[j + 1] - 1.
        tail_s: (N,) float64, minimum time from the start of an operation to the end of its job.
        choice: (N + 1,) int32, the choices of operation n are choice[n] .. choice[n + 1] - 1.
        machine: (A,) int32, machine of each choice.
        work_s: (A,) float64, processing time of each choice.
        machine_place: (M,) int32, place of each machine.
        machine_free_s: (M,) float64, time at which each machine becomes free.
        unlimited: (M,) bool, serves any number of parts at once (where parts leave).
    """

    travel_s: NDArray[np.float64]
    carry_s: NDArray[np.float64]
    reach_s: NDArray[np.float64]
    vehicle_free_s: NDArray[np.float64]
    load_s: NDArray[np.float64]
    unload_s: NDArray[np.float64]
    place: NDArray[np.int32]
    ready_s: NDArray[np.float64]
    there: NDArray[np.bool_]
    rest_s: NDArray[np.float64]
    due_s: NDArray[np.float64]
    first: NDArray[np.int32]
    tail_s: NDArray[np.float64]
    choice: NDArray[np.int32]
    machine: NDArray[np.int32]
    work_s: NDArray[np.float64]
    machine_place: NDArray[np.int32]
    machine_free_s: NDArray[np.float64]
    unlimited: NDArray[np.bool_]


class Course(NamedTuple):
    """The simulated schedule of an order: one column per quantity, one entry per entry of the order; seconds.

    Attributes:
        operation: (N,) int32, index of the operation.
        vehicle: (N,) int32, NO_VEHICLE where no vehicle is needed.
        pick_up_s: (N,) float64, when loading of the part begins.
        arrive_s: (N,) float64, when the part has been unloaded.
        machine: (N,) int32, the machine chosen.
        start_s, end_s: (N,) float64, start and end of the operation.
    """

    operation: NDArray[np.int32]
    vehicle: NDArray[np.int32]
    pick_up_s: NDArray[np.float64]
    arrive_s: NDArray[np.float64]
    machine: NDArray[np.int32]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]

    @classmethod
    def empty(cls, operations: int) -> Course:
        """Return uninitialised columns for `operations` operations."""
        whole, real = np.empty((3, operations), np.int32), np.empty((4, operations))
        return cls(whole[0], whole[1], real[0], real[1], whole[2], real[2], real[3])


@njit(cache=True)
def fill_remaining_work(shop: Shop) -> None:
    """Fill `tail_s`, with the fastest machines, the shortest loaded travel times and no waiting for vehicles.

    Raises:
        ValueError: an operation has no choice; `simulate_schedule` and `complete_order` rely on one.
    """
    for job in range(shop.place.size):
        rest_s = shop.rest_s[job]
        for n in range(shop.first[job + 1] - 1, shop.first[job] - 1, -1):
            if shop.choice[n] == shop.choice[n + 1]:
                raise ValueError("an operation has no machine to choose")
            work_s = FAR_S
            move_s = 0.0 if n + 1 == shop.first[job + 1] else FAR_S
            for a in range(shop.choice[n], shop.choice[n + 1]):
                work_s = min(work_s, shop.work_s[a])
                if n + 1 < shop.first[job + 1]:
                    here = shop.machine_place[shop.machine[a]]
                    for b in range(shop.choice[n + 1], shop.choice[n + 2]):
                        move_s = min(move_s, shop.carry_s[here, shop.machine_place[shop.machine[b]]])
            if move_s > 0.0:
                move_s += shop.load_s[job] + shop.unload_s[job]
            rest_s += work_s + move_s
            shop.tail_s[n] = rest_s


@njit(cache=True)
def _carrier(
    travel_s: NDArray[np.float64],
    reach_s: NDArray[np.float64],
    free_s: NDArray[np.float64],
    at: NDArray[np.int32],
    place: int,
    ready_s: float,
) -> tuple[int, float]:
    """The vehicle that reaches a part first, and the time at which both are there."""
    vehicle = NO_VEHICLE
    pick_up_s = FAR_S
    effort_s = FAR_S
    for v in range(free_s.size):
        empty_s = reach_s[v, place] if at[v] == NO_PLACE else travel_s[at[v], place]
        there_s = max(free_s[v] + empty_s, ready_s)
        if vehicle == NO_VEHICLE or there_s < pick_up_s or (there_s == pick_up_s and there_s - free_s[v] < effort_s):
            vehicle, pick_up_s, effort_s = v, there_s, there_s - free_s[v]
    return vehicle, pick_up_s


@njit(cache=True)
def simulate_schedule(
    shop: Shop, order: NDArray[np.int32], weights: NDArray[np.float64], limit_s: float, course: Course
) -> float:
    """Simulate `order`, (N,) int32, write it to `course`, and return its cost in seconds.

    The cost is the sum of `weights`, (4,) float64, non-negative, times: the latest end, the mean end of all operations,
    the mean end of all jobs, and the mean tardiness of all jobs. As soon as it is certain to exceed `limit_s`, the
    simulation stops with an incomplete course, and the cost is FAR_S.
    """
    travel_s, carry_s, reach_s = shop.travel_s, shop.carry_s, shop.reach_s  # plain arrays: faster
    first, choice = shop.first, shop.choice
    machine_of, work_s, machine_place, unlimited = shop.machine, shop.work_s, shop.machine_place, shop.unlimited
    tail_s, bound_s, load_s, unload_s, rest_s, due_s = (
        shop.tail_s,
        shop.machine_free_s,
        shop.load_s,
        shop.unload_s,
        shop.rest_s,
        shop.due_s,
    )
    into_operation, into_vehicle, into_machine = course.operation, course.vehicle, course.machine
    into_pick_up_s, into_arrive_s = course.pick_up_s, course.arrive_s
    into_start_s, into_end_s = course.start_s, course.end_s
    jobs, machines, vehicles, operations = (
        shop.place.size,
        shop.machine_free_s.size,
        shop.vehicle_free_s.size,
        order.size,
    )
    following = shop.first[:-1].copy()
    ready_s, place, there = shop.ready_s.copy(), shop.place.copy(), shop.there.copy()
    free_s = shop.vehicle_free_s.copy()
    at = np.full(vehicles, NO_PLACE, np.int32)
    booked = np.zeros(machines, np.int64)  # operations on each machine so far, in the order of time
    from_s = np.empty((machines, operations))
    to_s = np.empty((machines, operations))
    latest_s = 0.0
    operation_ends_s = 0.0
    job_ends_s = 0.0
    tardiness_s = 0.0
    for i in range(operations):
        job = int(order[i])
        n = following[job]
        here = place[job]
        needs_move = not there[job]
        vehicle = NO_VEHICLE
        pick_up_s = taken_s = ready_s[job]
        if needs_move and vehicles > 0:
            vehicle, pick_up_s = _carrier(travel_s, reach_s, free_s, at, here, ready_s[job])
            taken_s = pick_up_s + load_s[job]
        best_end_s, best_start_s, best_arrive_s, best_machine, best_slot = FAR_S, 0.0, 0.0, NO_MACHINE, 0
        for a in range(choice[n], choice[n + 1]):
            machine = machine_of[a]
            arrive_s = ready_s[job]
            if needs_move and machine_place[machine] != here:
                arrive_s = taken_s + carry_s[here, machine_place[machine]] + unload_s[job]
            start_s = arrive_s
            slot = 0
            if not unlimited[machine]:
                start_s = max(arrive_s, bound_s[machine])
                slot = booked[machine]
                for k in range(booked[machine]):
                    if start_s + work_s[a] <= from_s[machine, k]:
                        slot = k
                        break
                    start_s = max(start_s, to_s[machine, k])
            if best_machine == NO_MACHINE or start_s + work_s[a] < best_end_s:
                best_end_s = start_s + work_s[a]
                best_start_s, best_arrive_s, best_machine, best_slot = start_s, arrive_s, machine, slot
        if machine_place[best_machine] == here:
            vehicle, pick_up_s = NO_VEHICLE, ready_s[job]
        if vehicle != NO_VEHICLE:
            free_s[vehicle] = best_arrive_s
            at[vehicle] = machine_place[best_machine]
        if not unlimited[best_machine]:
            for k in range(booked[best_machine], best_slot, -1):
                from_s[best_machine, k] = from_s[best_machine, k - 1]
                to_s[best_machine, k] = to_s[best_machine, k - 1]
            from_s[best_machine, best_slot] = best_start_s
            to_s[best_machine, best_slot] = best_end_s
            booked[best_machine] += 1
        ready_s[job] = best_end_s
        place[job] = machine_place[best_machine]
        there[job] = False
        following[job] = n + 1
        into_operation[i], into_vehicle[i], into_machine[i] = n, vehicle, best_machine
        into_pick_up_s[i], into_arrive_s[i] = pick_up_s, best_arrive_s
        into_start_s[i], into_end_s[i] = best_start_s, best_end_s
        operation_ends_s += best_end_s
        latest_s = max(latest_s, best_start_s + tail_s[n], best_end_s + rest_s[job])
        if weights[0] * latest_s > limit_s:
            return FAR_S
        if n + 1 == first[job + 1]:
            job_ends_s += best_end_s + rest_s[job]
            tardiness_s += max(best_end_s + rest_s[job] - due_s[job], 0.0)
    return (
        weights[0] * latest_s
        + weights[1] * operation_ends_s / max(operations, 1)
        + (weights[2] * job_ends_s + weights[3] * tardiness_s) / max(jobs, 1)
    )


@njit(cache=True)
def complete_order(shop: Shop, sooner: float, longer: float, order: NDArray[np.int32], given: int) -> None:
    """Complete `order`, (N,) int32, whose first `given` entries are fixed, by a dispatch rule.

    The next operation is the one with the lowest `sooner` x pick-up + (1 - `sooner`) x start - `longer` x remaining
    time of its job: with (1, 0) the nearest vehicle first, with (0, 0) the earliest start first; `longer` > 0 prefers
    long jobs.
    """
    travel_s, carry_s, reach_s = shop.travel_s, shop.carry_s, shop.reach_s  # plain arrays: faster
    first, choice = shop.first, shop.choice
    machine_of, work_s, machine_place, unlimited = shop.machine, shop.work_s, shop.machine_place, shop.unlimited
    load_s, unload_s, tail_s = shop.load_s, shop.unload_s, shop.tail_s
    jobs, vehicles = shop.place.size, shop.vehicle_free_s.size
    following = shop.first[:-1].copy()
    ready_s, place, there = shop.ready_s.copy(), shop.place.copy(), shop.there.copy()
    free_s, machine_free_s = shop.vehicle_free_s.copy(), shop.machine_free_s.copy()
    at = np.full(vehicles, NO_PLACE, np.int32)
    for i in range(order.size):
        best, best_vehicle, best_machine = NO_JOB, NO_VEHICLE, NO_MACHINE
        best_key_s, best_arrive_s, best_end_s = FAR_S, 0.0, 0.0
        for job in range(order[i] if i < given else 0, order[i] + 1 if i < given else jobs):
            n = following[job]
            if n == first[job + 1]:
                continue
            needs_move = not there[job]
            vehicle = NO_VEHICLE
            taken_s = ready_s[job]
            if needs_move and vehicles > 0:
                vehicle, taken_s = _carrier(travel_s, reach_s, free_s, at, place[job], ready_s[job])
                taken_s += load_s[job]
            end_s, begin_s, come_s, on = FAR_S, 0.0, 0.0, NO_MACHINE
            for a in range(choice[n], choice[n + 1]):
                machine = machine_of[a]
                arrive_s = ready_s[job]
                if needs_move and machine_place[machine] != place[job]:
                    arrive_s = taken_s + carry_s[place[job], machine_place[machine]] + unload_s[job]
                start_s = arrive_s if unlimited[machine] else max(arrive_s, machine_free_s[machine])
                if on == NO_MACHINE or start_s + work_s[a] < end_s:
                    end_s, begin_s, come_s, on = start_s + work_s[a], start_s, arrive_s, machine
            if machine_place[on] == place[job]:
                vehicle = NO_VEHICLE
                taken_s = ready_s[job]
            key_s = sooner * taken_s + (1.0 - sooner) * begin_s - longer * tail_s[n]
            if best == NO_JOB or key_s < best_key_s:
                best, best_vehicle, best_machine = job, vehicle, on
                best_key_s, best_arrive_s, best_end_s = key_s, come_s, end_s
        if best_vehicle != NO_VEHICLE:
            free_s[best_vehicle] = best_arrive_s
            at[best_vehicle] = machine_place[best_machine]
        machine_free_s[best_machine] = best_end_s
        ready_s[best] = best_end_s
        place[best] = machine_place[best_machine]
        there[best] = False
        following[best] += 1
        order[i] = best


@njit(cache=True)
def search_order(
    shop: Shop,
    order: NDArray[np.int32],
    kept: bool,
    rules: NDArray[np.float64],
    ask_each: bool,
    exchanges: int,
    heat: float,
    weights: NDArray[np.float64],
    rng: np.random.Generator,
    course: Course,
) -> float:
    """Replace `order`, (N,) int32, by the best one found, fill its `course`, and return its cost in seconds.

    Args:
        shop: expected state of the shop.
        order: the previously intended order, or an array to be filled.
        kept: `order` is a previously intended order, and the first candidate; otherwise it is not read.
        rules: (R, 2) float64, `sooner` and `longer` of each dispatch rule; R > 0 unless `kept`.
        ask_each: also try each rule with every job first.
        exchanges: number of exchanges to try after that.
        heat: initial temperature: how much worse, as a share of the cost, an accepted exchange may typically be at
            first; with more than `WARM` operations, reduced by the square of their number.
        weights: (4,) float64, see `simulate_schedule`.
        rng: drawn from four times for each exchange.
        course: is filled with the schedule of the best order.

    Raises:
        ValueError: there is neither a previously intended order nor a rule.
    """
    size = order.size
    if not kept and rules.shape[0] == 0:
        raise ValueError("there is no previously intended order, and no rule to build one")
    trial = np.empty(size, np.int32)
    best_s = simulate_schedule(shop, order, weights, FAR_S, course) if kept else FAR_S
    found = kept
    for r in range(rules.shape[0]):
        for job in range(-1, shop.place.size if ask_each else 0):
            if job >= 0:
                if shop.first[job] == shop.first[job + 1]:
                    continue
                trial[0] = job
            complete_order(shop, rules[r, 0], rules[r, 1], trial, 0 if job < 0 else 1)
            cost_s = simulate_schedule(shop, trial, weights, best_s, course)
            if not found or cost_s < best_s - GAIN_S:
                found = True
                best_s = cost_s
                order[:] = trial
    if size > 1 and exchanges > 0:
        current = order.copy()
        current_s = best_s
        heat *= min(1.0, (WARM / size) ** 2)
        for k in range(exchanges):
            a, b = int(rng.random() * size), int(rng.random() * size)
            swap, dice = rng.random() < 0.5, rng.random()
            if current[a] == current[b]:
                continue
            trial[:] = current
            if swap:
                trial[a], trial[b] = current[b], current[a]
            else:
                step = 1 if a < b else -1
                for i in range(a, b, step):
                    trial[i] = trial[i + step]
                trial[b] = current[a]
            limit_s = current_s - heat * best_s * (1.0 - k / exchanges) * np.log(1.0 - dice)
            cost_s = simulate_schedule(shop, trial, weights, limit_s, course)
            if cost_s <= limit_s:
                current_s = cost_s
                current[:] = trial
                if cost_s < best_s - GAIN_S:
                    best_s = cost_s
                    order[:] = trial
    return simulate_schedule(shop, order, weights, FAR_S, course)
