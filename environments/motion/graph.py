"""What a vehicle can do in one tick, as a table of states and actions, and all it can do in a window of a few ticks.

`omni`: a state is a cell; actions are E, S, W, N and wait. `differential`: a state is (cell, facing), numbered cell *
4 + facing;
actions are forward, clockwise, counter-clockwise and wait (the MAPF_T model of the League of Robot Runners).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_STATE = -1
FORWARD, CLOCKWISE, COUNTER_CLOCKWISE, WAIT = 0, 1, 2, 3  # actions of differential vehicles
WAIT_OMNI = 4  # actions 0..3 of omni vehicles are moves E, S, W, N

KinematicsName = Literal["omni", "differential"]


@dataclass(frozen=True)
class Kinematics:
    """S states, A actions on a floor of C cells."""

    name: KinematicsName
    facings: int  # states per cell: 1 or 4
    successor: NDArray[np.int32]  # (S, A) state reached, NO_STATE where the action is impossible
    wait: int  # the action that stays, always possible

    @property
    def cells(self) -> int:
        return len(self.successor) // self.facings


def build_kinematics(name: KinematicsName, neighbours: NDArray[np.int32]) -> Kinematics:
    """The state table for `neighbours` (C, 4), the cell reached by moving E, S, W, N, or -1."""
    cells = len(neighbours)
    if name == "omni":
        stay = np.arange(cells, dtype=np.int32)[:, None]
        return Kinematics("omni", 1, np.ascontiguousarray(np.hstack([neighbours.astype(np.int32), stay])), WAIT_OMNI)
    facing = np.tile(np.arange(4, dtype=np.int32), cells)
    cell = np.repeat(np.arange(cells, dtype=np.int32), 4)
    ahead = neighbours[cell, facing]
    successor = np.empty((cells * 4, 4), dtype=np.int32)
    successor[:, FORWARD] = np.where(ahead < 0, NO_STATE, ahead * 4 + facing)
    successor[:, CLOCKWISE] = cell * 4 + (facing + 1) % 4
    successor[:, COUNTER_CLOCKWISE] = cell * 4 + (facing + 3) % 4
    successor[:, WAIT] = np.arange(cells * 4)
    return Kinematics("differential", 4, successor, WAIT)


@dataclass(frozen=True)
class Window:
    """All action sequences of `ticks` actions that differ in the cells they pass or in how they end, as a tree in
    preorder.

    N nodes; a node is one more action after its parent's. Sequences that pass the same cells at the same ticks and
    end in the
    same state are one (the one that turns first is kept, even to and fro: on crowded floors waiting so
    finds a way out more often than standing still, by measurement). Dropping the first action and waiting at the end
    gives a sequence of
    the set again: a plan can be carried over to the next tick.
    """

    ticks: int
    action: NDArray[np.int8]  # (N,)
    depth: NDArray[np.int8]  # (N,) 0 for a first action
    after_subtree: NDArray[np.int32]  # (N,) the node to go on with where the action is impossible
    sequences: int  # leaves


@cache
def build_window(name: KinematicsName, ticks: int) -> Window:
    """The tree of sequences of `ticks` actions; found on an open floor, valid on any."""
    turns = ((1, 0), (0, 1), (-1, 0), (0, -1))
    moves = 4 if name == "differential" else 5

    def follow(x: int, y: int, facing: int, action: int) -> tuple[int, int, int]:
        if name == "omni":
            return (x, y, 0) if action == WAIT_OMNI else (x + turns[action][0], y + turns[action][1], 0)
        if action == FORWARD:
            return x + turns[facing][0], y + turns[facing][1], facing
        return x, y, (facing + (0, 1, 3, 0)[action]) % 4

    best: dict[tuple[object, ...], tuple[int, ...]] = {}

    def grow(sequence: tuple[int, ...], x: int, y: int, facing: int, path: tuple[tuple[int, int], ...]) -> None:
        if len(sequence) == ticks:
            best.setdefault((path, facing), sequence)
            return
        for action in range(moves):
            reached = follow(x, y, facing, action)
            grow((*sequence, action), *reached, (*path, reached[:2]))

    grow((), 0, 0, 0, ())
    kept = list(best.values())
    action: list[int] = []
    depth: list[int] = []
    open_nodes: list[int] = []
    after: list[int] = []
    previous: tuple[int, ...] = ()
    for sequence in kept:
        common = 0
        while common < len(previous) and previous[common] == sequence[common]:
            common += 1
        while len(open_nodes) > common:
            after[open_nodes.pop()] = len(action)
        for level in range(common, ticks):
            open_nodes.append(len(action))
            action.append(sequence[level])
            depth.append(level)
            after.append(0)
        previous = sequence
    while open_nodes:
        after[open_nodes.pop()] = len(action)
    return Window(
        ticks, np.array(action, np.int8), np.array(depth, np.int8), np.array(after, np.int32), sequences=len(kept)
    )
