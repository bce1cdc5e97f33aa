"""The planner against its plain twin and against the rules of the floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.environments.layout import Layout
from robocell.environments.motion.conflicts import find_conflicts
from robocell.environments.motion.fields import Potentials
from robocell.environments.motion.graph import Graph
from robocell.environments.motion.ids import NO_VEHICLE
from robocell.environments.motion.kernels.pibt import advance, rank_moves, reorder, reserve
from robocell.environments.motion.kernels.ties import tick_salt
from robocell.environments.motion.vehicles import Vehicles
from robocell.experiments.benchmarks.plain_pibt import PlainPIBT


@dataclass
class Drive:
    """Vehicles with fixed goals under plain PIBT, and what became of them."""

    layout: Layout
    start: list[int]
    goals: list[int]
    held: list[bool]
    seed: int = 0

    def compiled(self, ticks: int) -> np.ndarray:
        """(T + 1, V) cells."""
        vehicles = len(self.start)
        cache = Potentials(Graph.of(self.layout.neighbours))
        v = Vehicles.at(np.array(self.start, np.int32))
        v.row[:] = [cache.acquire(goal) for goal in self.goals]
        v.held[:] = self.held
        maps = np.full((2, self.layout.size), NO_VEHICLE, np.int32)
        maps[0, v.cell] = np.arange(vehicles)
        trace = [v.cell.copy()]
        for tick in range(ticks):
            now, after = maps[tick % 2], maps[(tick + 1) % 2]
            rank_moves(v, cache.fields, self.layout.neighbours, now, tick_salt(self.seed, tick))
            reserve(v, now, after)
            advance(v, now)
            v.rank[:] = v.cell == self.goals
            reorder(v, 2)
            trace.append(v.cell.copy())
        return np.array(trace)

    def plain(self, ticks: int) -> np.ndarray:
        """(T + 1, V) cells, by the twin."""
        cache = Potentials(Graph.of(self.layout.neighbours))
        fields = [cache.fields[row].tolist() for row in [cache.acquire(goal) for goal in self.goals]]
        planner = PlainPIBT(self.layout.neighbours.tolist(), self.start, self.seed)
        trace = [planner.cells]
        for _ in range(ticks):
            planner.step(fields, self.held)
            planner.lower({i for i, cell in enumerate(planner.cells) if cell == self.goals[i]})
            trace.append(planner.cells)
        return np.array(trace)


@pytest.fixture(scope="session")
def crowd(random_floor):
    """(seed, walls, arrows, density, share of held vehicles) -> a drive on a 9 x 11 floor."""

    def make(seed: int, walls: float, arrows: float, density: float, held: float) -> Drive:
        layout = random_floor(seed, 9, 11, walls, arrows)
        rng = np.random.default_rng(seed)
        floor = np.flatnonzero(layout.passable)
        vehicles = max(1, int(density * floor.size))
        start = rng.choice(floor, vehicles, replace=False).tolist()
        goals = rng.choice(floor, vehicles).tolist()
        return Drive(layout, start, goals, (rng.random(vehicles) < held).tolist(), seed)

    return make


CROWDS = {
    "seed": st.integers(0, 2**31),
    "walls": st.floats(0, 0.4),
    "arrows": st.floats(0, 0.3),
    "density": st.floats(0.05, 0.7),
    "held": st.sampled_from([0.0, 0.0, 0.1, 0.5]),
}


@settings(max_examples=60, deadline=None)
@given(**CROWDS)
def test_the_reference_implementation_moves_every_vehicle_alike(crowd, seed, walls, arrows, density, held):
    drive = crowd(seed, walls, arrows, density, held)
    np.testing.assert_array_equal(drive.compiled(20), drive.plain(20))


@settings(max_examples=60, deadline=None)
@given(**CROWDS)
def test_no_vehicle_meets_another_and_held_ones_stay(crowd, seed, walls, arrows, density, held):
    drive = crowd(seed, walls, arrows, density, held)
    trace = drive.compiled(40)
    assert find_conflicts(trace, drive.layout) == []
    assert (trace[:, drive.held] == trace[0, drive.held]).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), vehicles=st.integers(1, 60))
def test_all_reach_their_goals_where_any_two_cells_lie_on_a_cycle(seed, vehicles):
    layout = Layout.from_ascii("\n".join(["." * 8] * 8))
    rng = np.random.default_rng(seed)
    start = rng.choice(64, vehicles, replace=False).tolist()
    goals = rng.choice(64, vehicles, replace=False).tolist()
    trace = Drive(layout, start, goals, [False] * vehicles, seed).compiled(400)
    assert (trace == goals).any(axis=0).all()


def test_a_full_ring_rotates():
    layout = Layout.from_ascii("..\n..")
    trace = Drive(layout, [0, 1, 3, 2], [1, 3, 2, 0], [False] * 4).compiled(1)
    assert trace[1].tolist() == [1, 3, 2, 0]


def test_two_vehicles_in_a_lane_do_not_swap():
    layout = Layout.from_ascii("..")
    assert Drive(layout, [0, 1], [1, 0], [False] * 2).compiled(5).tolist() == [[0, 1]] * 6


def test_a_held_vehicle_is_not_pushed():
    layout = Layout.from_ascii("...")
    assert Drive(layout, [0, 1], [2, 1], [False, True]).compiled(5)[-1].tolist() == [0, 1]


def test_an_idle_vehicle_gives_way_and_comes_back():
    layout = Layout.from_ascii("....\n#..#")
    trace = Drive(layout, [0, 1], [3, 1], [False, False]).compiled(12)
    assert (trace[:, 1] != 1).any()
    assert trace[-1].tolist() == [3, 1]
    assert find_conflicts(trace, layout) == []


def test_other_seeds_break_ties_differently():
    layout = Layout.from_ascii("\n".join(["." * 9] * 9))
    ways = {Drive(layout, [0], [80], [False], seed).compiled(16).tobytes() for seed in range(20)}
    assert len(ways) > 10


def test_order_is_kept_within_a_rank():
    v = Vehicles.at(np.arange(5, dtype=np.int32))
    v.order[:] = [4, 2, 0, 1, 3]
    v.rank[:] = [1, 0, 1, 0, 0]
    assert reorder(v, 2)
    assert v.order.tolist() == [4, 1, 3, 2, 0]
    assert not reorder(v, 2)
