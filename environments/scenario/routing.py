"""The routing of a product: its operations, the results that they may have, and the order in which they follow.

    routing:
      - solder
      - {operation: test, results: [{share: 96%}, {share: 3%, then: [repair, test]}, {share: 1%, scrap: true}]}

    0 solder -> 1 test -> done            the usual result
                   |  <---- 2 repair      a detour, which returns behind the step, or to it if it ends with it
                   +-> scrap

Steps are numbered as the log numbers them: those of the routing, then those of its detours.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ..config.distributions import Distribution
from ..config.section import Names, Positive, Section
from ..config.units import Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    Loc = tuple[str | int, ...]

SCRAP = -1  # follows a result of scrap
ROUNDING = 1e-9  # of a sum of shares


def _step(value: Any) -> Any:
    return {"operation": value} if isinstance(value, str) else value


class StepSpec(Section):
    """One operation of a routing; a plain name is a step that any capable station may do in its own processing time."""

    operation: str
    stations: Annotated[Names, Field(min_length=1)] | None = None  # only these; None = all that have the operation
    time: Distribution | None = None  # instead of the station's own processing time
    results: Annotated[tuple[ResultSpec, ...], Field(strict=False)] = ()  # drawn when it is done; none: it succeeds

    @model_validator(mode="after")
    def _results_are_complete(self) -> Self:
        whole = math.fsum(result.share for result in self.results)
        if self.results and abs(whole - 1.0) > ROUNDING:
            text = "the shares of the results make {whole}, not 100 %"
            raise PydanticCustomError("results", text, {"whole": f"{100 * whole:.6g} %"})
        if self.results and not any(result.share and not result.scrap and not result.then for result in self.results):
            raise PydanticCustomError(
                "results", "no result lets the part go on; give one a share, without then or scrap"
            )
        for number, result in enumerate(self.results):
            if any(self._is_repeated_by(step) for step in result.then[:-1]):
                text = "results.{number}.then: {operation} repeats the step, and can only be the last of the detour"
                raise PydanticCustomError("results", text, {"number": number, "operation": repr(self.operation)})
        return self

    def _is_repeated_by(self, step: StepSpec) -> bool:
        return step == StepSpec(operation=self.operation)

    def repeats_after(self, detour: Sequence[StepSpec]) -> bool:
        """Whether a detour ends with this step, which is then done again with all its results."""
        return bool(detour) and self._is_repeated_by(detour[-1])


RoutingSteps = Annotated[tuple[Annotated[StepSpec, BeforeValidator(_step)], ...], Field(strict=False)]


class ResultSpec(Section):
    """A result of an operation, drawn with its share: the part goes on, makes a detour, or is scrap."""

    share: Share
    then: RoutingSteps = ()  # a detour, after which the part goes on behind the step
    at_most: Positive | None = None  # detours of a part; one more makes it scrap
    scrap: bool = False

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if self.scrap and self.then:
            raise PydanticCustomError("result", "scrap makes no detour; leave out then or scrap")
        if self.at_most is not None and not self.then:
            raise PydanticCustomError("result", "at_most counts detours; give them under then, or leave it out")
        return self


StepSpec.model_rebuild()


class PlannedResult(NamedTuple):
    """A result of a step: its share, the number of the step that follows (or SCRAP), and its most times for a part."""

    share: float
    following: int
    at_most: int | None


class PlannedStep(NamedTuple):
    """A step of a routing or of a detour.

    Attributes:
        spec: the step as it is written.
        loc: where it is written, below `routing`.
        rank: number of the step of the routing that it belongs to.
        following: number of the step that usually follows; the number of all steps after the last.
        results: its results; none if it always succeeds.
    """

    spec: StepSpec
    loc: Loc
    rank: int
    following: int
    results: tuple[PlannedResult, ...]

    @property
    def successors(self) -> tuple[int, ...]:
        """The numbers of the steps that may follow."""
        results = (result.following for result in self.results if result.following != SCRAP)
        return tuple(dict.fromkeys((self.following, *results)))


def plan_steps(routing: Sequence[StepSpec]) -> tuple[PlannedStep, ...]:
    """All steps of a routing and of its detours, by their numbers."""
    flat: list[PlannedStep] = []
    _place(routing, (), None, SCRAP, flat)
    done = len(flat)

    def known(number: int, *, scrap: bool = False) -> int:
        return done if number == SCRAP and not scrap else number

    return tuple(
        step._replace(
            following=known(step.following),
            results=tuple(
                result._replace(following=known(result.following, scrap=spec.scrap))
                for result, spec in zip(step.results, step.spec.results, strict=True)
            ),
        )
        for step in flat
    )


def _place(chain: Sequence[StepSpec], at: Loc, rank: int | None, leads_to: int, flat: list[PlannedStep]) -> int:
    """Number a chain of steps and its detours; the number of its first. After the last comes `leads_to`."""
    first = len(flat)
    for offset, spec in enumerate(chain):
        following = leads_to if offset == len(chain) - 1 else first + offset + 1
        flat.append(PlannedStep(spec, (*at, offset), offset if rank is None else rank, following, ()))
    for offset, spec in enumerate(chain):
        number = first + offset
        step = flat[number]
        results: list[PlannedResult] = []
        for which, result in enumerate(spec.results):
            again = spec.repeats_after(result.then)
            detour, back = result.then[: -1 if again else None], number if again else step.following
            below = (*step.loc, "results", which, "then")
            target = _place(detour, below, step.rank, back, flat) if detour else back
            results.append(PlannedResult(result.share, SCRAP if result.scrap else target, result.at_most))
        flat[number] = flat[number]._replace(results=tuple(results))
    return first
