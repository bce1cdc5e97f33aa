"""A target that the mean of a KPI has to reach."""

from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from ....environments.config.section import Figure, Section
from ....environments.config.units import DURATION


class Target(Section):
    """The level that the mean of a KPI must reach."""

    metric: str
    at_least: Figure | str | None = None
    at_most: Figure | str | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise PydanticCustomError("target", "needs either at_least or at_most", {})
        self.level  # noqa: B018  (a quantity without a unit is refused here, with its place)
        return self

    @property
    def level(self) -> float:
        """The number in the unit of the KPI; durations may be given with a unit (30min)."""
        given = self.at_least if self.at_least is not None else self.at_most
        try:
            return DURATION.parse(given) if isinstance(given, str) else float(given)  # pyright: ignore[reportArgumentType]
        except ValueError as error:
            raise PydanticCustomError("target", "{text}", {"text": str(error)}) from None

    def excess(self, mean: float) -> float:
        """How far a mean exceeds the level on the right side; negative on the wrong side."""
        return mean - self.level if self.at_least is not None else self.level - mean
