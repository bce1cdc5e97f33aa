"""How fast negotiation is: 1000 AGVs, 20 calls a tick, and every call goes to all of them.

    python studies/negotiation.py

prints milliseconds a tick, the best of several runs in CPU time: for the AGVs as they are (a class bids for all its
members at once), for a subclass that bids one by one in Python, and for a channel that delays and loses messages.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from robocell.agents import AGV, Proposal, Refusal, Transport
from robocell.environments.factory import Factory
from robocell.experiments.benchmarks.factory import scenario

if TYPE_CHECKING:
    from robocell.agents import Call, Task
    from robocell.agents.negotiation.contractor import Contractor

VEHICLES, CALLS, TICKS, RUNS = 1000, 20, 20, 5


class OneByOne(AGV):
    """Bids for itself, by what it knows of itself."""

    def bid(self, call: Call) -> Proposal | Refusal:
        return Refusal() if self.plan else Proposal(self.unique_id * 1.0)


class GoingByIts(AGV):
    """Bids what its class bids, and a little more."""

    def bid(self, call: Call) -> Proposal | Refusal:
        offer = super().bid(call)
        if isinstance(offer, Proposal):
            offer.cost += 1.0
        return offer


class Manager:
    """Asks for transports, and needs no answer."""

    unique_id = 0
    present = True

    def engaged(self, task: Task, contractor: Contractor) -> None: ...

    def done(self, task: Task, contractor: Contractor) -> None: ...

    def failed(self, task: Task, contractor: Contractor) -> None: ...

    def postponed(self, task: Task) -> None: ...


def ms_per_tick(agv: type[AGV] = AGV, *, channel: dict[str, object] | None = None) -> float:
    """CPU time of announcing, calling, bidding, clearing and awarding in one tick, the best of RUNS."""
    plan = scenario(vehicles=VEHICLES, stations=30, hours=1.0)
    if channel is not None:
        document = {"negotiation": {"channel": channel}}
        plan = plan.model_copy(update={"negotiation": type(plan.negotiation).model_validate(document["negotiation"])})
    factory = Factory(plan, agent_classes={"agv": agv})
    manager = Manager()
    best_s = float("inf")
    for _ in range(RUNS):
        total_s = 0.0
        for tick in range(TICKS):
            pairs = [((tick + k) % 30 + 2, (tick + 7 * k) % 29 + 3) for k in range(CALLS)]
            tasks = [Transport(manager=manager, origin=a, destination=b) for a, b in pairs]
            started = time.process_time()
            for task in tasks:
                factory.net.announce(task)
            factory.net.settle()
            if channel is not None:
                factory.run_until(factory.now_s + 0.2)
            total_s += time.process_time() - started
            for task in tasks:
                factory.net.cancel(task)
        best_s = min(best_s, total_s / TICKS)
    factory.close()
    return best_s * 1e3


def main() -> None:
    """Print the figures as JSON."""
    figures = {
        "vehicles": VEHICLES,
        "calls_per_tick": CALLS,
        "ms_per_tick": ms_per_tick(),
        "ms_per_tick_one_by_one": ms_per_tick(OneByOne),
        "ms_per_tick_one_by_one_super": ms_per_tick(GoingByIts),
        "ms_per_tick_lossy": ms_per_tick(channel={"delay": "50ms", "loss": 0.05}),
    }
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
