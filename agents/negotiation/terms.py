"""What the parties of every negotiation agree on beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Commitment = Literal["eager", "patient", "leveled", "concurrent"]
Reopen = Literal["never", "available", "disturbed", "always"]


@dataclass(slots=True, frozen=True, kw_only=True)
class Terms:
    """Deadlines, leases and policies.

    Attributes:
        reply_by_s: how long a call waits for answers.
        retry_s: a task that no contractor could take is called again after this, then after twice this, and so on;
            and at once when a contractor becomes available.
        acknowledge_by_s: an award, a renewal or a cancel that is not answered by then is sent again; an offer binds
            the contractor so long after the deadline of its call.
        lease_s: how long a contract that was not begun binds both without news of the other.
        commitment: how offers bind. "patient": no second offer while one is outstanding; "eager": any number of them;
            "concurrent": offers do not bind, the winner is asked for a definitive one before it is awarded (Aknine,
            Pinson and Shakun 2004); "leveled": a contract that was not begun may be left for a better one at a
            price (Sandholm and Lesser 2001).
        penalty_s: what leaving a contract costs under "leveled"; it is part of the offer for the better one.
        rounds: how many calls an iterated contract net (SC00030H) may have.
        reopen: when contracts that were not begun are re-announced: "available", when a contractor becomes available
            that would end them sooner; "disturbed", when a breakdown or a closed aisle upsets what they promise;
            "always", at both (Heap and Pagnucco 2012); or never.
        reopen_gain_s: by how much sooner the available contractor must end it.
        reopen_limit: how often a task may be re-announced for that.
        pull_window: how many waiting tasks a contractor that becomes available is offered, the oldest first; the oldest
            on each path (origin and destination) besides.
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
