"""What the data of a scenario say, as numbers: by docs/scenario.md, without robocell."""

from __future__ import annotations

import re
from math import inf
from typing import Any

from .orders import Orders
from .steps import Step, steps_of

Data = dict[str, Any]
UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "m/s": 1.0}


def number(text: str | float) -> float:
    """`5s`, `1.5min` in seconds; `2m/s` in metres a second; a plain number as it is."""
    if not isinstance(text, str):
        return float(text)
    value, unit = re.fullmatch(r"([\d.]+)([a-z/]+)", text.replace(" ", "")).groups()
    return float(value) * UNITS[unit]


def span(time: str | Data) -> tuple[float, float]:
    """The least and the greatest that a distribution can give."""
    if isinstance(time, str):
        return number(time), number(time)
    match time["distribution"]:
        case "constant":
            return number(time["value"]), number(time["value"])
        case "uniform" | "triangular" | "beta" | "pert":
            return number(time["low"]), number(time["high"])
        case "discrete" | "empirical":
            values = [number(value) for value in time["values"]]
            return min(values), max(values)
        case "truncated":
            least, most = span(time["of"])
            return max(least, number(time.get("least", 0.0))), min(most, number(time.get("most", inf)))
        case "shifted":
            least, most = span(time["of"])
            return least + number(time["by"]), most + number(time["by"])
    return 0.0, inf


def is_by_product(times: str | Data) -> bool:
    """Whether a station has times for some products, and not one for all."""
    return not isinstance(times, str) and "distribution" not in times


class Plan:
    """A scenario's data, with the defaults of the language."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.stations: Data = data["stations"]
        self.storage: Data = data.get("storage", {})
        self.robots: Data = data.get("robots", {})
        self.products: list[tuple[str, Data]] = list(data["products"].items())
        self.transport: Data = data.get("transport", {"kind": "grid"})
        self.agvs: Data = data.get("fleet", {}).get("agvs", {})
        self.terms: Data = data.get("negotiation", {})
        self.steps = [steps_of(product) for _, product in self.products]
        sources = list(data.get("sources", ())) or [data.get("source", "source")]
        self.sinks: list[str] = list(data.get("sinks", ())) or [data.get("sink", "sink")]
        self.orders = Orders(data, sources[0], self.sinks[0])
        self.drains: bool = data.get("drain", False)
        self.tended = {station for robot in self.robots.values() for station in robot["stations"]}

    def may_do(self, station: str, step: Step, product: int) -> bool:
        if station not in self.stations or station not in step.data.get("stations", [station]):
            return False
        times = self.stations[station]["operations"].get(step.data["operation"])
        return times is not None and (not is_by_product(times) or self.products[product][0] in times)

    def work_s(self, station: str, step: Step, product: int) -> tuple[float, float]:
        """The least and the greatest processing time."""
        times = self.stations[station]["operations"][step.data["operation"]]
        return span(step.data.get("time", times[self.products[product][0]] if is_by_product(times) else times))

    def setup_s(self, station: str, before: str | None, after: str) -> float:
        setup = self.stations[station].get("setup")
        if setup is None:
            return 0.0
        if before == after:
            return number(setup.get("same", 0.0))
        return number(setup.get("matrix", {}).get(before, {}).get(after, setup["default"]))

    def pauses(self, worker: Data, end_s: float) -> list[tuple[float, float]]:
        """Begin and end of the pauses of a station, a robot or the vehicles; those that touch are one."""
        if worker.get("shift") is None:
            return []
        shift = self.data["shifts"][worker["shift"]]
        merged: list[tuple[float, float]] = []
        for cycle in range(int(end_s / number(shift["every"])) + 1):
            for pause in shift["pauses"]:
                begin_s = cycle * number(shift["every"]) + number(pause["from"])
                until_s = cycle * number(shift["every"]) + number(pause["to"])
                if merged and abs(merged[-1][1] - begin_s) < 1e-9:
                    begin_s = merged.pop()[0]
                merged.append((begin_s, until_s))
        return merged
