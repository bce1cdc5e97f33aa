"""Distance fields against a search that anyone can follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.layout import Layout
from robocell.environments.motion.fields import AVOID, PASS, SHUN, UNREACHABLE, Potentials, lengths_to
from robocell.environments.motion.graph import Graph
from robocell.environments.motion.ids import NO_CELL


def lengths_by_hand(layout: Layout, goal: int) -> list[int]:
    """Bellman's sweeps over the moves of the floor until nothing gets shorter."""
    lengths = [UNREACHABLE] * layout.size
    lengths[goal] = 0
    shorter = True
    while shorter:
        shorter = False
        for cell, moves in enumerate(layout.neighbours.tolist()):
            best = min((lengths[to] + 1 for to in moves if to != NO_CELL), default=UNREACHABLE)
            if best < lengths[cell]:
                lengths[cell], shorter = best, True
    return lengths


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), walls=st.floats(0, 0.4), arrows=st.floats(0, 0.5))
def test_a_field_holds_the_shortest_distance_from_every_cell(random_floor, seed, walls, arrows):
    layout = random_floor(seed, 6, 7, walls, arrows)
    cache = Potentials(Graph.of(layout.neighbours))
    for goal in np.flatnonzero(layout.passable)[::5].tolist():
        row = cache.acquire(goal)  # may replace the table
        assert cache.fields[row].tolist() == lengths_by_hand(layout, goal)


def test_the_nearest_of_several_goals_counts():
    layout = Layout.from_ascii(".......")
    assert lengths_to(Graph.of(layout.neighbours), np.array([0, 6], np.int32)).tolist() == [0, 1, 2, 3, 2, 1, 0]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), walls=st.floats(0, 0.3), arrows=st.floats(0, 0.3))
def test_downhill_leads_to_the_goal_and_round_what_is_avoided(random_floor, seed, walls, arrows):
    layout = random_floor(seed, 7, 7, walls, arrows)
    rng = np.random.default_rng(seed)
    avoid = rng.choice(3, layout.size, p=[0.7, 0.2, 0.1]).astype(np.uint8)
    goal = int(rng.choice(np.flatnonzero(layout.passable)))
    open_floor = layout.neighbours.copy()
    open_floor[(avoid > PASS) & (np.arange(layout.size) != goal)] = NO_CELL
    free = lengths_to(Graph.of(open_floor), np.array([goal], np.int32))
    open_floor = layout.neighbours.copy()
    open_floor[(avoid == SHUN) & (np.arange(layout.size) != goal)] = NO_CELL
    unshunned = lengths_to(Graph.of(open_floor), np.array([goal], np.int32))
    cache = Potentials(Graph.of(layout.neighbours), avoid=avoid)
    row = cache.acquire(goal)
    field = cache.fields[row]
    for start in np.flatnonzero(field != UNREACHABLE).tolist():
        cell, passed = start, []
        while cell != goal:
            cell = min((to for to in layout.neighbours[cell].tolist() if to != NO_CELL), key=lambda to: field[to])
            passed.append(cell)
            assert len(passed) <= layout.size
        if free[start] != UNREACHABLE and avoid[start] == PASS:
            assert not any(avoid[c] for c in passed if c != goal)
            assert len(passed) == free[start]
        elif unshunned[start] != UNREACHABLE and avoid[start] != SHUN:
            assert not any(avoid[c] == SHUN for c in passed if c != goal)


def test_avoided_cells_count_like_others_in_a_length():
    layout = Layout.from_ascii(".....")
    avoid = np.array([PASS, PASS, AVOID, PASS, PASS], np.uint8)
    assert lengths_to(Graph.of(layout.neighbours), np.array([4], np.int32), avoid).tolist() == [4, 3, 2, 1, 0]


def test_the_least_recently_used_field_is_evicted_but_never_one_in_use():
    layout = Layout.from_ascii(".......")
    cache = Potentials(Graph.of(layout.neighbours), memory_bytes=2 * 7 * 2)
    kept = cache.acquire(0)
    for goal in (1, 2, 3):
        cache.acquire(goal)
        cache.release(goal)
    assert len(cache) == 2
    assert cache.acquire(0) == kept
    assert cache.fields[kept].tolist() == [0, 1, 2, 3, 4, 5, 6]
    rows = [cache.acquire(goal) for goal in (4, 5, 6)]
    assert len({kept, *rows}) == 4
    assert [int(cache.fields[row].argmin()) for row in rows] == [4, 5, 6]


def test_fields_in_use_follow_a_new_obstacle():
    layout = Layout.from_ascii("...\n.#.\n...")
    cache = Potentials(Graph.of(layout.neighbours))
    row = cache.acquire(2)
    assert cache.fields[row][0] == 2
    cache.change(avoid=np.where(np.arange(9) == 1, AVOID, PASS).astype(np.uint8))
    assert cache.fields[row][0] == 6
    assert cache.fields[row][1] > 6
    cache.change(avoid=np.zeros(9, np.uint8))
    assert cache.fields[row][0] == 2


@pytest.mark.parametrize("length", [300])
def test_a_long_detour_does_not_overflow(length):
    layout = Layout.from_ascii("\n".join("." * length if row % 4 == 0 else
                                         ("#" * (length - 1) + "." if row % 4 == 1 else
                                          "." * length if row % 4 == 2 else "." + "#" * (length - 1))
                                         for row in range(501)))  # fmt: skip
    field = lengths_to(Graph.of(layout.neighbours), np.array([0], np.int32))
    reached = field[layout.passable]
    assert reached.max() == 65534
    assert (reached != UNREACHABLE).all()
