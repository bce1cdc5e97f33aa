"""The colours of everything that is shown, once for the browser and for exported pictures.

States use the eight colours of Okabe and Ito (2008), which people with any of the common colour vision deficiencies
tell apart; a state that matters (down, charging) is marked by a shape as well.
"""

from __future__ import annotations

from ..agents.events import RobotState, StationState, VehicleState

GREY = "#8d99a6"
ORANGE = "#e69f00"
SKY = "#56b4e9"
GREEN = "#009e73"
YELLOW = "#f0e442"
BLUE = "#0072b2"
VERMILLION = "#d55e00"
PURPLE = "#cc79a7"
SLATE = "#4d5966"

STATION_COLOURS = {
    StationState.STARVED: GREY,
    StationState.PROCESSING: GREEN,
    StationState.SETUP: ORANGE,
    StationState.BLOCKED: PURPLE,
    StationState.DOWN: VERMILLION,
    StationState.OFF: SLATE,
}
VEHICLE_COLOURS = {
    VehicleState.IDLE: GREY,
    VehicleState.EMPTY: SKY,
    VehicleState.LOADED: BLUE,
    VehicleState.HANDLING: GREEN,
    VehicleState.WAITING: PURPLE,
    VehicleState.CHARGING: YELLOW,
    VehicleState.DOWN: VERMILLION,
    VehicleState.OFF: SLATE,
}
ROBOT_COLOURS = {RobotState.IDLE: GREY, RobotState.HANDLING: GREEN, RobotState.DOWN: VERMILLION, RobotState.OFF: SLATE}

STATION_WORDS = {
    StationState.STARVED: "starved",
    StationState.PROCESSING: "processing",
    StationState.SETUP: "set-up",
    StationState.BLOCKED: "blocked",
    StationState.DOWN: "down",
    StationState.OFF: "off shift",
}
VEHICLE_WORDS = {
    VehicleState.IDLE: "idle",
    VehicleState.EMPTY: "drives empty",
    VehicleState.LOADED: "drives loaded",
    VehicleState.HANDLING: "handling",
    VehicleState.WAITING: "waits",
    VehicleState.CHARGING: "charges",
    VehicleState.DOWN: "down",
    VehicleState.OFF: "off shift",
}
ROBOT_WORDS = {
    RobotState.IDLE: "idle",
    RobotState.HANDLING: "handling",
    RobotState.DOWN: "down",
    RobotState.OFF: "off shift",
}

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
    "faint": "#7b8794",
    "line": "#d9e0e7",
    "card": "#ffffff",
    "accent": "#0072b2",
    "part": "#7a5230",
    "heat": "#d55e00",
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
}


def theme(*, dark: bool) -> dict[str, object]:
    """Everything that a drawing needs to know about colour, as plain data."""
    return {
        **(DARK if dark else LIGHT),
        "dark": dark,
        "station": list(STATION_COLOURS.values()),
        "vehicle": list(VEHICLE_COLOURS.values()),
        "robot": list(ROBOT_COLOURS.values()),
        "station_words": list(STATION_WORDS.values()),
        "vehicle_words": list(VEHICLE_WORDS.values()),
    }
