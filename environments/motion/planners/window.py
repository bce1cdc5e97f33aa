"""All action sequences of a few ticks, as a tree."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..graph import FORWARD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..graph import KinematicsName

WAIT_OMNI = 4  # actions 0..3 of omni vehicles on a grid are moves E, S, W, N


class Window(NamedTuple):
    """All action sequences of `ticks` actions that differ in their cells or final state, as a tree in preorder.

    N nodes; a node is one more action after its parent's. Sequences that pass the same cells at the same ticks and end
    in the same state count as one. The sequence that turns first is kept, even if it turns to and fro: measurements on
    crowded floors show that it escapes more often than standing still. Dropping the first action and waiting at the end
    gives another sequence of the set, so a plan can be carried over to the next tick.
    """

    ticks: int
    action: NDArray[np.int8]  # (N,)
    depth: NDArray[np.int8]  # (N,) 0 for a first action
    after_subtree: NDArray[np.int32]  # (N,) the next node if the action is impossible
    sequences: int  # number of leaves


@cache
def build_window(name: KinematicsName, ticks: int) -> Window:
    """Build the tree of sequences of `ticks` actions on an open floor; it is valid on any floor."""
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
