"""Reads paired pickup-and-delivery files (`mapd-1`): starts, timed tasks, and results of two public solvers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config.errors import InstanceError
from ..layout import Layout
from .documents import NUMBER, field, find_file, load_json
from .movingai import connected_regions, read_map


@dataclass(frozen=True)
class Reference:
    """The result of a solver: ticks until the last delivery, and mean ticks from appearance to delivery."""

    makespan: float
    service_time: float


@dataclass(frozen=True)
class PickupDelivery:
    """V vehicles, N tasks, each carried from a pickup to a delivery cell. A task is unknown before it appears."""

    floor: Layout
    starts: NDArray[np.int32]  # (V,) cell index
    appears: NDArray[np.int32]  # (N,) tick
    pickups: NDArray[np.int32]  # (N,) cell index
    deliveries: NDArray[np.int32]  # (N,) cell index
    reference: dict[str, Reference]


def read_mapd(path: str | Path, data: str | Path | None = None) -> PickupDelivery:
    """Read a `mapd-1` file.

    Its map is searched in `data`, in the folder of the file, and in a folder `grid` beside that folder.
    """
    path = Path(path)
    document = load_json(path)
    if document.get("format") != "mapd-1":
        raise InstanceError(f"{path}: format is {document.get('format')!r}; only 'mapd-1' can be read")
    floor = read_map(find_file(path, field(path, document, "map", str), data, ("../grid",)))
    regions = connected_regions(floor)
    starts = [_cell(path, floor, xy, "starts_xy") for xy in field(path, document, "starts_xy", list)]
    if not starts:
        raise InstanceError(f"{path}: starts_xy is empty; one vehicle at least is needed")
    if len(set(starts)) != len(starts):
        raise InstanceError(f"{path}: starts_xy: two vehicles start in one cell")
    tasks: list[tuple[int, int, int]] = []
    for row in field(path, document, "tasks_appear_px_py_dx_dy", list):
        if not isinstance(row, list) or [type(value) for value in row] != [int] * 5 or row[0] < 0:
            raise InstanceError(f"{path}: task {row!r} is not [appear >= 0, pickup x, y, delivery x, y], whole numbers")
        tasks.append((row[0], _cell(path, floor, row[1:3], "pickup"), _cell(path, floor, row[3:5], "delivery")))
    if not tasks:
        raise InstanceError(f"{path}: holds no task; one at least is needed")
    cells = np.array([*starts, *(cell for task in tasks for cell in task[1:])])
    apart = cells[regions[cells] != regions[starts[0]]]
    if len(apart):
        x, y = apart[0] % floor.width, apart[0] // floor.width
        raise InstanceError(f"{path}: cell x={x}, y={y} cannot be reached from the first start: walls lie between")
    table = np.array(sorted(tasks, key=lambda task: task[0]), np.int32)
    return PickupDelivery(
        floor=floor,
        starts=np.array(starts, np.int32),
        appears=table[:, 0].copy(),
        pickups=table[:, 1].copy(),
        deliveries=table[:, 2].copy(),
        reference=_reference(path, field(path, document, "reference", dict, {})),
    )


def _reference(path: Path, document: dict[str, Any]) -> dict[str, Reference]:
    """The result of each solver that solved the case."""
    found = {}
    for name in document:
        result = field(path, document, name, dict)
        if result.get("solved", 1):
            makespan, service = (float(field(path, result, key, NUMBER)) for key in ("makespan", "service_time"))
            found[name] = Reference(makespan, service)
    return found


def _cell(path: Path, floor: Layout, xy: Any, what: str) -> int:
    if not isinstance(xy, list) or [type(value) for value in xy] != [int, int]:
        raise InstanceError(f"{path}: {what}: {xy!r} is not a cell [x, y] of whole numbers")
    x, y = xy
    if not (0 <= x < floor.width and 0 <= y < floor.height) or not floor.passable[y * floor.width + x]:
        raise InstanceError(f"{path}: {what}: x={x}, y={y} is not a passable cell of the map")
    return y * floor.width + x
