"""Re-reads a log and proves what must always hold, trusting nothing of the simulator: no code of it is used here.

| module | proves |
|---|---|
| `parts` | every part is in exactly one place, follows its routing, fits where it is; time never goes backwards |
| `jams` | no parts wait for each other's places for ever |
| `shifts` | people pause when they should |
| `contracts` | at most one live award for a task, each task done once, every call closed, no award after its lease |
| `lots` | the shares of a lot add up to it, and each of its parts is carried once, by the holder of its share |
| `travel` | nobody is faster than the shortest way from dock to dock allows, with a trace or without |
| `floor` | nobody collides, swaps, or enters a wall; handling happens at docks, standing still; batteries within 0..1 |

`RULES` says in a sentence what each rule demands; docs/kpis.md explains them.
"""

from typing import TYPE_CHECKING

from .contracts import check_contracts
from .floor import check_floor
from .jams import check_jams
from .lots import check_lots
from .parts import check_parts
from .shifts import check_shifts
from .travel import check_travel
from .violation import RULES, Violation

if TYPE_CHECKING:
    from ..log import EventLog
    from ..scenario import Scenario

__all__ = ["RULES", "Violation", "check"]


def check(log: "EventLog", scenario: "Scenario") -> list[Violation]:
    """All broken rules of a closed log, in order of time; empty: the run was sound.

    The floor is judged only where the log has a trace (`record: {trace: true}`); the other rules need none.
    """
    judges = (check_parts, check_shifts, check_contracts, check_lots, check_travel, check_floor)
    found = [violation for judge in judges for violation in judge(log, scenario)] + check_jams(log)
    return sorted(found, key=lambda violation: violation.time_s)
