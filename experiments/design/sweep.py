"""The grammar of a sweep, and its expansion into settings: one mapping of dotted keys to values per case.

    sweep:
      grid:                                   # every combination
        fleet.agvs.count: {from: 2, to: 10, step: 2}
        negotiation.mechanism: [contract_net, nearest]
      zip:                                    # in step: first with first, second with second
        stations.smt.machines: [1, 2]
        orders.rate: [60/h, 120/h]
      cases:                                  # explicit
        - {name: as built}
        - {name: with a buffer, stations.smt.input_capacity: 20}
      exclude:                                # not these combinations
        - {fleet.agvs.count: [2, 4], negotiation.mechanism: nearest}

Blocks are combined as a product: every point of the grid with every point of the zip with every case. `lhs`, `sobol`
and `random` (see `sampling`) draw points from ranges, and are combined in the same way. `exclude` and `when` (see
`conditions`) then select the combinations. A value that is listed twice is refused here; equal values in different
notation (`5s`, `5000ms`) are found when the cases are made (see `twins`).
"""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ...environments.config.quoting import quoted
from ...environments.config.section import MOST_FIGURE, Section
from ...environments.scenario.own_classes import OF_THE_PROGRAM
from ..plain_text import one_line
from .conditions import Loc, Settings, applied, drawn, matches, misfit
from .keys import identity, parts_of
from .sampling import Sampled

MOST_CASES = 1_000_000
MOST_VALUES = 100_000  # of one range
LEAST_STEP = 1e-12
LONGEST_VALUE = 40  # letters of a text in a label
RANGE = "{from: 2, to: 10, step: 2}"


def _listed(given: Any) -> list[Any]:
    if isinstance(given, dict):
        return _stepped(given)
    if not isinstance(given, list):
        raise PydanticCustomError(
            "sweep_values",
            "{given} is not a list of values; write [a, b, …] or {range}",
            {"given": quoted(given), "range": RANGE},
        )
    if not given:
        raise PydanticCustomError("sweep_values", "needs at least one value", {})
    return given


def _distinct(given: list[Any]) -> list[Any]:
    if twin := _twin(given):
        raise PydanticCustomError("sweep_values", "has the value {twin} twice; keep one", {"twin": twin})
    return given


def _twin(values: Iterable[Any]) -> str | None:
    """The first repeated value, as it would be written in Python; None if there is none."""
    seen: set[str] = set()
    for value in values:
        text = identity(value)
        if text in seen:
            return quoted(value)
        seen.add(text)
    return None


def _stepped(given: Mapping[str, Any]) -> list[Any]:
    numbers = [given.get(key, default) for key, default in (("from", None), ("to", None), ("step", 1))]
    sound = all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) <= MOST_FIGURE for n in numbers) and (
        numbers[2] > LEAST_STEP
    )
    if not sound or not set(given) <= {"from", "to", "step"} or numbers[0] > numbers[1]:
        raise PydanticCustomError(
            "sweep_values",
            "{given} is not a range of numbers; write {range}, upwards, both ends included",
            {"given": quoted(given), "range": RANGE},
        )
    first, last, step = numbers
    count = math.floor((last - first) / step + 1e-9) + 1
    if count > MOST_VALUES:
        raise PydanticCustomError(
            "sweep_values",
            "{given} has {count} values; the most is {most}: take larger steps, or sample with lhs or sobol",
            {"given": quoted(given), "count": f"{count:.3g}", "most": MOST_VALUES},
        )
    return [first + i * step for i in range(count)]


Column = Annotated[list[Any], BeforeValidator(_listed)]  # a value may be repeated with other values of the second key
Values = Annotated[Column, AfterValidator(_distinct)]


class Sweep(Section):
    """What varies from case to case."""

    grid: dict[str, Values] = Field(default_factory=dict)
    zip: dict[str, Column] = Field(default_factory=dict)
    cases: list[dict[str, Any]] = Field(default_factory=list)
    random: Sampled | None = None
    lhs: Sampled | None = None
    sobol: Sampled | None = None
    when: dict[str, dict[str, Any]] = Field(default_factory=dict)
    exclude: list[dict[str, Any]] = Field(default_factory=list)

    @model_validator(mode="after")
    def _consistent(self) -> "Sweep":
        lengths = {key: len(values) for key, values in self.zip.items()}
        if len(set(lengths.values())) > 1:
            text = ", ".join(f"{key} has {length}" for key, length in lengths.items())
            raise PydanticCustomError(
                "zip", "zip needs as many values for every key, but {text}; use grid for all combinations",
                {"text": text},
            )  # fmt: skip
        rows = [dict(zip(self.zip, row, strict=True)) for row in zip(*self.zip.values(), strict=True)]
        for block, points in (("zip", rows), ("cases", self.cases)):
            if twin := _twin(points):
                raise PydanticCustomError(
                    "sweep_twice", "{block} has {twin} twice; keep one", {"block": block, "twin": twin}
                )
        for (block, keys), (other, others) in itertools.combinations(self.keys_by_block(), 2):
            for key in keys:
                if key in others:
                    raise PydanticCustomError(
                        "sweep_twice", "{key} is in {block} and in {other}; keep one",
                        {"key": key, "block": block, "other": other},
                    )  # fmt: skip
        return self

    def keys_by_block(self) -> list[tuple[str, list[str]]]:
        """Which dotted keys each block of the sweep varies."""
        sampled = [(name, getattr(self, name)) for name in ("random", "lhs", "sobol")]
        return [
            ("grid", list(self.grid)),
            ("zip", list(self.zip)),
            ("cases", list(dict.fromkeys(key for case in self.cases for key in case if key != "name"))),
            *((name, list(block.keys_) if block else []) for name, block in sampled),
        ]

    def expand(self, *, seed: int) -> list[Settings]:
        """One mapping of dotted keys to values per case, in the order of the file, first key slowest.

        A case that was named carries its name under the key `name`. `seed` decides the sampled points.
        """
        blocks: list[list[Settings]] = [[{key: value} for value in values] for key, values in self.grid.items()]
        if self.zip:
            names = list(self.zip)
            blocks.append([dict(zip(names, row, strict=True)) for row in zip(*self.zip.values(), strict=True)])
        if self.cases:
            blocks.append(list(self.cases))
        for method in ("random", "lhs", "sobol"):
            block: Sampled | None = getattr(self, method)
            if block is not None:
                blocks.append(block.points(method, seed=seed))
        size = math.prod(len(block) for block in blocks)
        if size > MOST_CASES:
            raise ValueError(f"the sweep has {size} cases; the most is {MOST_CASES}: sample with lhs or sobol instead")
        merged = ({key: value for part in parts for key, value in part.items()} for parts in itertools.product(*blocks))
        meant = (applied(case, self.when) for case in merged)
        kept = (case for case in meant if not any(matches(case, pattern) for pattern in self.exclude))
        return list({identity(case): case for case in kept}.values())

    def misfit(self) -> tuple[Loc, str] | None:
        """Place and error message of a condition that no case can meet."""
        varied: dict[str, Sequence[Any] | None] = {**self.grid, **self.zip}
        for case in self.cases:
            for key in case:
                varied[key] = [other[key] for other in self.cases if key in other]
        for block in (self.random, self.lhs, self.sobol):
            varied |= drawn(block.keys_) if block else {}
        return misfit(self.when, self.exclude, varied)


def short_names(keys: Iterable[str]) -> dict[str, str]:
    """The shortest endings of dotted keys that tell them apart: `fleet.agvs.count` is `count` where nothing else is."""
    keys = list(dict.fromkeys(keys))
    parts_by_key = {key: parts_of(key, None) for key in keys}
    short: dict[str, str] = {}
    for key, parts in parts_by_key.items():
        endings = [".".join(parts[-length:]) for length in range(1, len(parts) + 1)]
        others = [".".join(other) for name, other in parts_by_key.items() if name != key]
        free = (ending for ending in endings if not any(f".{other}".endswith(f".{ending}") for other in others))
        short[key] = next(free, key)
    return short


def labels_of(points: Sequence[Settings], names: Mapping[str, str], *, named: Iterable[str] = ()) -> list[str]:
    """The labels of cases: `count=6 mechanism=nearest`; a name replaces the keys `named` of its case block.

    Long values are shortened where all cases can still be distinguished.
    """
    named = tuple(named)
    short = [label(point, names, named=named) for point in points]
    if len(set(short)) == len(short):
        return short
    return [label(point, names, named=named, longest=None) for point in points]


def label(
    settings: Settings,
    names: Mapping[str, str],
    *,
    named: Iterable[str] = (),
    longest: int | None = LONGEST_VALUE,
) -> str:
    """The label of one case, with texts of at most `longest` letters (None: whole)."""
    hidden = set(named) if "name" in settings else set()
    shown = {key: value for key, value in settings.items() if key not in {"name", *hidden}}
    parts = [f"{names[key]}={text_of(value, longest=longest)}" for key, value in shown.items()]
    if "name" in settings:
        parts.insert(0, one_line(str(settings["name"])))
    return " ".join(parts) or "as given"


def text_of(value: Any, *, longest: int | None = LONGEST_VALUE) -> str:
    """A sweep value as one word of a label, with at most `longest` letters in each of its texts."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}"
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {text_of(item, longest=longest)}" for key, item in value.items()) + "}"
    if not isinstance(value, str | int) and isinstance(value, Sequence):
        return "[" + ", ".join(text_of(item, longest=longest) for item in value) + "]"
    text = one_line(str(value)).removeprefix(OF_THE_PROGRAM)
    return text if longest is None or len(text) <= longest else f"{text[: longest - 3]}..."
