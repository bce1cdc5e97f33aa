"""Mechanisms, which clear the calls: they choose the winning offer for each task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol, TypeGuard, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .market import Award, Market
    from .world import EngineWorld

Kind = TypeVar("Kind", bound=IntEnum)
RENAMED = {"joint": "batch_clearing", "splits": "divides_tasks"}


class Mechanism(ABC):
    """Base class of mechanisms. Subclass it, set the attributes that differ, and yield awards in `clear`.

    Attributes:
        batch_clearing: all calls of one instant are cleared together; otherwise each is cleared as soon as its answers
            are in.
        divides_tasks: divides a divisible task among several contractors by yielding its row again until it is closed;
            with a mechanism that does not, each part of a lot is announced separately.
        iterates: contractors that have made an offer receive revised calls (FIPA SC00030H).
        kinds: the kinds of task that it supports; if it is the only mechanism given, the best offer wins all other
            tasks. Empty: all kinds.
    """

    batch_clearing: bool = False
    divides_tasks: bool = False
    iterates: bool = False
    kinds: tuple[IntEnum, ...] = ()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        for before, now in RENAMED.items():
            if before in cls.__dict__:
                raise TypeError(f"{cls.__name__} sets {before!r}, which is called {now!r} now and would be ignored")

    @abstractmethod
    def clear(self, market: Market) -> Iterator[Award]:
        """Yield awards (row, column).

        The market is updated after each award: the row is closed (while parts are left, only the winner's offer for it
        is), and the winner's offers for the other rows are replaced by updated ones.
        """
        ...


class BestOffer(Mechanism):
    """Best offer wins: each call is a separate contract net (Smith 1980; FIPA SC00029H).

    Where several tasks meet one contractor that has become free, it takes the one that delays it least, with a
    preference for older tasks (`Market.score_s`). A lot is divided: the offer with the lowest cost per part gets its
    share, then the next, until no part is left.
    """

    divides_tasks = True

    def clear(self, market: Market) -> Iterator[Award]:
        if len(market.tasks) == 1:
            if len(market.slots):
                while market.cost.item(0, column := int(market.cost[0].argmin())) < float("inf"):
                    yield 0, column
            return
        yield from best_first(market)


def best_first(market: Market) -> Iterator[Award]:
    """Yield the best offer of the whole market repeatedly, each time given the awards so far."""
    while market.cost.size:
        score_s = market.score_s
        row, column = divmod(int(score_s.argmin()), score_s.shape[1])
        if score_s[row, column] == float("inf"):
            return
        yield row, column


class Planner(Protocol):
    """A mechanism that plans ahead: it may leave a call open although there are offers for it.

    Calls left open are cleared again together with the next ones, if the planner `wants` them.
    """

    def attach(self, world: EngineWorld, /) -> None:
        """Attach the planner to `world`, whose agents do not exist yet."""
        ...

    def wants(self, kind: IntEnum, /) -> bool:
        """Whether calls of `kind` that were left open could be decided now."""
        ...


def is_planner(mechanism: object) -> TypeGuard[Planner]:
    """Whether `mechanism` implements `Planner`."""
    return all(callable(getattr(mechanism, name, None)) for name in ("attach", "wants"))


def mechanism_of_each_kind(given: Mechanism | Mapping[Kind, Mechanism], kinds: Sequence[Kind]) -> dict[Kind, Mechanism]:
    """One mechanism for every kind of task; a kind without a suitable mechanism gets `BestOffer`.

    Raises:
        TypeError: an object given is not a mechanism.
    """
    each = given.values() if isinstance(given, Mapping) else (given,)
    for mechanism in each:
        if not isinstance(mechanism, Mechanism):
            raise TypeError(
                f"{mechanism!r} is not a mechanism; give an instance of a subclass of robocell.agents.Mechanism"
            )
    best_offer = BestOffer()
    if isinstance(given, Mapping):
        return {kind: given.get(kind, best_offer) for kind in kinds}
    return {kind: given if kind in (given.kinds or kinds) else best_offer for kind in kinds}


def planner_of(of_each: Mapping[Kind, Mechanism]) -> Planner | None:
    """The planner among the mechanisms of all kinds of task, None if there is none.

    Raises:
        ValueError: a planner is given for some kinds of task, and another mechanism for others.
    """
    planner = next((found for found in of_each.values() if is_planner(found)), None)
    if planner is not None and any(found is not planner for found in of_each.values()):
        raise ValueError(f"{type(planner).__name__} plans all kinds of task together; give it alone")
    return planner
