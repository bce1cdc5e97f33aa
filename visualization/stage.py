"""What the panels show, as plain data: the side of a factory that faces the browser, the same live and in a replay.

`frame` is small and made for every picture; `figures`, `gantt`, `calls` and the like are made twice a second. A stage
reads the log through a `Tally` (the present) and a `History` (the past); what only a living factory or only a recorded
one can know (plans, routes, batteries) is filled in by its subclasses.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..agents.events import NOBODY, StationState
from .plan import Plan
from .tally import Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..agents.tasks import TaskKind
    from ..environments.log import EventLog
    from ..environments.scenario import Scenario
    from .history import History
    from .tally import Tally, TaskNote

LANES = 64  # lines of the Gantt chart
WINDOW_S = 1200.0
ROWS = 40  # of the table of calls


class Stage:
    """One factory that is shown.

    Attributes:
        plan: what never changes.
        now_s, tick_s: seconds.
    """

    tally: Tally
    history: History

    def __init__(self, scenario: Scenario, log: EventLog) -> None:
        self.scenario = scenario
        self.log = log
        self.plan = Plan(scenario, log)
        self.tick_s = scenario.tick_s

    # -- what subclasses know ---------------------------------------------------------------------------------

    now_s: float
    tick: int

    def cells(self) -> NDArray[np.int32]:
        """(V,) int32, cell of every vehicle."""
        raise NotImplementedError

    def goals(self) -> NDArray[np.int32]:
        """(V,) int32, cell that every vehicle drives to, NO_CELL where it drives nowhere."""
        raise NotImplementedError

    def states(self) -> list[int]:
        """(V,) `VehicleState`."""
        return [self.tally.vehicle_state[uid] for uid in self.plan.agvs]

    def loads(self) -> list[int]:
        """(V,) parts on board."""
        return [self.tally.load[uid] for uid in self.plan.agvs]

    def batteries(self) -> NDArray[np.float64] | None:
        """(V,) levels 0..1; None without batteries."""
        raise NotImplementedError

    def route(self, vehicle: int) -> list[int]:
        """Cells that the vehicle will pass, as far as is known."""
        raise NotImplementedError

    def heat(self, what: str) -> NDArray[np.float64]:
        """(C,) how often cells were entered ("traffic"), or seconds waited in them ("waiting")."""
        raise NotImplementedError

    def blocked(self) -> list[int]:
        """Cells that are closed now."""
        return []

    def plan_of(self, agent: int) -> list[str]:
        """What the agent will do next, a line each."""
        return []

    def offers(self, conversation: int, kind: TaskKind) -> list[tuple[str, float, str]] | None:
        """Who offered what in a call: (name, cost in s or inf, reason of refusal); None where nobody listened."""
        return None

    # -- a picture --------------------------------------------------------------------------------------------

    def frame(self, selected: int = NOBODY) -> dict[str, Any]:
        """All that moves."""
        self.refresh()
        tally, plan = self.tally, self.plan
        levels = self.batteries()
        vehicle = plan.vehicle_of.get(selected, NOBODY)
        return {
            "t": round(self.now_s, 3),
            "tick": self.tick,
            "cell": self.cells().tolist(),
            "goal": self.goals().tolist(),
            "state": self.states(),
            "load": self.loads(),
            "battery": None if levels is None else (levels * 100.0).astype(int).tolist(),
            "places": [self._place(place) for place in plan.data["places"]],
            "robots": [[tally.robot_state[uid], tally.robot_at[uid]] for uid in plan.robots],
            "talks": [[number, *self._spot(a), *self._spot(b), kind] for number, a, b, kind in list(tally.talks)[-20:]],
            "selected": selected,
            "route": [] if vehicle == NOBODY else self.route(vehicle),
            "blocked": self.blocked(),
        }

    def _place(self, place: dict[str, Any]) -> list[Any]:
        uid = place["id"]
        if place["kind"] == "charger":
            return [[], 0, self.tally.charging[uid]]
        return [list(self.tally.machines.get(uid, ())), self.tally.input[uid], self.tally.output[uid]]

    def _spot(self, agent: int) -> tuple[float, float]:
        """Where an agent is, in cells; a vehicle is given by its number, (-1 - vehicle, 0), as it moves."""
        plan, tally = self.plan, self.tally
        agent = tally.job_at.get(agent, agent)
        if agent in plan.vehicle_of:
            return (-1 - plan.vehicle_of[agent], 0)
        if agent in tally.robot_at:
            agent = tally.robot_at[agent]
        return plan.centre.get(agent, (0.0, 0.0))

    # -- figures ----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring tally and history up to date."""

    def figures(self, *, charts: bool) -> dict[str, Any]:
        """The tiles, or the charts."""
        self.refresh()
        if charts:
            return {"now": self.now_s, "charts": self._charts()}
        tally, history, now_s = self.tally, self.history, self.now_s
        flow_s = history.flow_time_s(now_s)
        states, levels = self.states(), self.batteries()
        busy = sum(state in (1, 2, 3) for state in states) / len(states) if states else math.nan
        machines = [state for row in tally.machines.values() for state in row]
        working = machines.count(StationState.PROCESSING) / len(machines) if machines else math.nan
        tiles = [
            ["throughput", f"{history.throughput_per_h(now_s):.1f}", "parts/h", "over the last 30 min"],
            ["in process", str(len(tally.jobs)), "parts", "released, not yet finished"],
            ["flow time", "–" if flow_s is None else f"{flow_s / 60:.1f}", "min", "mean of the last 20 parts"],
            ["finished", str(tally.finished), f"of {tally.released}", f"{tally.scrapped} scrapped, {tally.late} late"],
            ["stations work", _percent(working), "", "share of machines that process now"],
            ["vehicles work", _percent(busy), "", "share that drives to, carries or handles parts now"],
            ["battery", "–" if levels is None else _percent(float(levels.mean())), "",
             "no batteries" if levels is None else f"mean level; lowest {_percent(float(levels.min()))}"],
            ["messages", _thousands(tally.messages), "", f"{len(tally.open_tasks)} tasks open"],
        ]  # fmt: skip
        return {"now": now_s, "tiles": tiles}

    def _charts(self) -> dict[str, Any]:
        history = self.history
        times = history.times_s
        rate = [round(history.throughput_per_h(at), 2) for at in times]
        return {
            "times": [round(at, 1) for at in times],
            "throughput": rate,
            "flow_time": [None if flow is None else round(flow / 60.0, 2) for flow in map(history.flow_time_s, times)],
            **{name: [_plain(value) for value in values] for name, values in history.figures.items()},
        }

    def gantt(self, selected: int = NOBODY, window_s: float = WINDOW_S) -> dict[str, Any]:
        """The last `window_s` of every lane; the lane of the selected agent comes first among the vehicles."""
        end_s = self.now_s
        start_s = max(end_s - window_s, 0.0)
        lanes = sorted(self.history.lanes.values(), key=lambda lane: (lane.colour != "station", lane.agent != selected))
        return {
            "start": start_s,
            "end": max(end_s, start_s + window_s) if end_s < window_s else end_s,
            "now": end_s,
            "lanes": [[lane.name, lane.colour, lane.agent, lane.between(start_s, end_s)] for lane in lanes[:LANES]],
            "hidden": max(len(lanes) - LANES, 0),
            "selected": selected,
        }

    # -- negotiation ------------------------------------------------------------------------------------------

    def calls(self) -> dict[str, Any]:
        """The tasks under negotiation, those that wait first, and what has happened of note."""
        notes = sorted(self.tally.open_tasks.values(), key=lambda note: (note.status == Status.ENGAGED, note.asked_s))
        return {
            "rows": [self._row(note) for note in notes[:ROWS]],
            "hidden": max(len(notes) - ROWS, 0),
            "feed": [[_clock(at), text, agent, level] for at, text, agent, level in reversed(self.tally.feed)],
        }

    def _row(self, note: TaskNote) -> list[Any]:
        name = self.log.name_of
        age = self.now_s - note.asked_s
        return [
            note.task,
            note.kind.name.lower(),
            name(note.job) if note.job != NOBODY else name(note.manager),
            note.status.name.lower(),
            "" if note.contractor == NOBODY else name(note.contractor),
            note.calls,
            f"{age:.0f} s",
            note.contractor,
        ]

    def events_ahead(self) -> list[list[Any]]:
        """Marks on the time line: [time_s, kind, text]; only a recorded run has any."""
        return []


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.0%}"


def _thousands(number: int) -> str:
    return f"{number / 1000:.1f}k" if number >= 10_000 else str(number)


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


def _clock(at_s: float) -> str:
    whole = int(at_s)
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
