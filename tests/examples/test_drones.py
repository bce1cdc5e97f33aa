"""The engine alone: drones share out visits over a channel that loses messages."""

import runpy
from collections import Counter
from pathlib import Path

import pytest

from robocell.agents.negotiation import Performative

DRONES = Path(__file__).parents[2] / "examples" / "drones.py"
needs_it = pytest.mark.skipif(not DRONES.exists(), reason="the examples are not part of an installed package")


@needs_it
def test_every_visit_is_made_once_and_the_check_confirms_it(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(DRONES), run_name="__main__")
    *visits, proof = capsys.readouterr().out.splitlines()
    assert sorted(int(line.split()[-1]) for line in visits) == list(range(12))
    assert proof == "broken rules: none"


@needs_it
def test_the_check_finds_a_visit_that_is_awarded_twice_and_one_that_is_never_made() -> None:
    example = runpy.run_path(str(DRONES))
    sky = example["Sky"]()
    drones = [example["Drone"](sky, f"drone_{number}", (0.0, 0.0)) for number in range(2)]
    sky.net.announce(example["Visit"](manager=sky, point_m=(300.0, 0.0)))
    sky.clock.schedule(
        20.0, sky.log.message, 20.0, Performative.ACCEPT_PROPOSAL, 0, sky.unique_id, drones[0].unique_id, 1, 999.0
    )
    sky.clock.schedule(
        20.0, sky.log.message, 20.0, Performative.ACCEPT_PROPOSAL, 0, sky.unique_id, drones[1].unique_id, 1, 999.0
    )
    sky.net.announce(example["Visit"](manager=sky, point_m=(9000.0, 0.0)))
    sky.run(until_s=600.0)
    broken = Counter(violation.rule for violation in example["check_contracts"](sky.log))
    assert any(rule.endswith("-award") for rule in broken), broken
    assert broken["open-call"], broken
