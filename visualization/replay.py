"""Replay of a recorded run: the same panels, fed from the log, with step, play and seek."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from ..agents.events import NOBODY, Event, VehicleState
from ..agents.shop.tasks import TaskKind
from .energy import battery_levels
from .history import History
from .pace import Paced
from .routes import NO_CELL
from .stage import Stage, mean_and_lowest
from .tally import ABSENT, Tally
from .visits import DRIVING, Visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..environments.log import EventLog
    from ..environments.scenario import Scenario
    from .recording import Recording

CHECKPOINT_ROWS = 5000  # events between two copies of the tally
STOPS = (int(VehicleState.HANDLING), int(VehicleState.WAITING), int(VehicleState.CHARGING))
TABLES = ("events", "conversations", "messages")
LOOK_AHEAD_ROWS = 400  # rows of the trace from which a route is taken
LOOK_BACK_ROWS = 400  # rows of the trace searched for the last move of a vehicle


class ReplayStage(Stage):
    """Reads a log at any time `now_s`.

    Dimensions: R rows of the trace, V vehicles.
    """

    def __init__(self, scenario: Scenario, log: EventLog) -> None:
        super().__init__(scenario, log)
        self.end_s = log.end_s
        self.now_s = 0.0
        self._times = {
            table: getattr(log, table)["opened_s" if table == "conversations" else "time_s"] for table in TABLES
        }
        self._rows = {table: getattr(log, table) for table in TABLES}
        self._ticks, self._cells = log.trace_ticks, log.trace_cells  # (R,), (R, V)
        self.history = History(self.plan)
        self._levels = battery_levels(scenario, log)
        self._build_history()
        self._facing = self._find_facing()
        self._stops = self._find_stops()
        self._visits = [Visits(scenario, log, self.plan, uid) for uid in self.plan.agvs]
        self._restart()

    # -- time -------------------------------------------------------------------------------------------------

    @property
    def tick(self) -> int:  # type: ignore[override]
        return int(self.now_s / self.tick_s + 1e-9) if math.isfinite(self.tick_s) else 0

    def seek(self, to_s: float) -> None:
        """Go to a time, forwards or backwards."""
        to_s = min(max(to_s, 0.0), self.end_s)
        ends = [int(np.searchsorted(self._times[table], to_s, "right")) for table in TABLES]
        if ends[0] < self._taken[0] or ends[2] < self._taken[2] or ends[1] < self._taken[1]:
            at = bisect_right([taken[0] for taken, _ in self._saved], ends[0]) - 1
            while at > 0 and any(mine > end for mine, end in zip(self._saved[at][0], ends, strict=True)):
                at -= 1
            taken, tally = self._saved[at]
            self._taken, self.tally = list(taken), tally.copy()
        self._take(ends)
        self.now_s = to_s

    def _restart(self) -> None:
        self.tally = Tally(self.plan)
        self._taken = [0, 0, 0]
        self._saved = [((0, 0, 0), self.tally.copy())]

    def _take(self, ends: list[int]) -> None:
        while self._taken != ends:
            upto = list(ends)
            if ends[0] - self._taken[0] > CHECKPOINT_ROWS:
                upto[0] = self._taken[0] + CHECKPOINT_ROWS
                at_s = self._times["events"][upto[0] - 1]
                upto = [int(np.searchsorted(self._times[table], at_s, "right")) for table in TABLES]
            parts = [self._rows[table][a:b].tolist() for table, a, b in zip(TABLES, self._taken, upto, strict=True)]
            self.tally.take(self.plan, *parts)
            self._taken = upto
            if upto[0] - self._saved[-1][0][0] >= CHECKPOINT_ROWS:
                self._saved.append(((upto[0], upto[1], upto[2]), self.tally.copy()))

    def _build_history(self) -> None:
        events = self._rows["events"]
        step_s = max(self.end_s / 200.0, 1.0)
        start = 0
        for at_s in np.arange(step_s, self.end_s + step_s, step_s):
            end = int(np.searchsorted(self._times["events"], at_s, "right"))
            until_s = min(float(at_s), self.end_s)
            self.history.take(events[start:end].tolist(), until_s, mean_and_lowest(self.levels_at(until_s)))
            start = end

    # -- reading of the log -----------------------------------------------------------------------------------

    def _trace_row(self) -> int:
        return max(int(np.searchsorted(self._ticks, self.tick, "right")) - 1, 0)

    def cells(self) -> NDArray[np.int32]:
        if len(self._ticks):
            return self._cells[self._trace_row()]
        return np.array([origin for origin, _, _ in self.legs()], np.int32)

    def facing(self) -> NDArray[np.int8] | None:
        """In the direction of the last move, or of the next one if the turn to it is under way."""
        if self._facing is None:
            return None
        return self._facing[max(int(np.searchsorted(self._ticks, self.tick + self._turn_ticks, "right")) - 1, 0)]

    def headings(self) -> Sequence[float | None]:
        if self._facing is not None or not len(self._ticks):
            return super().headings()
        row = self._trace_row()
        cells = self._cells[max(row - LOOK_BACK_ROWS, 0) : row + 1]
        return [_last_heading(column, self.plan.width) for column in cells.T]

    def _find_facing(self) -> NDArray[np.int8] | None:
        """(R, V) int8, facing of each vehicle after its last move; None if vehicles need not turn."""
        agvs = self.scenario.fleet.agvs if self.scenario.fleet is not None else None
        if agvs is None or agvs.kinematics == "omni" or not len(self._ticks):
            return None
        self._turn_ticks = 1 if agvs.turn_s is None else max(math.ceil(agvs.turn_s / self.tick_s - 1e-9), 1)
        steps = np.diff(self._cells, axis=0, prepend=self._cells[:1])
        steps[1:] *= (self._cells[1:] != NO_CELL) & (self._cells[:-1] != NO_CELL)
        moved = np.zeros(steps.shape, np.int8)
        for way, step in enumerate((1, self.plan.width, -1, -self.plan.width)):
            moved[steps == step] = way
        last = np.maximum.accumulate(np.where(steps != 0, np.arange(len(steps))[:, None], 0), axis=0)
        return np.take_along_axis(moved, last, axis=0)

    def _find_stops(self) -> list[tuple[NDArray[np.float64], NDArray[np.int32]]]:
        """For each vehicle, the times and cells of its stops for work."""
        events = self._rows["events"]
        rows = events[(events["kind"] == Event.VEHICLE_STATE) & np.isin(events["value"], STOPS)]
        found = []
        for vehicle, uid in enumerate(self.plan.agvs):
            times = rows["time_s"][rows["agent"] == uid]
            if len(self._ticks):
                at = np.searchsorted(self._ticks, np.floor(times / self.tick_s + 1e-9), "right") - 1
                found.append((times, self._cells[np.maximum(at, 0), vehicle]))
            else:
                found.append((times, np.full(len(times), NO_CELL, np.int32)))
        return found

    def goals(self) -> NDArray[np.int32]:
        if self.plan.layout is None:
            return self._ends()
        goals = np.full(len(self.plan.agvs), NO_CELL, np.int32)
        for vehicle, state in enumerate(self.states()):
            if state in DRIVING:
                times, cells = self._stops[vehicle]
                stop = int(np.searchsorted(times, self.now_s, "right"))
                if stop < len(cells):
                    goals[vehicle] = cells[stop]
        return goals

    def legs(self) -> list[tuple[int, int, float]]:
        if self.plan.layout is not None:
            return super().legs()
        return [
            (NO_CELL, NO_CELL, 0.0) if state == ABSENT else visits.leg(self.now_s, driving=state in DRIVING)
            for visits, state in zip(self._visits, self.states(), strict=True)
        ]

    def route(self, vehicle: int) -> list[int]:
        if self.plan.layout is None:
            origin, target, _ = self.legs()[vehicle]
            return [] if origin == target else [origin, target]
        if not len(self._ticks) or self.states()[vehicle] not in DRIVING:
            return []
        times, _ = self._stops[vehicle]
        stop = int(np.searchsorted(times, self.now_s, "right"))
        first = self._trace_row()
        last = first + LOOK_AHEAD_ROWS
        if stop < len(times):
            last = min(int(np.searchsorted(self._ticks, times[stop] / self.tick_s + 1e-9, "right")), last)
        cells = self._cells[first:last, vehicle]
        if not len(cells):
            return []
        return cells[np.append(True, cells[1:] != cells[:-1])].tolist()

    no_offers = (
        "Single offers were not recorded, only how many there were and the best. To see them all, run again with "
        "record: {messages: full} in the config."
    )

    def plan_of(self, agent: int) -> list[str]:
        """The parts that the vehicle has contracted to carry, in the order of its contracts."""
        if agent not in self.plan.vehicle_of:
            return []
        tally, name_of = self.tally, self.log.name_of
        visits = self._visits[self.plan.vehicle_of[agent]]
        notes = [note for note in tally.open_tasks.values() if note.contractor == agent]
        stops = visits.ahead(self.now_s, {note.job for note in notes if note.kind is TaskKind.TRANSPORT})
        lines = [
            f"{'take' if picked_up else 'bring'} {name_of(job)} {'from' if picked_up else 'to'} {name_of(place)}"
            for picked_up, job, place in stops
        ]
        lines += [f"charge at {name_of(uid)}" for uid in self.plan.chargers if agent in tally.served(uid)]
        return lines

    def levels_at(self, at_s: float) -> NDArray[np.float64] | None:
        """(V,) battery levels at a time, NaN for absent vehicles; None without batteries."""
        if self._levels is None:
            return None
        return np.array([np.interp(at_s, *curve, left=np.nan, right=np.nan) for curve in self._levels])

    def batteries(self) -> NDArray[np.float64] | None:
        return self.levels_at(self.now_s)

    def heat(self, what: str) -> NDArray[np.float64]:
        layout = self.plan.layout
        assert layout is not None
        row = self._trace_row()
        heat = np.zeros(layout.size)
        if row < 1:
            return heat
        cells = self._cells[: row + 1]
        if what == "traffic":
            moved = (cells[1:] != cells[:-1]) & (cells[1:] != NO_CELL)
            return np.bincount(cells[1:][moved], minlength=layout.size).astype(np.float64)
        waits = self._waits(row)
        np.add.at(heat, cells[waits > 0], waits[waits > 0] * self.tick_s)
        return heat

    def _waits(self, row: int) -> NDArray[np.int64]:
        """(row + 1, V) ticks that vehicles stood in the cell of the trace although they drove when the tick began."""
        events = self._rows["events"]
        states = events[events["kind"] == Event.VEHICLE_STATE]
        cells, ticks = self._cells[: row + 1], self._ticks[: row + 1]
        unrecorded = np.maximum(np.append(ticks[1:], self.tick) - ticks - 1, 0)  # ticks without a move after a row
        waits = np.zeros(cells.shape, np.int64)
        for vehicle, uid in enumerate(self.plan.agvs):
            own = states[states["agent"] == uid]

            def driving(at: NDArray[np.integer], own: NDArray[np.void] = own) -> NDArray[np.bool_]:
                return np.isin(own["value"][np.searchsorted(own["time_s"], at * self.tick_s, "right") - 1], DRIVING)

            stood = np.append(False, cells[1:, vehicle] == cells[:-1, vehicle])
            waits[:, vehicle] = (stood & driving(ticks - 1)) + unrecorded * driving(ticks)
        waits[cells == NO_CELL] = 0
        return waits

    def events_ahead(self) -> list[list[Any]]:
        """Breakdowns, standstills, scrap, late jobs and agents that leave: [time_s, severity (0..2), text]."""
        events = self._rows["events"]
        due = {int(row["job"]): float(row["value"]) for row in events[events["kind"] == Event.RELEASED]}
        kinds = (Event.BROKE_DOWN, Event.STANDSTILL, Event.SCRAPPED, Event.INFEASIBLE, Event.FINISHED, Event.LEFT)
        marks = []
        for row in events[np.isin(events["kind"], kinds)].tolist():
            time_s, kind, agent, job, _, _ = row
            name = self.log.name_of(agent if job == NOBODY else job).replace("_", " ")
            if kind == Event.FINISHED:
                if time_s > due.get(job, math.inf):
                    marks.append([time_s, 1, f"{name} late"])
            elif kind == Event.SCRAPPED:
                marks.append([time_s, 1, f"{name} scrapped"])
            else:
                words = {Event.BROKE_DOWN: "breaks down", Event.STANDSTILL: "stands still", Event.LEFT: "leaves"}
                marks.append([time_s, 2, f"{name} {words.get(Event(kind), 'cannot be done')}"])
        return marks


def _last_heading(cells: NDArray[np.int32], width: int) -> float | None:
    """Radians of the last move of a vehicle; None if it has not moved. (R,) cells of the trace."""
    step = np.diff(cells)
    moved = np.flatnonzero((step != 0) & (cells[1:] != NO_CELL) & (cells[:-1] != NO_CELL))
    if not len(moved):
        return None
    rows, columns = np.divmod(cells[moved[-1] : moved[-1] + 2], width)
    return math.atan2(rows[1] - rows[0], columns[1] - columns[0])


class Replay(Paced, mesa.Model):
    """One recorded run, or two on the same clock.

    Args:
        run: label of the recording.
        beside: label of a second one; "" for none.
    """

    recordings: dict[str, Recording]  # set by `replay_of`

    def __init__(self, *, run: str | None = None, beside: str = "", rng: int | None = None) -> None:
        super().__init__(rng=rng)
        shown = [run or next(iter(self.recordings)), *([beside] if beside in self.recordings else [])]
        self.labels = shown
        self.stages = [ReplayStage(self.recordings[name].scenario, self.recordings[name].log) for name in shown]
        self.tick_s = min(stage.tick_s for stage in self.stages)
        self.end_s = max(stage.end_s for stage in self.stages)
        self.now_s = 0.0
        self.speed = 30.0
        self.seek(0.0)

    def one_tick(self) -> None:
        self.advance(self.now_s + (self.tick_s if math.isfinite(self.tick_s) else 1.0))

    def advance(self, to_s: float) -> None:
        self.seek(to_s)

    def seek(self, to_s: float) -> None:
        """Go to a time, forwards or backwards; before the end the replay can be played again."""
        with self.lock:
            self.now_s = min(max(to_s, 0.0), self.end_s)
            for stage in self.stages:
                stage.seek(self.now_s)
            self.running = self.now_s < self.end_s
            self.frame += 1


def replay_of(recordings: list[Recording]) -> type[Replay]:
    """The class of replays of these recordings; Mesa creates an instance at every reset."""
    by_label = {recording.label: recording for recording in recordings}
    return type("Replay", (Replay,), {"recordings": by_label, "__module__": __name__, "__init__": Replay.__init__})
