"""Improves the plan of all vehicles over a window of a few ticks: each holds one sequence, and no two ever collide.

    tick      0   1   2   3          every vehicle has reserved one cell per tick of the window;
    row 3     a > a > a   b          to improve its own sequence a vehicle may take reserved cells: the vehicles that
    row 4     b > b > b >            held them choose again (and may take cells in turn), or the whole change is undone

Two kinds of passes use the same repair:

1. the priority pass, in the order of `rank`: a vehicle may push any vehicle of lower rank, at any cost to them;
2. improvement passes: a change is kept only if the weighted sum of all costs falls.

The budget counts tried sequences, so that the same input gives the same plan on any machine.

Sources: priority inheritance with backtracking is PIBT (Okumura et al., Artificial Intelligence 310, 2022); action
sequences in place of single moves follow EPIBT (Yukhnevich, Andreychuk, 2025); improvement of a windowed plan by repair
is in the spirit of MAPF-LNS (Li et al., IJCAI 2021).

The phases of a repair are inlined: as calls they would take twice as long to compile.

Dimensions: V vehicles, C cells, T ticks of the window, K sequences of a vehicle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from ..ids import NO_VEHICLE
from .ties import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .candidates import Sequences

NOT_LISTED = -1
NO_PLACE = -1


class Plan(NamedTuple):
    """The sequences that V vehicles hold. `choice` and `taken` change in place."""

    cell: NDArray[np.int32]  # (V,) where they are now
    rank: NDArray[np.int64]  # (V,) 0 first
    weight: NDArray[np.int64]  # (V,) of their costs in the sum that improvement lowers
    choice: NDArray[np.int32]  # (V,) index of the sequence that each vehicle holds
    taken: NDArray[np.int32]  # (T + 1, C) vehicle that has reserved a cell, or NO_VEHICLE


class Limits(NamedTuple):
    """The limits of a repair."""

    tries: int  # sequences
    most_depth: int  # vehicles in the repair
    most_taken: int  # vehicles that one sequence may displace
    most_failures: int  # how often a vehicle may fail to give way before it counts as immovable


class Repair(NamedTuple):
    """The list of vehicles that must choose again, in the order in which they were displaced; the leader is first."""

    order: NDArray[np.int32]  # (V + 1,) vehicle
    old: NDArray[np.int32]  # (V + 1,) the sequence it held
    tried: NDArray[np.int32]  # (V + 1,) the sequence tried last
    listed: NDArray[np.int32]  # (V + 1,) length of the list when it began to choose
    loss: NDArray[np.int64]  # (V + 1,) weighted cost of the choices before it
    entered: NDArray[np.int32]  # (V,) place in the list or NOT_LISTED
    failures: NDArray[np.int32]  # (V,) how often it failed to give way
    failed: NDArray[np.int32]  # (V,) vehicles that failed

    @classmethod
    def empty(cls, vehicles: int) -> Repair:
        """Allocate room for all vehicles."""
        places = (np.empty(vehicles + 1, np.int32) for _ in range(4))
        return cls(
            *places,
            loss=np.zeros(vehicles + 1, np.int64),
            entered=np.full(vehicles, NOT_LISTED, np.int32),
            failures=np.zeros(vehicles, np.int32),
            failed=np.empty(vehicles, np.int32),
        )


@njit(cache=True)
def plan_window(
    plan: Plan,
    sequences: Sequences,
    scratch: Repair,
    visit: NDArray[np.int32],
    overdue: NDArray[np.bool_],
    by_rank: Limits,
    patient: Limits,
    improving: Limits,
    passes: int,
    tries_total: int,
    seed: np.uint64,
) -> int:
    """Improve a plan: one priority pass, then improvement passes; return the number of tries used.

    Args:
        plan: changed in place; `taken` is filled here.
        sequences: of each vehicle, cheapest first.
        scratch: `Repair.empty`.
        visit: (V,) int32, vehicles in the order of their rank; scratch afterwards.
        overdue: (V,) bool, vehicles that are patient leaders in the priority pass.
        by_rank, patient: limits of a repair in the priority pass; with 0 tries the pass is skipped.
        improving: limits of a repair in improvement passes.
        passes: improvement passes at most.
        tries_total: sequences tried at most; the priority pass is always finished.
        seed: determines the order in which improvement visits vehicles.
    """
    vehicles = plan.choice.shape[0]
    cost, choice = sequences.cost, plan.choice
    plan.taken[:] = NO_VEHICLE
    for vehicle in range(vehicles):
        plan.taken[0, plan.cell[vehicle]] = vehicle
        reserve_path(plan, sequences, vehicle, vehicle)
    used = 0
    if by_rank.tries > 0:
        for leader in visit:
            if choice[leader] > 0:
                limits = patient if overdue[leader] else by_rank
                used += repair(leader, True, limits, plan, sequences, scratch)[1]
    rounds = 0
    while used < tries_total and rounds < passes:
        kept = 0
        for index in range(vehicles - 1, 0, -1):
            pick = np.int64(mix(seed + np.uint64(rounds * vehicles + index)) % np.uint64(index + 1))
            visit[index], visit[pick] = visit[pick], visit[index]
        for leader in visit:
            if cost[leader, choice[leader]] <= cost[leader, 0]:
                continue
            if used >= tries_total:
                break
            success, spent = repair(leader, False, improving, plan, sequences, scratch)
            used += spent
            kept += success
        rounds += 1
        if kept == 0:
            break
    return used


@njit(cache=True)
def repair(
    leader: int, by_rank: bool, limits: Limits, plan: Plan, sequences: Sequences, scratch: Repair
) -> tuple[bool, int]:
    """Try a cheaper sequence for a vehicle and others for those in its path; return (success, tries used).

    Depth-first over the list of vehicles that must choose: level i takes the next sequence of the i-th vehicle;
    vehicles that it displaces join the end of the list. When all have chosen the change is accepted, else undone.

    Args:
        leader: the vehicle.
        by_rank: vehicles of higher rank may not be displaced, and any loss of lower ranks is accepted. False: the
            change is kept only if the weighted sum of all costs falls.
        limits: of this repair.
        plan, sequences, scratch: as in `plan_window`.
    """
    order, old, entered, failures, failed = (
        scratch.order, scratch.old, scratch.entered, scratch.failures, scratch.failed,
    )  # fmt: skip
    order[0] = leader
    old[0] = plan.choice[leader]
    entered[leader] = 0
    scratch.tried[0] = NO_PLACE
    scratch.loss[0] = 0
    scratch.listed[0] = 1
    reserve_path(plan, sequences, leader, NO_VEHICLE)
    members, level, used, given_up = 1, 0, 0, 0
    while 0 <= level < members:
        vehicle = order[level]
        put_back(scratch.listed[level], members, plan, sequences, scratch)
        members = scratch.listed[level]
        place, displaced, used = find_place(level, members, used, by_rank, limits, plan, sequences, scratch)
        if place != NO_PLACE:
            take_place(level, place, members, displaced, plan, sequences, scratch)
            members = displaced
            level += 1
            continue
        # This level has no more sequences: return to the level before, which resumes with its own sequence.
        if failures[vehicle] == 0:
            failed[given_up] = vehicle
            given_up += 1
        failures[vehicle] += 1
        level -= 1
        if level >= 0:
            reserve_path(plan, sequences, order[level], NO_VEHICLE)
    for index in range(given_up):
        failures[failed[index]] = 0
    for index in range(members):
        entered[order[index]] = NOT_LISTED
    if level < 0:
        plan.choice[leader] = old[0]
        reserve_path(plan, sequences, leader, leader)
    return level >= 0, used


@njit(cache=True, inline="always")
def reserve_path(plan, sequences, vehicle, mark):
    """Mark the cells of the sequence that a vehicle holds, tick by tick; NO_VEHICLE frees them."""
    for tick in range(sequences.path.shape[2]):
        plan.taken[tick + 1, sequences.path[vehicle, plan.choice[vehicle], tick]] = mark


@njit(cache=True, inline="always")
def put_back(listed, members, plan, sequences, scratch):
    """Restore the old sequences of the vehicles from position `listed` of the list to its end, `members`."""
    for index in range(members - 1, listed - 1, -1):
        other = scratch.order[index]
        scratch.entered[other] = NOT_LISTED
        plan.choice[other] = scratch.old[index]
        reserve_path(plan, sequences, other, other)


@njit(cache=True, inline="always")
def take_place(level, place, members, displaced, plan, sequences, scratch):
    """Give a vehicle a sequence; the vehicles that it displaces hold none until they choose."""
    for index in range(members, displaced):
        other = scratch.order[index]
        scratch.old[index] = plan.choice[other]
        reserve_path(plan, sequences, other, NO_VEHICLE)
    vehicle = scratch.order[level]
    plan.choice[vehicle] = place
    reserve_path(plan, sequences, vehicle, vehicle)
    change = sequences.cost[vehicle, place] - sequences.cost[vehicle, scratch.old[level]]
    scratch.tried[level] = place
    scratch.loss[level + 1] = scratch.loss[level] + plan.weight[vehicle] * change
    scratch.listed[level + 1] = displaced
    scratch.tried[level + 1] = NO_PLACE


@njit(cache=True, inline="always")
def find_place(
    level: int,
    members: int,
    used: int,
    by_rank: bool,
    limits: Limits,
    plan: Plan,
    sequences: Sequences,
    scratch: Repair,
) -> tuple[int, int, int]:
    """The next sequence of a vehicle that is worthwhile and whose displaced vehicles may join the list.

    Returns:
        Its index or NO_PLACE, the length of the list with the displaced vehicles, and the tries used so far.
    """
    vehicle = scratch.order[level]
    held_cost = sequences.cost[vehicle, scratch.old[level]]
    for place in range(scratch.tried[level] + 1, sequences.number[vehicle]):
        change = sequences.cost[vehicle, place] - held_cost
        if level == 0 and change >= 0:
            break
        if not by_rank and scratch.loss[level] + plan.weight[vehicle] * change >= 0:
            break
        if used >= limits.tries:
            break
        used += 1
        displaced = list_displaced(vehicle, place, members, by_rank, limits, plan, sequences, scratch)
        if displaced >= 0:
            return place, displaced, used
    return NO_PLACE, members, used


@njit(cache=True, inline="always")
def list_displaced(
    vehicle: int,
    place: int,
    members: int,
    by_rank: bool,
    limits: Limits,
    plan: Plan,
    sequences: Sequences,
    scratch: Repair,
) -> int:
    """List the vehicles that block a sequence: those that hold its cells, and those it would swap cells with.

    Returns:
        The length of the list with them; -1 if one of them may not be displaced; then none joins the list.
    """
    taken, order, entered = plan.taken, scratch.order, scratch.entered
    leader = order[0]
    came = plan.cell[vehicle]
    displaced = members
    for tick in range(sequences.path.shape[2]):
        at = sequences.path[vehicle, place, tick]
        other = taken[tick + 1, at]
        for side in range(2):
            if side == 1:
                other = taken[tick, at]
                if other < 0 or other == vehicle or at == came or taken[tick + 1, came] != other:
                    break
            if other < 0 or entered[other] >= members:
                continue
            if (
                entered[other] >= 0
                or (by_rank and plan.rank[other] < plan.rank[leader])
                or displaced - members >= limits.most_taken
                or displaced >= limits.most_depth
                or scratch.failures[other] >= limits.most_failures
            ):
                for index in range(members, displaced):
                    entered[order[index]] = NOT_LISTED
                return -1
            order[displaced] = other
            entered[other] = displaced
            displaced += 1
        came = at
    return displaced
