"""A mechanism may be given for each kind of task; a rule for vehicles chooses no stations."""

import pytest

from robocell.agents.mechanisms import MECHANISMS
from robocell.agents.mechanisms.auctions import Iterated, SequentialSingleItem
from robocell.agents.mechanisms.dispatch import FirstInFirstOut, Nearest, Random
from robocell.agents.mechanisms.what_if.planner import WhatIf
from robocell.agents.negotiation.mechanism import BestOffer
from robocell.agents.negotiation.messages import Performative
from robocell.agents.shop.tasks import TaskKind
from robocell.environments import Factory, Scenario
from robocell.environments.config.errors import ScenarioError
from robocell.testing import CELL, changed

from ..daily import each_once

SHORT = changed(CELL, horizon="20min", drain=False)
TWO_MILLS = changed(SHORT, stations__b__operations={"a": "45s", "b": "45s"})


def factory(mechanism, data=SHORT):
    return Factory(Scenario.parse(changed(data, negotiation={"mechanism": mechanism})), rng=5)


def messages(model):
    return model.run().messages.tolist()


@pytest.mark.parametrize(("name", "rule"), [("nearest", Nearest), ("fifo", FirstInFirstOut), ("random", Random)])
def test_a_rule_for_vehicles_leaves_all_else_to_the_best_offer(name, rule):
    mechanisms = factory(name).net.mechanisms
    assert type(mechanisms[TaskKind.TRANSPORT]) is rule
    assert {type(mechanisms[kind]) for kind in TaskKind if kind is not TaskKind.TRANSPORT} == {BestOffer}


@pytest.mark.parametrize("name", ["nearest", "fifo", "random"])
def test_a_single_name_applies_to_transports(name):
    assert messages(factory(name)) == messages(factory({"transport": name}))


def test_each_kind_of_task_has_its_own_mechanism():
    model = factory({"transport": "hungarian", "operation": "random", "charge": "regret"}, TWO_MILLS)
    names = {kind.name.lower(): type(mechanism).__name__ for kind, mechanism in model.net.mechanisms.items()}
    assert names == {"operation": "Random", "transport": "Hungarian", "handling": "BestOffer", "charge": "Regret"}


def test_stations_are_chosen_by_their_own_mechanism():
    by_offer, at_random = (messages(factory({"operation": name}, TWO_MILLS)) for name in ("contract_net", "random"))
    assert by_offer != at_random


def test_the_same_name_is_one_mechanism():
    mechanisms = factory({"transport": "regret", "charge": "regret"}).net.mechanisms
    assert mechanisms[TaskKind.TRANSPORT] is mechanisms[TaskKind.CHARGE]


@pytest.mark.parametrize(
    *each_once(name=[name for name in MECHANISMS if name != "what_if"], before=["iterated", "regret", "contract_net"])
)
def test_a_mechanism_that_is_set_later_runs_like_one_set_from_the_beginning(before, name):
    model = factory(before)
    model.net.mechanism = MECHANISMS[name]()
    assert messages(model) == messages(factory(name))


def test_traits_are_read_when_they_are_used():
    model = factory("contract_net")
    model.net.mechanism = mechanism = Iterated()
    mechanism.iterates = False
    log = model.run()
    calls = log.messages[log.messages["performative"] == Performative.CFP]
    assert len(calls) == len(set(calls["conversation"].tolist()))


def test_a_planner_plans_all_kinds_of_task_together():
    with pytest.raises(ScenarioError, match=r"mechanism: what_if plans all kinds of task together; give it alone"):
        factory({"transport": "what_if"})
    model = factory("contract_net")
    with pytest.raises(ValueError, match="WhatIf plans all kinds of task together"):
        model.net.mechanism = {TaskKind.TRANSPORT: WhatIf()}


def test_an_unknown_kind_or_mechanism_is_refused_in_its_place():
    with pytest.raises(
        ScenarioError, match=r"negotiation.mechanism.transports: unknown key; .*did you mean \"transport\""
    ):
        factory({"transports": "nearest"})
    with pytest.raises(ScenarioError, match=r"negotiation.mechanism.transport: 'nearst' is not a mechanism"):
        factory({"transport": "nearst"})


def test_the_channel_and_the_terms_cannot_be_changed_during_a_run():
    net = factory("contract_net").net
    for name in ("channel", "terms"):
        with pytest.raises(AttributeError):
            setattr(net, name, None)


def test_one_mechanism_for_all_kinds_may_be_given_in_full():
    model = factory("contract_net")
    model.net.mechanism = dict.fromkeys(TaskKind, SequentialSingleItem())
    assert {type(mechanism) for mechanism in model.net.mechanisms.values()} == {SequentialSingleItem}


def test_an_object_that_is_not_a_mechanism_is_refused():
    net = factory("contract_net").net
    for given in (Iterated, "contract_net", {TaskKind.TRANSPORT: object()}):
        with pytest.raises(
            TypeError, match=r"is not a mechanism; give an instance of a subclass of robocell.agents.Mechanism"
        ):
            net.mechanism = given
