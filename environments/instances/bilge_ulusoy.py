"""The job shop with AGVs: instances of Bilge and Ulusoy (Operations Research 43(6), 1995), and best known schedules.

Jobs and vehicles start at the load/unload station; every move, the first included, needs a vehicle; a vehicle carries
one part; empty trips take the same directed entry of the table as loaded ones. The *makespan* ends with the last
operation, the *exit time* when the last part is back at load/unload.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config.errors import InstanceError
from .bilge_ulusoy_floors import FLOORS
from .documents import field, load_json
from .job_shop import DrawnFloor, JobShop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ..scenario import Scenario


@dataclass(frozen=True)
class TransportShop:
    """A job shop with V vehicles and M machines.

    Attributes:
        floor: a floor on which travel times equal `travel_s`.
        travel_s: (M + 1, M + 1) seconds, directed; load/unload first.
        travel_share: mean travel time over mean processing time (t/p).
        makespan_s: best known; `proven` if it is known to be optimal.
        exit_s: best known exit time; None if unknown.
        published: makespans by other methods.
        unverified: makespans by other methods, not checked against a publication.
        published_exit: exit times by other methods.
    """

    shop: JobShop
    vehicles: int
    floor: DrawnFloor
    travel_s: NDArray[np.float64]
    travel_share: float
    makespan_s: float
    proven: bool
    exit_s: float | None
    published: Mapping[str, float]
    unverified: Mapping[str, float]
    published_exit: Mapping[str, float]

    def scenario(
        self, *, exit_time: bool = False, negotiation: Mapping[str, Any] | None = None, seed: int = 1
    ) -> Scenario:
        """The factory; with `exit_time` finished parts are carried back to load/unload, otherwise not."""
        return self.shop.scenario(
            vehicles=self.vehicles, travel_s=self.travel_s, carry_out=exit_time, negotiation=negotiation, seed=seed
        )

    def floor_document(self, *, negotiation: Mapping[str, Any] | None = None, seed: int = 1) -> dict[str, Any]:
        """The same on the floor, where vehicles can block each other and finished parts are carried away."""
        return self.shop.document(vehicles=self.vehicles, floor=self.floor, negotiation=negotiation, seed=seed)


@dataclass(frozen=True)
class Schedule:
    """Decisions of a schedule in the order in which they were carried out; jobs, vehicles and steps from 0.

    Attributes:
        trips: for each vehicle the loaded trips (job, step) in order.
        sequences: for each machine, from 0, the operations (job, step) in order.
    """

    makespan_s: float
    trips: tuple[tuple[tuple[int, int], ...], ...]
    sequences: tuple[tuple[tuple[int, int], ...], ...]


def read_bilge_ulusoy(path: str | Path) -> dict[str, TransportShop]:
    """All instances of the file by name (`EX11`, ...)."""
    document = load_json(Path(path))
    unverified = document.get("unverified_recall", {})
    instances = {}
    for name, row in field(Path(path), document, "instances", dict).items():
        try:
            travel_s = np.array(document["layouts"][str(row["layout"])]["travel_times"], np.float64)
            floor = FLOORS[int(row["layout"])]
            jobs = document["job_sets"][str(row["job_set"])]
            factor = float(row["processing_factor"])
            shop = JobShop(
                name,
                len(travel_s) - 1,
                tuple(tuple(((machine - 1, work_s * factor),) for machine, work_s in job) for job in jobs),
            )
            exit_s = row.get("exit_time_best_known")
            instances[name] = TransportShop(
                shop=shop,
                vehicles=int(row["vehicles"]),
                floor=replace(floor, cells_per_s=floor.cells_per_s / float(row["travel_factor"])),
                travel_s=travel_s * float(row["travel_factor"]),
                travel_share=float(row["t_over_p"]),
                makespan_s=float(row["best_known"]),
                proven=bool(row["optimal"]),
                exit_s=None if exit_s is None else float(exit_s),
                published=row["published"],
                unverified={method: values[name] for method, values in unverified.items() if name in values},
                published_exit=row["published_exit_time"],
            )
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise InstanceError(f"{path}: instance {name}: {type(error).__name__} at {error}") from None
    return instances


def read_schedules(path: str | Path) -> dict[str, Schedule]:
    """The schedules of the file by instance name."""
    schedules = {}
    for name, row in load_json(Path(path)).items():
        try:
            trips = sorted(row["trips"], key=lambda trip: (trip["start"], trip["end"]))
            operations = sorted(row["ops"], key=lambda operation: (operation["start"], operation["end"]))
            schedules[name] = Schedule(
                float(row["makespan"]),
                _grouped(trips, "vehicle", from_=0),
                _grouped(operations, "machine", from_=1),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InstanceError(f"{path}: schedule {name}: {type(error).__name__} at {error}") from None
    return schedules


def _grouped(rows: list[dict[str, int]], key: str, *, from_: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    groups = max(row[key] for row in rows) - from_ + 1
    return tuple(tuple((row["job"], row["op"]) for row in rows if row[key] == group + from_) for group in range(groups))
