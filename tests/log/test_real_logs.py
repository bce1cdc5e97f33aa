"""The shipped factories, run and drained: sound, and unsound as soon as one row of their log is gone."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from robocell.agents.negotiation.messages import Performative
from robocell.environments.checks import check
from robocell.environments.factory import Factory
from robocell.environments.kpis import measure
from robocell.environments.log import Event
from robocell.environments.scenario import Scenario

CONFIGS = Path(__file__).parents[2] / "experiments" / "configs"
LONGEST = "traditional_line"  # has more to check than all others together; its own log is proved with the configs
PARTS = (Event.RELEASED, Event.LOADED, Event.UNLOADED, Event.MOUNTED, Event.SETUP_STARTED, Event.PROCESSING_STARTED)
PARTS += (Event.PROCESSING_ENDED, Event.DISMOUNTED, Event.SCRAPPED, Event.FINISHED)
WORDS = (Performative.ACCEPT_PROPOSAL, Performative.AGREE, Performative.INFORM_DONE)


def shipped():
    """The factories that the configs describe themselves; the others take theirs from one of these."""
    for path in sorted(CONFIGS.glob("*.yaml")):
        data = yaml.safe_load(path.read_text())
        factory = data.get("scenario", data)
        if isinstance(factory, dict):
            yield pytest.param(factory, id=path.stem, marks=pytest.mark.slow if path.stem == LONGEST else ())


@pytest.fixture(scope="module", params=shipped())
def run(request):
    changes = {"horizon": "30min", "warm_up": "0s", "drain": True, "record": {"trace": True, "messages": "full"}}
    scenario = Scenario.parse(request.param | changes)
    factory = Factory(scenario)
    log = factory.run()
    factory.close()
    return log, scenario


def test_the_log_is_sound_and_the_factory_empty(run):
    log, scenario = run
    assert check(log, scenario) == []
    figures = measure(log, scenario)
    assert figures["finished"] > 0
    assert figures["released"] == figures["finished"] + figures["scrapped"]
    assert figures["littles_law_gap"] < 1e-9


def test_every_lost_row_is_found(run):
    log, scenario = run
    log = log.replace(trace_ticks=np.empty(0), trace_cells=np.empty((0, scenario.agv_count)))  # the floor is not asked
    rng = np.random.default_rng(1)
    for event in PARTS:
        rows = np.flatnonzero(log.events["kind"] == event)
        for row in rng.permutation(rows)[:2]:
            assert check(log.replace(events=np.delete(log.events, row)), scenario) != [], log.describe(int(row))
    spoken, about = log.messages["performative"], log.messages["conversation"]
    fulfilled = np.setdiff1d(about[spoken == Performative.INFORM_DONE], about[spoken == Performative.CANCEL])
    for words in WORDS:
        rows = np.flatnonzero((spoken == words) & np.isin(about, fulfilled))
        for row in rng.permutation(rows)[:2]:
            assert check(log.replace(messages=np.delete(log.messages, row)), scenario) != [], log.describe_message(row)


def test_every_teleported_vehicle_is_found(run):
    log, scenario = run
    if scenario.layout is None:
        pytest.skip("without a floor there is no trace")
    rng = np.random.default_rng(1)
    for _ in range(3):
        cells = log.trace_cells.copy()
        row, vehicle = rng.integers(1, len(cells)), rng.integers(cells.shape[1])
        cells[row, vehicle] = (cells[row, vehicle] + 5) % scenario.build_layout().size
        assert check(log.replace(trace_cells=cells), scenario) != []
