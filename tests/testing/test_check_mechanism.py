"""`check_mechanism` accepts the mechanisms of robocell, and tells of each broken rule where it is broken."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pytest

from robocell.agents import MECHANISMS, Mechanism
from robocell.environments.config.errors import ScenarioError
from robocell.testing import CELL, changed, check_mechanism
from robocell.testing.conformance import SHORT

from ..daily import daily

CELL_ONLY = {"cell": changed(CELL, **SHORT)}


class Cheapest(Mechanism):
    """Awards each task to the cheapest offer."""

    def clear(self, market):
        for row in range(len(market.tasks)):
            if market.cost[row].min(initial=np.inf) < np.inf:
                yield row, int(market.cost[row].argmin())


class Twice(Cheapest):
    def clear(self, market):
        for award in super().clear(market):
            yield award
            yield award


class Stranger(Cheapest):
    """Awards to the first that has not offered."""

    def clear(self, market):
        refusing = np.flatnonzero(~(market.cost[0] < np.inf))
        yield 0, int(refusing[0]) if len(refusing) else 0


class Nowhere(Mechanism):
    def clear(self, market):
        yield len(market.tasks), 0


class Unpaired(Mechanism):
    def clear(self, market) -> Any:
        yield 0


class Dicing(Cheapest):
    def clear(self, market):
        offers = np.flatnonzero(market.cost[0] < np.inf).tolist()
        if offers:
            yield 0, random.choice(offers)


class Meddling(Cheapest):
    def clear(self, market):
        market.cost *= 2.0
        yield from super().clear(market)


class Idle(Mechanism):
    def clear(self, market):
        yield from ()


class Demanding(Cheapest):
    def __init__(self, weight):
        self.weight = weight


@pytest.mark.parametrize("name", daily("contract_net", "cbba", of=MECHANISMS))
def test_every_mechanism_of_robocell_conforms(name):
    check_mechanism(name)


def test_a_custom_mechanism_conforms_by_class():
    check_mechanism(Cheapest, trials=CELL_ONLY)


SENTENCES = {
    Twice: r"clear\(market\) at [\d.]+ s awarded task \d+ twice; a row is closed once it is awarded: its cost is inf",
    Stranger: r"clear\(market\) at [\d.]+ s awarded task \d+ to the contractor of column \d+, which has no offer "
    r"for it; award only where market.cost is finite",
    Nowhere: r"awarded \(1, 0\), and the market has 1 rows and \d+ columns; rows are tasks and columns contractors",
    Unpaired: r"clear\(market\) yielded 0; yield pairs \(row, column\)",
    Dicing: r"two runs with the same seed differ, first in '.*' and then '.*'; draw from .* market.rng",
    Meddling: r"clear\(market\) changed market.cost at [\d.]+ s; the market is the engine's: work on a copy",
    Idle: r"drained at .*; the rule 'drained' of `robocell check` demands: ",
    Demanding: r"it cannot be made by Demanding\(\): .*; give every argument a default",
    int: r"int is not a mechanism; make it a subclass of robocell.agents.Mechanism",
}


@pytest.mark.parametrize("cls", SENTENCES)
def test_a_mechanism_that_breaks_a_rule_fails_with_the_description_of_the_rule(cls, failures):
    said = failures(check_mechanism, cls, trials=CELL_ONLY)
    assert re.search(SENTENCES[cls], said), said


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ScenarioError, match="'auction' is not a mechanism; allowed: contract_net, iterated"):
        check_mechanism("auction")
