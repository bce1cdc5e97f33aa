"""The operations of a product, and the detours that results make: by docs/scenario.md, without robocell."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any

Data = dict[str, Any]
SCRAP = -1  # follows a result
END = -2  # stands for the number of all steps, until that is known


@dataclass
class Step:
    """An operation; its number is its index.

    Attributes:
        data: as it is written.
        after: number of the step behind it.
        results: what follows each of its results, and how often a part may have it.
    """

    data: Data
    after: int
    results: list[tuple[int, float]] = field(default_factory=list)


def steps_of(product: Data) -> list[Step]:
    """The operations as they are written: those of the routing, then those of its detours, and so on."""
    steps: list[Step] = []
    _write(product["routing"], END, steps)
    for step in steps:
        step.after = len(steps) if step.after == END else step.after
        step.results = [(len(steps) if after == END else after, most) for after, most in step.results]
    return steps


def _write(chain: list[Any], behind: int, steps: list[Step]) -> int:
    """Add operations, and then their detours; the number of the first. `behind` follows the last."""
    if not chain:
        return behind
    first = len(steps)
    for number, data in enumerate(chain, first + 1):
        steps.append(Step({"operation": data} if isinstance(data, str) else data, number))
    steps[-1].after = behind
    for number in range(first, len(steps)):
        step = steps[number]
        for result in step.data.get("results", ()):
            detour, back = list(result.get("then", ())), step.after
            if detour and detour[-1] in (step.data["operation"], {"operation": step.data["operation"]}):
                detour, back = detour[:-1], number
            after = SCRAP if result.get("scrap") else _write(detour, back, steps)
            step.results.append((after, result.get("at_most", inf)))
    return first
