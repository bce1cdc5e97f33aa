"""A tick of vehicles that need several ticks for a move: vehicles that turn in place first, and slow vehicles.

PIBT decides which cell each vehicle takes next; here a vehicle first turns until it faces that cell, a quarter per
`turn_ticks`, then gathers progress, `pace` per tick, and changes its cell in the tick in which the progress reaches
`whole`. Until then it keeps its cell, and a vehicle that wants that cell waits. The moves carried out are a subset of
those that PIBT reserved: no two vehicles share a target, none exchange cells, and a vehicle moves only if its next cell
is free or vacated in the same tick, so there are no collisions. A vehicle that was held or reached its goal restarts
from zero speed.

Paths are ranked by their travel time with the current load: a loaded vehicle may take another route than an empty one.

Dimensions: V vehicles, C cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ..ids import NO_CELL, NO_VEHICLE
from .pibt import rank_moves, reserve
from .tick import count_arrivals, set_priorities
from .ties import tick_salt, tie

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..floor.inertia import Inertia, TurnFields
    from ..topology import Topology
    from ..vehicles import Vehicles

_STAYS, _GOES, _READY, _ON_CHAIN = range(4)


@njit(cache=True)
def tick_inert(
    v: Vehicles,
    inertia: Inertia,
    topology: Topology,
    fields: NDArray[np.uint16],
    empty: TurnFields,
    loaded: TurnFields,
    turn_ticks: int,
    now: NDArray[np.int32],
    after: NDArray[np.int32],
    seed: int,
    tick: int,
) -> tuple[int, int, int, bool]:
    """Move all vehicles once: `tick.tick_floor` for vehicles with inertia.

    Args:
        v, topology, fields, now, after, seed, tick: as in `tick_floor`.
        inertia: of the vehicles, changed in place.
        empty, loaded: times to the goals for vehicles without and with a load.
        turn_ticks: ticks for a quarter turn; 0: vehicles drive in any direction, and these times are not read.
    """
    reordered = set_priorities(v, topology, fields, now, tick)
    salt = tick_salt(seed, tick)
    if turn_ticks > 0:
        rank_turns(v, inertia, empty, loaded, turn_ticks, topology.neighbours, now, salt)
    else:
        rank_moves(v, fields, topology.neighbours, now, salt)
    reserve(v, now, after)
    moved = carry_out(v, inertia, turn_ticks, topology.neighbours, now, after)
    arrived, restless = count_arrivals(v)
    return moved, arrived, restless, reordered


@njit(cache=True)
def rank_turns(
    v: Vehicles,
    inertia: Inertia,
    empty: TurnFields,
    loaded: TurnFields,
    turn_ticks: int,
    neighbours: NDArray[np.int32],
    now: NDArray[np.int32],
    salt: int,
) -> None:
    """Rank the next cells of every vehicle: soonest at the goal first, turns included; ties as in `pibt.rank_moves`.

    Args:
        v: V vehicles; reads `cell`, overwrites `choices`.
        inertia, empty, loaded, turn_ticks, neighbours, now, salt: as in `tick_inert`.
    """
    facing = inertia.facing
    keys = np.empty(5, np.int64)
    for i in range(v.cell.shape[0]):
        here = v.cell[i]
        slow = inertia.pace[i] < inertia.whole
        field = loaded.fields[loaded.rows[i]] if slow else empty.fields[empty.rows[i]]
        tick_cost = loaded.tick_cost if slow else empty.tick_cost
        entry_cost = loaded.entry_cost if slow else empty.entry_cost
        mixed = tie(salt, i)
        turn = mixed >> 30
        taken = 8 if mixed & 3 else 0
        keys[0] = np.int64(field[here * 4 + facing[i]] + tick_cost) << 4
        count = 1
        for k in range(4):
            way = k ^ turn
            to = neighbours[here, way]
            if to == NO_CELL:
                continue
            ticks = turn_ticks * quarters(facing[i], way)
            if way != facing[i]:
                ticks -= inertia.turning[i]  # the quarter turn under way
            cost = np.int64(field[to * 4 + way] + tick_cost * ticks + entry_cost[to])
            key = (cost << 4) | (taken if now[to] != NO_VEHICLE else 0) | (k + 1)
            place = count
            while place > 0 and keys[place - 1] > key:
                keys[place] = keys[place - 1]
                place -= 1
            keys[place] = key
            count += 1
        for k in range(5):
            if k >= count:
                v.choices[i, k] = NO_CELL
            elif keys[k] & 7 == 0:
                v.choices[i, k] = here
            else:
                v.choices[i, k] = neighbours[here, ((keys[k] & 7) - 1) ^ turn]


@njit(cache=True, inline="always")
def quarters(facing: int, way: int) -> int:
    """Quarter turns from one direction to another, 0..2."""
    turn = (way - facing) & 3
    return 1 if turn == 3 else turn


@njit(cache=True)
def carry_out(
    v: Vehicles,
    inertia: Inertia,
    turn_ticks: int,
    neighbours: NDArray[np.int32],
    now: NDArray[np.int32],
    after: NDArray[np.int32],
) -> int:
    """Turn, gather progress, or move towards `target`; return the number of vehicles that moved.

    Args:
        v: V vehicles; `cell` and `moves` change, `target` becomes `cell`.
        inertia, turn_ticks, neighbours: as in `tick_inert`.
        now: (C,) int32, vehicle in a cell or NO_VEHICLE; all NO_VEHICLE afterwards.
        after: (C,) int32 of `pibt.reserve`; afterwards the vehicle in each cell.
    """
    cell, target, verdict, facing = v.cell, v.target, inertia.verdict, inertia.facing
    vehicles = cell.shape[0]
    for i in range(vehicles):
        after[target[i]] = NO_VEHICLE
        verdict[i] = _STAYS
        if target[i] == cell[i]:
            inertia.turning[i] = 0
            continue
        if turn_ticks > 0:
            way = 0
            while neighbours[cell[i], way] != target[i]:
                way += 1
            if facing[i] != way:
                inertia.turning[i] += 1
                if inertia.turning[i] >= turn_ticks:
                    inertia.turning[i] = 0
                    facing[i] = (facing[i] + (1 if (way - facing[i]) & 3 < 3 else 3)) & 3
                continue
            inertia.turning[i] = 0
        inertia.progress[i] += inertia.pace[i]
        if inertia.progress[i] >= inertia.whole:
            verdict[i] = _READY
    for i in range(vehicles):
        # Follow the vehicles in the next cells until the outcome of one is known; a ring of vehicles rotates.
        length = 0
        j = i
        while verdict[j] == _READY:
            inertia.chain[length] = j
            length += 1
            verdict[j] = _ON_CHAIN
            j = now[target[j]]
            if j == NO_VEHICLE:
                break
        goes = j == NO_VEHICLE or verdict[j] != _STAYS
        for k in range(length):
            verdict[inertia.chain[k]] = _GOES if goes else _STAYS
    moved = 0
    for i in range(vehicles):
        now[cell[i]] = NO_VEHICLE
    for i in range(vehicles):
        if verdict[i] == _GOES:
            moved += 1
            v.moves[i] += 1
            inertia.progress[i] -= inertia.whole
            cell[i] = target[i]
        else:
            inertia.progress[i] = min(inertia.progress[i], inertia.whole - 1)  # waiting does not add speed
            target[i] = cell[i]
        after[cell[i]] = i
    return moved
