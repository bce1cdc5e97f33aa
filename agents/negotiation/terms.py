"""Terms that the parties of every negotiation agree on beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Commitment = Literal["eager", "patient", "leveled", "concurrent"]
Reopen = Literal["never", "available", "disturbed", "always"]


@dataclass(slots=True, frozen=True, kw_only=True)
class Terms:
    """Deadlines, leases and policies.

    Attributes:
        reply_by_s: time that a call waits for answers.
        retry_s: a task that no contractor could take is re-announced after this time, then after twice this time, and
            so on; and at once when a contractor becomes available.
        acknowledge_by_s: an award, a renewal or a cancel that is not answered within this time is sent again; an offer
            binds its contractor for this time after the deadline of its call.
        lease_s: time for which a contract that was not begun binds both sides without news from the other.
        commitment: how offers bind. "patient": no second offer while one is outstanding; "eager": any number of them;
            "concurrent": offers do not bind, the prospective winner is asked for a definite one before the award
            (Aknine, Pinson and Shakun 2004); "leveled": a contract that was not begun may be left for a better one at a
            price (Sandholm and Lesser 2001).
        penalty_s: cost of leaving a contract under "leveled"; it is part of the offer for the better one.
        rounds: maximum number of calls in an iterated contract net (SC00030H).
        reopen: when contracts that were not begun are re-announced: "available", when a contractor becomes available
            that would complete them sooner; "disturbed", when a breakdown or a closed aisle upsets their estimates;
            "always", on both occasions (Heap and Pagnucco 2012); or "never".
        reopen_gain_s: how much sooner the available contractor must complete the task.
        reopen_limit: maximum number of times that a task is re-announced for these reasons.
        pull_window: number of waiting tasks offered to a contractor that becomes available, oldest first; the oldest
            for each pair of origin and destination is offered in addition.
    """

    reply_by_s: float
    retry_s: float
    acknowledge_by_s: float
    lease_s: float
    commitment: Commitment = "patient"
    penalty_s: float = 30.0
    rounds: int = 3
    reopen: Reopen = "never"
    reopen_gain_s: float = 10.0
    reopen_limit: int = 2
    pull_window: int = 16
