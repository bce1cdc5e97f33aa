"""`check_agent` accepts the agents of robocell, and tells of each broken rule where it is broken and what to do."""

from __future__ import annotations

import math
import random
import re
from typing import Any

import pytest

from robocell.agents import AGV, Charger, Contractor, Job, Proposal, Robot, Station
from robocell.testing import CELL, changed, check_agent
from robocell.testing.conformance import SHORT

from ..daily import daily


class Thrifty(AGV):
    """Asks more, the emptier its battery is."""

    def bid(self, call):
        offer = super().bid(call)
        if isinstance(offer, Proposal):
            offer.cost += 60 * (1 - self.battery)
        return offer


GOOD = {cls.__name__: cls for cls in (AGV, Station, Robot, Charger, Job, Thrifty)}


class Unpriced(AGV):
    def bid(self, call):
        return Proposal(math.nan)


class Unable(AGV):
    """Offers for whatever it is asked."""

    def bid(self, call):
        return Proposal(1.0)


class Impatient(AGV):
    """Asks less each time that it is asked."""

    asked = 0

    def bid(self, call):
        offer = super().bid(call)
        if isinstance(offer, Proposal):
            self.asked += 1
            offer.cost += 100.0 / self.asked
        return offer


class Dicing(AGV):
    """Draws its price once for a call, but from the generator that all programs share."""

    def bid(self, call):
        offer = super().bid(call)
        if isinstance(offer, Proposal):
            offer.cost = self.__dict__.setdefault(f"price of {call.conversation}", random.uniform(1, 100))
        return offer


class Columns(AGV):
    """Answers in columns, and one row too few."""

    @classmethod
    def bids(cls, call, members, slots):
        return super().bids(call, members, slots).take(slice(1, None))


class Priceless(Station):
    """Answers in columns, with a price and a reason at once."""

    @classmethod
    def bids(cls, call, members, slots):
        answers = super().bids(call, members, slots)
        answers.cost[:] = 5.0
        return answers


class Silent(Station):
    def bid(self, call) -> Any:
        return None


class Overfull(Station):
    """Thinks that there is always room."""

    def has_room(self, job):
        return True


class Failing(Robot):
    def accept(self, task):
        raise ZeroDivisionError("1 / 0")


@pytest.mark.parametrize("cls", daily("Thrifty", "Job", of=GOOD))
def test_agents_that_keep_the_rules_conform(cls):
    check_agent(GOOD[cls])


SENTENCES = {
    Unpriced: r"in the trial 'cell': it raised .*ValueError: .*nan.*; a class must not fail in a run it can be part of",
    Unable: r"agv_\d offered to do task \d+ at [\d.]+ s and refused the award at the same instant; bid only for what "
    r"can be done: return a Refusal from bid\(call\), as the base does",
    Impatient: r"agv_\d answered the call for task \d+ at [\d.]+ s with cost [\d.]+, and with [\d.]+ when it was asked "
    r"again; bid\(call\) must not change the agent, and what it draws must follow from call.conversation",
    Dicing: r"two runs with the same seed differ, first in '.*' and then '.*'; draw from self.model.stream\(name\)",
    Columns: r"bids\(call, members, slots\) answered 4 values of 'cost' for 5 slots at [\d.]+ s; give one for each",
    Priceless: r"answered cost 5 with the reason \w+ at [\d.]+ s; a refusal has the cost inf and a reason",
    Silent: r"drained at .*; the rule 'drained' of `robocell check` demands: ",
    Overfull: r"; the rule '\w+' of `robocell check` demands: ",
    Failing: r"it raised .*test_check_agent.py:\d+: ZeroDivisionError: 1 / 0; a class must not fail in a run",
}


@pytest.mark.parametrize("cls", SENTENCES)
def test_an_agent_that_breaks_a_rule_fails_with_the_description_of_the_rule(cls, failures):
    scenarios = {"cell": changed(CELL, stations__a__input_capacity=1, **SHORT)}

    said = failures(check_agent, cls, trials=scenarios)
    assert re.search(SENTENCES[cls], said), said


def test_a_class_without_a_role_in_a_factory_is_refused_with_the_possible_roles(failures):
    said = failures(check_agent, Contractor)
    assert said == (
        "Contractor has no place in a factory; make it a subclass of one of AGV, Station, Robot, Charger, Job"
    )
