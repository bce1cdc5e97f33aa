"""PIBT in plain Python: the reference for the compiled planner, in speed and in every step.

The same algorithm (Okumura et al., Artificial Intelligence 310, 2022, algorithm 1) with recursion and lists, and the
same rule for ties, so that both must move every vehicle alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_CELL = -1
NOBODY = -1
_32 = 0xFFFFFFFF


def plain_tie(seed: int, tick: int, vehicle: int) -> int:
    """Hash of (seed, tick, vehicle), 32 bits."""
    salt = (seed & _32) ^ (tick * 0x9E3779B1 & _32)
    salt = (salt ^ salt >> 16) * 0x7FEB352D & _32
    salt = (salt ^ salt >> 15) * 0x846CA68B & _32
    mixed = (salt ^ vehicle * 0x85EBCA6B) * 0xC2B2AE35 & _32
    return (mixed ^ mixed >> 15) * 0x27D4EB2F & _32


class PlainPIBT:
    """Moves V vehicles on C cells, step by step.

    Args:
        neighbours: (C, 4) cell reached by moving E, S, W, N, or NO_CELL.
        cells: (V,) where the vehicles are.
        seed: breaks ties.
    """

    def __init__(self, neighbours: Sequence[Sequence[int]], cells: Sequence[int], seed: int) -> None:
        self.neighbours = neighbours
        self.cells = list(cells)
        self.order = list(range(len(self.cells)))  # highest priority first
        self.seed = seed
        self.tick = 0

    def step(self, fields: Sequence[Sequence[int]], held: Sequence[bool]) -> None:
        """Move all vehicles once.

        Args:
            fields: (V, C) distance of every cell to the vehicle's goal.
            held: (V,) vehicles that stay.
        """
        self._fields = fields
        self._now = {cell: vehicle for vehicle, cell in enumerate(self.cells)}
        self._target: dict[int, int] = {}
        self._after: dict[int, int] = {}
        for vehicle, cell in enumerate(self.cells):
            if held[vehicle]:
                self._target[vehicle] = cell
                self._after[cell] = vehicle
        for vehicle in self.order:
            if vehicle not in self._target:
                self._plan(vehicle)
        self.cells = [self._target[vehicle] for vehicle in range(len(self.cells))]
        self.tick += 1

    def lower(self, vehicles: set[int]) -> None:
        """Give vehicles that have reached their goal the lowest priority."""
        self.order = [v for v in self.order if v not in vehicles] + [v for v in self.order if v in vehicles]

    def _plan(self, vehicle: int) -> bool:
        here = self.cells[vehicle]
        for cell in self._ranked(vehicle):
            if cell in self._after:
                continue
            other = self._now.get(cell, NOBODY)
            if other not in (NOBODY, vehicle) and self._target.get(other) == here:
                continue
            self._after[cell] = vehicle
            self._target[vehicle] = cell
            if other in (NOBODY, vehicle) or other in self._target or self._plan(other):
                return True
        self._after[here] = vehicle
        self._target[vehicle] = here
        return False

    def _ranked(self, vehicle: int) -> list[int]:
        field = self._fields[vehicle]
        here = self.cells[vehicle]
        mixed = plain_tie(self.seed, self.tick, vehicle)
        turn, mind_others = mixed >> 30, mixed % 4 != 0
        keys = [(field[here], False, 0, here)]
        for position in range(4):
            cell = self.neighbours[here][position ^ turn]
            if cell != NO_CELL:
                keys.append((field[cell], mind_others and cell in self._now, position + 1, cell))
        return [cell for _, _, _, cell in sorted(keys)]
