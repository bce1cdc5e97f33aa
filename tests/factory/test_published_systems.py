"""Systems that others have published come out as published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from robocell.environments import Factory, check, measure
from robocell.experiments import Experiment

ROOT = Path(__file__).parents[2]
VALIDATION = ROOT / "experiments" / "validation"
ROWS = [
    [cell.strip() for cell in line.strip("| \n").split("|")]
    for line in (ROOT / "docs" / "validation.md").read_text(encoding="utf-8").splitlines()
    if "±" in line and line.startswith("|")
]


def bounds(text: str) -> tuple[float, float]:
    mean, half = (float(number) for number in re.findall(r"[\d.]+", f"{text} 0")[:2])
    return mean - half, mean + half


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_interval_overlaps_that_of_another_program(row):
    """The figures stand on the page, which the slow tests reproduce; the independent program goes before the book."""
    _, published, independent, found = row
    low, high = bounds(found)
    least, most = bounds(independent or published)
    rounding = 0.0005
    assert low - rounding <= most
    assert high + rounding >= least


@pytest.mark.parametrize(
    ("config", "case", "hours", "per_h", "tolerance"),
    [("law_factory.yaml", "design 3", 60, 15.0, 0.1), ("test_and_repair.yaml", "as given", 220, 3.0, 0.12)],
)
def test_a_short_run_is_stable_and_breaks_no_rule(config, case, hours, per_h, tolerance):
    (found,) = (
        found
        for found in Experiment.load(VALIDATION / config, {"horizon": f"{hours}h", "warm_up": "20h"}).cases
        if found.label == case
    )
    log = Factory(found.scenario, rng=1).run()
    assert measure(log, found.scenario)["throughput_per_h"] == pytest.approx(per_h, rel=tolerance)
    assert check(log, found.scenario) == []
