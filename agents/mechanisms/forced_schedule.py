"""Replay of a given schedule: its decisions are forced upon the agents, to verify its completion times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..negotiation.mechanism import Mechanism
from ..shop.tasks import ShopTask, TaskKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..shop.job import Job
    from ..shop.machine import Machine
    from ..shop.station import Station
    from ..world import World
    from . import Award, Market


class Replay(Mechanism):
    """A planner with a given sequence of trips for each vehicle and of operations for each station.

    Times are not forced: each trip and each operation starts as soon as its predecessor in the given sequence is done.
    A vehicle may have to set out before the operation preceding its trip begins, so jobs must announce their tasks
    early (`look_ahead: departure`).

    Args:
        trips: for each vehicle, the (order number, operation) pairs whose parts it brings, in order.
        sequences: by name of the station, the (order number, operation) pairs that it processes, in order.
    """

    batch_clearing = True

    def __init__(
        self, trips: Sequence[Sequence[tuple[int, int]]], sequences: Mapping[str, Sequence[tuple[int, int]]]
    ) -> None:
        self._trips = [list(reversed(trip)) for trip in trips]
        self._sequences = {name: list(reversed(sequence)) for name, sequence in sequences.items()}

    def attach(self, model: World) -> None:
        """Do nothing: the schedule is given."""

    def wants(self, kind: TaskKind) -> bool:
        """Always true: any open call may be the next in the schedule."""
        return True

    def next_part(self, station: Station, machine: Machine) -> Job | None:
        """The part of the next operation in the station's sequence, once it has arrived."""
        left = self._sequences[station.name]
        for job in station.input:
            if left and left[-1] == (job.order.number, job.stage):
                left.pop()
                return job
        return None

    def clear(self, market: Market) -> Iterator[Award]:
        if market.kind is not TaskKind.TRANSPORT:
            for row in range(len(market.tasks)):
                if np.isfinite(market.cost[row]).any():
                    yield row, int(market.cost[row].argmin())
            return
        jobs = [task.about if isinstance(task, ShopTask) else None for task in market.tasks]
        rows = {(job.order.number, job.progress.announced): row for row, job in enumerate(jobs) if job is not None}
        slots: list[int] = market.slots.tolist()
        for column, slot in enumerate(slots):
            left = self._trips[slot]
            row = rows.get(left[-1]) if left else None
            if row is not None and market.load[row, column] == 0 and np.isfinite(market.cost[row, column]):
                left.pop()
                yield row, column
