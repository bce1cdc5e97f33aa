"""Conformance check of agent classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.negotiation.contractor import Contractor
from ..agents.negotiation.messages import Bids, Reason
from ..environments.factory import Factory
from ..environments.factory.assembly import AGENT_CLASSES
from .conformance import TRIALS, BrokenRuleError, ConformanceError, named, try_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ..agents.negotiation.messages import Call
    from ..agents.negotiation.tasks import Task
    from ..environments import Scenario


def check_agent(cls: type, *, trials: Mapping[str, dict[str, Any]] = TRIALS) -> None:
    """Run factories with agents of this class, and verify from their logs that they keep all rules.

    A bid is finite, the same when it is requested twice, and honoured when it wins at the same instant; no message is
    sent out of turn; two runs with the same seed are equal; all rules of `robocell check` hold, including that no part
    is lost and that the factory drains.

    Args:
        cls: a subclass of AGV, Station, Robot, Charger or Job.
        trials: scenarios as data, by name; by default small factories on a floor, with a table of travel times, with
            lots, and with lossy messages.

    Raises:
        ConformanceError: with a sentence for each broken rule.
    """
    kind = next((kind for kind, base in AGENT_CLASSES.items() if isinstance(cls, type) and issubclass(cls, base)), None)
    if kind is None:
        bases = ", ".join(base.__name__ for base in AGENT_CLASSES.values())
        raise ConformanceError(
            named(cls), [f"{named(cls)} has no place in a factory; make it a subclass of one of {bases}"]
        )
    reported: list[str] = []
    watched = _watched(cls, reported) if issubclass(cls, Contractor) else cls

    def start(scenario: Scenario) -> Factory:
        return Factory(scenario, agent_classes={kind: watched})

    failures = list(try_out(trials, start, reported))
    if failures:
        raise ConformanceError(named(cls), failures)


def _watched(cls: type[Contractor], reported: list[str]) -> type[Contractor]:
    """Wrap a class so that each answer is checked."""

    class Watched(cls):
        @classmethod
        def bids(cls, call: Call, members: list[Any], slots: NDArray[np.intp]) -> Bids:
            answers = super().bids(call, members, slots)
            names = [members[slot].name for slot in slots.tolist()]
            _judge_columns(call, names, answers, members[0].model.now_s)
            again = super().bids(call, members, slots)
            reported.extend(_differences(call, names, answers, again, members[0].model.now_s))
            for slot in slots[answers.cost < np.inf].tolist():
                members[slot].__dict__["_offered_in"] = (call.conversation, members[slot].model.now_s)
            return answers

        def accept(self, task: Task) -> bool:
            world: Any = self.model
            accepted = super().accept(task)
            offered = self.__dict__.pop("_offered_in", None)
            at_once = offered == (task.contract.conversation, self.model.now_s)
            if at_once and not accepted and world.net.channel.instant:
                reported.append(
                    f"{self.name} offered to do task {task.id} at {self.model.now_s:g} s and refused the award at the "
                    "same instant; bid only for what can be done: return a Refusal from bid(call), as the base does"
                )
            return accepted

    Watched.__name__, Watched.__qualname__ = cls.__name__, cls.__qualname__
    return Watched


def _judge_columns(call: Call, names: list[str], answers: Bids, now_s: float) -> None:
    columns = {"cost": answers.cost, "reason": answers.reason, "approach_s": answers.approach_s, "load": answers.load}
    for column, values in columns.items():
        if len(values) != len(names):
            raise BrokenRuleError(
                f"bids(call, members, slots) answered {len(values)} values of {column!r} for {len(names)} slots at "
                f"{now_s:g} s; give one for each slot, in their order"
            )
    for name, cost, reason in zip(names, answers.cost.tolist(), answers.reason.tolist(), strict=True):
        if np.isnan(cost) or cost == -np.inf:
            raise BrokenRuleError(
                f"{name} asked {cost} s for task {call.task.id} at {now_s:g} s; a cost must be a finite number, "
                "or inf with a reason"
            )
        if (reason == Reason.NONE) != (cost < np.inf):
            raise BrokenRuleError(
                f"{name} answered cost {cost:g} with the reason {Reason(reason).name} at {now_s:g} s; a refusal has "
                "the cost inf and a reason, a proposal has the reason NONE"
            )


def _differences(call: Call, names: list[str], first: Bids, second: Bids, now_s: float) -> list[str]:
    differs = (first.cost != second.cost) | (first.reason != second.reason)
    return [
        f"{names[at]} answered the call for task {call.task.id} at {now_s:g} s with cost {first.cost[at]:g}, and with "
        f"{second.cost[at]:g} when it was asked again; bid(call) must not change the agent, and what it draws must "
        "follow from call.conversation"
        for at in np.flatnonzero(differs).tolist()
    ]
