"""The negotiation engine without a factory: drones divide points to visit, over a channel that loses messages.

    python examples/drones.py

The engine needs only a world with a clock, a log and random streams. Every fourth message is lost here and all are
late, yet each point is visited exactly once, as `check_contracts` verifies from the log.
"""

from dataclasses import dataclass
from enum import IntEnum
from math import dist

import mesa

from robocell.agents.negotiation import (
    BestOffer,
    Call,
    ContractNet,
    Contractor,
    FaultyChannel,
    Proposal,
    Reason,
    Refusal,
    Task,
    Terms,
)
from robocell.environments.checks import check_contracts
from robocell.environments.clock import Clock
from robocell.environments.log import AgentKind, EventLog
from robocell.environments.scenario import ChannelSpec
from robocell.environments.streams import Streams

Kind = IntEnum("Kind", ["VISIT"])
SPEED_M_PER_S = 10.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Visit(Task):
    """Fly to a point."""

    kind = Kind.VISIT
    point_m: tuple[float, float]


class Sky(mesa.Model):
    """The world of the engine, and the manager of all visits."""

    unique_id, present = 0, True

    def __init__(self, seed: int = 1) -> None:
        super().__init__(rng=seed)
        self.clock, self.log, self.stream = Clock(), EventLog("drones", seed), Streams(seed)
        self.log.add_agent(self.unique_id, AgentKind.JOB, "sky")
        lossy = ChannelSpec.model_validate(
            {"loss": 0.25, "delay": {"distribution": "uniform", "low": "0s", "high": "1s"}}
        )
        channel = FaultyChannel(lossy, clock=self.clock, rng=self.stream("channel"), name_of=self.log.name_of)
        terms = Terms(reply_by_s=2.0, retry_s=5.0, acknowledge_by_s=2.0, lease_s=60.0)
        self.net = ContractNet(self, kinds=Kind, mechanism=BestOffer(), channel=channel, terms=terms, full=True)

    @property
    def now_s(self) -> float:
        return self.clock.now_s

    def run(self, until_s: float) -> None:
        """Fire due events, instant by instant, and negotiate after each."""
        self.net.settle()
        while (due_s := self.clock.next_s()) <= until_s:
            self.clock.fire_due(due_s)
            self.net.settle()
        self.log.close(until_s)

    def infeasible(self, task: Task) -> None:
        """Do nothing: every drone can do every visit."""

    def engaged(self, task: Task, contractor: Contractor) -> None:
        """Do nothing: a drone is on its way."""

    def done(self, task: Task, contractor: Contractor) -> None:
        print(f"{self.now_s:6.1f} s  {contractor.name} has done visit {task.id}")

    def failed(self, task: Task, contractor: Contractor) -> None:
        """Do nothing: the engine re-announces the visit."""

    def postponed(self, task: Task) -> None:
        """Do nothing: all drones are busy, and the first that becomes available is offered the visit."""


class Drone(Contractor):
    """A drone that visits one point at a time, and bids its flight time."""

    def __init__(self, sky: Sky, name: str, at_m: tuple[float, float]) -> None:
        super().__init__(sky, name=name)
        self.sky, self.at_m, self.task = sky, at_m, None
        sky.log.add_agent(self.unique_id, AgentKind.AGV, name)
        sky.net.pools[Kind.VISIT].add(self)

    def bid(self, call: Call) -> Proposal | Refusal:
        return Refusal(Reason.BUSY) if self.task else Proposal(self.flight_s(call.task))

    def flight_s(self, task: Task) -> float:
        assert isinstance(task, Visit)
        return dist(self.at_m, task.point_m) / SPEED_M_PER_S

    def accept(self, task: Task) -> bool:
        if self.task not in (None, task):
            return False
        self.task = task
        self.sky.clock.schedule(self.flight_s(task), self.arrive, task)
        return True

    def release(self, task: Task) -> bool:
        self.task = None
        self.sky.net.available(self, Kind.VISIT)
        return True

    def arrive(self, task: Visit) -> None:
        """Complete the visit if the contract is still valid, and announce that the drone is available."""
        if self.task is not task:
            return
        self.at_m, self.task = task.point_m, None
        if self.sky.net.may_begin(task, self):
            self.sky.net.done(task, self)
        else:
            self.sky.net.fail(task, self)
        self.sky.net.available(self, Kind.VISIT)


def main() -> None:
    """Have four drones visit twelve points."""
    sky = Sky()
    for number in range(4):
        Drone(sky, f"drone_{number + 1}", (250.0 * number, 0.0))
    for x, y in sky.rng.integers(0, 1000, size=(12, 2)).tolist():
        sky.net.announce(Visit(manager=sky, point_m=(x, y)))
    sky.run(until_s=1800.0)
    print("broken rules:", check_contracts(sky.log) or "none")


if __name__ == "__main__":
    main()
