"""The floors of an experiment as text: what was read of each, and its drawing with all blocks expanded."""

import contextlib
from typing import TYPE_CHECKING, Any

from ...agents.errors import RobocellError
from ...environments.layout.printed import numbered, printed
from ..counting import counted
from ..design.experiment import Experiment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...environments.scenario import Floor, Scenario

SHOWN_CASES = 3


WITHOUT_VEHICLES = {"transport": {"kind": "instant"}, "fleet": None}  # so that the floor is read, but not checked


def load(config: str, settings: "Mapping[str, Any]", *, show_refused: bool) -> Experiment:
    """The experiment of a config; the floor of one that is refused is printed first, if it can be read."""
    try:
        return Experiment.load(config, settings)
    except RobocellError:
        if show_refused:
            with contextlib.suppress(RobocellError):
                show_floors(Experiment.load(config, {**settings, **WITHOUT_VEHICLES}))
        raise


def floors(experiment: Experiment) -> list[dict[str, Any]]:
    """One row per different floor: cases, origin, rows, columns, cell_size_m, docks, racks, notes, art, legend."""
    found: list[tuple[Floor, Scenario, list[str]]] = []
    for case in experiment.cases:
        layout = case.scenario.layout
        if layout is None:
            continue
        labels = next((labels for floor, _, labels in found if floor == layout), None)
        if labels is None:
            found.append((layout, case.scenario, [case.label]))
        else:
            labels.append(case.label)
    return [_row(floor, scenario, labels) for floor, scenario, labels in found]


def show_floors(experiment: Experiment) -> None:
    """Print them; with several floors, the cases that have each."""
    rows = floors(experiment)
    if not rows:
        print("no floor: the scenario has no layout")
    for row in rows:
        for line in _told(row, several=len(rows) > 1):
            print(line)


def _row(floor: "Floor", scenario: "Scenario", labels: list[str]) -> dict[str, Any]:
    layout = scenario.build_layout()
    art, legend = printed(layout, floor.blocks)
    racks = len(floor.block_places())
    return {
        "cases": labels,
        "origin": ", ".join(word for word in (floor.origin, floor.sheet, floor.cells) if word) or None,
        "rows": layout.height,
        "columns": layout.width,
        "cell_size_m": layout.cell_size_m,
        "docks": sum(map(len, layout.docks.values())) - racks,
        "racks": racks,
        "notes": list(floor.notes),
        "art": art,
        "legend": legend,
    }


def _told(row: dict[str, Any], *, several: bool) -> "Iterator[str]":
    more = f" and {len(row['cases']) - SHOWN_CASES} more" if len(row["cases"]) > SHOWN_CASES else ""
    whose = f" of {', '.join(row['cases'][:SHOWN_CASES])}{more}" if several else ""
    origin = f" ({row['origin']})" if row["origin"] else ""
    racks = f", {counted(row['racks'], 'rack location')}" if row["racks"] else ""
    yield (
        f"floor{whose}{origin}: {counted(row['rows'], 'row')} of {counted(row['columns'], 'cell')} of "
        f"{row['cell_size_m']:g} m, {counted(row['docks'], 'dock')}{racks}"
    )
    yield from (f"  {note}" for note in row["notes"])
    yield from numbered(row["art"])
    yield from (f"{symbol} {meaning}" for symbol, meaning in row["legend"].items())
