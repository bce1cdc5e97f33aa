"""How fast a whole factory runs: 100 AGVs and 30 stations for a shift of 8 h, with every move and every award.

P P P P P P P ...        parking along the top
. . . . . . . ...
. A . # . B . # . ...    stations between two-lane aisles, six in a row
. . . . . . . ...
"""

from __future__ import annotations

import resource
import time
from typing import Any

from ...environments.checks import check
from ...environments.factory import Factory
from ...environments.kpis import measure
from ...environments.scenario import Scenario

STATIONS_PER_ROW = 6
REPEATS = 3  # the quickest counts: on a shared machine the others also measure other processes
LETTERS = "ABCDEFGHIJKLMNOQRSTUVWXYZabcdefghijklmnopqrstuwxyz"  # without the signs for parking and for a one-way cell
MORE_SIGNS = 0x4E00  # first of 20 000 signs in Unicode that are letters too


def symbol(station: int) -> str:
    """The sign of a station in the drawing."""
    return LETTERS[station] if station < len(LETTERS) else chr(MORE_SIGNS + station - len(LETTERS))


def floor(stations: int, vehicles: int) -> tuple[str, dict[str, str]]:
    """The drawing of a floor with that many stations, and its legend."""
    width = STATIONS_PER_ROW * 7 + 3
    rows = -(-stations // STATIONS_PER_ROW)
    inner = [["."] * (width - 2) for _ in range(rows * 4 + 4)]
    legend = {"0": "source", "1": "sink"}
    for station in range(stations):
        row, column = divmod(station, STATIONS_PER_ROW)
        y, x = 3 + row * 4, 3 + column * 7
        inner[y][x] = symbol(station)
        inner[y][x - 1] = inner[y][x + 1] = "#"
        legend[symbol(station)] = f"station_{station + 1}"
    parking = -(-vehicles // (width - 2))
    top = [["P"] * (width - 2) for _ in range(parking)]
    inner[0][1], inner[-1][-2] = "0", "1"
    lines = ["#" * width, *("#" + "".join(line) + "#" for line in [*top, ["."] * (width - 2), *inner]), "#" * width]
    return "\n".join(lines), legend


def scenario(*, vehicles: int = 100, stations: int = 30, hours: float = 8.0, trace: bool = False) -> Scenario:
    """A factory with five operations, each at a fifth of the stations, loaded to about four fifths."""
    art, legend = floor(stations, vehicles)
    operations = [f"operation_{number}" for number in range(1, 6)]
    work_s = 60.0
    return Scenario.parse(
        {
            "name": "benchmark",
            "layout": {"art": art, "legend": legend},
            "stations": {
                f"station_{number + 1}": {
                    "operations": {operations[number % 5]: {"distribution": "gamma", "mean": f"{work_s}s", "cv": 0.5}},
                    "input_capacity": 6,
                    "output_capacity": 6,
                    "breakdown": {"mtbf": "87min", "mttr": "12min"},
                }
                for number in range(stations)
            },
            "fleet": {"agvs": {"count": vehicles, "load": "10s", "unload": "10s"}},
            "products": {"part": {"routing": operations, "due": "2h"}},
            "orders": {"kind": "poisson", "rate": f"{0.8 * 0.88 * stations / 5 * 3600 / work_s}/h"},
            "horizon": f"{hours}h",
            "record": {"trace": trace},
        }
    )


def _timed(plan: Scenario) -> tuple[float, Factory]:
    """CPU seconds of a trial, and the factory after it."""
    started = time.process_time()
    factory = Factory(plan)
    factory.run()
    return time.process_time() - started, factory


def run(*, vehicles: int = 100, stations: int = 30, hours: float = 8.0, quick: bool = False) -> dict[str, Any]:
    """Run a shift, and say how fast.

    Returns:
        `vehicle_steps_per_s` (vehicles times ticks per second of CPU time of the quickest of REPEATS
        trials, building included),
        `peak_rss_mb`, `cpu_s`, `ticks`, `finished`, `calls`, and the `violations` of a short traced run of it.
    """
    hours = 1.0 if quick else hours
    Factory(scenario(vehicles=vehicles, stations=stations, hours=0.02)).run()  # compile the kernels
    plan = scenario(vehicles=vehicles, stations=stations, hours=hours)
    cpu_s, factory = min((_timed(plan) for _ in range(REPEATS)), key=lambda trial: trial[0])
    figures = measure(factory.log, plan)
    traced = scenario(vehicles=vehicles, stations=stations, hours=0.5, trace=True)
    violations = check(Factory(traced).run(), traced)
    return {
        "vehicle_steps_per_s": vehicles * factory.tick / cpu_s,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cpu_s": cpu_s,
        "ticks": factory.tick,
        "vehicles": vehicles,
        "stations": stations,
        "finished": figures["finished"],
        "calls": figures["calls"],
        "violations": len(violations),
    }
