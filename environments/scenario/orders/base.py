"""What every order process does: it says when orders come, and how many there may be.

Sources of orders are iterator objects, not generators, because a factory can be copied at any moment.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from pydantic import Field

from ...config.kinds import Kinds
from ...config.section import Many
from .order import OrderSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    import numpy as np

    Problem = tuple[tuple[str | int, ...], str]  # key path, what is wrong and what is allowed


class Arrival(NamedTuple):
    """An order that comes; without a product one is drawn, without a due date that of the product holds."""

    at_s: float
    product: str | None = None
    due_s: float | None = None  # after the release
    order_id: str | None = None
    start: str | None = None  # the place where its parts enter; None = as for all orders


class Amount(NamedTuple):
    """How many orders a process asks for, and the key that says so."""

    key: str
    at_once: int = 1  # at one instant
    in_all: float = 0.0  # until the horizon


class Source:
    """An iterator over arrivals in the order of their times; subclasses have `__next__`."""

    def __iter__(self) -> Self:
        return self


class OrderProcess(Kinds):
    """When orders come. A kind says at least one of: which come by themselves, how many are kept in the factory."""

    limit: Many | None = None  # no more orders than this; None = unlimited
    start: str | None = Field(alias="from", default=None)  # the place where parts enter; None = the source

    def source(self, rng: np.random.Generator) -> Iterator[Arrival]:
        """The orders that come by themselves, in the order of their times; `rng` is the stream "arrivals"."""
        return iter(())

    @property
    def kept_in_process(self) -> int | None:
        """Orders that are kept in the factory: so many at time 0, then one for each that leaves; None: no such rule."""
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
        """How many orders are asked for; the limit alone where the process cannot tell."""
        return Amount("limit")

    def at_once(self, within_s: float) -> bool:
        """Whether all orders of the first `within_s` seconds are released at one instant."""
        return False

    def scaled(self, demand: float) -> Self:
        """The process with `demand` times as many orders; orders that are given one by one stay as they are."""
        return self

    def problems(self) -> Iterator[Problem]:
        """What keeps the process from being run as it is."""
        return iter(())

    @classmethod
    def read_in(cls, data: dict[str, Any], *, products: Collection[str], read: Callable[[str], str]) -> dict[str, Any]:
        """The data of a process with what it keeps in other files; `read` gives the text of a file."""
        return data
