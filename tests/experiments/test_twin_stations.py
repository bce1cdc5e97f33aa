"""Stations limit a factory together only if they can do the same work."""

import pandas as pd
import pytest

from robocell.experiments.design.experiment import Experiment
from robocell.experiments.results.bottleneck import bottlenecks


@pytest.mark.parametrize(
    ("stove", "limiting"),
    [
        ({"bread": "30s"}, 0.4),
        ({"cake": "30s"}, 0.4),
        ({"bread": "30s", "cake": "40s"}, 0.7),
        ("30s", 0.7),
    ],
)
def test_twins_have_times_for_the_same_products(stove, limiting):
    stations = {
        "oven": {"operations": {"bake": {"bread": "40s", "cake": "50s"}}},
        "stove": {"operations": {"bake": stove}},
    }
    scenario = {
        "transport": {"kind": "instant"},
        "stations": stations,
        "products": {"bread": {"routing": ["bake"]}, "cake": {"routing": ["bake"]}},
        "orders": {"kind": "poisson", "rate": "60/h"},
        "horizon": "1h",
    }
    states = dict.fromkeys(("processing", "setup", "blocked", "down", "starved", "off"), 0.1)
    kpis = {f"station.{name}.{state}": share for name in stations for state, share in states.items()}
    kpis |= {"station.oven.bottleneck": 0.4, "station.stove.bottleneck": 0.3, "station.stove.starved": 0.5}
    trials = pd.DataFrame([{"case": 0, "status": "done"} | kpis])
    (found,) = bottlenecks(Experiment.parse({"scenario": scenario}), trials)
    assert found is not None
    assert found.candidate.name == "oven"
    assert found.candidate.limiting == pytest.approx(limiting)
