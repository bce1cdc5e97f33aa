"""The charts below the floor count what their titles name, as the log and the KPIs do."""

import math

import numpy as np
import pytest

from robocell.agents.events import AgentKind, StationState, VehicleState
from robocell.drawing import palette
from robocell.environments.factory import Factory
from robocell.environments.kpis import measure, state_intervals
from robocell.environments.scenario import Scenario
from robocell.visualization import details
from robocell.visualization.live import LiveFactory
from robocell.visualization.replay import ReplayStage

from .conftest import advance, shown


@pytest.fixture
def uneven(cell: dict) -> Scenario:
    """A station of five machines beside stations of one, with a pause in which one of them stands still."""
    cell["stations"]["a"] |= {"machines": 5, "operations": {"a": "5min"}, "breakdown": {"mtbf": "8min", "mttr": "3min"}}
    cell["stations"]["c"]["shift"] = "early"
    cell["shifts"] = {"early": {"every": "20min", "pauses": [{"from": "10min", "to": "12min"}]}}
    return Scenario.parse(cell)


def counted(replay: ReplayStage, kind: AgentKind, states: int, times_s: np.ndarray) -> np.ndarray:
    """(states, times) how many machines or vehicles are in each state, read from the log by `state_intervals`."""
    log, spec = replay.log, replay.scenario
    machines = {name: station.machines for name, station in spec.stations.items()}
    total = np.zeros((states, len(times_s)), int)
    for agent in log.ids(kind):
        many = machines.get(log.name_of(agent), 0) if kind is AgentKind.STATION else 1  # 0: source, sink
        for machine in range(many):
            start_s, _, state = state_intervals(log, agent, machine=machine)
            now = state[np.searchsorted(start_s, times_s, "right") - 1]
            total[now, np.arange(len(times_s))] += 1
    return total


def test_the_charts_count_machines_and_vehicles(uneven: Scenario) -> None:
    replay = ReplayStage(uneven, Factory(uneven).run())
    replay.seek(math.inf)
    charts = replay.figures(charts=True)["charts"]
    times_s = np.array(charts["times"])[:-1]  # a bar of the last instant has no length
    machines = counted(replay, AgentKind.STATION, len(StationState), times_s)
    vehicles = counted(replay, AgentKind.AGV, len(VehicleState), times_s)
    assert [charts[f"machine_{state}"][:-1] for state in range(len(StationState))] == machines.tolist()
    assert [charts[f"vehicle_{state}"][:-1] for state in range(len(VehicleState))] == vehicles.tolist()
    assert machines.sum(axis=0).tolist() == [8] * len(times_s)
    assert {int(StationState.DOWN), int(StationState.OFF)} <= set(np.flatnonzero(machines.any(axis=1)))


def test_over_a_run_the_chart_of_machines_agrees_with_the_kpis(uneven: Scenario) -> None:
    replay = ReplayStage(uneven, Factory(uneven).run())
    replay.seek(math.inf)
    charts, kpis = replay.figures(charts=True)["charts"], measure(replay.log, uneven)
    for state in StationState:
        share = sum(
            station.machines * kpis[f"station.{name}.{state.name.lower()}"] for name, station in uneven.stations.items()
        )
        assert np.mean(charts[f"machine_{state}"]) == pytest.approx(share, abs=0.15), state.name


def test_the_tile_and_the_end_of_the_chart_agree(uneven: Scenario) -> None:
    factory: LiveFactory = shown(uneven)
    for at_s in (300.0, 600.0, 900.0):
        advance(factory, at_s)
        tiles = {name: value for name, value, *_ in factory.stage.figures(charts=False)["tiles"]}
        charts = factory.stage.figures(charts=True)["charts"]
        assert charts["times"][-1] == at_s
        assert tiles["machines busy"] == f"{charts[f'machine_{StationState.PROCESSING}'][-1] / 8:.0%}"


def test_the_card_of_a_station_has_the_colour_of_most_of_its_machines(uneven: Scenario) -> None:
    replay = ReplayStage(uneven, Factory(uneven).run())
    station = replay.plan.place_id["a"]
    replay.tally.machines[station] = [int(StationState.DOWN), *[int(StationState.PROCESSING)] * 4]
    told = details.describe(replay, station)
    assert told is not None
    assert told["state"] == "1 down, 4 processing"
    assert told["colour"] == palette.tone(StationState.PROCESSING).colour


def test_the_id_of_an_order_is_the_name_on_its_card(cell: dict) -> None:
    cell["orders"] = {"kind": "list", "orders": [{"at": "0s", "product": "part", "id": "order_7"}]}
    scenario = Scenario.parse(cell | {"horizon": "2min"})
    replay = ReplayStage(scenario, Factory(scenario).run())
    replay.seek(math.inf)
    (job,) = replay.log.ids(AgentKind.JOB)
    told = details.describe(replay, job)
    assert told is not None
    assert told["name"] == "order_7"
