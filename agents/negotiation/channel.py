"""Message channels: perfect, or with messages that are delayed, reordered, duplicated or lost."""

from __future__ import annotations

import math
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .world import Clock

EVERYBODY = slice(None)
GRAIN_S = 0.01  # delays are rounded up to multiples of this, so that many messages arrive together
Which: TypeAlias = "slice | NDArray[np.intp]"  # index into an array of agents: EVERYBODY, the only slice, or (M,)


class Channel(Protocol):
    """A channel that carries messages between agents.

    Attributes:
        instant: zero latency: every message arrives exactly once, at the instant at which it is sent.
    """

    instant: bool

    def send(self, sender: int, receiver: int, deliver: Callable[..., None], *args: Any) -> None:
        """Call `deliver(*args)` when (and as often as) the message arrives."""
        ...

    def multicast(
        self,
        senders: NDArray[np.int64] | int,
        receivers: NDArray[np.int64] | int,
        deliver: Callable[..., None],
        *args: Any,
    ) -> None:
        """Send one to many, or many to one: call `deliver(which, *args)` for every group that arrives together.

        `which` indexes whichever of `senders` and `receivers` is an array: EVERYBODY, or an (M,) index array.
        """
        ...


class PerfectChannel:
    """A perfect channel: every message arrives at once, exactly once."""

    instant = True

    def send(self, sender: int, receiver: int, deliver: Callable[..., None], *args: Any) -> None:
        deliver(*args)

    def multicast(
        self,
        senders: NDArray[np.int64] | int,
        receivers: NDArray[np.int64] | int,
        deliver: Callable[..., None],
        *args: Any,
    ) -> None:
        deliver(EVERYBODY, *args)


class Delay(Protocol):
    """Distribution of message delays, in seconds."""

    def quantile(self, u: float) -> float:
        """The `u`-quantile of the distribution, `u` in [0, 1)."""
        ...


class LinkSpec(Protocol):
    """Overrides for messages between agents whose names match patterns; None keeps the value of the channel."""

    @property
    def sender(self) -> str: ...
    @property
    def receiver(self) -> str: ...
    @property
    def delay(self) -> Delay | None: ...
    @property
    def loss(self) -> float | None: ...
    @property
    def duplication(self) -> float | None: ...


class PartitionSpec(Protocol):
    """A network partition: for some time, agents whose names match a pattern are cut off from all others."""

    @property
    def from_s(self) -> float: ...
    @property
    def to_s(self) -> float | None: ...
    @property
    def agents(self) -> Sequence[str]: ...


class ChannelSpec(Protocol):
    """The faults of a channel."""

    @property
    def delay(self) -> Delay: ...
    @property
    def loss(self) -> float: ...
    @property
    def duplication(self) -> float: ...
    @property
    def in_order(self) -> bool: ...
    @property
    def links(self) -> Sequence[LinkSpec]: ...
    @property
    def partitions(self) -> Sequence[PartitionSpec]: ...


class _Link(NamedTuple):
    """Faults of the messages from one agent to another."""

    delay: Delay
    loss: float
    duplication: float


class FaultyChannel:
    """A faulty channel: it delays, loses and duplicates messages, and partitions the network for a time.

    Every message draws four numbers from a dedicated stream, whatever its fate, so that switching one fault on or off
    does not change the others.

    Args:
        spec: delay, loss, duplication, order, links and partitions.
        clock: schedules deliveries.
        rng: generator of the stream "channel".
        name_of: returns the name of an agent by its id; links and partitions select agents by name.
    """

    instant = False

    def __init__(
        self, spec: ChannelSpec, *, clock: Clock, rng: np.random.Generator, name_of: Callable[[int], str]
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._name_of = name_of
        self._usual = _Link(spec.delay, spec.loss, spec.duplication)
        self._links = [
            (
                link.sender,
                link.receiver,
                _Link(
                    spec.delay if link.delay is None else link.delay,
                    spec.loss if link.loss is None else link.loss,
                    spec.duplication if link.duplication is None else link.duplication,
                ),
            )
            for link in spec.links
        ]
        self._partitions = [
            (part.from_s, math.inf if part.to_s is None else part.to_s, part.agents) for part in spec.partitions
        ]
        self._in_order = spec.in_order
        self._alike = not (self._links or self._partitions or self._in_order)
        self._latest_s: dict[tuple[int, int], float] = {}
        self._fits: dict[tuple[str, int], bool] = {}

    def send(self, sender: int, receiver: int, deliver: Callable[..., None], *args: Any) -> None:
        for at_s in self._arrivals(sender, receiver, self._rng.random(4).tolist()):
            self._clock.schedule(at_s - self._clock.now_s, deliver, *args)

    def multicast(
        self,
        senders: NDArray[np.int64] | int,
        receivers: NDArray[np.int64] | int,
        deliver: Callable[..., None],
        *args: Any,
    ) -> None:
        one_to_many = isinstance(senders, int)
        many = np.asarray(receivers if one_to_many else senders)
        one: int = senders if one_to_many else receivers  # type: ignore[assignment]
        draws = self._rng.random((len(many), 4))
        if self._alike:
            which, at_s = self._arrivals_of_all(draws)
        else:
            pairs = ((one, other) if one_to_many else (other, one) for other in many.tolist())
            arrivals = [self._arrivals(*pair, row) for pair, row in zip(pairs, draws.tolist(), strict=True)]
            which = np.repeat(np.arange(len(many)), [len(times) for times in arrivals])
            at_s = np.array([time_s for times in arrivals for time_s in times])
        order = np.lexsort((which, at_s))
        which, at_s = which[order], at_s[order]
        starts = np.flatnonzero(np.diff(at_s, prepend=-1.0))
        for time_s, together in zip(at_s[starts].tolist(), np.split(which, starts[1:]), strict=False):
            self._clock.schedule(time_s - self._clock.now_s, deliver, together, *args)

    def _arrivals_of_all(self, draws: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Arrivals of messages on links that are all alike, as numbers of the messages and times: a column each."""
        delay, loss, duplication = self._usual
        sent = np.flatnonzero(draws[:, 0] >= loss)
        twice = sent[draws[sent, 1] < duplication]
        quantiles = [*draws[sent, 2].tolist(), *draws[twice, 3].tolist()]
        delays_s = np.array([delay.quantile(u) for u in quantiles])
        at_s = self._clock.now_s + np.ceil(delays_s / GRAIN_S) * GRAIN_S
        again = np.ones(len(at_s), np.bool_)
        again[len(sent) :] = at_s[np.searchsorted(sent, twice)] != at_s[len(sent) :]  # together, they arrive once
        return np.concatenate((sent, twice))[again], at_s[again]

    def _arrivals(self, sender: int, receiver: int, draws: Sequence[float]) -> list[float]:
        """Arrival times of a message: none, one, or two."""
        link = self._link(sender, receiver) if self._links else self._usual
        if draws[0] < link.loss or (self._partitions and self._parted(sender, receiver)):
            return []
        copies = 2 if draws[1] < link.duplication else 1
        arrivals = [self._arrival(sender, receiver, link.delay.quantile(u)) for u in draws[2 : 2 + copies]]
        return arrivals if copies == 1 or arrivals[0] != arrivals[1] else arrivals[:1]

    def _arrival(self, sender: int, receiver: int, delay_s: float) -> float:
        at_s = self._clock.now_s + math.ceil(delay_s / GRAIN_S) * GRAIN_S
        if self._in_order:
            at_s = max(at_s, self._latest_s.get((sender, receiver), 0.0))
            self._latest_s[sender, receiver] = at_s
        return at_s

    def _link(self, sender: int, receiver: int) -> _Link:
        for sender_pattern, receiver_pattern, link in self._links:
            if self._matches(sender, sender_pattern) and self._matches(receiver, receiver_pattern):
                return link
        return self._usual

    def _parted(self, sender: int, receiver: int) -> bool:
        now_s = self._clock.now_s
        return any(
            from_s <= now_s < to_s
            and any(self._matches(sender, name) for name in names)
            != any(self._matches(receiver, name) for name in names)
            for from_s, to_s, names in self._partitions
        )

    def _matches(self, agent: int, pattern: str) -> bool:
        key = (pattern, agent)
        fits = self._fits.get(key)
        if fits is None:
            fits = self._fits[key] = fnmatchcase(self._name_of(agent), pattern)
        return fits
