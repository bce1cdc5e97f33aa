"""Parts that wait for each other's places forever, as reported by the factory."""

from typing import TYPE_CHECKING

import numpy as np

from ..log import NOBODY, Event
from .violation import Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario


def check_jams(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """Check the rule jam: one violation per circle, with all parts that wait in it."""
    found: list[Violation] = []
    rows = np.flatnonzero(log.events["kind"] == Event.JAMMED).tolist()
    while rows:
        time_s, _, _, job, _, many = log.events[rows[0]].tolist()
        circle, rows = rows[: int(many)], rows[int(many) :]
        text = "; ".join(_description(log, row) for row in circle)
        found.append(Violation("jam", time_s, log.name_of(job), text, circle[0]))
    return found


def _description(log: "EventLog", row: int) -> str:
    _, _, place, job, other, _ = log.events[row].tolist()
    where = f"{log.name_of(job)} at {log.name_of(place)}"
    if other == NOBODY:
        return f"{where} does not leave"
    if other == place:
        return f"{where} waits for a machine or a place in the output there"
    return f"{where} waits for a place at {log.name_of(other)}"
