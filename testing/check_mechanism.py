"""Conformance check of mechanisms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.mechanisms import MECHANISMS
from ..agents.negotiation.mechanism import Mechanism
from ..environments.config.errors import ScenarioError
from ..environments.factory import Factory
from ..environments.scenario.own_classes import import_class, with_classes
from .conformance import TRIALS, BrokenRuleError, ConformanceError, named, try_out
from .small_factories import changed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..agents.negotiation.market import Award, Market
    from ..environments import Scenario

PATH = "robocell.testing:Watched"  # name of the mechanism under test in scenarios


def check_mechanism(given: type[Mechanism] | str, *, trials: Mapping[str, dict[str, Any]] = TRIALS) -> None:
    """Run factories with the mechanism, and verify from their logs that it keeps all rules.

    Each award goes to a contractor that has made an offer, and each task is awarded once; two runs with the same seed
    are equal; all rules of `robocell check` hold, including that the factory drains: no task waits forever.

    Args:
        given: a subclass of `Mechanism`, the name of one in MECHANISMS, or `module:Name`.
        trials: scenarios as data, by name, as in `check_agent`.

    Raises:
        ConformanceError: with a sentence for each broken rule.
    """
    cls = _class_of(given)
    if not (isinstance(cls, type) and issubclass(cls, Mechanism)):
        raise ConformanceError(
            named(cls), [f"{named(cls)} is not a mechanism; make it a subclass of robocell.agents.Mechanism"]
        )
    try:
        cls()
    except TypeError as error:
        raise ConformanceError(
            named(cls), [f"it cannot be made by {named(cls)}(): {error}; give every argument a default"]
        ) from error
    watched = _watched(cls)

    def start(scenario: Scenario) -> Factory:
        with with_classes({PATH: watched}):
            return Factory(scenario)

    data = {name: changed(given, negotiation__mechanism=PATH) for name, given in trials.items()}
    failures = list(try_out(data, start, []))
    if failures:
        raise ConformanceError(named(cls), failures)


def _class_of(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if given in MECHANISMS:
        return MECHANISMS[given]
    if ":" not in given:
        names = ", ".join(MECHANISMS)
        raise ScenarioError(f"{given!r} is not a mechanism; allowed: {names}, or module:Class for one of your own")
    return import_class(given)


def _watched(cls: type[Mechanism]) -> type[Mechanism]:
    """Wrap a mechanism so that each award is checked before the engine gets it."""

    class Watched(cls):
        def clear(self, market: Market) -> Iterator[Award]:
            awarded: set[int] = set()
            awards = iter(cls.clear(self, market))
            while True:
                before = market.cost.copy()
                award = next(awards, None)
                if not np.array_equal(before, market.cost, equal_nan=True):
                    raise BrokenRuleError(
                        f"clear(market) changed market.cost at {market.now_s:g} s; the market is the engine's: "
                        "work on a copy"
                    )
                if award is None:
                    return
                _judge(award, market, awarded)
                yield award
                if market.left[award[0]] <= 0 or not np.isfinite(market.cost[award[0]]).any():
                    awarded.add(award[0])

    Watched.__name__, Watched.__qualname__ = cls.__name__, cls.__qualname__
    return Watched


def _judge(award: Any, market: Market, awarded: set[int]) -> None:
    rows, columns = market.cost.shape
    if not (isinstance(award, tuple) and len(award) == 2):
        raise BrokenRuleError(f"clear(market) yielded {award!r}; yield pairs (row, column)")
    row, column = award
    where = f"clear(market) at {market.now_s:g} s"
    if not (0 <= row < rows and 0 <= column < columns):
        raise BrokenRuleError(
            f"{where} awarded ({row}, {column}), and the market has {rows} rows and {columns} columns; "
            "rows are tasks and columns contractors"
        )
    if row in awarded:
        raise BrokenRuleError(
            f"{where} awarded task {market.tasks[row].id} twice; a row is closed once it is awarded: its cost is inf"
        )
    if not market.cost[row, column] < np.inf:
        raise BrokenRuleError(
            f"{where} awarded task {market.tasks[row].id} to the contractor of column {column}, which has no offer for "
            "it; award only where market.cost is finite"
        )
