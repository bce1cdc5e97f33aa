"""The base of all order processes: when orders arrive, and how many there may be.

Sources of orders are iterator objects, not generators, because a factory can be copied at any moment.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import BeforeValidator, Field

from ...config.kinds import Kinds
from ...config.section import Many, Names, Priority, Weight
from .order import OrderSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    import numpy as np

    Loc = tuple[str | int, ...]
    Problem = tuple[Loc, str]  # key path, what is wrong and what is allowed


class Arrival(NamedTuple):
    """An arriving order; defaults: a drawn product, and the due date and the priority of the product."""

    at_s: float
    product: str | None = None
    due_s: float | None = None  # after the release
    order_id: str | None = None
    start: str | None = None  # the place where its parts enter; None = that of the stream
    end: str | None = None  # the place where they leave; None = that of the stream
    priority: int | None = None  # None = that of the stream


def _one_or_several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


class Amount(NamedTuple):
    """The number of orders of a process, and the key that sets it."""

    key: str
    at_once: int = 1  # at one instant
    in_all: float = 0.0  # until the horizon


class Source:
    """An iterator over arrivals in the order of their times; subclasses define `__next__`."""

    def __iter__(self) -> Self:
        return self


class OrderProcess(Kinds):
    """A stream of orders. A kind defines orders that arrive by themselves, orders kept in process, or both."""

    independent: ClassVar[bool] = False  # orders arrive independently of each other: a profile may thin them out

    name: str | None = None  # needed where there are several streams
    products: Annotated[dict[str, Weight], Field(min_length=1)] | None = None  # shares; None = all, as they say
    priority: Priority | None = None  # None = that of the product
    limit: Many | None = None  # most orders; None = unlimited
    start: str | None = Field(alias="from", default=None)  # the place where parts enter; None = the first source
    end: str | None = Field(alias="to", default=None)  # the place where they leave; None = the first sink
    profile: Annotated[Names, BeforeValidator(_one_or_several)] = ()  # the rate follows the product of these

    @property
    def streams(self) -> tuple[tuple[Loc, OrderProcess], ...]:
        """The streams of orders, and where each is in the config, below `orders`."""
        return (((), self),)

    @property
    def routes(self) -> tuple[tuple[str | None, str | None], ...]:
        """The pairs of places at which its orders may begin and end; None stands for the usual source or sink."""
        return tuple({(order.start or self.start, order.end or self.end): None for order in self.listed}) or (
            (self.start, self.end),
        )

    @property
    def rates_of_routes(self) -> Mapping[str, Mapping[str, float]]:
        """The rate (1/s) of every route, by its beginning and its end, if the kind gives rates by route."""
        return {}

    def source(self, rng: np.random.Generator) -> Iterator[Arrival]:
        """The orders that arrive by themselves, in order of time; `rng` is the stream "arrivals"."""
        return iter(())

    @property
    def kept_in_process(self) -> int | None:
        """Orders kept in process: this many at time 0, then one for each that leaves; None: no such rule."""
        return None

    @property
    def listed(self) -> tuple[OrderSpec, ...]:
        """The orders that are given one by one."""
        return ()

    @property
    def most_at_a_time(self) -> float:
        """Orders that may be in the factory at one time; inf without a bound."""
        return math.inf if self.limit is None else self.limit

    def amount(self, horizon_s: float) -> Amount:
        """The number of orders; the limit if the process does not determine it."""
        return Amount("limit")

    def at_once(self, within_s: float) -> bool:
        """Whether all orders of the first `within_s` seconds are released at one instant."""
        return False

    def scaled(self, demand: float) -> Self:
        """The process with `demand` times as many orders; orders that are given one by one stay as they are."""
        return self

    def problems(self) -> Iterator[Problem]:
        """The problems that keep the process from running."""
        return iter(())

    @classmethod
    def read_in(
        cls, data: dict[str, Any], *, products: Collection[str], read: Callable[[str], bytes]
    ) -> dict[str, Any]:
        """The data of a process with its other files read in; `read` gives the content of a file."""
        return data
