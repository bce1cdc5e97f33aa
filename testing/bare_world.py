"""A bare world for negotiations: managers and contractors with nothing but a clock, a log and a channel.

A worker reaches the place of a task after `approach_s`, checks there whether it may begin, works for `work_s`, and
informs the manager.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..agents.mechanisms import MECHANISMS
from ..agents.negotiation.channel import PerfectChannel
from ..agents.negotiation.contract import ContractPhase
from ..agents.negotiation.engine import ContractNet
from ..agents.negotiation.messages import Bids, Call, Performative, Proposal, Reason, Refusal
from ..agents.negotiation.tasks import Task
from ..agents.negotiation.terms import Terms
from ..agents.shop.charger import Charge
from ..agents.shop.tasks import TaskKind
from ..environments.clock import Clock
from ..environments.log import AgentKind, EventLog
from ..environments.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Sequence

TERMS = Terms(reply_by_s=2.0, retry_s=5.0, acknowledge_by_s=2.0, lease_s=20.0)


class BareWorld:
    """The interface of a factory to the engine, with a log that names the agents."""

    def __init__(self, channel: Any = None, *, mechanism: str = "contract_net", terms: Terms = TERMS, seed: int = 0):
        self.clock = Clock()
        self.log = EventLog("hall", seed)
        self.stream = Streams(seed)
        self.infeasible_tasks: list[Task] = []
        self.agents = 0
        self.managers: list[Manager] = []
        self.workers: list[Worker] = []
        if callable(channel):
            channel = channel(self)
        self.net = ContractNet(
            self,
            kinds=TaskKind,
            mechanism=dict.fromkeys(TaskKind, MECHANISMS[mechanism]()),
            channel=channel or PerfectChannel(),
            terms=terms,
            full=True,
        )
        assert mechanism in MECHANISMS

    @property
    def now_s(self) -> float:
        return self.clock.now_s

    def enrol(self, name: str, kind: AgentKind) -> int:
        self.agents += 1
        self.log.add_agent(self.agents, kind, name)
        return self.agents

    def infeasible(self, task: Task) -> None:
        self.infeasible_tasks.append(task)

    def asker(self) -> Manager:
        manager = Manager(self, f"manager_{len(self.managers) + 1}")
        self.managers.append(manager)
        return manager

    def worker(self, **traits: Any) -> Worker:
        worker = Worker(self, f"worker_{len(self.workers) + 1}", **traits)
        self.net.pools[TaskKind.CHARGE].add(worker)  # type: ignore[arg-type]
        self.workers.append(worker)
        return worker

    def run(self, until_s: float) -> None:
        self.net.settle()
        while (due_s := self.clock.next_s()) <= until_s:
            self.clock.fire_due(due_s)
            self.net.settle()
        self.clock.advance(until_s)

    def said(self, performative: Performative) -> list[tuple[float, str, str]]:
        """(time, sender, receiver) of all messages of a kind."""
        rows = self.log.messages
        rows = rows[rows["performative"] == performative]
        return [
            (float(row["time_s"]), self.log.name_of(row["sender"]), self.log.name_of(row["receiver"])) for row in rows
        ]


class Manager:
    """A manager that records its notifications in `heard`."""

    present = True

    def __init__(self, hall: BareWorld, name: str) -> None:
        self.hall = hall
        self.name = name
        self.unique_id = hall.enrol(name, AgentKind.JOB)
        self.heard: list[str] = []
        self.tasks: list[Task] = []

    def ask(self, **traits: Any) -> Task:
        task = Charge(manager=self, agv=None, **traits)  # type: ignore[arg-type]
        self.tasks.append(task)
        self.hall.net.announce(task)
        return task

    def ask_for_lot(self, size: int) -> Task:
        return self.ask(lot=tuple(Part(self.hall, f"part_{number}") for number in range(size)))

    def engaged(self, task: Task, contractor: Any) -> None:
        self.heard.append(f"engaged {contractor.name}")

    def done(self, task: Task, contractor: Any) -> None:
        self.heard.append(f"done {contractor.name}")

    def failed(self, task: Task, contractor: Any) -> None:
        self.heard.append(f"failed {contractor.name}")

    def postponed(self, task: Task) -> None:
        self.heard.append("postponed")


class Part:
    """A part of a lot."""

    def __init__(self, hall: BareWorld, name: str) -> None:
        self.name = name
        self.unique_id = hall.enrol(name, AgentKind.JOB)


class Worker:
    """A contractor that does up to `capacity` tasks at a time; `works` counts how often each task was done."""

    present = True
    announces = False  # an `answer` may refuse without being followed by an announcement

    def __init__(
        self,
        hall: BareWorld,
        name: str,
        *,
        cost_s: float = 10.0,
        approach_s: float = 3.0,
        work_s: float = 3.0,
        answer: Any = None,
        capacity: int = 1,
        takes: int = 1,
    ) -> None:
        self.hall = hall
        self.model = hall
        self.name = name
        self.unique_id = hall.enrol(name, AgentKind.CHARGER)
        self.slot = -1
        self.cost_s, self.approach_s, self.work_s = cost_s, approach_s, work_s
        self.answer = answer
        self.capacity = capacity
        self.takes = takes  # number of parts of a lot that it offers to take, at `cost_s` each
        self.dead = False
        self.holding: dict[int, Task] = {}
        self.begun: set[int] = set()
        self.works: dict[int, int] = {}
        self.parts: list[Any] = []  # parts of lots that it has done
        self.calls: list[Call] = []

    @classmethod
    def bids(cls, call: Call, members: list[Any], slots: np.ndarray) -> Any:
        return Bids.gather([members[slot].bid(call) for slot in slots.tolist()])

    @classmethod
    def bids_for_each(cls, calls: Sequence[Call], members: list[Any], slots: np.ndarray) -> Bids:
        return Bids.stack([cls.bids(call, members, slots) for call in calls])

    def bid(self, call: Call) -> Proposal | Refusal | None:
        self.calls.append(call)
        if self.answer is not None:
            return self.answer(call)
        if len(self.holding) >= self.capacity:
            return Refusal(Reason.BUSY)
        parts = min(self.takes, call.task.size)
        return Proposal(self.cost_s * parts, self.approach_s, len(self.holding), parts=parts)

    def accept(self, task: Task) -> bool:
        if task.id in self.holding:
            return True
        if len(self.holding) >= self.capacity:
            return False
        self.holding[task.id] = task
        self.hall.clock.schedule(self.approach_s, self.begin, task)
        return True

    def renews(self, task: Task) -> bool:
        return True

    def release(self, task: Task) -> bool:
        if task.contract.begun or task.id not in self.holding:
            return False
        self.drop(task)
        return True

    def drop(self, task: Task) -> None:
        del self.holding[task.id]
        self.hall.net.available(self, TaskKind.CHARGE)  # type: ignore[arg-type]

    def begin(self, task: Task) -> None:
        if self.dead or task.id not in self.holding or task.id in self.begun:
            return
        if self.hall.net.may_begin(task, self):  # type: ignore[arg-type]
            task.contract.begun = True
            self.begun.add(task.id)
            self.hall.clock.schedule(self.work_s, self.finish, task)
        else:
            self.drop(task)
            self.hall.net.fail(task, self)  # type: ignore[arg-type]

    def finish(self, task: Task) -> None:
        if self.dead:
            return
        self.works[task.id] = self.works.get(task.id, 0) + 1
        self.parts += task.parts
        del self.holding[task.id]
        self.hall.net.done(task, self)  # type: ignore[arg-type]
        self.hall.net.available(self, TaskKind.CHARGE)  # type: ignore[arg-type]


def is_at_rest(hall: BareWorld) -> bool:
    """Whether every task is closed, no agent holds a task, and no offer binds any more."""
    pool = hall.net.pools[TaskKind.CHARGE]
    return (
        all(task.contract.phase is ContractPhase.CLOSED for manager in hall.managers for task in manager.tasks)
        and not any(worker.holding for worker in hall.workers if not worker.dead)
        and bool((pool.lease_until_s <= hall.now_s).all())
    )
