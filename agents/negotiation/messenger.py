"""The sending side of messages: each is logged, then handed to the channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .messages import NOBODY, PUZZLED, Performative

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .channel import Channel
    from .messages import Bids
    from .tasks import Task
    from .world import EngineWorld


class Messenger:
    """The sender of all messages, which logs them at the time of sending.

    Attributes:
        full: messages to or from many agents are logged one by one; otherwise one row gives their number.
    """

    def __init__(self, world: EngineWorld, channel: Channel, *, full: bool = False) -> None:
        self._world = world
        self._write = world.log.message
        self._write_each = world.log.messages_each
        self._offered = world.log.part_offered
        self.channel = channel
        self.full = full

    def send(
        self,
        performative: Performative,
        conversation: int,
        sender: int,
        receiver: int,
        deliver: Callable[..., None],
        *args: Any,
        value: float = 0.0,
    ) -> None:
        """Send one message to one agent; `deliver(*args)` is called when, and as often as, it arrives."""
        self._write(self._world.now_s, performative, conversation, sender, receiver, 1, value)
        self.channel.send(sender, receiver, deliver, *args)

    def note(
        self, performative: Performative, conversation: int, sender: int, receiver: int, value: float = 0.0
    ) -> None:
        """Log a message without sending it: both sides see its content on the floor."""
        self._write(self._world.now_s, performative, conversation, sender, receiver, 1, value)

    def withdraw(self, conversation: int, manager: int) -> None:
        """Log that a call has ended without an award; no contractor is bound, so no message is sent."""
        self._write(self._world.now_s, Performative.CANCEL, conversation, manager, NOBODY, 0, 0.0)

    def call(
        self,
        conversation: int,
        manager: int,
        receivers: NDArray[np.int64],
        deliver: Callable[..., None],
        *args: Any,
        performative: Performative = Performative.CFP,
    ) -> None:
        """Send the same message to many agents: a call for proposals, or a rejection."""
        now_s = self._world.now_s
        if self.full:
            self._write_each(now_s, performative, conversation, manager, receivers)
        else:
            self._write(now_s, performative, conversation, manager, NOBODY, len(receivers), 0.0)
        self.channel.multicast(manager, receivers, deliver, *args)

    def reject(self, conversation: int, manager: int, count: int) -> None:
        """Log the rejection of `count` offers without sending it, where no contractor waits for the answer."""
        if count:
            self._write(self._world.now_s, Performative.REJECT_PROPOSAL, conversation, manager, NOBODY, count, 0.0)

    def announce(self, conversation: int, contractor: int, tasks: Sequence[Task], taken: Task | None) -> None:
        """Log that `contractor` is available for `tasks`, and refuses all but the one `taken`."""
        now_s, refused = self._world.now_s, len(tasks) - (taken is not None)
        if self.full:
            told = np.array([task.manager.unique_id for task in tasks], np.int64)
            self._write_each(now_s, Performative.INFORM, conversation, contractor, told)
            told = np.array([task.manager.unique_id for task in tasks if task is not taken], np.int64)
            self._write_each(now_s, Performative.REFUSE, conversation, contractor, told)
            return
        self._write(now_s, Performative.INFORM, conversation, contractor, NOBODY, len(tasks), 0.0)
        if refused:
            self._write(now_s, Performative.REFUSE, conversation, contractor, NOBODY, refused, 0.0)

    def directed_call(
        self, conversation: int, manager: int, contractor: int, cost_s: float, parts: int | None = None
    ) -> None:
        """Log a call to one contractor, which has announced itself, and its offer, for `parts` parts of a lot."""
        now_s = self._world.now_s
        self._write(now_s, Performative.CFP, conversation, manager, contractor, 1, 0.0)
        if self.full and parts is not None:
            self._offered(now_s, contractor, parts, conversation)
        self._write(now_s, Performative.PROPOSE, conversation, contractor, manager, 1, cost_s)

    def answer(
        self,
        conversation: int,
        senders: NDArray[np.int64],
        manager: int,
        bids: Bids,
        deliver: Callable[..., None],
        *args: Any,
    ) -> None:
        """Send answers of many agents to one: each of `senders` proposes, refuses, or has not understood."""
        now_s = self._world.now_s
        if self.full:
            if bids.parts is not None:
                for sender, parts in zip(senders[bids.cost < np.inf], bids.parts[bids.cost < np.inf], strict=True):
                    self._offered(now_s, int(sender), int(parts), conversation)
            proposes = bids.cost < np.inf
            refusal = np.where(bids.reason == PUZZLED, Performative.NOT_UNDERSTOOD, Performative.REFUSE)
            said = np.where(proposes, Performative.PROPOSE, refusal)
            self._write_each(now_s, said, conversation, senders, manager, np.where(proposes, bids.cost, bids.reason))
        else:
            proposing = int(np.count_nonzero(bids.cost < np.inf))
            refusing = len(senders) - proposing
            if proposing:
                best = bids.cost.item(bids.cost.argmin())  # a third of the time of min()
                self._write(now_s, Performative.PROPOSE, conversation, NOBODY, manager, proposing, best)
            if refusing:
                puzzled = int(np.count_nonzero(bids.reason == PUZZLED))
                if puzzled:
                    self._write(now_s, Performative.NOT_UNDERSTOOD, conversation, NOBODY, manager, puzzled, 0.0)
                if refusing > puzzled:
                    self._write(now_s, Performative.REFUSE, conversation, NOBODY, manager, refusing - puzzled, 0.0)
        self.channel.multicast(senders, manager, deliver, *args)
