"""Finds equal cases: the same factory with the same seed, in different notation or under another name.

Their trials would be the same to the byte, and side by side they would look like more evidence than there is:
`5s` and `5000ms`, `60/h` and `1/min`, a section written out with its defaults, a second name for the same factory.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ExperimentError
from .keys import identity

if TYPE_CHECKING:
    from .cases import Case, CaseMaker
    from .config import ExperimentConfig
    from .sampling import Range

Loc = tuple[str | int, ...]


def duplicates(cases: "Sequence[Case]", maker: "CaseMaker", config: "ExperimentConfig") -> tuple[Loc, str] | None:
    """Place in the document and error message of the first two cases, or values of a `choice`, that are equal."""
    if found := _twin_choices(maker, config):
        return found
    repeats = config.question is not None and config.question.repeats_points
    first: dict[tuple[str, int], Case] = {}
    for case in cases:
        twin = first.setdefault((case.meaning, case.seed), case)
        if twin is not case and not (repeats and identity(case.settings) == identity(twin.settings)):
            return _complaint(twin, case, maker, config)
    return None


def _complaint(first: "Case", second: "Case", maker: "CaseMaker", config: "ExperimentConfig") -> tuple[Loc, str]:
    same = f"cases {first.label} and {second.label} are the same factory with the same seed"
    cure = "keep one; for more trials of it raise replications, or vary seed"
    for key, place in maker.places.items():
        if identity(first.settings.get(key)) != identity(second.settings.get(key)):
            values = " and ".join(_said(case.settings, key) for case in (first, second))
            return place, f"{values} make no difference: {same}; {cure}"
    named = {str(case.get("name")): ("sweep", "cases", number) for number, case in enumerate(config.sweep.cases)}
    fitting = [name for name in named if f"{second.label} ".startswith(f"{name} ")]
    return named[max(fitting, key=len)] if fitting else ("sweep",), f"{same}; {cure}"


def _twin_choices(maker: "CaseMaker", config: "ExperimentConfig") -> tuple[Loc, str] | None:
    """Two equal values of a `choice`: among drawn points, few would coincide and show it."""
    for key, wide in _drawn(config).items():
        first: dict[tuple[str, int], Any] = {}
        for value in wide.choice or ():
            try:
                (case,) = maker.make([{key: value}])
            except ExperimentError:
                continue  # it may be valid together with other keys
            twin = first.setdefault((case.meaning, case.seed), value)
            if identity(twin) != identity(value):
                return (*maker.places[key], "choice"), f"{twin!r} and {value!r} mean the same; keep one"
    return None


def _drawn(config: "ExperimentConfig") -> "Mapping[str, Range]":
    """The keys that are drawn, by the sweep or by the question."""
    blocks = [block.keys_ for block in (config.sweep.random, config.sweep.lhs, config.sweep.sobol) if block is not None]
    if config.question is not None:
        blocks.append(dict(config.question.drawn))
    return {key: wide for block in blocks for key, wide in block.items()}


def _said(settings: Mapping[str, Any], key: str) -> str:
    return repr(settings[key]) if key in settings else "what the scenario says"
