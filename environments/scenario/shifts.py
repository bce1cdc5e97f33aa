"""Working times of people: shifts with pauses, repeated in cycles."""

from collections.abc import Iterator
from itertools import count
from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ..config.section import Section
from ..config.units import Duration, PositiveDuration


class Pause(Section):
    """A period without work, counted from the beginning of the cycle."""

    from_s: Duration = Field(alias="from")
    to_s: PositiveDuration = Field(alias="to")


class ShiftSpec(Section):
    """A cycle of work and pauses that repeats from time 0 on."""

    every_s: PositiveDuration = Field(alias="every")
    pauses: tuple[Pause, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _pauses_follow_each_other(self) -> Self:
        before_s = 0.0
        for number, pause in enumerate(self.pauses, start=1):
            if not before_s <= pause.from_s < pause.to_s <= self.every_s:
                raise PydanticCustomError(
                    "shift",
                    "pause {number} ({begin}s to {end}s) must end after it begins, begin after the pause before it, "
                    "and end within the cycle of {every}s",
                    {
                        "number": number,
                        "begin": f"{pause.from_s:g}",
                        "end": f"{pause.to_s:g}",
                        "every": f"{self.every_s:g}",
                    },
                )
            before_s = pause.to_s
        if self.pauses and self.worked_share == 0.0:
            raise PydanticCustomError("shift", "the pauses fill the whole cycle; leave time to work")
        return self

    @property
    def worked_share(self) -> float:
        """Share of working time in the cycle."""
        return 1.0 - sum(pause.to_s - pause.from_s for pause in self.pauses) / self.every_s

    def next_time_off(self, now_s: float) -> tuple[float, float] | None:
        """Begin and end (s) of the pause under way at `now_s`, or of the next one; None without pauses."""
        cycle = max(int(now_s // self.every_s) - 2, 0)  # a pause that touches the next lasts less than two cycles
        return next((pause for pause in self.times_off(cycle) if pause[1] > now_s), None)

    def times_off(self, first_cycle: int = 0) -> Iterator[tuple[float, float]]:
        """Begin and end (s) of every pause from the beginning of a cycle on, endlessly; adjoining ones are merged."""
        begin_s = end_s = None
        for cycle in count(first_cycle) if self.pauses else ():
            for pause in self.pauses:
                from_s, to_s = cycle * self.every_s + pause.from_s, cycle * self.every_s + pause.to_s
                if end_s is not None and begin_s is not None and from_s > end_s:
                    yield begin_s, end_s
                    begin_s = from_s
                begin_s, end_s = from_s if begin_s is None else begin_s, to_s
