"""The stops of a vehicle in a recorded run to load, unload or charge, and its trips between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.events import Event, VehicleState

if TYPE_CHECKING:
    from ..environments.log import EventLog
    from ..environments.scenario import Scenario
    from .plan import Plan

DRIVING = (int(VehicleState.EMPTY), int(VehicleState.LOADED))
HANDOVERS = (int(Event.LOADED), int(Event.UNLOADED))


class Visits:
    """The stops of one vehicle.

    Dimensions: S stops, T changes of state.

    Args:
        agent: id of the vehicle.
    """

    def __init__(self, scenario: Scenario, log: EventLog, plan: Plan, agent: int) -> None:
        own = log.events[log.events["agent"] == agent]
        stops = own[np.isin(own["kind"], (*HANDOVERS, Event.ENERGY))]
        start = scenario.fleet.agvs.start if scenario.fleet is not None else None
        self._first = plan.place_id[start if start in plan.place_id else scenario.source]
        self._cells = plan.cell_of_place
        self._times_s = stops["time_s"]  # (S,) end of loading, unloading or charging
        self._kinds = stops["kind"]  # (S,)
        self._jobs = stops["job"]  # (S,)
        self._places = stops["other"]  # (S,) agent ids
        changes = own[own["kind"] == Event.VEHICLE_STATE]
        self._changes_s = changes["time_s"]  # (T,)
        self._starts_s = changes["time_s"][np.isin(changes["value"], DRIVING)]  # starts of drives

    def leg(self, at_s: float, *, driving: bool) -> tuple[int, int, float]:
        """Origin cell, destination cell and completed share of a trip, at constant speed."""
        stop = int(np.searchsorted(self._times_s, at_s, "right"))
        origin = self._cells[int(self._places[stop - 1]) if stop else self._first]
        drive = int(np.searchsorted(self._starts_s, at_s, "right")) - 1
        began_s = float(self._starts_s[drive]) if drive >= 0 else -1.0
        if stop == len(self._times_s) or began_s < (float(self._times_s[stop - 1]) if stop else 0.0):
            return origin, origin, 0.0
        target = self._cells[int(self._places[stop])]
        change = int(np.searchsorted(self._changes_s, at_s, "right"))
        if not driving or change == len(self._changes_s):
            return target, target, 0.0
        return origin, target, (at_s - began_s) / max(float(self._changes_s[change]) - began_s, 1e-9)

    def ahead(self, at_s: float, jobs: set[int]) -> list[tuple[bool, int, int]]:
        """The handovers of the given parts after `at_s` until they are delivered: (picked up?, part, place)."""
        found = []
        left = set(jobs)
        for stop in range(int(np.searchsorted(self._times_s, at_s, "right")), len(self._times_s)):
            kind, job = int(self._kinds[stop]), int(self._jobs[stop])
            if not left:
                break
            if kind in HANDOVERS and job in left:
                found.append((kind == Event.LOADED, job, int(self._places[stop])))
                if kind == Event.UNLOADED:
                    left.discard(job)
        return found
