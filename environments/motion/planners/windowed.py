"""Plans all vehicles over a window of a few ticks: each holds one action sequence, and no two of them ever collide.

    tick      0   1   2   3          every vehicle has reserved one cell per tick of the window;
    row 3     a > a > a   b          to improve its own sequence a vehicle may take reserved cells: those who had
    row 4     b > b > b >            them choose anew (and may take cells in turn), or the whole change is undone

The plan of the last tick, with its first action done and a wait at the end, is where the search starts, so a
collision-free plan
exists at every moment and improvement can stop at any time. Two kinds of passes use the same repair search:

1. priority pass, in the order of `rank`: a vehicle may push any vehicle of lower rank, whatever that costs those;
2. improvement passes: a change is kept only if the weighted sum of all costs falls.

Sources: priority inheritance with backtracking is PIBT (Okumura et al., Artificial Intelligence 310, 2022); action
sequences in place
of single moves follow EPIBT (Yukhnevich, Andreychuk, 2025); improvement of a windowed plan by repair is in the spirit
of MAPF-LNS
(Li et al., IJCAI 2021). The number of tried sequences is the budget: the same input gives the same plan on any machine.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ..ids import NO_VEHICLE

PATIENT_FAILURES = 100  # for leaders that are overdue: search on where a bounded search has failed for long


@njit(cache=True, inline="always")
def _mix(value):
    """A stateless hash of a uint64 (splitmix64 finaliser): ties and visiting order."""
    value = (value + np.uint64(0x9E3779B97F4A7C15)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit(cache=True)
def list_candidates(
    state, goal_cell, goal_row, next_row, next_base, held, fields, successor, extra, facings, wait, tick_cost,
    node_action, node_depth, after_subtree, ticks, shape, count, cost, path, end, first,
):  # fmt: skip
    """All sequences of each vehicle, cheapest first, into count (V,), cost/end/first (V, K), path (V, K, ticks) cells.

    The cost is what is left to do after the window: guidance paid on the way plus the field at its end. A vehicle
    that reaches its goal within the window goes on by the field of its next goal (next_row, shifted by next_base), or
    gains the rest of the window where that is unknown (-1). Who is held has one sequence, waiting. `shape` holds small
    weights: [a move without a goal, lateness of progress].
    """
    nodes = node_action.shape[0]
    capacity = cost.shape[1]
    along = np.empty(ticks + 1, np.int32)
    paid = np.empty(ticks + 1, np.int64)
    reached = np.empty(ticks + 1, np.int32)
    late = np.empty(ticks + 1, np.int64)
    keys = np.empty(capacity, np.int64)
    raw_path = np.empty((capacity, ticks), np.int32)
    raw_end = np.empty(capacity, np.int32)
    raw_first = np.empty(capacity, np.int8)
    begin = np.int8(0)
    for vehicle in range(state.shape[0]):
        along[0] = state[vehicle]
        paid[0] = 0
        late[0] = 0
        reached[0] = -1
        found = 0
        row = goal_row[vehicle]
        goal = goal_cell[vehicle]
        if held[vehicle]:
            count[vehicle] = 1
            cost[vehicle, 0] = 0
            path[vehicle, 0, :] = state[vehicle] // facings
            end[vehicle, 0] = state[vehicle]
            first[vehicle, 0] = wait
            continue
        node = 0
        while node < nodes:
            depth = node_depth[node]
            action = node_action[node]
            here = along[depth]
            there = successor[here, action]
            if there < 0:
                node = after_subtree[node]
                continue
            if depth == 0:
                begin = action
            level = depth + 1
            along[level] = there
            price = extra[here, action]
            if row < 0 and there // facings != here // facings:
                price += shape[0]
            paid[level] = paid[depth] + price
            reached[level] = reached[depth]
            if reached[depth] < 0 and row >= 0 and there // facings == goal:
                reached[level] = level
            late[level] = late[depth]
            if row >= 0:
                if reached[level] < 0:
                    late[level] += fields[row, there]
                else:
                    late[level] -= (level - reached[level]) * tick_cost
            if level == ticks:
                total = paid[level]
                if row >= 0:
                    if reached[level] < 0:
                        total += fields[row, there]
                    elif next_row[vehicle] >= 0:
                        total += fields[next_row[vehicle], there] - next_base[vehicle]
                    else:
                        total -= (ticks - reached[level]) * tick_cost
                keys[found] = (total * 64 + late[level] * shape[1] // 16) * 4096 + found
                for tick in range(ticks):
                    raw_path[found, tick] = along[tick + 1] // facings
                raw_end[found] = there
                raw_first[found] = begin
                found += 1
            node += 1
        ordered = np.sort(keys[:found])
        count[vehicle] = found
        for place in range(found):
            source = ordered[place] & 4095
            cost[vehicle, place] = ordered[place] >> 12
            end[vehicle, place] = raw_end[source]
            first[vehicle, place] = raw_first[source]
            for tick in range(ticks):
                path[vehicle, place, tick] = raw_path[source, tick]


@njit(cache=True)
def carry_over(plan_path, plan_end, fresh, start_cell, state, count, path, end, choice, waits):
    """The sequence of each vehicle that goes on with its last plan; all wait where a plan does not fit any more.

    plan_path (V, ticks), plan_end (V,) are the last plan; start_cell (V,) is where it was to begin now. choice (V,)
    gets the index
    into the sequences of each vehicle, waits (V,) the index of waiting all the time.
    """
    vehicles, ticks = plan_path.shape
    valid = not fresh
    for vehicle in range(vehicles):
        cell = start_cell[vehicle]
        choice[vehicle] = -1
        waits[vehicle] = -1
        for place in range(count[vehicle]):
            stays = end[vehicle, place] == state[vehicle]
            same = end[vehicle, place] == plan_end[vehicle]
            for tick in range(ticks):
                at = path[vehicle, place, tick]
                stays = stays and at == cell
                same = same and at == plan_path[vehicle, min(tick + 1, ticks - 1)]
            if stays:
                waits[vehicle] = place
            if same:
                choice[vehicle] = place
        if choice[vehicle] < 0:
            valid = False
    if not valid:
        for vehicle in range(vehicles):
            choice[vehicle] = waits[vehicle]
    return valid


@njit(cache=True, inline="always")
def _reserve(taken, path, vehicle, place, ticks, mark):
    for tick in range(ticks):
        taken[tick + 1, path[vehicle, place, tick]] = mark


@njit(cache=True)
def repair(
    leader, by_rank, rank, slack, tries, most_depth, most_taken, most_failures,
    taken, cell, count, cost, weight, path, choice,
    order, old, tried, loss, listed, entered, failures, failed,
):  # fmt: skip
    """Tries to give `leader` a cheaper sequence; those in its way choose anew. Returns (kept, tries used).

    by_rank: whoever ranks higher than the leader may not be moved, and any loss of lower ranks is accepted. Otherwise
    the change is
    kept only if the weighted sum falls below -`slack`. Depth-first over the list `order` of vehicles that must
    choose: level i
    takes the next sequence of order[i]; vehicles that it displaces join the end of the list.
    """
    ticks = path.shape[2]
    order[0] = leader
    old[0] = choice[leader]
    entered[leader] = 0
    _reserve(taken, path, leader, choice[leader], ticks, NO_VEHICLE)
    tried[0] = -1
    loss[0] = 0
    listed[0] = 1
    members = 1
    level = 0
    used = 0
    given_up = 0
    while level >= 0:
        vehicle = order[level]
        place = tried[level] + 1
        # undo what the last trial at this level displaced
        while members > listed[level]:
            members -= 1
            other = order[members]
            entered[other] = -1
            choice[other] = old[members]
            _reserve(taken, path, other, choice[other], ticks, other)
        settled = False
        while place < count[vehicle]:
            if level == 0 and cost[vehicle, place] >= cost[vehicle, old[0]]:
                place = count[vehicle]
                break
            change = loss[level] + weight[vehicle] * (cost[vehicle, place] - cost[vehicle, old[level]])
            if not by_rank and change >= -slack:
                place = count[vehicle]
                break
            if used >= tries:
                place = count[vehicle]
                break
            used += 1
            # who stands in the way?
            free = True
            came = cell[vehicle]
            displaced = members
            for tick in range(ticks):
                at = path[vehicle, place, tick]
                other = taken[tick + 1, at]
                for side in range(2):
                    if side == 1:
                        other = taken[tick, at]
                        if other < 0 or other == vehicle or at == came or taken[tick + 1, came] != other:
                            break
                    if other >= 0:
                        if entered[other] >= 0:
                            if entered[other] < members:
                                free = False
                                break
                        elif (
                            (by_rank and rank[other] < rank[leader])
                            or displaced - members >= most_taken
                            or displaced >= most_depth
                            or failures[other] >= most_failures
                        ):
                            free = False
                            break
                        else:
                            order[displaced] = other
                            entered[other] = displaced
                            displaced += 1
                if not free:
                    break
                came = at
            if not free:
                for index in range(members, displaced):
                    entered[order[index]] = -1
                place += 1
                continue
            for index in range(members, displaced):
                other = order[index]
                old[index] = choice[other]
                _reserve(taken, path, other, choice[other], ticks, NO_VEHICLE)
            members = displaced
            choice[vehicle] = place
            tried[level] = place
            _reserve(taken, path, vehicle, place, ticks, vehicle)
            settled = True
            if level + 1 == members:
                for index in range(members):
                    entered[order[index]] = -1
                for index in range(given_up):
                    failures[failed[index]] = 0
                return True, used
            loss[level + 1] = change
            listed[level + 1] = members
            tried[level + 1] = -1
            level += 1
            break
        if settled:
            continue
        # this level is out of sequences: hand back to the one before, whose own sequence is taken up again
        if failures[vehicle] == 0:
            failed[given_up] = vehicle
            given_up += 1
        failures[vehicle] += 1
        level -= 1
        if level >= 0:
            vehicle = order[level]
            _reserve(taken, path, vehicle, choice[vehicle], ticks, NO_VEHICLE)
    for index in range(given_up):
        failures[failed[index]] = 0
    entered[leader] = -1
    choice[leader] = old[0]
    _reserve(taken, path, leader, old[0], ticks, leader)
    return False, used


@njit(cache=True)
def plan_window(
    rank, overdue, weight, cell, taken, count, cost, path, choice, passes, tries_by_rank, tries_each, tries_total,
    most_depth, taken_by_rank, most_taken, most_failures, seed
):  # fmt: skip
    """Improves `choice` (V,) in place: one pass by rank, then improvement until `tries_total` sequences were tried.

    taken (ticks + 1, C) is filled here. Returns the tries used in all.
    """
    vehicles, _, ticks = path.shape
    taken[:] = NO_VEHICLE
    for vehicle in range(vehicles):
        taken[0, cell[vehicle]] = vehicle
        _reserve(taken, path, vehicle, choice[vehicle], ticks, vehicle)
    order = np.empty(vehicles + 1, np.int32)
    old = np.empty(vehicles + 1, np.int32)
    tried = np.empty(vehicles + 1, np.int32)
    listed = np.empty(vehicles + 1, np.int32)
    loss = np.zeros(vehicles + 1, np.int64)
    entered = np.full(vehicles, -1, np.int32)
    failures = np.zeros(vehicles, np.int32)
    failed = np.empty(vehicles, np.int32)
    used = 0
    by_rank = np.argsort(rank)
    if tries_by_rank > 0:
        for index in range(vehicles):
            leader = by_rank[index]
            if choice[leader] > 0:
                _, spent = repair(
                    leader, True, rank, 0, tries_by_rank, most_depth, taken_by_rank,
                    PATIENT_FAILURES if overdue[leader] else most_failures,
                    taken, cell, count, cost, weight, path, choice, order, old, tried, loss, listed, entered,
                    failures, failed,
                )  # fmt: skip
                used += spent
    visit = by_rank.astype(np.int32)
    rounds = 0
    while used < tries_total and rounds < passes:
        kept = 0
        for index in range(vehicles - 1, 0, -1):
            pick = np.int64(_mix(seed + np.uint64(rounds * vehicles + index)) % np.uint64(index + 1))
            visit[index], visit[pick] = visit[pick], visit[index]
        for index in range(vehicles):
            leader = visit[index]
            if cost[leader, choice[leader]] <= cost[leader, 0]:
                continue
            if used >= tries_total:
                break
            success, spent = repair(
                leader, False, rank, 0, tries_each, most_depth, most_taken, most_failures,
                taken, cell, count, cost, weight, path, choice, order, old, tried, loss, listed, entered, failures,
                failed,
            )  # fmt: skip
            used += spent
            if success:
                kept += 1
        rounds += 1
        if kept == 0:
            break
    return used
