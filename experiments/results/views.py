"""How a sweep is shown: which key is on the axis, and which cases form a line."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..design.keys import FLEET
from ..design.sweep import label, short_names, text_of

if TYPE_CHECKING:
    from ..design.experiment import Experiment

TITLES = {FLEET: "Fleet size (AGVs)"}


@dataclass(frozen=True)
class View:
    """`series` are lists of case indices in ascending order of `x`; without `x` there is one series of all cases."""

    x: str | None
    series: list[list[int]]
    groups: list[str]  # what the cases of a series have in common; "" where there is one series
    values: list[Any]  # of `x`, by case index
    short_x: str = ""

    @property
    def x_title(self) -> str:
        if self.x is None:
            return ""
        return TITLES.get(self.x, short_names([self.x])[self.x].replace("_", " ")).removesuffix(" (AGVs)")

    @property
    def axis_title(self) -> str:
        return TITLES.get(self.x or "", self.x or "")

    def value(self, index: int) -> float:
        return self.values[index]

    def x_noun(self, x: float) -> str:
        """`8 AGVs`, or `input_capacity=20`, as in the labels of the cases."""
        if self.x == FLEET:
            return f"{x:g} AGV" + ("s" if x != 1 else "")
        return f"{self.short_x}={x:g}"

    def group_of(self, index: int) -> str:
        return next(group for group, series in zip(self.groups, self.series, strict=True) if index in series)


def view_of(experiment: "Experiment") -> View:
    """The fleet size along the axis where it varies, else the first key with numbers; the other keys make series.

    A seed is a number, but not a quantity: its order has no meaning.
    """
    x = next((key for key in (FLEET, *experiment.keys) if key != "seed" and _numeric(experiment, key)), None)
    if x is not None:
        view = view_by(experiment, x)
        if max(len(indices) for indices in view.series) > 1:  # else every case differs in all keys: no lines to draw
            return view
    return View(None, [[case.index for case in experiment.cases]], [""], [None] * len(experiment.cases))


def view_by(experiment: "Experiment", x: str) -> View:
    """Series of cases that differ in nothing but `x`."""
    names = short_names(experiment.keys)
    series: dict[str, list[int]] = {}
    for case in experiment.cases:
        rest = {key: value for key, value in case.settings.items() if key != x}
        series.setdefault(_group(rest, names), []).append(case.index)
    values = [case.settings.get(x) for case in experiment.cases]
    for indices in series.values():
        indices.sort(key=lambda index: float(values[index] or 0))
    return View(x, list(series.values()), list(series), values, names[x])


def _group(rest: dict[str, Any], names: dict[str, str]) -> str:
    """`nearest` where a word distinguishes the series, else with the key: `machines=2`, `mechanism=nearest load=5s`."""
    if not rest:
        return ""
    value = next(iter(rest.values()))
    alone = len(rest) == 1 and isinstance(value, str) and value.isidentifier()
    return text_of(value) if alone else label(rest, names)


def _numeric(experiment: "Experiment", key: str) -> bool:
    values = [case.settings.get(key) for case in experiment.cases]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return numbers and len(set(values)) > 1
