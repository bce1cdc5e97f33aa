"""Job shops with AGVs of 200 and 300 operations: how the gap grows with size, and what a longer search gains.

The jobs are those of Storer, Wu and Vaccari (1992); the makespans to compare with are what CP Optimizer reached in
1800 s, not proven to be optimal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...environments.instances.job_shop import JobShop, alternatives
from .jspt_play import DATA, REACTIVE, WHAT_IF, play

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from ...environments.scenario import Scenario

STORER = DATA / "storer_transport.json"
SIZES = {10: range(1, 6), 15: range(6, 11)}  # machines: instances
FLEETS = (3, 5)
WAYS: dict[str, dict[str, Any]] = {
    "contract_net": REACTIVE,
    "static plan at t = 0": {**WHAT_IF, "what_if": {"revise": False}},
    "static plan at t = 0, think: 100": {**WHAT_IF, "what_if": {"revise": False, "think": 100}},
    "what_if": WHAT_IF,
    "what_if, think: 4": {**WHAT_IF, "what_if": {"think": 4}},
}


class LargeShop(NamedTuple):
    """An instance, and the makespan (s) to compare with."""

    shop: JobShop
    vehicles: int
    travel_s: NDArray[np.float64]
    best_s: float

    @property
    def size(self) -> str:
        """The group that it is reported in."""
        return f"{self.shop.operations} operations, {self.vehicles} vehicles"

    def scenario(self, negotiation: Mapping[str, Any]) -> Scenario:
        """The factory; finished parts are not carried back."""
        return self.shop.scenario(
            vehicles=self.vehicles, travel_s=self.travel_s, carry_out=False, negotiation=negotiation
        )


def large_shops(count: int) -> Iterator[LargeShop]:
    """The first `count` instances of each number of machines, with each fleet."""
    document = json.loads(STORER.read_text(encoding="utf-8"))
    for machines, numbers in SIZES.items():
        for vehicles in FLEETS:
            for number in numbers[:count]:
                name = f"swv{number:02}"
                best_s = document["cp_optimizer_1800s"][str(number)][FLEETS.index(vehicles)]
                yield LargeShop(
                    JobShop(name, machines, alternatives(document["jobs"][name])),
                    vehicles,
                    np.array(document[f"travel_{machines}"]),
                    float(best_s),
                )


def large(count: int) -> dict[str, dict[str, dict[str, float]]]:
    """Negotiation -> size -> mean and largest gap (percent), CPU time (s)."""
    result: dict[str, dict[str, dict[str, float]]] = {}
    for name, negotiation in WAYS.items():
        found: dict[str, list[tuple[float, float]]] = {}
        for shop in large_shops(count):
            outcome = play(shop.scenario(negotiation))
            found.setdefault(shop.size, []).append((100.0 * (outcome.makespan_s / shop.best_s - 1.0), outcome.cpu_s))
        result[name] = {
            size: {
                "mean_gap": float(np.mean([gap for gap, _ in rows])),
                "max_gap": max(gap for gap, _ in rows),
                "s_per_instance": float(np.mean([cpu_s for _, cpu_s in rows])),
            }
            for size, rows in found.items()
        }
    return result
