"""An AGV class with its own bids, in the same experiments as all others.

    python examples/custom_bidder.py                     the class is passed in Python
    robocell run examples/custom_bidder.yaml             the class is named in YAML, with any executor

The nearest vehicle is not always the best one: here a vehicle bids higher the emptier its battery is, so that vehicles
with full batteries drive while the others are charged.
"""

from __future__ import annotations

from pathlib import Path

from robocell.agents import AGV, Call, Proposal, Refusal
from robocell.environments import Factory, Scenario, measure

PHONE_LINE = Path(__file__).parent.parent / "experiments" / "configs" / "phone_line.yaml"


class ThriftyAGV(AGV):
    """An AGV that bids its marginal cost, and up to a minute more with an empty battery."""

    reluctance_s = 60.0

    def bid(self, call: Call) -> Proposal | Refusal:
        offer = super().bid(call)
        if isinstance(offer, Proposal):
            offer.cost += self.reluctance_s * (1.0 - self.battery)
        return offer


def main() -> None:
    """Compare both bidders on the same orders and breakdowns."""
    scenario = Scenario.load(PHONE_LINE)
    for agv_class in (AGV, ThriftyAGV):
        factory = Factory(scenario, rng=1, agent_classes={"agv": agv_class})
        kpis = measure(factory.run(), scenario)
        print(
            f"{agv_class.__name__:>10}: {kpis['throughput_per_h']:.1f} trays/h, "
            f"lead time {kpis['flow_time_mean_s'] / 60:.1f} min, "
            f"{kpis['energy_wh_per_job']:.1f} Wh a tray"
        )


if __name__ == "__main__":
    main()
