"""Reads paired pickup-and-delivery files (`mapd-1`): starts, timed tasks, and what two public solvers reached
on them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InstanceError
from .movingai import GridMap, read_map, read_text


@dataclass(frozen=True)
class Reference:
    """What a solver reached: ticks until the last delivery, and mean ticks from appearance to delivery."""

    makespan: float
    service_time: float


@dataclass(frozen=True)
class PickupDelivery:
    """V vehicles, N tasks, each carried from a pickup to a delivery cell. A task is unknown before it appears."""

    grid: GridMap
    starts: NDArray[np.int32]  # (V,) cell index
    appears: NDArray[np.int32]  # (N,) tick
    pickups: NDArray[np.int32]  # (N,) cell index
    deliveries: NDArray[np.int32]  # (N,) cell index
    reference: dict[str, Reference]


def read_mapd(path: str | Path, data: str | Path | None = None) -> PickupDelivery:
    """A `mapd-1` file. Its map is looked for in `data`, beside the file, and in a folder `grid` beside the
    file's folder.
    """
    path = Path(path)
    document = load_json(path)
    if document.get("format") != "mapd-1":
        raise InstanceError(f"{path}: format is {document.get('format')!r}; 'mapd-1' is what can be read")
    grid = read_map(find_file(path, field(path, document, "map", str), data, ("../grid",)))
    starts = np.array([_cell(path, grid, xy, "starts_xy") for xy in field(path, document, "starts_xy", list)], np.int32)
    if len(set(starts.tolist())) != len(starts):
        raise InstanceError(f"{path}: starts_xy: two vehicles start in one cell")
    rows = field(path, document, "tasks_appear_px_py_dx_dy", list)
    for row in rows:
        if len(row) != 5 or row[0] < 0:
            raise InstanceError(f"{path}: task {row} is not [appear >= 0, pickup x, y, delivery x, y]")
    rows = sorted(rows, key=lambda row: row[0])
    return PickupDelivery(
        grid=grid,
        starts=starts,
        appears=np.array([row[0] for row in rows], np.int32),
        pickups=np.array([_cell(path, grid, row[1:3], "pickup") for row in rows], np.int32),
        deliveries=np.array([_cell(path, grid, row[3:5], "delivery") for row in rows], np.int32),
        reference={
            name: Reference(float(result["makespan"]), float(result["service_time"]))
            for name, result in document.get("reference", {}).items()
            if result.get("solved", 1)
        },
    )


def load_json(path: Path) -> dict[str, Any]:
    """A JSON object; InstanceError with line and column where it is none."""
    try:
        document = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InstanceError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    if not isinstance(document, dict):
        raise InstanceError(f"{path}: holds a JSON {type(document).__name__}; an object is needed")
    return document


def field(path: Path, document: dict[str, Any], key: str, kind: type) -> Any:
    """document[key], if it is there and of the kind."""
    if key not in document:
        raise InstanceError(f"{path}: the key '{key}' is missing; present are {', '.join(document) or 'none'}")
    value = document[key]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise InstanceError(f"{path}: '{key}' is {value!r}; it must be a {kind.__name__}")
    return value


def find_file(path: Path, name: str, data: str | Path | None, folders: tuple[str, ...] = ()) -> Path:
    """The file `name` that `path` refers to: in `data`, beside `path`, or in one of `folders` relative to it."""
    places = [Path(data)] if data is not None else []
    places += [path.parent, *(path.parent / folder for folder in folders)]
    candidates = [place / part for place in places for part in (name, Path(name).name)]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    looked = ", ".join(dict.fromkeys(str(place) for place in places))
    raise InstanceError(f"{path}: refers to {name!r}, which is not in {looked}; name its folder with --data")


def _cell(path: Path, grid: GridMap, xy: Any, what: str) -> int:
    x, y = xy
    if not (0 <= x < grid.width and 0 <= y < grid.height) or not grid.passable[y * grid.width + x]:
        raise InstanceError(f"{path}: {what}: x={x}, y={y} is not a passable cell of the map")
    return y * grid.width + x
