"""Job shops from benchmark files: routings with processing times, and factories built from them.

Two text formats are read, both with one line per job:

    standard (OR-Library):  2 3               jobs, machines
                            0 5  1 4  2 7     machine (from 0), time; machine, time; ...
                            1 3  0 6  2 2

    flexible (.fjs):        2 3  1.5          jobs, machines, mean number of machines per operation (not used)
                            2  1 3 7  2 1 4 2 5    operations; then for each: choices, machine (from 1), time, ...

Numbers are separated by blanks, tabs or semicolons. Neither format has transport. `JobShop.scenario` builds a factory
with vehicles if travel times are given, and otherwise one whose parts move themselves.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config.errors import InstanceError
from ..config.quoting import quoted
from ..config.text_files import read_text
from ..scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

MOST = 1e9  # the largest number of a scenario
MOST_MACHINES = 100_000
_NUMBER = re.compile(r"[+-]?(\d{1,300}\.?\d{0,300}|\.\d{1,300})([eE][+-]?\d{1,3})?", re.ASCII)

Choice = tuple[int, float]  # machine from 0, processing time in s
Operation = tuple[Choice, ...]  # one choice is to be taken


@dataclass(frozen=True)
class DrawnFloor:
    """A floor for a job shop with up to nine machines.

    Attributes:
        art: as `Layout` reads it, with docks L where jobs start, O where finished parts end, 1-9 at machines.
        cells_per_s: speed of vehicles.
    """

    art: str
    cells_per_s: float

    def sections(self, machines: Sequence[int], *, vehicles: int) -> dict[str, Any]:
        """The scenario's sections `layout`, `transport` and `fleet`; docks of machines not listed become walls."""
        legend = {"L": "source", "O": "sink"} | {str(machine): f"m{machine}" for machine in machines}
        unused = {symbol: "#" for symbol in "123456789" if symbol not in legend}
        return {
            "layout": {"art": self.art.translate(str.maketrans(unused)), "legend": legend},
            "transport": {"kind": "grid"},
            "fleet": {"agvs": {"count": vehicles, "speed": f"{self.cells_per_s!r}m/s", "start": "source"}},
        }


@dataclass(frozen=True)
class JobShop:
    """N jobs, each a chain of operations; every operation uses one of its choices. All times in seconds.

    Attributes:
        jobs: for each job its operations, for each operation its choices (machine, time).
        machines: number of machines M.
    """

    name: str
    machines: int
    jobs: tuple[tuple[Operation, ...], ...]

    def __post_init__(self) -> None:
        if not self.jobs:
            raise InstanceError(f"{self.name}: has no jobs")
        for number, job in enumerate(self.jobs, 1):
            if problem := _problem(job, self.machines):
                raise InstanceError(f"{self.name}: job {number} {problem}")

    @property
    def operations(self) -> int:
        """Number of operations of all jobs."""
        return sum(map(len, self.jobs))

    def scenario(
        self,
        *,
        vehicles: int = 0,
        travel_s: ArrayLike | None = None,
        carry_out: bool = True,
        floor: DrawnFloor | None = None,
        negotiation: Mapping[str, Any] | None = None,
        seed: int = 1,
    ) -> Scenario:
        """Build a factory with all jobs at its source at time 0 that runs until they are finished: see `document`."""
        return Scenario.parse(
            self.document(
                vehicles=vehicles,
                travel_s=travel_s,
                carry_out=carry_out,
                floor=floor,
                negotiation=negotiation,
                seed=seed,
            )
        )

    def document(
        self,
        *,
        vehicles: int = 0,
        travel_s: ArrayLike | None = None,
        carry_out: bool = True,
        floor: DrawnFloor | None = None,
        negotiation: Mapping[str, Any] | None = None,
        seed: int = 1,
    ) -> dict[str, Any]:
        """The scenario as it would be written in YAML.

        Args:
            vehicles: number of AGVs; they start at the depot.
            travel_s: (M + 1, M + 1) seconds from row to column, directed: the depot (source and sink), then the
                machines. None: parts move themselves in zero time.
            carry_out: a finished part is carried to the sink; otherwise it leaves from its last machine by itself.
            floor: vehicles drive on it instead; finished parts are carried to the sink.
            negotiation: the keys of the scenario's `negotiation` section.

        Raises InstanceError for travel times of the wrong shape.
        """
        stations = [f"m{machine}" for machine in range(1, self.machines + 1)]
        capabilities: dict[str, dict[str, str]] = {station: {} for station in stations}
        products = {}
        longest_s = 0.0
        for number, job in enumerate(self.jobs, 1):
            for step, operation in enumerate(job, 1):
                longest_s += max(work_s for _, work_s in operation)
                for machine, work_s in operation:
                    capabilities[stations[machine]][f"{number}.{step}"] = f"{work_s!r}s"
            products[f"job_{number}"] = {"routing": [f"{number}.{step}" for step in range(1, len(job) + 1)]}
        used = [station for station in stations if capabilities[station]]
        data: dict[str, Any] = {
            "name": self.name,
            "transport": {"kind": "instant"},
            "stations": {station: {"operations": capabilities[station]} for station in used},
            "products": products,
            "orders": {"kind": "list", "orders": [{"at": "0s", "product": product} for product in products]},
            "negotiation": dict(negotiation or {}),
            "seed": seed,
            "drain": True,
        }
        if travel_s is not None:
            table_s = self._travel_s(travel_s)
            longest_s += 2.0 * float(table_s.max()) * (self.operations + len(self.jobs))
            at = [0, 0, *(stations.index(station) + 1 for station in used)]  # row of each place: source, sink, machines
            data["transport"] = {
                "kind": "matrix",
                "places": ["source", "sink", *used],
                "travel": [[f"{time_s!r}s" for time_s in row] for row in table_s[np.ix_(at, at)].tolist()],
                "carry_out": carry_out,
            }
            data["fleet"] = {"agvs": {"count": vehicles, "start": "source"}}
        if floor is not None:
            data |= floor.sections([int(station[1:]) for station in used], vehicles=vehicles)
            longest_s += (self.operations + len(self.jobs)) * len(floor.art) / floor.cells_per_s
        data["horizon"] = f"{max(longest_s, 1.0)!r}s"
        return data

    def _travel_s(self, travel_s: ArrayLike) -> np.ndarray[Any, np.dtype[np.float64]]:
        table_s = np.asarray(travel_s, np.float64)
        size = self.machines + 1
        if table_s.shape != (size, size):
            raise InstanceError(
                f"{self.name}: travel times are {' x '.join(map(str, table_s.shape))}; "
                f"depot and {self.machines} machines need {size} x {size}"
            )
        return table_s


def read_job_shop(path: str | Path) -> JobShop:
    """Read the standard text format; InstanceError names file and line."""
    lines = _Lines(path)
    count, machines = lines.header(2)
    jobs = []
    for number in range(count):
        row = lines.numbers(f"job {number + 1}")
        if len(row) % 2:
            raise lines.wrong(f"{len(row)} numbers; a job is pairs of machine and time")
        job = tuple(((lines.whole(row[k]), row[k + 1]),) for k in range(0, len(row), 2))
        jobs.append(lines.checked(number, job, machines))
    lines.end(count)
    return JobShop(lines.name, machines, tuple(jobs))


def read_flexible_job_shop(path: str | Path) -> JobShop:
    """Read the flexible text format (.fjs); InstanceError names file and line."""
    lines = _Lines(path)
    count, machines = lines.header(3)
    jobs = []
    for number in range(count):
        row = lines.numbers(f"job {number + 1}")
        at = 1
        job = []
        for step in range(lines.whole(row[0])):
            choices = lines.whole(row[at]) if at < len(row) else 0
            end = at + 1 + 2 * choices
            if choices < 1 or end > len(row):
                raise lines.wrong(f"the line ends within operation {step + 1} of {row[0]:g}")
            job.append(tuple((lines.whole(row[k]) - 1, row[k + 1]) for k in range(at + 1, end, 2)))
            at = end
        if at != len(row):
            raise lines.wrong(f"{len(row) - at} numbers too many after {row[0]:g} operations")
        jobs.append(lines.checked(number, tuple(job), machines))
    lines.end(count)
    return JobShop(lines.name, machines, tuple(jobs))


def _problem(job: tuple[Operation, ...], machines: int) -> str | None:
    """The reason why a job cannot be done; None if it can."""
    if not job:
        return "has no operations"
    for operation in job:
        if not operation:
            return "has an operation that no machine can do"
        taken = set()
        for machine, work_s in operation:
            if not 0 <= machine < machines:
                return f"asks for machine {machine} (from 0); there are {machines}"
            if machine in taken:
                return f"names machine {machine} (from 0) twice in one operation"
            if not (math.isfinite(work_s) and work_s >= 0):
                return (
                    f"takes {work_s:g} on machine {machine} (from 0), which is not a processing time; 0 or more is one"
                )
            taken.add(machine)
    return None


class _Lines:
    """The lines of a file that hold numbers, in order."""

    def __init__(self, path: str | Path) -> None:
        path = Path(path)
        try:
            text = read_text(path)
        except (OSError, ValueError) as error:
            reason = error if isinstance(error, ValueError) else type(error).__name__
            raise InstanceError(f"{path}: cannot be read as text ({reason})") from None
        self.name = path.stem
        self._path = path
        self._rows = [
            (number, words)
            for number, line in enumerate(text.splitlines(), 1)
            if (words := line.replace(";", " ").split()) and not words[0].startswith("#")
        ]
        self._next = 0
        self._number = 1

    def header(self, longest: int) -> tuple[int, int]:
        """Number of jobs and of machines, from a first line of up to `longest` numbers."""
        row = self.numbers("the numbers of jobs and machines")
        if not 2 <= len(row) <= longest or row[0] < 1 or row[1] < 1:
            raise self.wrong("begins with the numbers of jobs and machines, such as 6 6")
        if row[1] > MOST_MACHINES:
            raise self.wrong(f"{row[1]:g} machines; at most {MOST_MACHINES} fit into memory")
        return self.whole(row[0]), self.whole(row[1])

    def numbers(self, what: str) -> list[float]:
        """The numbers of the next line."""
        if self._next == len(self._rows):
            raise InstanceError(f"{self._path}: ends before {what}")
        self._number, words = self._rows[self._next]
        self._next += 1
        odd = next((word for word in words if _NUMBER.fullmatch(word) is None), None)
        if odd is not None:
            cure = "; write a decimal point, and blanks between numbers" if "," in odd else ""
            raise self.wrong(f"{quoted(odd)} is not a number{cure}")
        numbers = [float(word) for word in words]
        beyond = next((number for number in numbers if abs(number) > MOST), None)
        if beyond is not None:
            raise self.wrong(f"{beyond:g} is beyond {MOST:g}, the largest supported number")
        return numbers

    def checked(self, number: int, job: tuple[Operation, ...], machines: int) -> tuple[Operation, ...]:
        """The job, numbered from 0, of this line; an error if it cannot be done."""
        if problem := _problem(job, machines):
            raise self.wrong(f"job {number + 1} {problem}")
        return job

    def end(self, jobs: int) -> None:
        """Refuse further lines."""
        if self._next < len(self._rows):
            self._number = self._rows[self._next][0]
            raise self.wrong(f"goes on after {jobs} jobs")

    def whole(self, number: float) -> int:
        """A number as an integer; an error if it is not whole."""
        if not number.is_integer():
            raise self.wrong(f"{number:g} is not a whole number")
        return int(number)

    def wrong(self, what: str) -> InstanceError:
        return InstanceError(f"{self._path}:{self._number}: {what}")


def alternatives(rows: Sequence[Sequence[Sequence[Sequence[float]]]]) -> tuple[tuple[Operation, ...], ...]:
    """Jobs from nested lists [job][operation][choice] of [machine from 0, time]."""
    return tuple(
        tuple(tuple((int(machine), float(work_s)) for machine, work_s in operation) for operation in job)
        for job in rows
    )
