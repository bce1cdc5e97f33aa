"""Batteries that idle vehicles run down."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.agents import Event
from robocell.environments import Factory, Scenario, check, measure
from robocell.environments.config.errors import ScenarioError
from robocell.experiments import Experiment
from robocell.testing import changed

PLACES = ["source", "sink", "mill", "plug"]
IDLE: dict[str, Any] = {  # one part, and then nothing to do
    "transport": {
        "kind": "matrix",
        "places": PLACES,
        "travel": [["0s" if a == b else "5s" for b in PLACES] for a in PLACES],
    },
    "stations": {"mill": {"operations": {"mill": "10s"}}},
    "chargers": {"plug": {}},
    "fleet": {
        "agvs": {
            "count": 1,
            "battery": {
                "capacity": "1kJ",
                "drive_empty": "20J/m",
                "drive_loaded": "40J/m",
                "idle": "7W",
                "charge": "200W",
                "threshold": 0.4,
            },
        }
    },
    "products": {"p": {"routing": ["mill"]}},
    "orders": {"kind": "list", "orders": [{"at": "1s", "product": "p"}]},
    "horizon": "10min",
}


@pytest.mark.parametrize("threshold", [0.3, 0.4, 0.5])
@pytest.mark.parametrize("idle", ["3W", "7W", "9W"])
def test_the_clock_advances_when_rounding_leaves_a_battery_just_above_its_threshold(
    idle: str, threshold: float
) -> None:
    factory = Factory(
        Scenario.parse(changed(IDLE, fleet__agvs__battery__idle=idle, fleet__agvs__battery__threshold=threshold))
    )
    for _ in range(2000):  # not run(): a clock that stands still would never return
        if factory.clock.next_s() > 600.0:
            break
        factory.clock.fire_next()
        factory.net.settle()
    assert factory.clock.next_s() > 600.0
    log = factory.finish()
    charged_s = log.events["time_s"][log.events["kind"] == Event.ENERGY]
    assert len(charged_s) > 1, "each time that it has run down"
    assert check(log, factory.spec) == []


BATTERIES = st.fixed_dictionaries(
    {
        "capacity": st.floats(50, 1e7).map("{:.17g}J".format),
        "drive_empty": st.floats(0, 500).map("{:.17g}J/m".format),
        "drive_loaded": st.floats(0, 500).map("{:.17g}J/m".format),
        "idle": st.floats(0, 300).map("{:.17g}W".format),
        "charge": st.floats(1, 5000).map("{:.17g}W".format),
        "threshold": st.floats(0, 0.6),
        "target": st.floats(0.6, 1),
        "start": st.floats(0, 1),
    }
)


BATTERY_FLEETS = {"battery": BATTERIES, "count": st.integers(1, 4), "every_s": st.floats(200, 3000)}


@settings(max_examples=5, deadline=None)
@given(**BATTERY_FLEETS)
def test_a_day_ends_with_any_battery(battery: dict[str, Any], count: int, every_s: float) -> None:
    a_day_comes_to_its_end(battery, count, every_s)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(**BATTERY_FLEETS)
def test_200_days_end_with_any_battery(battery: dict[str, Any], count: int, every_s: float) -> None:
    a_day_comes_to_its_end(battery, count, every_s)


def a_day_comes_to_its_end(battery: dict[str, Any], count: int, every_s: float) -> None:
    orders = {"kind": "deterministic", "every": f"{every_s:.17g}s"}
    data: dict[str, Any] = changed(IDLE, fleet__agvs__count=count, horizon="24h") | {"orders": orders}
    data["fleet"]["agvs"]["battery"] = battery
    try:
        scenario = Scenario.parse(data)
    except ScenarioError as refused:
        if not any(words in str(refused) for words in ("never fill", "to a charger", "must be the greater")):
            raise
        return
    log = Factory(scenario, rng=1).run()  # a clock that stands still would end in an error
    assert log.end_s == 24 * 3600
    assert check(log, scenario) == []


@pytest.mark.parametrize(
    ("battery", "said"),
    [
        ({"capacity": "200J"}, "charged to 0.9 of 200J cannot get from 'source' to a charger: the trip takes 235J"),
        ({"capacity": "200J", "drive_empty": "0J/m", "idle": "50W"}, "the trip takes 250J; give it more than 277.8J"),
    ],
    ids=["driving", "idling"],
)
def test_a_battery_that_cannot_reach_a_charger_is_refused(battery: dict[str, str], said: str) -> None:
    own = IDLE["fleet"]["agvs"]["battery"] | {"drive_empty": "40J/m", "idle": "7W"} | battery
    data = changed(IDLE)
    data["fleet"]["agvs"]["battery"] = own
    with pytest.raises(ScenarioError, match=said.replace("(", r"\(")):
        Scenario.parse(data)


def test_on_a_floor_the_shortest_path_counts() -> None:
    """From the source it is seven moves of 2 m to the charger."""
    floor = """
##########
#........#
#.S.K.M..C
#........#
##########
"""
    legend = {"S": "source", "K": "sink", "M": "mill", "C": "plug"}
    data = changed(IDLE, transport={"kind": "grid"}) | {
        "layout": {"cell_size": "2m", "art": floor.strip("\n"), "legend": legend}
    }
    data["fleet"]["agvs"]["battery"] |= {"drive_empty": "10J/m", "idle": "0W", "target": 1.0, "capacity": "140J"}
    assert Scenario.parse(data)
    data["fleet"]["agvs"]["battery"]["capacity"] = "139J"
    with pytest.raises(ScenarioError, match="cannot get from 'source' to a charger: the trip takes 140J"):
        Scenario.parse(data)


@pytest.mark.slow
def test_thirty_days_of_a_phone_line_end_in_bounded_memory() -> None:
    """The log grows with the days, by as much on each; nothing else does."""
    grown_mb = {}
    for days in (2, 30):
        settings = {"fleet.agvs.count": 20, "horizon": f"{24 * days}h"}
        scenario = Experiment.load("phone_line", settings).cases[0].scenario
        log = Factory(scenario, rng=1).run()
        assert log.end_s == days * 86400
        assert measure(log, scenario)["jammed"] == 0
        rows = sum(len(table) for table in (log.events, log.messages, log.conversations))
        grown_mb[days] = sum(t.nbytes for t in (log.events, log.messages, log.conversations)) / 1e6
        print(f"{days} days: {rows} rows, {grown_mb[days]:.0f} MB of log")
        hourly = np.histogram(log.events["time_s"], bins=days, range=(0, days * 86400))[0]
        assert hourly[1:].min() > 0.8 * hourly[1:].max()
    assert grown_mb[30] == pytest.approx(15 * grown_mb[2], rel=0.1)
