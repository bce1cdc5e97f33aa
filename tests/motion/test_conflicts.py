"""The check finds each kind of broken rule, says where, and keeps silent about clean trajectories."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import Conflict, find_conflicts

FLOOR = Layout.from_ascii(
    """
....
.#>.
....
"""
)


@pytest.mark.parametrize(
    ("cells", "conflict"),
    [
        ([[0, 2], [1, 1]], Conflict(1, "vertex", (0, 1), (1,))),
        ([[3, 3], [2, 3]], Conflict(0, "vertex", (0, 1), (3,))),
        ([[0, 1], [1, 0]], Conflict(1, "swap", (0, 1), (0, 1))),
        ([[4, 0], [5, 0]], Conflict(1, "wall", (0,), (5,))),
        ([[0, 3], [0, 12]], Conflict(1, "wall", (1,), (12,))),
        ([[0, 3], [-1, 3]], Conflict(1, "wall", (0,), (-1,))),
        ([[0, 11], [2, 11]], Conflict(1, "jump", (0,), (0, 2))),
        ([[3, 0], [4, 0]], Conflict(1, "jump", (0,), (3, 4))),
        ([[6, 0], [2, 0]], Conflict(1, "one-way", (0,), (6, 2))),
        ([[7, 0], [6, 0]], Conflict(1, "one-way", (0,), (7, 6))),
    ],
)
def test_a_broken_rule_is_found_at_its_place(cells, conflict):
    assert find_conflicts(np.array(cells), FLOOR) == [conflict]


@pytest.mark.parametrize(
    "cells",
    [
        [[0, 1], [1, 2], [2, 6], [6, 7]],  # following, and with the arrow
        [[2, 3, 7], [3, 7, 11], [3, 7, 11]],
        [[0, 1], [4, 0]],  # into the cell that is left
    ],
)
def test_a_valid_trajectory_has_no_conflict(cells):
    assert find_conflicts(np.array(cells), FLOOR) == []


def test_a_ring_may_rotate():
    ring = Layout.from_ascii("..\n..")
    assert find_conflicts(np.array([[0, 1, 3, 2], [1, 3, 2, 0]]), ring) == []


def test_three_in_one_cell_are_two_conflicts_and_the_limit_holds():
    cells = np.array([[0, 0, 0]] * 5)
    assert find_conflicts(cells[:1], FLOOR) == [
        Conflict(0, "vertex", (0, 1), (0,)),
        Conflict(0, "vertex", (1, 2), (0,)),
    ]
    assert len(find_conflicts(cells, FLOOR, limit=3)) == 3


def test_ticks_of_sparse_rows_are_reported():
    found = find_conflicts(np.array([[0, 1], [1, 0]]), FLOOR, ticks=np.array([10, 70]))
    assert str(found[0]) == "tick 70: swap of vehicle 0 and 1 at cell 0 -> 1"
