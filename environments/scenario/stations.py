"""Stations with machines, robots that tend them, and storage between them."""

from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, TypeAdapter

from ...agents.shop.queue_rules import QUEUE_RULES
from ..config.distributions import DISTRIBUTIONS, Distribution, Durations, LifeTime
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


_TIME: TypeAdapter[Durations] = TypeAdapter(Distribution)
_BY_PRODUCT: TypeAdapter[dict[str, Durations]] = TypeAdapter(Annotated[dict[str, Distribution], Field(min_length=1)])


def _work_time(given: Any) -> Durations | dict[str, Durations]:
    """A mapping without a key of a distribution names products."""
    keys = set[str]().union(*(distribution.keys() for distribution in DISTRIBUTIONS.values()))
    by_product = isinstance(given, dict) and keys.isdisjoint(given)
    return _BY_PRODUCT.validate_python(given) if by_product else _TIME.validate_python(given)


_Times = Durations | dict[str, Durations]
WorkTime = Annotated[
    _Times, PlainValidator(_work_time, json_schema_input_type=_Times), PlainSerializer(lambda time: time, Any)
]  # of all products, or of each


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
        time = self.operations.get(operation)
        return time.get(product) if isinstance(time, dict) else time


class StorageSpec(Section):
    """A place where parts wait while no station can take them."""

    capacity: Positive | None = None  # parts; None = unlimited


class RobotSpec(Section):
    """A robot that loads parts from input buffers into machines and unloads them into output buffers."""

    stations: Annotated[Names, Field(min_length=1)]
    load_s: Duration = Field(alias="load", default=0.0)
    unload_s: Duration = Field(alias="unload", default=0.0)
    shift: str | None = None  # of a person
    class_: ClassPath | None = Field(alias="class", default=None)
