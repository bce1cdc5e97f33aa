"""Shortest paths to a goal cell over the states of a graph, with a price for each edge.

Dimensions: S states, E edges, F fields, N goals.
"""

from __future__ import annotations

import numpy as np
from numba import njit

UNREACHED = 1 << 28


@njit(cache=True, nogil=True)
def fill_field(goal_cell, facings, first, origin, price, dearest, out):
    """Compute the shortest paths backwards from all states of a goal cell (Dial's algorithm).

    A state may wait in several buckets; only the bucket of its final cost counts.

    Args:
        goal_cell: cell; the states goal_cell * facings and following cost nothing.
        facings: states per cell.
        first: (S + 1,) int32 of `graph.Edges`.
        origin: (E,) int32 of the same.
        price: (E,) int32, cost of each edge, 1..dearest.
        dearest: the highest price.
        out: (S,) int32, overwritten; UNREACHED where no path exists.
    """
    buckets = dearest + 1
    out[:] = UNREACHED
    head = np.full(buckets, -1, np.int32)
    state_of = np.empty(origin.shape[0] + facings, np.int32)
    after = np.empty(origin.shape[0] + facings, np.int32)
    entries = 0
    for facing in range(facings):
        state_of[entries] = goal_cell * facings + facing
        out[state_of[entries]] = 0
        after[entries] = head[0]
        head[0] = entries
        entries += 1
    waiting = entries
    now = 0
    slot = 0
    while waiting > 0:
        entry = head[slot]
        head[slot] = -1
        while entry >= 0:
            waiting -= 1
            state = state_of[entry]
            entry = after[entry]
            if out[state] != now:
                continue
            for edge in range(first[state], first[state + 1]):
                reach = now + price[edge]
                if reach < out[origin[edge]]:
                    out[origin[edge]] = reach
                    place = slot + price[edge]
                    if place >= buckets:
                        place -= buckets
                    state_of[entries] = origin[edge]
                    after[entries] = head[place]
                    head[place] = entries
                    entries += 1
                    waiting += 1
        now += 1
        slot += 1
        if slot == buckets:
            slot = 0


@njit(cache=True, nogil=True)
def fill_field_at_one_price(goal_cell, facings, first, origin, price, unreached, queue, out):
    """Do the same where all edges have the same price, breadth first; return the cost of the longest path.

    Args:
        goal_cell, facings, first, origin: as in `fill_field`.
        price: of an edge.
        unreached: value where no path exists; a longer path ends the search.
        queue: (S + 1,) int32, scratch.
        out: (S,) of any type that holds `unreached`, overwritten.
    """
    out[:] = unreached
    tail = 0
    for facing in range(facings):
        queue[tail] = goal_cell * facings + facing
        out[queue[tail]] = 0
        tail += 1
    head, reach = 0, 0
    while head < tail:
        state = queue[head]
        head += 1
        reach = np.int64(out[state]) + price
        if reach >= unreached:
            return reach
        for edge in range(first[state], first[state + 1]):
            before = origin[edge]  # without a branch, which would be predicted wrongly half of the time
            queue[tail] = before
            tail += out[before] == unreached
            out[before] = min(np.int64(out[before]), reach)
    return reach - price


@njit(cache=True, nogil=True)
def fill_rows(cells, rows, facings, first, origin, price, cheapest, dearest, unreached, fields):
    """Fill `fields[rows[i]]` with the field of `cells[i]`, and return the cost of the longest path.

    Args:
        cells, rows: (N,) int32, goal cells and the rows of `fields` (F, S) for them.
        unreached: value where no path exists.
        cheapest: the lowest price.
        facings, first, origin, price, dearest: as in `fill_field`.
    """
    states = fields.shape[1]
    scratch = np.empty(states + 1, np.int32)
    longest = 0
    for index in range(cells.shape[0]):
        row = rows[index]
        if cheapest == dearest:
            farthest = fill_field_at_one_price(
                cells[index], facings, first, origin, dearest, unreached, scratch, fields[row]
            )
            longest = max(longest, farthest)
            continue
        fill_field(cells[index], facings, first, origin, price, dearest, scratch[:states])
        for state in range(states):
            if scratch[state] < UNREACHED:
                longest = max(longest, scratch[state])
            fields[row, state] = min(scratch[state], unreached)
    return longest
