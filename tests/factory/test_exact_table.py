"""Systems whose answers are known exactly, each run so long that the half width is at most 2 % of the value.

Parts move themselves, and arrivals are Poisson with 60 an hour, unless a row says otherwise. The most telling rows run
every day, all others in the slow mark.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy import stats

from robocell.environments import Factory, Scenario, measure

REPLICATIONS = 10
WIDEST = 0.02  # half width of the 95 % interval by the exact value
SURE = 0.999  # confidence of the interval that must contain the exact value


def exponential(mean_s: float) -> dict[str, Any]:
    return {"distribution": "exponential", "mean": f"{mean_s}s"}


def station(time: Any, **keys: Any) -> dict[str, Any]:
    return {"operations": {"work": time}, **keys}


def conwip(wip: int) -> dict[str, Any]:
    return {"kind": "conwip", "wip": wip}


@dataclass(frozen=True)
class Row:
    """A system: its stations in the order of the routing, what is measured, and the exact value of that."""

    name: str
    stations: list[dict[str, Any]]
    kpi: str
    exact: float
    source: str
    hours: float
    orders: dict[str, Any] = field(default_factory=lambda: {"kind": "poisson", "rate": "60/h"})
    more: dict[str, Any] = field(default_factory=dict)
    daily: bool = False

    def scenario(self) -> Scenario:
        names = [f"s{number}" for number in range(len(self.stations))]
        named = {
            name: given | {"operations": {name: given["operations"]["work"]}}
            for name, given in zip(names, self.stations, strict=True)
        }
        return Scenario.parse(
            {
                "transport": {"kind": "instant"},
                "stations": named,
                "products": {"p": {"routing": names}},
                "orders": self.orders,
                "horizon": f"{1.1 * self.hours}h",
                "warm_up": f"{0.1 * self.hours}h",
            }
            | self.more
        )


FLOW, RATE = "flow_time_mean_s", "throughput_per_h"
BREAKDOWN = {"mtbf": "15min", "mttr": "3min"}
TWO_PRODUCTS = {"products": {name: {"routing": ["s0"]} for name in "pq"}}
ROWS = [
    Row(
        "one machine, lognormal",
        [station({"distribution": "lognormal", "mean": "42s", "cv": 1.5})],
        *(FLOW, 201.25, "Pollaczek-Khinchine", 4500),
    ),
    Row(
        "two products, set-up at each change",
        [station("30s", setup={"default": "24s"})],
        *(FLOW, 95.0, "M/G/1 with set-ups drawn by a fair coin", 500),
        more=TWO_PRODUCTS,
    ),
    Row(
        "arrivals in beats, exponential work",
        [station(exponential(48))],
        *(FLOW, 129.25, "D/M/1", 1350),
        {"kind": "deterministic", "every": "60s"},
    ),
    Row(
        "shortest processing time first",
        [station("20s", queue="spt")],
        *(FLOW, 111.25, "Cobham 1954", 1000),
        more={
            "products": {
                "p": {"routing": [{"operation": "s0", "time": "20s"}]},
                "q": {"routing": [{"operation": "s0", "time": "70s"}]},
            }
        },
    ),
    Row(
        "breakdowns of a machine while it works",
        [station(exponential(40), breakdown=BREAKDOWN | {"clock": "busy"})],
        *(FLOW, 360.0, "completion times in M/G/1", 9000),
    ),
    Row(
        "breakdowns of a machine at any time",
        [station(exponential(40), breakdown=BREAKDOWN | {"clock": "calendar"})],
        *(FLOW, 390.0, "White and Christie 1958", 5400),
    ),
    Row(
        "re-entrant routing a-b-a",
        [station(exponential(22)), station(exponential(40))],
        *(FLOW, 285.0, "Kelly 1979", 600),
        more={"products": {"p": {"routing": ["s0", "s1", "s0"]}}},
    ),
    Row(
        "closed network, two machines at the second station",
        [station(exponential(30)), station(exponential(80), machines=2), station(exponential(45))],
        *(RATE, 67.10, "Gordon and Newell 1967", 25),
        conwip(6),
        daily=True,
    ),
    Row(
        "two machines, three places between them",
        [station(exponential(40), output_capacity=1), station(exponential(50), input_capacity=2)],
        *(RATE, 65.61, "M/M/1/K, solved exactly", 30),
        conwip(30),
        daily=True,
    ),
    Row(
        "three machines, two places between neighbours",
        [
            station(exponential(45), output_capacity=1),
            station(exponential(45), input_capacity=1, output_capacity=1),
            station(exponential(45), input_capacity=1),
        ],
        *(RATE, 58.72, "Markov chain, solved exactly", 15),
        conwip(30),
        daily=True,
    ),
    Row(
        "three machines, no place between them",
        [
            station(exponential(30), output_capacity=0),
            station(exponential(30), input_capacity=0, output_capacity=0),
            station(exponential(30), input_capacity=0),
        ],
        *(RATE, 120 * 22 / 39, "Hunt 1956", 15),
        conwip(30),
        daily=True,
    ),
    Row(
        "two machines that break down",
        [
            station(exponential(40), output_capacity=1, breakdown={"mtbf": "20min", "mttr": "5min"}),
            station(exponential(40), input_capacity=3, breakdown=BREAKDOWN),
        ],
        *(RATE, 58.00, "Gershwin and Berman 1981", 250),
        conwip(30),
    ),
    Row(
        "one vehicle",
        [station("1s", machines=50)],
        *(FLOW, 153.0, "M/D/1", 900),
        {"kind": "poisson", "rate": "51/h"},
        more={
            "transport": {
                "kind": "matrix",
                "places": ["source", "sink", "s0"],
                "travel": [["0s", "9s", "27s"], ["9s", "0s", "9s"], ["23s", "9s", "0s"]],
                "carry_out": False,
            },
            "fleet": {"agvs": {"count": 1, "load": "2s", "unload": "3s", "start": "s0"}},
        },
    ),
    Row(
        "scrap at two stations",
        [station("30s", scrap_rate=0.1), station("20s", scrap_rate=0.05)],
        *(RATE, 102.6, "120 × 0.9 × 0.95", 10),
        conwip(5),
        daily=True,
    ),
    Row(
        "a shift with pauses",
        [station(exponential(60), shift="day")],
        *(RATE, 60 * 5.75 / 8, "share of the time that is worked", 100),
        conwip(3),
        more={
            "shifts": {"day": {"every": "8h", "pauses": [{"from": "2h", "to": "2.25h"}, {"from": "6h", "to": "8h"}]}}
        },
    ),
    Row(
        "a machine tended by a robot",
        [station(exponential(50))],
        *(RATE, 3600 / 65, "one part at a time", 25),
        conwip(4),
        more={"robots": {"arm": {"stations": ["s0"], "load": "6s", "unload": "9s"}}},
        daily=True,
    ),
]


def half_width(values: list[float], confidence: float) -> float:
    n = len(values)
    return float(stats.t.ppf((1 + confidence) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))


def replicate(scenario: Scenario, kpi: str) -> list[float]:
    values = []
    for seed in range(REPLICATIONS):
        factory = Factory(scenario, rng=seed)
        values.append(measure(factory.run(), scenario)[kpi])
        factory.close()
    return values


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.name, marks=() if row.daily else (pytest.mark.slow,)) for row in ROWS]
)
def test_systems_with_exact_solutions_are_reproduced(row: Row) -> None:
    values = replicate(row.scenario(), row.kpi)
    assert half_width(values, 0.95) <= WIDEST * row.exact, "too short to see an error"
    assert np.mean(values) == pytest.approx(row.exact, abs=half_width(values, SURE)), row.source


@pytest.mark.slow
def test_idle_time_of_a_vehicle_matches_theory() -> None:
    row = next(row for row in ROWS if row.name == "one vehicle")
    values = replicate(Row(**{**vars(row), "hours": 60}).scenario(), "vehicles.idle")
    assert np.mean(values) == pytest.approx(1 - 51 / 3600 * 55, abs=half_width(values, SURE))
