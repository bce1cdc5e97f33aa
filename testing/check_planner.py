"""Conformance check of traffic planners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..environments.layout import Layout
from ..environments.motion.conflicts import find_conflicts
from ..environments.motion.grid import GridTraffic
from .conformance import ADVICE, ConformanceError, global_randomness, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..environments.motion.floor.planners import Planner
    from ..environments.motion.graph import KinematicsName

TICKS = 300
LONGEST_PAUSE_TICKS = 150  # longest time without any arrival while vehicles are under way
HANDLING_TICKS = 3
BREAKDOWN = 0.02  # probability of a breakdown per tick
REPAIR_TICKS = 40
PLACES = {"A": "A", "B": "B"}
FLOORS = {
    "hall": """
############
#....##....#
#..........#
#.A..##..B.#
#....##....#
#PPPPPPPPPP#
############
""",
    "one-way": """
##############
#.A>>>>>>>>B.#
#.^########v.#
#.<<<<<<<<<<.#
#.PPPPPPPPPP.#
##############
""",
    "bays": """
##########
#A#....#B#
#........#
#...##...#
#PPPPPPPP#
##########
""",
}
VEHICLES = {"hall": 14, "one-way": 6, "bays": 8}
RULES = {
    "vertex": "two vehicles must never be in one cell",
    "swap": "two vehicles must never exchange their cells",
    "wall": "a vehicle must never be in a wall or off the floor",
    "jump": "a vehicle moves to a neighbouring cell or stays",
    "one-way": "arrows of the floor must be followed",
}


def check_planner(cls: type[Planner], *, kinematics: Sequence[KinematicsName] = ("omni", "differential")) -> None:
    """Drive vehicles from dock to dock on small floors, with breakdowns, and verify the traffic rules.

    No vertex conflict, no swap, no wall, no jump, no move against an arrow; held vehicles do not move; the cells driven
    are counted; two runs with the same seed are equal; vehicles arrive.

    Args:
        cls: the planner class, called as `cls(fleet, roads, inertia, seed=...)`, like `PibtPlanner`.
        kinematics: the kinematics that it supports.

    Raises:
        ConformanceError: with a sentence for each broken rule.
    """
    failures = [
        f"on the floor {name!r} ({kind}): {failure}"
        for name in FLOORS
        for kind in kinematics
        for failure in _failures(cls, name, kind)
    ]
    if failures:
        raise ConformanceError(named(cls), failures)


def _failures(cls: type[Planner], floor: str, kinematics: KinematicsName) -> Iterator[str]:
    layout = Layout.from_ascii(FLOORS[floor], PLACES)
    runs: list[_Shuttle] = []
    for seed in (1, 2):
        with global_randomness(seed):
            try:
                runs.append(_Shuttle(cls, layout, VEHICLES[floor], kinematics))
                runs[-1].drive()
            except Exception as error:
                yield f"it raised {type(error).__name__}: {error}; a planner must not fail on a floor that it is for"
                return
    first, second = (np.array(run.trace) for run in runs)
    conflicts = find_conflicts(first, layout, limit=1000)
    for kind, rule in RULES.items():
        conflict = next((found for found in conflicts if found.kind == kind), None)
        if conflict is not None:
            yield f"{conflict}; {rule}: reserve each cell before a vehicle is moved"
    yield from runs[0].reported
    if not np.array_equal(first, second):
        tick = int(np.flatnonzero((first != second).any(axis=1))[0])
        yield f"two runs with the same seed differ first at tick {tick}; {ADVICE}"
    if conflicts:
        return
    pauses = np.diff([-1, *runs[0].arrivals, TICKS])
    if pauses.max() > LONGEST_PAUSE_TICKS:
        tick = int(np.concatenate(([0], runs[0].arrivals))[pauses.argmax()])
        yield (
            f"no vehicle arrived in the {pauses.max()} ticks after tick {tick}, though vehicles were on their way; "
            "let vehicles that block others give way"
        )


class _Shuttle:
    """Vehicles that shuttle between random places, handle parts and break down."""

    def __init__(self, cls: Any, layout: Layout, vehicles: int, kinematics: KinematicsName) -> None:
        self._rng = np.random.default_rng(0)
        self.traffic = GridTraffic(
            layout, tuple(PLACES), vehicles=vehicles, speed_m_per_s=1.0, kinematics=kinematics, planner=cls, seed=3
        )
        self.trace: list[NDArray[np.int32]] = [self.traffic.node.copy()]
        self.arrivals: list[int] = []
        self.reported: list[str] = []
        self._until: dict[int, int] = {}  # vehicle -> tick at which its handling ends
        self._broken: dict[int, int] = {}  # vehicle -> tick at which it is repaired
        for vehicle in range(vehicles):
            self._send(vehicle)

    def drive(self) -> None:
        for tick in range(TICKS):
            self._give_orders(tick)
            held = [*self._broken, *self._until]
            before = self.traffic.node.copy()
            for vehicle in self.traffic.step().tolist():
                self.arrivals.append(tick)
                self.traffic.hold(vehicle, True)
                self._until[vehicle] = tick + HANDLING_TICKS
                self._broken.pop(vehicle, None)
            self.trace.append(self.traffic.node.copy())
            moved = [vehicle for vehicle in held if self.traffic.node[vehicle] != before[vehicle]]
            if moved and not self.reported:
                self.reported.append(
                    f"tick {tick}: vehicle {moved[0]} was held and moved from cell {before[moved[0]]} to cell "
                    f"{self.traffic.node[moved[0]]}; a vehicle with fleet.held set stays where it is"
                )
        driven = int(sum(np.count_nonzero(a != b) for a, b in zip(self.trace, self.trace[1:], strict=False)))
        counted = round(float(self.traffic.odometer_m.sum()) / self.traffic.layout.cell_size_m)
        if driven != counted:
            self.reported.append(
                f"fleet.moves counts {counted} cells, and the vehicles drove {driven}; add 1 for each vehicle that "
                "changes its cell"
            )

    def _give_orders(self, tick: int) -> None:
        for vehicle in sorted(vehicle for vehicle, end in self._until.items() if end <= tick):
            del self._until[vehicle]
            self.traffic.hold(vehicle, False)
            self._send(vehicle)
        for vehicle in sorted(vehicle for vehicle, end in self._broken.items() if end <= tick):
            del self._broken[vehicle]
            self.traffic.hold(vehicle, False)
        if self._rng.random() < BREAKDOWN:
            vehicle = int(self._rng.integers(self.traffic.vehicles))
            if vehicle not in self._until and vehicle not in self._broken:
                self.traffic.hold(vehicle, True)
                self._broken[vehicle] = tick + REPAIR_TICKS

    def _send(self, vehicle: int) -> None:
        self.traffic.send(vehicle, int(self._rng.integers(len(PLACES))))
