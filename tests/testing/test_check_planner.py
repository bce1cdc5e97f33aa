"""`check_planner` accepts the planners of robocell, and tells of each broken rule where it is broken."""

from __future__ import annotations

import re

import numpy as np
import pytest

from robocell.environments.motion.floor.planners import LookaheadFloorPlanner, PibtPlanner, Tick
from robocell.testing import check_planner

NO_CELL = -1


class Naive:
    """Every vehicle drives the shortest path, as if it were alone."""

    def __init__(self, fleet, roads, inertia, *, seed):
        self.roads = roads
        self.adopt(fleet, inertia)

    def adopt(self, fleet, inertia):
        self.fleet = fleet

    def renew(self):
        pass

    def reprice(self):
        pass

    def tick(self, number):
        fleet = self.fleet
        before = fleet.cell.copy()
        for vehicle in self.free():
            fleet.cell[vehicle] = self.next_cell(vehicle)
        moved = fleet.cell != before
        fleet.moves[moved] += 1
        there = (fleet.cell == fleet.goal) & fleet.pending
        restless = ~fleet.held & (fleet.cell != fleet.goal)
        return Tick(int(moved.sum()), int(there.sum()), int(restless.sum()), reordered=False)

    def free(self):
        return np.flatnonzero(~self.fleet.held).tolist()

    def next_cell(self, vehicle):
        here, field = self.fleet.cell[vehicle], self.roads.fields.fields[self.fleet.row[vehicle]]
        around = [cell for cell in self.roads.topology.neighbours[here].tolist() if cell != NO_CELL]
        return min([here, *around], key=lambda cell: field[cell])


class Swapping(Naive):
    """No two vehicles in one cell, but two that meet exchange their cells."""

    def next_cell(self, vehicle):
        here, there = self.fleet.cell[vehicle], super().next_cell(vehicle)
        other = np.flatnonzero(self.fleet.cell == there)
        if len(other) and other[0] != vehicle:
            if self.fleet.held[other[0]]:
                return here
            self.fleet.cell[other[0]] = here
        return there


class Jumping(Naive):
    def next_cell(self, vehicle):
        goal = self.fleet.goal[vehicle]
        return goal if goal not in self.fleet.cell else self.fleet.cell[vehicle]


class Pushing(Naive):
    """Moves what is held as well."""

    def free(self):
        return list(range(len(self.fleet.cell)))


class Waiting(Naive):
    """Waits until the next cell is free: two that meet wait for ever."""

    def next_cell(self, vehicle):
        there = super().next_cell(vehicle)
        return self.fleet.cell[vehicle] if there in self.fleet.cell else there


class Dicing(Waiting):
    def next_cell(self, vehicle):
        return super().next_cell(vehicle) if np.random.random() < 0.5 else self.fleet.cell[vehicle]  # noqa: NPY002


class Uncounted(Waiting):
    def tick(self, number):
        moves = self.fleet.moves.copy()
        result = super().tick(number)
        self.fleet.moves[:] = moves
        return result


class Failing(Naive):
    def tick(self, number):
        raise KeyError("no plan")


@pytest.mark.parametrize("cls", [PibtPlanner, LookaheadFloorPlanner])
def test_every_planner_of_robocell_conforms(cls):
    check_planner(cls)


SENTENCES = {
    Naive: r"on the floor 'hall' \(omni\): tick \d+: vertex of vehicle \d+ and \d+ at cell \d+; two vehicles must "
    r"never be in one cell: reserve each cell before a vehicle is moved",
    Swapping: r"tick \d+: swap of vehicle \d+ and \d+ at cell \d+ -> \d+; two vehicles must never exchange their cells",
    Jumping: r"tick \d+: jump of vehicle \d+ at cell \d+ -> \d+; a vehicle moves to a neighbouring cell or stays",
    Pushing: r"tick \d+: vehicle \d+ was held and moved from cell \d+ to cell \d+; a vehicle with fleet.held set stays",
    Waiting: r"no vehicle arrived in the \d+ ticks after tick \d+, though vehicles were on their way; let vehicles "
    r"that block others give way",
    Dicing: r"two runs with the same seed differ first at tick \d+; draw from",
    Uncounted: r"fleet.moves counts 0 cells, and the vehicles drove \d+; add 1 for each vehicle that changes its cell",
    Failing: r"it raised KeyError: 'no plan'; a planner must not fail on a floor that it is for",
}


@pytest.mark.parametrize("cls", SENTENCES)
def test_a_planner_that_breaks_a_rule_fails_with_the_description_of_the_rule(cls, failures):
    said = failures(check_planner, cls, kinematics=["omni"])
    assert re.search(SENTENCES[cls], said), said
