"""All colours of robocell: of the floor, of the panels of the viewer, of charts and reports.

A state has one colour everywhere. The colours are those of Okabe and Ito (2008) with a light and a dark grey; any two
states of stations, of vehicles and of robots differ in colour, also for people with protanopia, deuteranopia and
tritanopia, or else in their hatching. Charts draw the hatching; on the floor, shapes mark important states (down,
charging).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..agents.events import RobotState, StationState, VehicleState

if TYPE_CHECKING:
    from enum import IntEnum

BLUE = "#0072b2"
SKY = "#56b4e9"
GREEN = "#009e73"
YELLOW = "#f0e442"
ORANGE = "#e69f00"
VERMILLION = "#d55e00"
PURPLE = "#cc79a7"
GREY = "#c3ccd5"
SLATE = "#4d5966"
WHITE = "#ffffff"
BLACK = "#1f2933"

SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, SLATE, "#a08a00")
"""Curves of a chart, in this order; each has a marker as well."""


@dataclass(frozen=True, slots=True)
class Tone:
    """The fill of a state: a colour, and a hatching as matplotlib writes it ("" for none)."""

    colour: str
    hatch: str = ""


STATES = {
    "processing": Tone(GREEN),
    "loaded": Tone(BLUE),
    "empty": Tone(SKY),
    "handling": Tone(GREEN, "//"),
    "setup": Tone(ORANGE),
    "waiting": Tone(PURPLE, "\\\\"),
    "blocked": Tone(PURPLE),
    "charging": Tone(YELLOW),
    "down": Tone(VERMILLION, "xx"),
    "off": Tone(SLATE, ".."),
    "starved": Tone(GREY),
    "idle": Tone(GREY),
}
"""Tones by the name of the state in KPIs, in the order of legends."""

QUIET = ("starved", "idle")
"""States without work, which charts draw faintly."""

WORDS = {"setup": "set-up", "empty": "driving empty", "loaded": "driving loaded", "off": "off shift"}
"""The viewer's words for states, if different from their names."""

BETTER, WORSE = GREEN, VERMILLION

PLACES = {"source": GREEN, "station": BLUE, "storage": SKY, "charger": YELLOW, "parking": GREY, "sink": PURPLE}
"""Colours of kinds of places in the report's floor plan, in the order of its legend."""

LIGHT = {
    "paper": "#f3f5f8",
    "floor": "#ffffff",
    "grid": "#edf0f4",
    "wall": "#cdd5de",
    "wall_edge": "#b9c3ce",
    "dock": "#dfe6ee",
    "parking": "#eef2f6",
    "arrow": "#c3ccd6",
    "ink": "#1f2933",
    "faint": "#5c6875",
    "line": "#d9e0e7",
    "card": "#ffffff",
    "accent": "#0072b2",
    "part": "#7a5230",
    "heat": "#d55e00",
    "bad": "#b34a00",
    "edge": "#00000059",
    "gauge": "#ffffff",
}
DARK = {
    "paper": "#12171d",
    "floor": "#1b222a",
    "grid": "#222a33",
    "wall": "#35404c",
    "wall_edge": "#43505e",
    "dock": "#2b3641",
    "parking": "#222b35",
    "arrow": "#46535f",
    "ink": "#e6ebf0",
    "faint": "#93a1ae",
    "line": "#303b46",
    "card": "#1b222a",
    "accent": "#56b4e9",
    "part": "#e8c39e",
    "heat": "#e69f00",
    "bad": "#f0803c",
    "edge": "#ffffff59",
    "gauge": "#0b0f14",
}
"""Colours other than states, for light and dark themes."""

KINDS: dict[str, type[IntEnum]] = {"station": StationState, "vehicle": VehicleState, "robot": RobotState}


def tone(state: IntEnum) -> Tone:
    """The fill of a state of a station, vehicle or robot."""
    return STATES[state.name.lower()]


def word(state: IntEnum) -> str:
    """The viewer's word for a state of a station, vehicle or robot."""
    name = state.name.lower()
    return WORDS.get(name, name)


def colours(*, dark: bool) -> dict[str, str]:
    """Colours other than states, by name; the kinds of places are `place-station` and the like."""
    return {**(DARK if dark else LIGHT), **{f"place-{kind}": colour for kind, colour in PLACES.items()}}


def theme(*, dark: bool) -> dict[str, Any]:
    """All colours as plain data for the browser: the names of LIGHT, and lists by the number of the state.

    The lists of vehicles are `vehicle`, `vehicle_hatch` and `vehicle_words`.
    """
    states: dict[str, Any] = {}
    for kind, numbers in KINDS.items():
        states[kind] = [tone(state).colour for state in numbers]
        states[f"{kind}_hatch"] = [tone(state).hatch for state in numbers]
        states[f"{kind}_words"] = [word(state) for state in numbers]
    return {**colours(dark=dark), "dark": dark, **states}


def style_sheet() -> str:
    """CSS variables for a page: those of the reader's theme, such as `--ink`, and places, such as `--place-station`."""

    def variables(*, dark: bool) -> str:
        return " ".join(f"--{name.replace('_', '-')}: {colour};" for name, colour in colours(dark=dark).items())

    light, dark = variables(dark=False), variables(dark=True)
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
