"""Delivery policies: the measures that the parties take if messages may be late, lost or repeated, and only then.

`ZeroLatency`: every message arrives at once. An offer is answered at the instant at which it is made, so it binds no
contractor; the winner of one of several calls updates its offers for the others, given the award.

`Delayed`: an offer binds until it is answered or its lease ends; the other offers of the winner of a call are dropped,
because they are stale. Messages count once (`Receipts`). Awards and cancels are repeated until they are answered, and
leases expire. Contracts that have ended are remembered, because messages about them may be under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .messages import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .channel import Channel, Which
    from .contractor import Pool
    from .messages import Bids, Call
    from .terms import Terms
    from .world import Due, EngineWorld

FOREVER_S = float("inf")
LONGEST_BLIND_RETRY = 4.0  # times retry_s: upper bound where the announcement of an available contractor may get lost
SILENCE = 3  # an incompletely answered call is retried 2 ** SILENCE times as soon: it may not have arrived


class Receipts(Protocol):
    """Record of the messages of a round that have arrived. K calls, N contractors."""

    def ask(self) -> None:
        """Start a new call: answers to earlier ones do not count."""
        ...

    def called(self, row: int, columns: Which, number: int) -> Which:
        """The columns that receive call `number` of `row` for the first time, and not after a later call."""
        ...

    def answered(self, row: int, columns: Which, bids: Bids) -> tuple[Which, Bids]:
        """The columns whose answer to the latest call of `row` arrives for the first time, and their answers."""
        ...

    def has_answered(self, row: int, column: int) -> bool:
        """Whether the contractor has answered the latest call of `row`."""
        ...


class Delivery(Protocol):
    """A delivery policy: how the parties allow for the faults of a channel.

    Attributes:
        offers_bind: a contractor that has made an offer is bound until it is answered.
        definite: offers do not bind until the prospective winner confirms its own.
        remembers: contracts that have ended are remembered, because messages about them may be under way.
    """

    offers_bind: bool
    definite: bool
    remembers: bool

    def receipts(self, pool: Pool, rows: int, slots: NDArray[np.intp]) -> Receipts:
        """Return a record for a round that calls `slots` for `rows` tasks."""
        ...

    def bind(self, call: Call, pool: Pool, slots: NDArray[np.intp], bids: Bids) -> None:
        """Bind the contractors in `slots` to the offers among `bids`; a contractor that is already bound refuses."""
        ...

    def release(self, pool: Pool, slots: NDArray[np.intp] | int, conversation: int) -> None:
        """Release `slots` from their offers in a conversation, which have been answered."""
        ...

    def lease_end_s(self) -> float:
        """Time until which an award made now holds without news."""
        ...

    def stated_s(self, until_s: float) -> float:
        """The end of a lease as written in a message."""
        ...

    def later(self, delay_s: float, callback: Callable[..., object], *args: Any) -> Due | None:
        """Schedule a check after `delay_s`, because the answer may not arrive; None where it surely does."""
        ...

    def assure(self, callback: Callable[..., object], *args: Any) -> None:
        """Call `callback(*args)` now, to confirm a contract that its contractor may take as ended."""
        ...

    def back_off(self, calls: int, reasons: NDArray[np.int8]) -> float:
        """Multiple of `retry_s` after which a task is retried, given its number of calls and the latest answers."""
        ...


class _NothingTwice:
    """Receipts for a channel on which every message arrives exactly once: nothing to record."""

    def ask(self) -> None:
        pass

    def called(self, row: int, columns: Which, number: int) -> Which:
        return columns

    def answered(self, row: int, columns: Which, bids: Bids) -> tuple[Which, Bids]:
        return columns, bids

    def has_answered(self, row: int, column: int) -> bool:
        return True


class ZeroLatency:
    """Delivery policy for a channel on which every message arrives exactly once, at the instant it is sent."""

    offers_bind = False
    definite = False
    remembers = False

    def __init__(self) -> None:
        self._receipts = _NothingTwice()

    def receipts(self, pool: Pool, rows: int, slots: NDArray[np.intp]) -> Receipts:
        return self._receipts

    def bind(self, call: Call, pool: Pool, slots: NDArray[np.intp], bids: Bids) -> None:
        pass

    def release(self, pool: Pool, slots: NDArray[np.intp] | int, conversation: int) -> None:
        pass

    def lease_end_s(self) -> float:
        return FOREVER_S

    def stated_s(self, until_s: float) -> float:
        return 0.0

    def later(self, delay_s: float, callback: Callable[..., object], *args: Any) -> None:
        pass

    def assure(self, callback: Callable[..., object], *args: Any) -> None:
        pass

    def back_off(self, calls: int, reasons: NDArray[np.int8]) -> float:
        return 2.0 ** min(calls - 1, 30)  # rarely matters: contractors announce that they are available


class _Once:
    """Receipts that count every call and every answer once; repeated and late messages do not count."""

    def __init__(self, pool: Pool, rows: int, slots: NDArray[np.intp]) -> None:
        self._pool = pool
        self._slots = slots
        self._heard = np.zeros((rows, len(slots)), np.int8)  # (K, N) the latest call that each contractor has received
        self._answered = np.zeros((rows, len(slots)), np.bool_)  # (K, N) to the latest call

    def ask(self) -> None:
        self._answered[:] = False

    def called(self, row: int, columns: Which, number: int) -> Which:
        listed = self._listed(columns)
        if not self._pool.complete:
            listed = listed[np.isin(self._slots[listed], self._pool.all)]
        heard = self._heard[row]
        listed = listed[heard[listed] < number]
        heard[listed] = number
        return listed

    def answered(self, row: int, columns: Which, bids: Bids) -> tuple[Which, Bids]:
        listed, answered = self._listed(columns), self._answered[row]
        before = answered[listed]
        if before.any():
            new = np.flatnonzero(~before)
            listed, bids = listed[new], bids.take(new)
        answered[listed] = True
        return listed, bids

    def has_answered(self, row: int, column: int) -> bool:
        return bool(self._answered[row, column])

    def _listed(self, columns: Which) -> NDArray[np.intp]:
        return np.arange(len(self._slots)) if isinstance(columns, slice) else columns


class Delayed:
    """Delivery policy for messages that take time, of which some are lost, repeated, or overtaken by later ones."""

    offers_bind = True
    remembers = True

    def __init__(self, world: EngineWorld, terms: Terms) -> None:
        self._world = world
        self._terms = terms
        self.definite = terms.commitment == "concurrent"

    def receipts(self, pool: Pool, rows: int, slots: NDArray[np.intp]) -> Receipts:
        return _Once(pool, rows, slots)

    def bind(self, call: Call, pool: Pool, slots: NDArray[np.intp], bids: Bids) -> None:
        """Allow no second offer before the first is answered or its lease ends, unless the policy is "eager"."""
        commitment = self._terms.commitment
        if commitment == "concurrent" and not call.definite:
            return
        if commitment in ("patient", "concurrent"):
            bound = (pool.lease_until_s[slots] > self._world.now_s) & (pool.leased_to[slots] != call.conversation)
            bids.cost[bound] = np.inf
            bids.reason[bound] = Reason.BUSY
        offering = slots[bids.cost < np.inf]
        pool.leased_to[offering] = call.conversation
        pool.lease_until_s[offering] = call.reply_by_s + self._terms.acknowledge_by_s

    def release(self, pool: Pool, slots: NDArray[np.intp] | int, conversation: int) -> None:
        pool.free(slots, conversation)

    def lease_end_s(self) -> float:
        return self._world.now_s + self._terms.lease_s

    def stated_s(self, until_s: float) -> float:
        return until_s

    def later(self, delay_s: float, callback: Callable[..., object], *args: Any) -> Due:
        return self._world.clock.schedule(delay_s, callback, *args)

    def assure(self, callback: Callable[..., object], *args: Any) -> None:
        callback(*args)

    def back_off(self, calls: int, reasons: NDArray[np.int8]) -> float:
        """Retry sooner if an answer is missing: the call or an announcement may not have arrived."""
        usual = 2.0 ** min(calls - 1, 30)
        answered = bool((reasons != Reason.NONE).all())
        return min(usual if answered else usual / 2**SILENCE, LONGEST_BLIND_RETRY)


def delivery_over(channel: Channel, world: EngineWorld, terms: Terms) -> Delivery:
    """The delivery policy that suits `channel`."""
    return ZeroLatency() if channel.instant else Delayed(world, terms)
