"""The appearance of the floor as a list of shapes, shared by viewer, exported pictures and reports.

`ground` never changes; `place_now`, `robot_now` and `closed` show things that change occasionally; a vehicle is a
symbol that depends on its state and load, drawn at its position.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..agents.events import RobotState, StationState, VehicleState
from . import palette
from .shapes import Point, Shape, box, boxes, circle, heading, levels, lines, text, turned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from .floor_plan import FloorPlan, Place, RobotSpot

RIM = 1.2  # cells round the floor into which bodies may extend
FREE = -1  # slot of a charger
MOST_BOXES = 8  # most boxes drawn per buffer
EDGE, PICKED_EDGE = 0.09, 0.16  # line widths of a body
LEVELS = 20  # steps of the battery's bar
LOW = 0.2  # battery levels below this are shown as a warning
DOWN_COLOUR = palette.STATES["down"].colour
CHARGING_COLOUR = palette.STATES["charging"].colour
LIGHT_COLOURS = (palette.GREY, palette.YELLOW)  # colours on which marks are dark
LEADING = (StationState.DOWN, StationState.PROCESSING, StationState.BLOCKED, StationState.SETUP)
BOLT: tuple[Point, ...] = ((0.06, -0.3), (-0.16, 0.05), (0.0, 0.05), (-0.06, 0.3), (0.16, -0.05), (0.0, -0.05))
CROSS: tuple[tuple[Point, ...], ...] = (((-1.0, -1.0), (1.0, 1.0)), ((1.0, -1.0), (-1.0, 1.0)))


# -- static objects ------------------------------------------------------------------------------------------


def ground(plan: FloorPlan) -> list[Shape]:
    """Walls, aisles with their directions, parking and docks."""
    docks = [_cell(plan, cell) for place in plan.places for cell in place.cells]
    if plan.layout is None:
        return [boxes(docks, fill="dock")]
    w, h = plan.width, plan.height
    grid = [((x, 0), (x, h)) for x in range(w + 1)] + [((0, y), (w, y)) for y in range(h + 1)]
    walls = ~np.asarray(plan.layout.passable, np.bool_).reshape(h, w)
    parking = [_cell(plan, cell) for cell in plan.layout.parking.tolist()]
    return [
        lines(grid, line="grid"),
        boxes(_runs(walls), fill="wall"),
        lines(_edges(walls), line="wall_edge", width=0.06),
        boxes([_inset(cell, 0.04) for cell in parking], fill="parking"),
        boxes([_inset(cell, 0.12) for cell in parking], line="arrow", width=0.05, dash=(0.14, 0.12), radius=0.12),
        lines([_arrow(plan, cell) for cell in np.flatnonzero(plan.layout.one_way >= 0)], line="arrow", width=0.09),
        boxes(docks, fill="dock"),
    ]


def traffic(plan: FloorPlan, share: NDArray[np.float64]) -> Shape:
    """Cells shaded by amount of traffic, `share` (C,) 0..1."""
    strength = np.where(share > 0.0, 20 + 235 * share, 0.0)
    return levels(plan.width, strength.astype(int).tolist(), fill="heat")


def sites(plan: FloorPlan) -> list[Shape]:
    """Every place in the colour of its kind, with its name."""
    shapes = []
    for place in plan.places:
        colour = f"place-{place.kind}"
        docks = [_inset(_cell(plan, cell), 0.1) for cell in place.cells]
        card = [text(0.0, 0.0, 0.62, _name(place), fill="ink", room=_along(place)[0] - 0.3)]
        shapes += [boxes(docks, fill=colour, radius=0.15), *_card(place, colour, card)]
    return shapes


def _cell(plan: FloorPlan, cell: int) -> tuple[float, float, float, float]:
    return cell % plan.width, cell // plan.width, 1.0, 1.0


def _inset(cell: tuple[float, float, float, float], by: float) -> tuple[float, float, float, float]:
    x, y, w, h = cell
    return x + by, y + by, w - 2 * by, h - 2 * by


def _runs(walls: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Walls (rows, columns) as boxes, one for each run of wall in a row."""
    padded = np.pad(walls, ((0, 0), (1, 1))).astype(np.int8)
    rows, starts = np.nonzero(np.diff(padded, axis=1) == 1)
    _, ends = np.nonzero(np.diff(padded, axis=1) == -1)
    return [(int(x), int(y), int(end - x), 1) for y, x, end in zip(rows, starts, ends, strict=True)]


def _edges(walls: NDArray[np.bool_]) -> list[Sequence[Point]]:
    """The lines between wall and floor, joined while they are straight."""
    below: list[Sequence[Point]] = [((x, y + 1), (x + n, y + 1)) for x, y, n, _ in _runs(walls[1:] != walls[:-1])]
    beside: list[Sequence[Point]] = [
        ((y + 1, x), (y + 1, x + n)) for x, y, n, _ in _runs((walls[:, 1:] != walls[:, :-1]).T)
    ]
    return below + beside


def _arrow(plan: FloorPlan, cell: np.intp) -> list[Point]:
    """A chevron in the direction of a one-way cell."""
    assert plan.layout is not None
    angle = int(plan.layout.one_way[cell]) * math.pi / 2
    x, y = int(cell) % plan.width + 0.5, int(cell) // plan.width + 0.5
    c, s = math.cos(angle), math.sin(angle)
    return [(x + u * c - v * s, y + u * s + v * c) for u, v in ((-0.1, -0.22), (0.14, 0.0), (-0.1, 0.22))]


# -- objects that change occasionally ------------------------------------------------------------------------


def place_now(
    plan: FloorPlan, place: Place, states: Sequence[int], parts_in: int, parts_out: int, *, picked: bool = False
) -> list[Shape]:
    """A place with its current state.

    Args:
        plan: plan of the floor.
        place: the place to draw.
        states: states of the machines of a station; of the slots of a charger, FREE or that of the vehicle in it.
        parts_in: number of parts in front of a station; for a charger, vehicles that wait for any charger.
        parts_out: number of parts behind a station, or in a source or a storage.
        picked: whether it is selected.
    """
    charger, station = place.kind == "charger", place.kind == "station"
    long, short = _along(place)
    colours = [_slot(state) if charger else palette.tone(StationState(state)).colour for state in states]
    tint = CHARGING_COLOUR if charger else _tint(states)
    card = _stripes(long, short, colours, [station and state == StationState.DOWN for state in states])
    room, middle = long - 0.3, 0.13 if states else 0.0
    if station:
        full, free = _buffers(place, long, short, parts_in, parts_out)
        card += [boxes(full, fill="part"), boxes(free, fill="line")]
        room -= 2 * max(_buffer_width(long, place.input, parts_in), _buffer_width(long, place.output, parts_out)) + 0.2
    if charger:
        card.append(_bolt(-long / 2 + 0.32, middle, 0.8, "ink"))
        card.append(_waiting(place, parts_in, middle, room - 0.9))
    else:
        words = f"{_name(place)} {parts_out}" if place.kind in ("source", "storage") else _name(place)
        card.append(text(0.0, middle, 0.55, words, fill="ink", room=room))
    docks = [_inset(_cell(plan, cell), 0.07) for cell in place.cells]
    return [boxes(docks, line=tint, width=EDGE), *_card(place, tint, card, picked=picked)]


def robot_now(robot: RobotSpot, state: int, serves: str | None, *, picked: bool = False) -> list[Shape]:
    """A robot, with its arm towards the station that it serves."""
    x, y = robot.x, robot.y
    colour = palette.tone(RobotState(state)).colour if state != RobotState.IDLE else "faint"
    angle = -math.pi / 2
    if state != RobotState.IDLE and serves in robot.reaches:
        end = robot.ends[robot.reaches.index(serves)]
        angle = math.atan2(end[1] - y, end[0] - x)
    arm = ((x, y), (x + 0.5 * math.cos(angle), y + 0.5 * math.sin(angle)))
    reach = [((x, y), end) for end in robot.ends] if len(robot.ends) > 1 else []
    return [
        lines(reach, line="faint", width=0.06, dash=(0.12, 0.12)),
        circle(x, y, 0.3, fill="card", line=colour, width=0.11),
        lines([arm], line=colour, width=0.16),
        *([circle(x, y, 0.55, line="ink", width=0.1)] if picked else []),
    ]


def closed(plan: FloorPlan, cells: Sequence[int]) -> list[Shape]:
    """Cells that are closed now."""
    at = [_cell(plan, cell) for cell in cells]
    crosses = [_moved(line, x + 0.5, y + 0.5, 0.3) for x, y, *_ in at for line in CROSS]
    return [boxes(at, fill=DOWN_COLOUR, opacity=0.25), lines(crosses, line=DOWN_COLOUR, width=0.12)]


def route(plan: FloorPlan, cells: Sequence[int]) -> list[Shape]:
    """The cells that a vehicle will pass."""
    return [lines([[(cell % plan.width + 0.5, cell // plan.width + 0.5) for cell in cells]], line="accent", width=0.22)]


def _along(place: Place) -> tuple[float, float]:
    """Length and depth of a body, as if it lay below its docks or above them."""
    return max(place.body.w, place.body.h), min(place.body.w, place.body.h)


def _card(place: Place, colour: str, inside: list[Shape], *, picked: bool = False) -> list[Shape]:
    """A body with its contents, about its centre; turned on its side if higher than wide."""
    body, (long, short) = place.body, _along(place)
    edge = box(
        -long / 2 + 0.06, -short / 2 + 0.06, long - 0.12, short - 0.12, radius=0.16, fill="card",
        line="ink" if picked else colour, width=PICKED_EDGE if picked else EDGE, opacity=1.0 if body.wall else 0.9,
    )  # fmt: skip
    x, y = body.x + body.w / 2, body.y + body.h / 2
    return [turned(x, y, -1 if body.h > body.w else 0, [edge, *inside])]


def _name(place: Place) -> str:
    return place.name.replace("_", " ")


def _waiting(charger: Place, vehicles: int, y: float, room: float) -> Shape:
    """The name of a charger beside its mark, and the number of vehicles that wait for any charger."""
    words, short = (f"{_name(charger)} · {vehicles} wait", f"+{vehicles}") if vehicles else (_name(charger), "")
    return text(0.3, y, 0.55, words, fill="ink", room=room, short=short)


def _slot(state: int) -> str:
    return "line" if state == FREE else palette.tone(VehicleState(state)).colour


def _tint(states: Sequence[int]) -> str:
    """The colour of a whole station; of another kind of place without machines."""
    if not states:
        return "accent"
    lead = next((state for state in LEADING if state in states), states[0])
    return "faint" if lead == StationState.STARVED else palette.tone(StationState(lead)).colour


def _stripes(long: float, short: float, colours: list[str], struck: list[bool]) -> list[Shape]:
    """One stripe per machine or charger slot along the top; those that are down are struck through."""
    each, y = (long - 0.3) / max(len(colours), 1), -short / 2 + 0.12
    at = [-long / 2 + 0.15 + number * each for number in range(len(colours))]
    wide = each - (0.05 if len(colours) > 1 else 0.0)
    slashes = [((x, y + 0.2), (x + wide, y)) for x, down in zip(at, struck, strict=True) if down]
    stripes = [box(x, y, wide, 0.2, fill=colour) for x, colour in zip(at, colours, strict=True)]
    return [*stripes, lines(slashes, line="card", width=0.06)]


def _buffers(
    place: Place, long: float, short: float, parts_in: int, parts_out: int
) -> tuple[list[tuple[float, ...]], list[tuple[float, ...]]]:
    """Places of both buffers of a station, inwards from both ends of the body: those with a part, and free ones."""
    full, free = [], []
    for way, parts, limit in ((1, parts_in, place.input), (-1, parts_out, place.output)):
        places = _drawn_places(limit, parts)
        each = _buffer_width(long, limit, parts) / max(places, 1)
        for number in range(places):
            x = way * (number * each - long / 2 + 0.15) - (each if way < 0 else 0.0)
            (full if number < parts else free).append((x, 0.02, each - 0.05, min(0.3, short - 0.6)))
    return full, free


def _buffer_width(long: float, limit: int | None, parts: int) -> float:
    places = _drawn_places(limit, parts)
    return min(0.14 * long, 0.36 * places)


def _drawn_places(limit: int | None, parts: int) -> int:
    return min(max(3, parts) if limit is None else limit, MOST_BOXES)


def _moved(line: Iterable[Point], x: float, y: float, size: float) -> list[Point]:
    return [(x + size * u, y + size * v) for u, v in line]


def _bolt(x: float, y: float, size: float, colour: str) -> Shape:
    return lines([_moved(BOLT, x, y, size)], fill=colour)


# -- moving objects ------------------------------------------------------------------------------------------


def vehicle(state: VehicleState, *, loaded: bool) -> list[Shape]:
    """A vehicle about its centre: its state (colour), heading (notch) and load (box)."""
    colour = palette.tone(state).colour
    mark = palette.BLACK if colour in LIGHT_COLOURS else palette.WHITE
    notch = lines([((0.35, 0.0), (0.14, 0.15), (0.14, -0.15))], fill=mark)
    part = [box(-0.27, -0.21, 0.42, 0.42, fill=palette.WHITE), box(-0.23, -0.17, 0.34, 0.34, fill="part")]
    shapes = [
        box(-0.38, -0.38, 0.76, 0.76, radius=0.18, fill=colour, line="edge", width=0.05),
        heading([notch]),
        *(part if loaded else []),
    ]
    if state == VehicleState.DOWN:
        shapes.append(lines([_moved(line, 0.0, 0.0, 0.22) for line in CROSS], line=palette.WHITE, width=0.12))
    if state == VehicleState.CHARGING:
        shapes.append(_bolt(0.0, 0.0, 1.0, palette.BLACK))
    return shapes


def far_vehicle(state: VehicleState, *, loaded: bool) -> list[Shape]:
    """A vehicle on a floor so large that only its colour is visible."""
    part = [box(-0.2, -0.2, 0.4, 0.4, fill="part")] if loaded else []
    return [box(-0.4, -0.4, 0.8, 0.8, fill=palette.tone(state).colour), *part]


def battery(level: float) -> list[Shape]:
    """The bar below a vehicle; the level is 0..1."""
    colour = DOWN_COLOUR if level < LOW else "ink"
    return [box(-0.38, 0.4, 0.76, 0.11, fill="gauge"), box(-0.38, 0.4, 0.76 * level, 0.11, fill=colour)]


def seeker() -> list[Shape]:
    """The mark of a vehicle that seeks a charger."""
    return [circle(0.33, -0.33, 0.2, fill=CHARGING_COLOUR), _bolt(0.33, -0.33, 0.5, palette.BLACK)]


def symbols() -> dict[str, list[list[list[Shape]]] | list[list[Shape]] | list[Shape]]:
    """All symbols of moving objects, for back ends that draw each many times: by state and load, by battery LEVELS."""
    return {
        "vehicle": [[vehicle(state, loaded=load) for load in (False, True)] for state in VehicleState],
        "far": [[far_vehicle(state, loaded=load) for load in (False, True)] for state in VehicleState],
        "battery": [battery(level / LEVELS) for level in range(LEVELS + 1)],
        "seeker": seeker(),
    }
