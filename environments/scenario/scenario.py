"""The description of a whole factory and its run, as written in YAML; a factory that cannot work is refused."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from ..config.documents import Document, Loc
from ..config.errors import ScenarioError
from ..config.explanations import explain
from ..config.section import ClassPath, Section, Seed
from ..config.units import Duration, PositiveDuration
from ..layout import Layout
from .cross_checks import problems
from .ends import SinkSpec, SourceSpec, with_first
from .files import with_files
from .fleet import ChargerSpec, FleetSpec
from .negotiation import Negotiation
from .orders import Orders, ProfileSpec
from .products import Product
from .racks import with_racks
from .route_patterns import with_routes
from .shared_sections import filled_in
from .shifts import ShiftSpec
from .shipped import shipped_or
from .stations import RobotSpec, StationSpec, StorageSpec
from .transport import Floor, Grid, TransportSpec


class Record(Section):
    """Optional contents of the log, besides events."""

    trace: bool = False  # cells of all vehicles at every tick in which something moved
    messages: Literal["summary", "full"] = "summary"


class AgentClasses(Section):
    """Your own classes for all agents of a kind, except agents whose section names a class."""

    agv: ClassPath | None = None
    station: ClassPath | None = None
    robot: ClassPath | None = None
    charger: ClassPath | None = None
    job: ClassPath | None = None


class Scenario(Section):
    """A factory, its orders, its negotiation and its run. Keys and units: docs/scenario.md."""

    name: str = "factory"
    layout: Floor | None = None
    transport: TransportSpec = Grid()
    stations: dict[str, StationSpec] = Field(default_factory=dict)  # may be left out if no part is processed
    storage: dict[str, StorageSpec] = Field(default_factory=dict)
    source: str = "source"  # name of the place where parts enter; of several, the first
    sink: str = "sink"  # name of the place where parts leave; of several, the first
    sources: dict[str, SourceSpec] = Field(default_factory=dict)  # instead of `source`, if there are several
    sinks: dict[str, SinkSpec] = Field(default_factory=dict)
    robots: dict[str, RobotSpec] = Field(default_factory=dict)
    fleet: FleetSpec | None = None
    chargers: dict[str, ChargerSpec] = Field(default_factory=dict)
    shifts: dict[str, ShiftSpec] = Field(default_factory=dict)
    products: Annotated[dict[str, Product], Field(min_length=1)]
    orders: Orders
    profiles: dict[str, ProfileSpec] = Field(default_factory=dict)  # rates of orders that change with time
    negotiation: Negotiation = Negotiation()
    agent_classes: AgentClasses = AgentClasses()
    horizon_s: PositiveDuration = Field(alias="horizon")
    warm_up_s: Duration = Field(alias="warm_up", default=0.0)
    seed: Seed = 1
    drain: bool = False  # arrivals stop at the horizon, the run goes on until the factory is empty
    record: Record = Record()

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a YAML file, or a shipped config by name (`quickstart`); from an experiment, its scenario unswept.

        Raises ScenarioError with file, line, column and key for everything that is wrong.
        """
        if isinstance(path, Mapping):
            raise TypeError("Scenario.load needs the path of a file, not a mapping; write Scenario.parse({…})")
        document = Document.load(shipped_or(path))
        if not isinstance(document.data, dict) or "scenario" not in document.data:
            return cls.parse(document.data, source=document)
        inner = document.data["scenario"]
        if isinstance(inner, str):
            return cls.load(document.folder / inner)
        return cls.parse(inner, source=document, at=("scenario",))

    @classmethod
    def parse(
        cls, data: Any, *, source: Document | None = None, at: Loc = (), like: tuple[Any, "Scenario"] | None = None
    ) -> Self:
        """Check data as YAML gives it. `source` is the file of the data, `at` their location in it.

        Data may differ from the source (a sweep changed a key); errors then name the nearest existing key. Sections
        that another scenario has too are taken from there: `like` is its self-contained data and itself. Raises
        ScenarioError.
        """
        data = self_contained(data, source=source, at=at, known={} if like is None else like[0])
        try:
            return cls.model_validate(data if like is None else filled_in(_named(data), _named(like[0]), like[1]))
        except ValidationError as error:
            raise ScenarioError(explain(error, source, data=data, at=at)) from None

    @model_validator(mode="before")
    @classmethod
    def _with_names(cls, data: Any) -> Any:
        return _named(data)

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        found = problems(self)
        if found:
            raise PydanticCustomError("cross_check", "cannot work", {"problems": found})
        return self

    def __repr__(self) -> str:
        """A summary in one line; `model_dump` gives all values."""
        hours = f"{self.horizon_s / 3600:g} h"
        return f"<Scenario {self.name!r}, stations: {len(self.stations)}, AGVs: {self.agv_count}, horizon: {hours}>"

    __str__ = __repr__

    @property
    def places(self) -> tuple[str, ...]:
        """All places to which a part or a vehicle can be sent: sources, sinks, stations, storage, chargers."""
        return (*self.all_sources, *self.all_sinks, *self.stations, *self.storage, *self.chargers)

    @property
    def all_sources(self) -> tuple[str, ...]:
        """The places where parts enter, one or several."""
        return tuple(self.sources) or (self.source,)

    @property
    def all_sinks(self) -> tuple[str, ...]:
        """The places where parts leave, one or several."""
        return tuple(self.sinks) or (self.sink,)

    @property
    def ends(self) -> tuple[str, ...]:
        """The places where parts may leave: the sink, and those that orders name."""
        named = (end for _, stream in self.orders.streams for _, end in stream.routes if end is not None)
        return tuple(dict.fromkeys((self.sink, *named)))

    @property
    def orders_differ(self) -> bool:
        """Whether orders differ in stream, end or priority, which the log then tells."""
        streams = self.orders.streams
        return len(streams) > 1 or self.ends != (self.sink,) or self.ranks_orders

    @property
    def ranks_orders(self) -> bool:
        """Whether any order has another priority than 0."""
        streams = (stream for _, stream in self.orders.streams)
        return any(each.priority for each in (*self.products.values(), *streams, *self.orders.listed))

    @property
    def agv_count(self) -> int:
        """Number of vehicles; 0 without a fleet."""
        return self.fleet.agvs.count if self.fleet else 0

    @property
    def queue_limit(self) -> int:
        """Transports that a vehicle accepts before it has done the first."""
        if self.negotiation.queue_limit is not None:
            return self.negotiation.queue_limit
        return self.fleet.agvs.capacity if self.fleet and self.negotiation.commitment != "leveled" else 1

    @property
    def tick_s(self) -> float:
        """The time in which a vehicle crosses a cell; inf without a floor."""
        return self.transport.tick_s(self)

    @property
    def given_orders(self) -> int:
        """Number of orders of a list, up to their limit; 0 if orders arrive by a rule."""
        return len(self._order_times_s)

    @property
    def late_orders(self) -> int:
        """Number of given orders that come after the horizon and are never released."""
        return sum(at_s > self.horizon_s for at_s in self._order_times_s)

    @property
    def has_due_dates(self) -> bool:
        """Whether any part has a due date."""
        return any(given.due_s is not None for given in (*self.products.values(), *self.orders.listed))

    @property
    def _order_times_s(self) -> list[float]:
        times_s = [sorted(order.at_s for order in stream.listed)[: stream.limit] for _, stream in self.orders.streams]
        return sorted(chain.from_iterable(times_s))

    def build_layout(self) -> Layout:
        """The floor; the same object at every call. ScenarioError if the scenario has none."""
        if self.layout is None:
            raise ScenarioError(f"scenario {self.name!r} has no layout; give one, or ask only with transport: grid")
        return self.layout.floor

    def travel_matrix_s(self) -> NDArray[np.float64]:
        """(P, P) travel times (s) in the order of `places`; ScenarioError unless the transport is a matrix."""
        times_s = self.transport.travel_times_s(self.places)
        if times_s is None:
            raise ScenarioError(f"scenario {self.name!r} moves parts by {self.transport.kind}, not by a matrix")
        return times_s


def _named(data: Any) -> Any:
    """The data with every place under its name: the first source and sink, the locations of racks, those of routes."""
    return with_routes(with_racks(with_first(data)))


def self_contained(
    data: Any, *, source: Document | None = None, at: Loc = (), known: Mapping[str, Any] = MappingProxyType({})
) -> Any:
    """The data of a scenario with its floor and orders files read in, ready to be sent to another machine.

    Relative paths start at the folder of `source`, else at the working folder. Sections that are the same objects in
    the data `known` have no files left to read. Raises ScenarioError.
    """

    def complain(loc: Loc, text: str) -> ScenarioError:
        if source is None:
            return ScenarioError(f"{'.'.join(map(str, loc))}: {text}")
        return ScenarioError(source.complain((*at, *loc), text))

    return with_files(data, source or Document("scenario", Path(), data), complain, known)
