"""What stands on the floor and works: stations with machines, robots that tend them, storage between them."""

from typing import Annotated, Literal

from pydantic import Field

from ...agents.shop.queue_rules import QUEUE_RULES
from ..config.distributions import Distribution, LifeTime
from ..config.section import ClassPath, Count, Names, Positive, Section, one_of
from ..config.units import Duration, Share


class Setup(Section):
    """Time to change a machine from one product to the next."""

    default_s: Duration = Field(alias="default")
    same_s: Duration = Field(alias="same", default=0.0)
    matrix: dict[str, dict[str, Duration]] = Field(
        default_factory=dict
    )  # from product -> to product -> s, before `default`

    def between_s(self, previous: str | None, following: str) -> float:
        """Set-up (s) from one product to the next; a machine that never worked (None) needs the default."""
        if previous == following:
            return self.same_s
        return self.matrix.get(previous or "", {}).get(following, self.default_s)


class Breakdown(Section):
    """When a thing fails and how long the repair takes."""

    mtbf: LifeTime
    mttr: LifeTime
    clock: Literal["busy", "calendar"] = "busy"  # what ages it: working time, or all time

    @property
    def availability(self) -> float:
        """Share of the (busy or calendar) time plus repairs in which it works."""
        return self.mtbf.mean_s / (self.mtbf.mean_s + self.mttr.mean_s)


class StationSpec(Section):
    """Parallel, equal machines behind one input and one output buffer."""

    operations: Annotated[dict[str, Distribution], Field(min_length=1)]  # capability -> processing time
    machines: Positive = 1
    setup: Setup | None = None
    input_capacity: Count | None = None  # parts; None = unlimited; 0: a part goes straight to a machine that is empty
    output_capacity: Count | None = None  # 0: a machine holds its part until it is fetched
    breakdown: Breakdown | None = None  # each machine fails on its own
    scrap_rate: Share = 0.0
    queue: Annotated[str, one_of(QUEUE_RULES)] = "fifo"
    shift: str | None = None  # None = it needs nobody and works always
    class_: ClassPath | None = Field(alias="class", default=None)


class StorageSpec(Section):
    """A place where parts wait when no station can take them."""

    capacity: Positive | None = None  # parts; None = unlimited


class RobotSpec(Section):
    """Mounts parts from input buffers onto machines and dismounts them into output buffers."""

    stations: Annotated[Names, Field(min_length=1)]
    load_s: Duration = Field(alias="load", default=0.0)
    unload_s: Duration = Field(alias="unload", default=0.0)
    shift: str | None = None  # of a person
    class_: ClassPath | None = Field(alias="class", default=None)
