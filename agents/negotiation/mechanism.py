"""What clears the calls: a mechanism says which offer wins which task."""

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


class Mechanism(ABC):
    """Decides the awards. Subclass it, say what differs, and yield awards in `clear`.

    Attributes:
        joint: batch clearing: all calls of one instant are cleared together; otherwise each as soon as its answers
            are in.
        splits: it gives a divisible task to several contractors, by yielding its row again until it is closed; for a
            mechanism that does not, the parts of a lot ask for vehicles one by one.
        iterates: contractors that have offered are called again (FIPA SC00030H).
        kinds: the kinds of task that it is for; where it is given alone, the best offer wins all other tasks. Empty:
            all kinds.
    """

    joint: bool = False
    splits: bool = False
    iterates: bool = False
    kinds: tuple[IntEnum, ...] = ()

    @abstractmethod
    def clear(self, market: Market) -> Iterator[Award]:
        """Yield awards (row, column).

        After each the market is brought up to date: the row is closed (with parts left, only the winner's offer for it
        is), and the winner's offers for the other rows are those that it makes now.
        """
        ...


class BestOffer(Mechanism):
    """Each call is a contract net of its own: the best offer wins (Smith 1980; FIPA SC00029H).

    Where several tasks meet one contractor that has become free, it takes the one that delays it least, older ones
    rather (`Market.score_s`). A lot is split: the offer that costs least by part gets its share, then the next, until
    nothing is left.
    """

    splits = True

    def clear(self, market: Market) -> Iterator[Award]:
        if len(market.tasks) == 1:
            if len(market.slots):
                while market.cost.item(0, column := int(market.cost[0].argmin())) < float("inf"):
                    yield 0, column
            return
        yield from best_first(market)


def best_first(market: Market) -> Iterator[Award]:
    """The best of all offers, and again, given what has been won."""
    while market.cost.size:
        score_s = market.score_s
        row, column = divmod(int(score_s.argmin()), score_s.shape[1])
        if score_s[row, column] == float("inf"):
            return
        yield row, column


class Planner(Protocol):
    """A mechanism that has intentions: it may leave a call open though offers for it have come.

    Calls that it leaves open are cleared again together with the next ones, where it wants them to be.
    """

    def attach(self, world: EngineWorld, /) -> None:
        """Work in this world; its agents do not exist yet."""
        ...

    def wants(self, kind: IntEnum, /) -> bool:
        """Whether calls that were left open could be decided now."""
        ...


def is_planner(mechanism: object) -> TypeGuard[Planner]:
    """Whether it does what a `Planner` does."""
    return all(callable(getattr(mechanism, name, None)) for name in ("attach", "wants"))


def mechanism_of_each_kind(given: Mechanism | Mapping[Kind, Mechanism], kinds: Sequence[Kind]) -> dict[Kind, Mechanism]:
    """One mechanism for every kind of task: what is not given, or what it is not for, goes to the best offer.

    Raises:
        TypeError: something else than a mechanism is given.
    """
    each = given.values() if isinstance(given, Mapping) else (given,)
    for mechanism in each:
        if not isinstance(mechanism, Mechanism):
            raise TypeError(f"{mechanism!r} is no mechanism; give an object of a subclass of robocell.agents.Mechanism")
    best_offer = BestOffer()
    if isinstance(given, Mapping):
        return {kind: given.get(kind, best_offer) for kind in kinds}
    return {kind: given if kind in (given.kinds or kinds) else best_offer for kind in kinds}


def planner_of(of_each: Mapping[Kind, Mechanism]) -> Planner | None:
    """The planner among the mechanisms of all kinds of task, None if there is none.

    Raises:
        ValueError: it is given for some kinds of task, and another mechanism for others.
    """
    planner = next((found for found in of_each.values() if is_planner(found)), None)
    if planner is not None and any(found is not planner for found in of_each.values()):
        raise ValueError(f"{type(planner).__name__} plans all kinds of task together; give it alone")
    return planner
