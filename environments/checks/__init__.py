"""Checks of a log: invariants that hold in every run.

These modules use no part of the simulation: no clock, agent, negotiation, planner or travel time of the simulator. They
use only definitions of the log's content: its rows and codes, the scenario, the drawn floor, and `motion.conflicts`,
which judges recorded paths and takes no part in making them.

| module | proves |
|---|---|
| `rows` | every number in the log has a meaning, and time never goes backwards |
| `handling` | (how long the handling of a part takes at least) |
| `part` | (where a part is and how far it has come) |
| `parts` | every part is in exactly one place, follows its routing and fits in its place |
| `orders` | every part begins, ends and ranks as its order says |
| `presence` | agents that join late or leave early do nothing before and after |
| `jams` | no parts wait for each other's places forever |
| `durations` | all handling, set-ups and processing took enough time |
| `states` | machines, vehicles and robots are reported in their true states |
| `shifts` | people pause when they should |
| `protocol` | every agent sends only permitted messages, at permitted times and to permitted receivers |
| `contracts` | at most one live award for a task, each task done once, every call closed, no award after its lease |
| `deeds` | work is done by the contractor that holds the award, and reported by the contractor that has done it |
| `lots` | the shares of a lot add up to it, and each of its parts is carried once, by the holder of its share |
| `travel` | no vehicle is faster than the shortest path from dock to dock allows, with a trace or without |
| `floor` | no vehicle collides, swaps or enters a wall; it handles parts at docks, standing; batteries stay in 0..1 |

`violation.RULES` states each rule in a sentence; docs/kpis.md explains them.
"""

from typing import TYPE_CHECKING

from .contracts import check_contracts
from .deeds import check_deeds
from .durations import check_durations
from .floor import check_floor
from .jams import check_jams
from .lots import check_lots
from .orders import check_orders
from .parts import check_parts
from .presence import check_presence
from .protocol import check_protocol
from .rows import check_rows, check_times
from .shifts import check_shifts
from .states import check_states
from .travel import check_travel
from .violation import RULES, Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario

__all__ = ["RULES", "Violation", "check", "check_contracts"]


def check(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """All broken rules of a log, in order of time; empty if the run was sound.

    A run under way is judged up to now; whether it drains is judged at its end.

    A log with invalid rows is not judged by other rules. The floor is judged only if the log has a trace (`record:
    {trace: true}`); the other rules need none.
    """
    if not log.closed:
        # A factory that drains must be empty at the end only.
        log, scenario = log.so_far(), scenario.model_copy(update={"drain": False})
    found = check_rows(log, scenario)
    if not found:
        found = [violation for judge in _JUDGES for violation in judge(log, scenario)]
    return sorted(found, key=lambda violation: violation.time_s)


_JUDGES = (
    check_times,
    check_orders,
    check_parts,
    check_presence,
    check_durations,
    check_states,
    check_shifts,
    check_protocol,
    check_contracts,
    check_deeds,
    check_lots,
    check_jams,
    check_travel,
    check_floor,
)
