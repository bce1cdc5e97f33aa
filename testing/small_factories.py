"""Two small factories on which tests are based, as data for `Scenario.parse`."""

from __future__ import annotations

import copy
from typing import Any

FLOOR = """
######################
#PPPPPPPPPPPP.....E..#
#....................#
#.I................O.#
#....................#
#..A..#.B..#.C..#.D..#
#....................#
######################
"""
LEGEND = {"I": "source", "O": "sink", "A": "a", "B": "b", "C": "c", "D": "d", "E": "charger"}

CELL: dict[str, Any] = {
    "name": "cell",
    "layout": {"art": FLOOR.strip("\n"), "legend": LEGEND},
    "stations": {
        name: {
            "operations": {name: {"distribution": "exponential", "mean": "45s"}},
            "input_capacity": 3,
            "output_capacity": 3,
        }
        for name in "abcd"
    },
    "robots": {"arm": {"stations": ["b", "c"], "load": "5s", "unload": "5s"}},
    "chargers": {"charger": {}},
    "fleet": {
        "agvs": {
            "count": 5,
            "load": "10s",
            "unload": "10s",
            "battery": {
                "capacity": "0.2kWh",
                "drive_empty": "30J/m",
                "drive_loaded": "45J/m",
                "idle": "20W",
                "charge": "400W",
                "start": 0.4,
            },
        }
    },
    "products": {"p": {"routing": list("abcd"), "due": "1h"}},
    "orders": {"kind": "poisson", "rate": "50/h"},
    "horizon": "2h",
    "drain": True,
    "record": {"trace": True},
    "seed": 7,
}

PLACES = ["source", "sink", "m", "n", "q", "shelf", "charger"]
TABLE: dict[str, Any] = {
    "name": "table",
    "transport": {
        "kind": "matrix",
        "places": PLACES,
        "travel": [[f"{0 if a == b else 10 + 2 * len(b)}s" for b in PLACES] for a in PLACES],
    },
    "stations": {
        name: {
            "operations": {operation: {"distribution": "exponential", "mean": "50s"}},
            "input_capacity": 3,
            "output_capacity": 3,
        }
        for name, operation in (("m", "mill"), ("n", "mill"), ("q", "drill"))
    },
    "storage": {"shelf": {"capacity": 10}},
    "chargers": {"charger": {}},
    "fleet": {
        "agvs": {
            "count": 3,
            "capacity": 2,
            "load": "5s",
            "unload": "5s",
            "battery": CELL["fleet"]["agvs"]["battery"],
        }
    },
    "products": {"p": {"routing": ["mill", "drill"], "due": "1h"}},
    "orders": {"kind": "poisson", "rate": "40/h"},
    "horizon": "1h",
    "drain": True,
    "seed": 3,
}


def changed(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a deep copy with other values; `fleet__agvs__count=3` changes a nested key."""
    data = copy.deepcopy(data)
    for path, value in changes.items():
        *parents, last = path.split("__")
        section = data
        for parent in parents:
            section = section.setdefault(parent, {})
        section[last] = value
    return data
