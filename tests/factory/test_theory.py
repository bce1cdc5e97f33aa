"""What queueing theory knows exactly, the factory must find: intervals of replications contain the exact value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from robocell.environments import Factory, Scenario, measure

REPLICATIONS = 10


def replicate(data: dict[str, Any], kpi: str, replications: int = REPLICATIONS) -> tuple[float, float]:
    """The 95 % t-interval of a KPI."""
    scenario = Scenario.parse(data)
    values = []
    for seed in range(replications):
        factory = Factory(scenario, rng=seed)
        values.append(measure(factory.run(), scenario)[kpi])
        factory.close()
    half = stats.t.ppf(0.975, replications - 1) * np.std(values, ddof=1) / math.sqrt(replications)
    return float(np.mean(values) - half), float(np.mean(values) + half)


def queue(servers: int, rate_per_h: float, service_s: float) -> dict[str, Any]:
    """One station with exponential service and Poisson arrivals; parts move themselves."""
    return {
        "transport": {"kind": "instant"},
        "stations": {
            "m": {"operations": {"o": {"distribution": "exponential", "mean": f"{service_s}s"}}, "machines": servers}
        },
        "products": {"p": {"routing": ["o"]}},
        "orders": {"kind": "poisson", "rate": f"{rate_per_h}/h"},
        "horizon": "24h",
        "warm_up": "2h",
    }


def erlang_c(servers: int, offered: float) -> float:
    """Probability of waiting in M/M/c (Erlang's second formula)."""
    waiting = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return waiting / (sum(offered**k / math.factorial(k) for k in range(servers)) + waiting)


@pytest.mark.parametrize(
    ("servers", "rate_per_h", "service_s"), [pytest.param(1, 60, 36, marks=pytest.mark.slow), (3, 60, 126)]
)
def test_time_in_a_station_is_that_of_m_m_c(servers: int, rate_per_h: float, service_s: float) -> None:
    arrivals_per_s, service_per_s = rate_per_h / 3600, 1 / service_s
    offered = arrivals_per_s / service_per_s
    exact_s = erlang_c(servers, offered) / (servers * service_per_s - arrivals_per_s) + service_s
    low, high = replicate(queue(servers, rate_per_h, service_s), "flow_time_mean_s", 2 * REPLICATIONS)
    assert low <= exact_s <= high
    assert high - low < 0.2 * exact_s  # an interval that contains everything would prove nothing


def test_littles_law_is_an_identity_of_the_log() -> None:
    scenario = Scenario.parse(queue(1, 60, 36))
    kpis = measure(Factory(scenario, rng=3).run(), scenario)
    assert kpis["littles_law_gap"] == pytest.approx(0.0, abs=1e-9)
    assert kpis["littles_law_classical_gap"] < 0.02  # only parts that straddle the edges of the window differ
    assert kpis["wip_mean"] == pytest.approx(kpis["throughput_per_h"] / 3600 * kpis["flow_time_mean_s"], rel=0.02)


@pytest.mark.parametrize("clock", ["busy", "calendar"])
def test_availability_of_a_machine_that_breaks_down(clock: str) -> None:
    data = queue(1, 60, 10)
    data["orders"] = {"kind": "conwip", "wip": 3}  # never starved, so that busy and calendar time are the same
    data["stations"]["m"]["breakdown"] = {"mtbf": "20min", "mttr": "5min", "clock": clock}
    data["stations"]["m"]["operations"]["o"]["mean"] = "60s"
    data["horizon"] = "14h"
    low, high = replicate(data, "station.m.down")
    assert low <= 5 / 25 <= high
    assert high - low < 0.1


def test_cycle_of_one_vehicle_in_a_closed_loop_is_exact() -> None:
    """source -7 s-> m -11 s-> sink -5 s-> source, one part at a time: nothing waits but the vehicle for the machine."""
    data = queue(1, 60, 30)
    data["stations"]["m"]["operations"]["o"] = "30s"
    data["transport"] = {
        "kind": "matrix",
        "places": ["source", "sink", "m"],
        "travel": [["0s", "9s", "7s"], ["5s", "0s", "8s"], ["6s", "11s", "0s"]],
    }
    data["fleet"] = {"agvs": {"count": 1, "load": "2s", "unload": "3s"}}
    data["orders"] = {"kind": "conwip", "wip": 1}
    data["horizon"], data["warm_up"] = "10h", "1h"
    scenario = Scenario.parse(data)
    kpis = measure(Factory(scenario).run(), scenario)
    cycle_s = 5 + 2 + 7 + 3 + 30 + 2 + 11 + 3
    assert kpis["flow_time_mean_s"] == pytest.approx(cycle_s)
    assert kpis["throughput_per_h"] == pytest.approx(3600 / cycle_s, rel=0.005)
    assert kpis["vehicles.loaded"] == pytest.approx((7 + 11) / cycle_s, rel=0.005)
    assert kpis["vehicles.empty"] == pytest.approx(5 / cycle_s, rel=0.005)
    assert kpis["vehicles.handling"] == pytest.approx(10 / cycle_s, rel=0.005)


def test_mean_cycle_of_one_vehicle_with_random_service() -> None:
    data = queue(1, 60, 30)
    data["transport"] = {
        "kind": "matrix",
        "places": ["source", "sink", "m"],
        "travel": [["0s", "9s", "7s"], ["5s", "0s", "8s"], ["6s", "11s", "0s"]],
    }
    data["fleet"] = {"agvs": {"count": 1, "load": "2s", "unload": "3s"}}
    data["orders"] = {"kind": "conwip", "wip": 1}
    data["horizon"], data["warm_up"] = "3h", "0h"
    low, high = replicate(data, "flow_time_mean_s")
    assert low <= 5 + 2 + 7 + 3 + 30 + 2 + 11 + 3 <= high


def test_saturated_line_runs_at_the_rate_of_its_bottleneck() -> None:
    data = queue(1, 60, 30)
    data["stations"] = {
        name: {"operations": {name: {"distribution": "exponential", "mean": f"{mean}s"}}}
        for name, mean in (("a", 20), ("b", 60), ("c", 30))
    }
    data["products"] = {"p": {"routing": ["a", "b", "c"]}}
    data["orders"] = {"kind": "conwip", "wip": 40}  # b is never starved
    data["horizon"], data["warm_up"] = "5h", "1h"
    low, high = replicate(data, "throughput_per_h")
    assert low <= 60 <= high
