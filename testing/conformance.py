"""Common parts of all conformance checks: the trials, and the rules that every run must keep."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.errors import RobocellError
from ..environments import Factory, Scenario, check
from ..environments.checks import RULES
from ..environments.scenario.own_classes import fault_of
from .protocol import sessions
from .small_factories import CELL, TABLE, changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..environments import EventLog

SHORT = {"horizon": "10min", "record": {"trace": True, "messages": "full"}}
LOSSY = {"delay": {"distribution": "uniform", "low": "0s", "high": "1s"}, "loss": 0.1, "duplication": 0.1}
TRIALS: Mapping[str, dict[str, Any]] = {
    "cell": changed(CELL, **SHORT),
    "table of travel times": changed(TABLE, **SHORT),
    "lots": changed(CELL, products__p__lot_size=4, fleet__agvs__capacity=2, **SHORT),
    "messages that are lost": changed(CELL, negotiation__channel=LOSSY, **SHORT),
}
FIRST = 3  # maximum number of violations reported per trial
ADVICE = "draw from self.model.stream(name), or market.rng, and iterate over no set"


class ConformanceError(RobocellError):
    """Raised when a class breaks rules that robocell requires of it.

    Attributes:
        failures: a sentence for each broken rule: the rule, the place, and the cure.
    """

    def __init__(self, name: str, failures: Iterable[str]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join([f"{name} does not conform:", *(f"- {failure}" for failure in self.failures)]))


class BrokenRuleError(RobocellError):
    """Raised within a run that cannot continue without hiding the cause; the message is the sentence for the user."""


def named(cls: Any) -> str:
    """The name of a class, for use in messages."""
    return cls.__name__ if isinstance(cls, type) else repr(cls)


def try_out(
    trials: Mapping[str, dict[str, Any]], start: Callable[[Scenario], Factory], reported: list[str]
) -> Iterator[str]:
    """Yield a sentence for each fault in the runs of `trials`; classes wrapped by `start` add theirs to `reported`.

    Each trial is run twice, with different states of the global generators of `random` and NumPy. The log of a run that
    was ended by a broken rule is not evaluated.
    """
    for name, data in trials.items():
        scenario = Scenario.parse(data)
        logs: list[EventLog] = []
        for seed in (1, 2):
            try:
                with global_randomness(seed):
                    factory = start(scenario)
                    logs.append(factory.run())
                    factory.close()
            except BrokenRuleError as broken:
                reported.append(str(broken))
            except Exception as error:
                reported.append(f"it raised {fault_of(error)}; a class must not fail in a run it can be part of")
            if reported:
                break
        if reported:
            yield from (f"in the trial {name!r}: {failure}" for failure in dict.fromkeys(reported))
            reported.clear()
            continue
        yield from (f"in the trial {name!r}: {failure}" for failure in _faults(logs, scenario))


def _faults(logs: list[EventLog], scenario: Scenario) -> Iterator[str]:
    first, second = logs
    if difference := first_difference(first, second):
        yield difference
    for violation in check(first, scenario)[:FIRST]:
        rule = RULES[violation.rule]
        yield f"{violation}; the rule {violation.rule!r} of `robocell check` demands: {rule}"
    if scenario.record.messages == "full":
        for words in sessions(first)[1][:FIRST]:
            yield f"{words}; say only what the state charts of docs/negotiation.md allow"


def first_difference(first: EventLog, second: EventLog) -> str | None:
    """A sentence on the first difference between two logs that should be equal; None if they are."""
    if first.digest() == second.digest():
        return None
    for one, other, describe in (
        (first.events, second.events, lambda log, row: log.describe(log.events[row])),
        (first.messages, second.messages, lambda log, row: log.describe_message(row)),
    ):
        common = min(len(one), len(other))
        differing = [row for row in range(common) if one[row].tobytes() != other[row].tobytes()]
        if differing:
            words = " and then ".join(repr(describe(log, differing[0])) for log in (first, second))
            return f"two runs with the same seed differ, first in {words}; {ADVICE}"
    return f"two runs with the same seed differ in length; {ADVICE}"


@contextmanager
def global_randomness(seed: int) -> Iterator[None]:
    """Seed the global generators, which no class may use, within the context, and restore them afterwards."""
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002  # what user code may use
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)  # noqa: NPY002
