"""Vehicles that join and agents that leave are seen to, live and in the replay."""

from __future__ import annotations

import math
from typing import Any

import pytest

from robocell.environments.scenario import Scenario
from robocell.visualization import details
from robocell.visualization.paint import Painter
from robocell.visualization.replay import ReplayStage
from robocell.visualization.tally import ABSENT

from .conftest import advance, shown
from .test_stage import matrix  # noqa: F401  # a fixture


@pytest.fixture(params=["floor", "matrix"])
def scenario(request: pytest.FixtureRequest, cell: dict[str, Any], matrix: Scenario) -> Scenario:  # noqa: F811
    return Scenario.parse(cell) if request.param == "floor" else matrix


def test_a_replay_shows_agents_that_join_and_leave(scenario: Scenario) -> None:
    factory = shown(scenario)
    seen = {}

    def look(at_s: float) -> None:
        advance(factory, at_s)
        seen[at_s] = factory.stage.frame()
        seen[at_s]["tiles"] = factory.stage.figures(charts=False)["tiles"]
        advance(factory, at_s + 10.0)

    look(200.0)
    gone, station = factory.agvs[1], factory.stations[0]
    gone.remove()
    look(300.0)
    new = factory.add_agv()
    look(400.0)
    station.remove()
    for job in [agent for agent in factory.agents if type(agent).__name__ == "Job"][:2]:
        job.remove()
    look(500.0)
    assert seen[200.0]["state"][1] != ABSENT
    for at_s in (300.0, 400.0, 500.0):
        assert seen[at_s]["state"][1] == ABSENT
    assert len(seen[300.0]["state"]) + 1 == len(seen[400.0]["state"])
    assert seen[400.0]["state"][-1] != ABSENT
    assert factory.stage.plan.data["agv_names"][-1] == new.name
    assert [lane for lane in factory.stage.gantt(new.unique_id)["lanes"] if lane[2] == new.unique_id]
    tally = factory.stage.tally
    for other in factory.stations:
        assert tally.input[other.unique_id] == len(other.input)
    assert [tally.load[agv.unique_id] for agv in factory.agvs] == [agv.load for agv in factory.agvs]
    assert details.describe(factory.stage, gone.unique_id)["state"] == "not in the factory"  # type: ignore[index]
    advance(factory, math.inf)
    replay = ReplayStage(factory.spec, factory.log)
    for at_s, frame in seen.items():
        replay.seek(at_s)
        again = replay.frame()
        vehicles = len(frame["state"])
        assert again["state"][:vehicles] == frame["state"]
        assert set(again["state"][vehicles:]) <= {ABSENT}
        assert again["load"][:vehicles] == frame["load"]
        assert again["places"] == frame["places"]
        if scenario.layout is not None:
            assert again["cell"][:vehicles] == frame["cell"]
        assert replay.figures(charts=False)["tiles"][5] == frame["tiles"][5], "vehicles busy"
        Painter(replay, width=200).picture()
    for what in ("traffic", "waiting") if scenario.layout is not None else ():
        assert (replay.heat(what) >= 0.0).all()
    assert any(text == f"{gone.name.replace('_', ' ')} leaves" for _, _, text in replay.events_ahead())


def test_nothing_is_offered_to_an_agent_that_has_left(scenario: Scenario) -> None:
    factory = shown(scenario)
    advance(factory, 100.0)
    agv = factory.agvs[0]
    agv.remove()
    advance(factory, 200.0)
    assert factory.stage.plan_of(agv.unique_id) == []
    assert not factory.stage.agent(agv.unique_id).present
