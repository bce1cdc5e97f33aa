"""A small shop whose floor comes from a file, and what is said of one that is wrong."""

import re

import pytest
import yaml

from robocell.environments.config.errors import ScenarioError
from robocell.environments.scenario import Scenario

ART = """
#######
#I...O#
#.>...#
###S###
#######
""".strip()
LEGEND = {"I": "source", "O": "sink", "S": "saw"}
SHOP = {
    "stations": {"saw": {"operations": {"cut": "5s"}}},
    "fleet": {"agvs": {"count": 1}},
    "products": {"shaft": {"routing": ["cut"]}},
    "orders": {"kind": "conwip", "wip": 1},
    "horizon": "10min",
}


def load(folder, **layout) -> Scenario:
    (folder / "shop.yaml").write_text(yaml.safe_dump(SHOP | {"layout": {"legend": LEGEND} | layout}, sort_keys=False))
    return Scenario.load(folder / "shop.yaml")


def problem(folder, **layout) -> str:
    """What is said about a floor, without the place in the file."""
    with pytest.raises(ScenarioError) as caught:
        load(folder, **layout)
    return re.sub(r"^.*?:\d+:\d+: ", "", str(caught.value))
