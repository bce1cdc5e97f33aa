"""The content of the panels as plain data, the same for a running factory and a replay.

`frame` is small and built for every picture; `figures`, `gantt`, `calls` and the like are built twice a second. A stage
reads the log through a `Tally` (the present) and a `History` (the past); subclasses add what only a running factory or
only a recording knows (plans, routes, batteries).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.events import NOBODY, StationState
from ..drawing.scene import FREE
from ..environments.layout import NO_CELL
from .clock import clock, duration
from .plan import Plan
from .tally import ABSENT, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..agents.shop.tasks import TaskKind
    from ..drawing.floor_plan import Place
    from ..environments.log import EventLog
    from ..environments.scenario import Scenario
    from .history import History
    from .tally import Tally, TaskNote

LANES = 64  # lines of the Gantt chart
WINDOW_S = 1200.0
ROWS = 40  # of the table of calls


class Stage:
    """One displayed factory.

    Attributes:
        plan: the static part.
        now_s, tick_s: seconds.
    """

    tally: Tally
    history: History

    def __init__(self, scenario: Scenario, log: EventLog) -> None:
        self.scenario = scenario
        self.log = log
        self.plan = Plan(scenario, log)
        self.tick_s = scenario.tick_s

    # -- implemented by subclasses ----------------------------------------------------------------------------

    now_s: float
    tick: int

    def cells(self) -> NDArray[np.int32]:
        """(V,) int32, cell of every vehicle."""
        raise NotImplementedError

    def facing(self) -> NDArray[np.int8] | None:
        """(V,) int8, 0..3 for E, S, W, N; None if vehicles drive in any direction."""
        return None

    def headings(self) -> Sequence[float | None]:
        """(V,) radians clockwise from east; None if a vehicle has not moved yet or its heading is unknown."""
        facing = self.facing()
        return [None] * len(self.plan.agvs) if facing is None else [way * math.pi / 2 for way in facing.tolist()]

    def goals(self) -> NDArray[np.int32]:
        """(V,) int32, cell that every vehicle drives to, NO_CELL without a goal."""
        raise NotImplementedError

    def legs(self) -> list[tuple[int, int, float]]:
        """(V,) origin cell, destination cell and completed share of each vehicle's trip; used without a floor."""
        return [(cell, cell, 0.0) for cell in self.cells().tolist()]

    def states(self) -> list[int]:
        """(V,) `VehicleState`; ABSENT for absent vehicles."""
        tally = self.tally
        return [ABSENT if uid in tally.absent else tally.vehicle_state[uid] for uid in self.plan.agvs]

    def loads(self) -> list[int]:
        """(V,) parts on board."""
        return [self.tally.load[uid] for uid in self.plan.agvs]

    def batteries(self) -> NDArray[np.float64] | None:
        """(V,) levels 0..1, NaN for absent vehicles; None without batteries."""
        raise NotImplementedError

    def route(self, vehicle: int) -> list[int]:
        """Cells that the vehicle will pass, as far as known."""
        raise NotImplementedError

    def heat(self, what: str) -> NDArray[np.float64]:
        """(C,) how often cells were entered ("traffic"), or seconds waited in them ("waiting")."""
        raise NotImplementedError

    def blocked(self) -> list[int]:
        """Cells that are closed now."""
        return []

    def plan_of(self, agent: int) -> list[str]:
        """The next actions of the agent, one per line."""
        return []

    no_offers = ""
    """Why `offers` has no data, and the cure, in a sentence."""

    def offers(self, conversation: int, kind: TaskKind) -> list[tuple[str, float, str]] | None:
        """The offers of a call: (name, cost in s or inf, reason of refusal); None if they were not recorded."""
        return None

    # -- a picture --------------------------------------------------------------------------------------------

    def frame(self, selected: int = NOBODY) -> dict[str, Any]:
        """The data of all moving things."""
        self.refresh()
        tally, plan = self.tally, self.plan
        levels, facing = self.batteries(), self.facing()
        vehicle = plan.vehicle_of.get(selected, NOBODY)
        return {
            "t": round(self.now_s, 3),
            "tick": self.tick,
            "cell": self.cells().tolist(),
            "at": None if plan.layout is not None else self._side_by_side(),
            "facing": None if facing is None else facing.tolist(),
            "goal": self.goals().tolist(),
            "state": self.states(),
            "load": self.loads(),
            "seeking": [plan.vehicle_of[uid] for uid in tally.seeking()],
            "battery": None if levels is None else np.nan_to_num(levels * 100.0).astype(int).tolist(),
            "places": [self._place(place) for place in plan.places],
            "robots": [[tally.robot_state[uid], tally.robot_at[uid]] for uid in plan.robot_ids],
            "awards": [
                [number, *self._spot(a), *self._spot(b), kind] for number, a, b, kind in list(tally.awards)[-20:]
            ],
            "selected": selected,
            "route": [] if vehicle == NOBODY else self.route(vehicle),
            "blocked": self.blocked(),
        }

    def _place(self, place: Place) -> list[Any]:
        """States along the top (machines; slots of a charger, FREE or the state of the vehicle), parts in, parts out.

        For a charger, the vehicles that wait for any charger, and those assigned to this one.
        """
        uid, tally = self.plan.place_id[place.name], self.tally
        if place.kind == "charger":
            slots = [tally.vehicle_state[agv] for agv in tally.served(uid)]
            return [slots + [FREE] * (place.slots - len(slots)), len(tally.seeking()), tally.charging[uid]]
        return [list(tally.machines.get(uid, ())), tally.input[uid], tally.output[uid]]

    def _spot(self, agent: int) -> tuple[float, float]:
        """Position of an agent in cells; a vehicle, which moves, is given by its number: (-1 - vehicle, 0)."""
        plan, tally = self.plan, self.tally
        agent = tally.job_at.get(agent, agent)
        if agent in plan.vehicle_of:
            return (-1 - plan.vehicle_of[agent], 0)
        if agent in tally.robot_at:
            agent = tally.robot_at[agent]
        return plan.centre.get(agent, (0.0, 0.0))

    def _ends(self) -> NDArray[np.int32]:
        """(V,) int32, cell at the end of every leg, NO_CELL for a vehicle at rest."""
        return np.array([target if target != origin else NO_CELL for origin, target, _ in self.legs()], np.int32)

    def _side_by_side(self) -> list[list[float]]:
        """(V, 2) positions of vehicles without a floor: on lines between places, side by side at places."""
        width = self.plan.width
        legs = self.legs()
        there = Counter(origin for origin, _, share in legs if share == 0.0)
        put: Counter[int] = Counter()
        found = []
        for origin, target, share in legs:
            if origin == NO_CELL:
                found.append([-1.0, -1.0])
                continue
            (y0, x0), (y1, x1) = divmod(origin, width), divmod(target, width)
            beside = 0.0
            if share == 0.0:
                beside = min(1.0, 3.0 / there[origin]) * (put[origin] - (there[origin] - 1) / 2.0)
                put[origin] += 1
            found.append([round(x0 + share * (x1 - x0) + beside, 3), round(y0 + share * (y1 - y0), 3)])
        return found

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
        states, levels = self.states(), mean_and_lowest(self.batteries())
        here = [state for state in states if state != ABSENT]
        busy = sum(state in (1, 2, 3) for state in here) / len(here) if here else math.nan
        machines = [state for uid, row in tally.machines.items() if uid not in tally.absent for state in row]
        working = machines.count(StationState.PROCESSING) / len(machines) if machines else math.nan
        tiles = [
            ["throughput", f"{history.throughput_per_h(now_s):.1f}", "parts/h", "over the last 30 min"],
            ["in process", str(len(tally.jobs)), "parts", "released, not yet finished"],
            ["flow time", "–" if flow_s is None else f"{flow_s / 60:.1f}", "min", "mean of the last 20 parts"],
            ["finished", str(tally.finished), f"of {tally.released}", f"{tally.scrapped} scrapped, {tally.late} late"],
            ["machines busy", _percent(working), "", "share of machines that are processing"],
            ["vehicles busy", _percent(busy), "", "share that is driving to, carrying or handling parts"],
            ["battery", "–" if levels is None else _percent(levels[0]), "",
             "no batteries" if levels is None else f"mean level; lowest {_percent(levels[1])}"],
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
        """The last `window_s` of every lane; the lane of a selected vehicle comes first among the vehicles."""
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
        """The tasks under negotiation, waiting ones first, and the notable events."""
        notes = sorted(self.tally.open_tasks.values(), key=lambda note: (note.status == Status.ENGAGED, note.asked_s))
        return {
            "rows": [self._row(note) for note in notes[:ROWS]],
            "hidden": max(len(notes) - ROWS, 0),
            "feed": [[clock(at), text, agent, level] for at, text, agent, level in reversed(self.tally.feed)],
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
            duration(age),
            note.contractor,
        ]

    def events_ahead(self) -> list[list[Any]]:
        """Marks on the time line: [time_s, kind, text]; only for a recorded run."""
        return []


def mean_and_lowest(levels: NDArray[np.float64] | None) -> tuple[float, float] | None:
    """Mean and lowest battery level of the vehicles present; None without any."""
    there = np.empty(0) if levels is None else levels[~np.isnan(levels)]
    return (float(there.mean()), float(there.min())) if len(there) else None


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.0%}"


def _thousands(number: int) -> str:
    if number >= 1_000_000:
        return f"{number / 1e6:.1f}M"
    return f"{number / 1e3:.1f}k" if number >= 10_000 else str(number)


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)
