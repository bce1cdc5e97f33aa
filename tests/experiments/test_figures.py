"""The charts of a report show the shares that their titles name, of the case that they name."""

import numpy as np
import pytest

from robocell.environments.kpis import measure
from robocell.environments.log import EventLog, StationState, VehicleState
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.report.charts import Chart
from robocell.experiments.report.experiment_charts import STATION_STATES, VEHICLE_STATES, all_charts
from robocell.experiments.results.tables import Results
from robocell.experiments.runner import run

SLOW = {"presses": {"machines": 3, "operations": {"press": "100s"}}, "oven": {"operations": {"bake": "40s"}}}
FAST = {"mill": {"machines": 4, "operations": {"press": "30s"}, "setup": {"default": "5s", "same": "3s"}}} | {
    "kiln": {"machines": 2, "operations": {"bake": "20s"}, "breakdown": {"mtbf": "5min", "mttr": "1min"}}
}


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Results:
    """Two sets of stations, the better one second, and a fleet that has enough to do."""
    places = ["source", "sink", "presses", "oven"]
    shop = {
        "transport": _matrix(places),
        "stations": SLOW,
        "fleet": {"agvs": {"count": 2, "load": "3s", "unload": "3s"}},
        "products": {"part": {"routing": ["press", "bake"]}},
        "orders": {"kind": "conwip", "wip": 12},
        "horizon": "30min",
        "warm_up": "5min",
    }
    sweep = {"zip": {"stations": [SLOW, FAST], "transport": [_matrix(places), _matrix([*places[:2], *FAST])]}}
    outputs = {"logs": "all", "figures": False, "report": False}
    asked = Experiment.parse({"scenario": shop, "sweep": sweep, "replications": 3, "outputs": outputs})
    return run(asked, tmp_path_factory.mktemp("figures") / "out", executor="serial").results


def _matrix(places: list[str]) -> dict:
    return {"kind": "matrix", "places": places, "travel": [["0s" if a == b else "8s" for b in places] for a in places]}


def logs_of(results: Results, case: int) -> list[dict[str, float]]:
    """The KPIs of the trials of a case, measured anew from their logs."""
    scenario = results.experiment.cases[case].scenario
    chosen = results.trials.loc[results.trials["case"] == case, "trial"]
    return [measure(EventLog.load(results.directory / "logs" / f"{trial}.npz"), scenario) for trial in chosen]


def bars(chart: Chart) -> dict[str, list[float]]:
    """Widths in per cent of a stacked chart: state -> one number a row, from top to bottom."""
    axes = chart.figure.axes[0]
    return {
        str(box.get_label()): [patch.get_width() for patch in box] for box in axes.containers if len(box) and box[0]
    }


def chart(results: Results, name: str) -> Chart:
    return next(found for found in all_charts(results) if isinstance(found, Chart) and found.name == name)


def test_station_time_is_machine_time_of_the_stations_of_the_best_case(results):
    drawn = chart(results, "station_time")
    assert drawn.title.endswith(results.experiment.cases[1].label)
    axes = drawn.figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["mill", "kiln"]
    found = bars(drawn)
    for row, station in enumerate(FAST):
        for state in STATION_STATES:
            share = np.mean([kpis[f"station.{station}.{state}"] for kpis in logs_of(results, 1)])
            assert found.get(state, [0.0, 0.0])[row] == pytest.approx(100 * share), (station, state)
    assert {"setup", "down"} <= set(found)


def test_vehicle_time_is_the_mean_over_vehicles_of_every_case(results):
    found = bars(chart(results, "vehicle_time"))
    for case in (0, 1):
        for state in VEHICLE_STATES:
            share = np.mean([kpis[f"vehicles.{state}"] for kpis in logs_of(results, case)])
            assert found.get(state, [0.0, 0.0])[case] == pytest.approx(100 * share), (case, state)


def test_every_state_has_a_place_in_its_chart():
    assert set(STATION_STATES) == {state.name.lower() for state in StationState}
    assert set(VEHICLE_STATES) == {state.name.lower() for state in VehicleState}
