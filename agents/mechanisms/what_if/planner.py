"""Coordination by what-if forecasts: a search over all parts in the factory precedes every decision.

Decisions are made one by one when they fall due, and are never revoked: the next part for an idle vehicle, the next
part for a free machine, the station of a job. Before each decision the intended order of all operations is improved
(`simulate.search_order`), which may leave a vehicle or a machine waiting for a better part. The rest of the
intended order binds no agent, and is the starting point of the next search (receding horizon). The search includes only
parts that have been released. With `revise: false` it runs only when there are new parts: a static plan if all parts
are released at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...events import VehicleState
from ...negotiation.mechanism import Mechanism
from ...shop.tasks import TaskKind, Transport
from .simulate import Course, search_order
from .snapshot import Floor, Outlook, WholeShop, snapshot_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ...negotiation.tasks import Task
    from ...shop.job import Job
    from ...shop.machine import Machine
    from ...shop.station import Station
    from .. import Award, Market

RULES = np.array(
    [
        *((0.5, 0.25), (1.0, 0.0), (0.5, 0.0), (0.0, 0.25), (1.0, 0.25), (0.5, 0.5)),
        *((0.0, 0.0), (0.5, 1.0), (1.0, 0.5), (0.0, 0.5), (1.0, 1.0), (0.0, 1.0)),
    ]
)  # (R, 2) `sooner`, `longer` of `simulate.complete_order`
WEIGHTS = {
    "makespan": np.array([1.0, 0.02, 0.0, 0.0]),
    "flow_time": np.array([0.0, 0.02, 1.0, 0.0]),
    "tardiness": np.array([0.0, 0.02, 0.1, 1.0]),
}  # of `simulate.simulate_schedule`: a small weight on the mean end of operations breaks ties
HEAT = 0.02  # initial temperature, see `simulate.search_order`
NEWS = 10  # factor on the number of exchanges when there are new jobs
LONGEST_ASKING = 4_000_000  # steps (operations x jobs x vehicles) of all rules at one decision, about 10 ms
LONGEST_EXCHANGING = 500_000  # operations simulated at one decision, about 30 ms; `think` multiplies both


def _cheapest(market: Market) -> Iterator[Award]:
    """Yield the cheapest offer, as long as there is one."""
    while market.cost.size and (cost := market.cost.min()) < np.inf:
        yield divmod(int(np.flatnonzero(market.cost.ravel() == cost)[0]), market.cost.shape[1])


class WhatIf(Mechanism):
    """Planner that makes the awards due now in the best forecast (rollout: Bertsekas, Tsitsiklis and Wu 1997).

    Vehicles must hold no more than one transport at a time (`queue_limit: 1`); with `look_ahead: start` jobs announce
    their tasks early enough for vehicles to drive ahead.
    """

    batch_clearing = True

    def __init__(self) -> None:
        self._order: list[tuple[int, int]] = []  # the intended order of operations: job id, index in its routing
        self._searched_s = -1.0
        self._holding: dict[int, Station] = {}

    def attach(self, model: WholeShop) -> None:
        """Attach the planner to a factory, and read its settings from the scenario."""
        spec = model.spec.negotiation.what_if
        self._model = model
        self._spec = spec
        self._floor: Floor | None = None
        self._rng = model.stream("what_if")
        at_once = model.spec.orders.at_once(model.spec.horizon_s)
        self._weights = WEIGHTS[spec.objective or ("makespan" if at_once else "flow_time")]
        self._rules = RULES[: spec.rules]

    def wants(self, kind: TaskKind) -> bool:
        """Whether open calls could be decided now: transports only while a vehicle is idle."""
        fleet = self._model.fleet
        return kind is not TaskKind.TRANSPORT or bool((fleet.open & (fleet.tasks == 0)).any())

    # -- decisions --------------------------------------------------------------------------------------------

    def clear(self, market: Market) -> Iterator[Award]:
        if market.kind is TaskKind.TRANSPORT:
            yield from self._award_transports(market)
        else:
            if market.kind is TaskKind.OPERATION:
                yield from self._award_operations(market)
            yield from _cheapest(market)

    def next_part(self, station: Station, machine: Machine) -> Job | None:
        """Select the waiting part for `machine`; None if the machine is to wait for a part on its way."""
        waiting = station.input
        if len(waiting) == 1 and not self._may_wait(station):
            return waiting[0]
        outlook, course = self._search()
        rows = self._rows_of(station)
        here = [i for i in np.argsort(course.start_s, kind="stable").tolist() if course.machine[i] in rows]
        jobs = [self._job_at(outlook, course, i) for i in here]
        if self._may_wait(station):
            free = sum(other.free for other in station.machines)
            part = next((job for job in jobs[:free] if job in waiting), None)
            if part is None and self._something_under_way():
                self._holding[station.slot] = station
                return None
        return next((job for job in jobs if job in waiting), waiting[0])

    def _award_transports(self, market: Market) -> Iterator[Award]:
        """Award each idle vehicle its first transport in the forecast, if that is announced."""
        stuck = [row for row, task in enumerate(market.tasks) if self._needs_another_vehicle(task)]
        market.cost[stuck] = np.inf
        if not (np.isfinite(market.cost) & (market.load == 0)).any():
            return
        outlook, course = self._search()
        rows = {task.about: row for row, task in enumerate(market.tasks)}
        columns = {int(slot): column for column, slot in enumerate(market.slots)}
        begun = set(np.flatnonzero(self._model.fleet.tasks).tolist())
        awarded = False
        for i in range(len(course.vehicle)):
            vehicle = int(course.vehicle[i])
            if vehicle < 0 or vehicle in begun:
                continue
            job = self._job_at(outlook, course, i)
            row, column = rows.get(job), columns.get(vehicle)
            called = job.progress.announced == outlook.steps[course.operation[i]]
            if called and row is not None and column is not None and market.cost[row, column] < np.inf:
                awarded = True
                yield row, column
            begun.add(vehicle)
        if not awarded and not self._something_under_way():
            yield from _cheapest(market)

    def _award_operations(self, market: Market) -> Iterator[Award]:
        """Award each job with a choice of stations to the station of the forecast, if that has room."""
        offered = np.isfinite(market.cost)
        open_rows = np.flatnonzero(offered.sum(axis=1) > 1)
        if len(open_rows) == 0:
            return
        outlook, course = self._search()
        chosen: dict[tuple[object, int], int] = {}
        for i in range(len(course.machine)):
            n = course.operation[i]
            machine = int(course.machine[i])
            if machine < len(self._current_floor.machines):
                job = self._job_at(outlook, course, i)
                chosen[job, int(outlook.steps[n])] = self._current_floor.machines[machine].station.slot
        columns = {int(slot): column for column, slot in enumerate(market.slots)}
        for row in open_rows.tolist():
            task = market.tasks[row]
            column = columns.get(chosen.get((task.about, getattr(task, "step", -1)), -1))
            if column is not None and market.cost[row, column] < np.inf:
                yield row, column

    # -- search -----------------------------------------------------------------------------------------------

    @property
    def _current_floor(self) -> Floor:
        if self._floor is None or self._floor.stations != self._model.stations:
            self._floor = Floor(self._model)
        return self._floor

    def _search(self) -> tuple[Outlook, Course]:
        """The forecast; searched once per instant (`revise: false`: once per set of known operations), then reused."""
        spec = self._spec
        outlook = snapshot_shop(self._model, self._current_floor, ahead=spec.ahead)
        operations, known = outlook.operations, set(self._order)
        new = [operation for operation in operations if operation not in known]
        news = not {job for job, _ in new} <= {job for job, _ in known}
        later = self._model.now_s != self._searched_s
        searches = bool(new) or (later and spec.revise)
        kept = bool(known) and (spec.remember or not searches)
        order = self._carry_over(outlook, new)
        course = Course.empty(len(order))
        if len(order):
            rules, ask_each = self._rule_budget(outlook, len(order)) if searches else (0, False)
            search_order(
                outlook.shop,
                order,
                kept,
                self._rules[:rules],
                ask_each,
                self._exchange_budget(len(order), news) if searches else 0,
                HEAT,
                self._weights,
                self._rng,
                course,
            )
        self._order = [operations[n] for n in course.operation.tolist()]
        self._searched_s = self._model.now_s
        if searches or later:
            holding, self._holding = self._holding, {}
            for station in holding.values():
                self._model.clock.schedule(0.0, station.feed)
        return outlook, course

    def _carry_over(self, outlook: Outlook, new: list[tuple[int, int]]) -> NDArray[np.int32]:
        """(N,) int32, job rows of the intended order, without operations that have begun, new ones at the end."""
        left = set(outlook.operations)
        row_of = {job.unique_id: row for row, job in enumerate(outlook.jobs)}
        order = [*(operation for operation in self._order if operation in left), *new]
        return np.array([row_of[job] for job, _ in order], np.int32)

    def _rule_budget(self, outlook: Outlook, operations: int) -> tuple[int, bool]:
        """Number of rules to try, and whether to try each with every job first: less in a large factory."""
        jobs, vehicles = len(outlook.jobs), max(len(outlook.shop.vehicle_free_s), 1)
        steps = operations * jobs * vehicles
        longest = int(LONGEST_ASKING * self._spec.think)
        ask_each = self._spec.ask_each and steps * (jobs + 1) <= longest
        rules = longest // (steps * (jobs + 1 if ask_each else 1))
        return min(max(rules, 1), len(self._rules)), ask_each

    def _exchange_budget(self, operations: int, news: bool) -> int:
        """Number of exchanges to try: more when there are new jobs, fewer in a large factory."""
        wanted = self._spec.exchanges * operations * (NEWS if news else 1)
        return int(min(wanted, LONGEST_EXCHANGING / operations) * self._spec.think)

    def _job_at(self, outlook: Outlook, course: Course, i: int) -> Job:
        """The job of the i-th entry of a course."""
        return outlook.jobs[int(np.searchsorted(outlook.shop.first, int(course.operation[i]), side="right")) - 1]

    def _rows_of(self, station: Station) -> set[int]:
        return set(self._current_floor.of_station[station.slot])

    def _may_wait(self, station: Station) -> bool:
        """Whether a machine may wait: it must neither block deliveries nor keep a robot waiting."""
        return station.tenders is None and station.spec.input_capacity is None

    def _needs_another_vehicle(self, task: Task) -> bool:
        """Whether a part is ready only when other parts have been fetched: a vehicle must not wait there for it."""
        assert isinstance(task, Transport)
        station = next((one for one in self._model.stations if one.place == task.origin), None)
        if not task.ahead or station is None or station.spec.output_capacity is None:
            return False
        if all(machine.job is not task.about for machine in station.machines):
            return True
        others = len(station.output)
        if len(station.machines) > 1:  # parts that may be finished before it
            others += sum(machine.job is not None for machine in station.machines) - 1 + len(station.promised)
        return 0 < station.spec.output_capacity <= others

    def _something_under_way(self) -> bool:
        """Whether an activity is under way, whose end leads to another decision for waiting vehicles and machines."""
        states = self._model.fleet.state
        driving = (states != VehicleState.IDLE) & (states != VehicleState.WAITING)
        return bool(driving.any()) or any(machine.activity.under_way for machine in self._current_floor.machines)
