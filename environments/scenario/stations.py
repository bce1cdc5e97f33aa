"""Stations with machines, robots that tend them, and storage between them."""

from typing import Annotated, Literal

from pydantic import Field

from ...agents.shop.queue_rules import QUEUE_RULES
from ..config.distributions import Durations, LifeTime
from ..config.section import ClassPath, Count, Names, Positive, Section, one_of
from ..config.units import Duration, Share
from .work_times import NO_TIME, Handles, WorkTime, of_product


class Setup(Section):
    """Time to change a machine from one product to the next."""

    default_s: Duration = Field(alias="default")
    same_s: Duration = Field(alias="same", default=0.0)
    matrix: dict[str, dict[str, Duration]] = Field(
        default_factory=dict
    )  # from product -> to product -> s, before `default`

    def between_s(self, previous: str | None, following: str) -> float:
        """Set-up (s) from one product to the next; a machine that has not worked yet (None) takes the default."""
        if previous == following:
            return self.same_s
        return self.matrix.get(previous or "", {}).get(following, self.default_s)


class Breakdown(Section):
    """Times to failure and to repair."""

    mtbf: LifeTime
    mttr: LifeTime
    clock: Literal["busy", "calendar"] = "busy"  # the time that counts to failure: working time, or all time

    @property
    def availability(self) -> float:
        """Share of uptime in the sum of (busy or calendar) uptime and repair time."""
        return self.mtbf.mean_s / (self.mtbf.mean_s + self.mttr.mean_s)


class StationSpec(Section):
    """Parallel, identical machines behind one input and one output buffer."""

    operations: Annotated[dict[str, WorkTime], Field(min_length=1)]  # capability -> processing time
    machines: Positive = 1
    setup: Setup | None = None
    input_capacity: Count | None = None  # parts; None = unlimited; 0: a part goes directly to an empty machine
    output_capacity: Count | None = None  # 0: a machine holds its part until it is fetched
    breakdown: Breakdown | None = None  # each machine fails on its own
    scrap_rate: Share = 0.0
    queue: Annotated[str, one_of(QUEUE_RULES)] = "fifo"
    shift: str | None = None  # None = it needs no operator and always works
    class_: ClassPath | None = Field(alias="class", default=None)

    def time_of(self, operation: str, product: str) -> Durations | None:
        """Processing time of an operation for a product; None if it cannot be done here."""
        return of_product(self.operations.get(operation), product)


class StorageSpec(Section):
    """A place where parts wait while no station can take them."""

    capacity: Positive | None = None  # parts; None = unlimited


class RobotSpec(Handles, Section):
    """A robot that loads parts from input buffers into machines and unloads them into output buffers."""

    stations: Annotated[Names, Field(min_length=1)]
    load: WorkTime = NO_TIME
    unload: WorkTime = NO_TIME
    shift: str | None = None  # of a person
    class_: ClassPath | None = Field(alias="class", default=None)
