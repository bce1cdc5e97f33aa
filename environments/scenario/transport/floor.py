"""The floor of a config: a drawing with a legend, or a MovingAI map with docks."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ...config.errors import LayoutError
from ...config.section import Count, Section
from ...config.units import Distance
from ...layout import Layout

Cell = Annotated[tuple[Count, Count], Field(strict=False)]  # row, column, from 0


class Floor(Section):
    """A drawn floor (`art` with `legend`) or a MovingAI map (`map` with `docks`); files are read into these keys."""

    file: str | None = None  # path of a drawing or a .map; None once read into `art` or `map`
    art: str | None = None
    map: str | None = None
    legend: dict[str, str] = Field(default_factory=dict)
    docks: dict[str, Annotated[tuple[Cell, ...], Field(strict=False)]] = Field(default_factory=dict)
    parking: Annotated[tuple[Cell, ...], Field(strict=False)] = ()
    cell_size_m: Distance = Field(alias="cell_size", default=1.0)
    origin: str | None = None  # the file that art or map was read from; set if `file` was given

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            self.build()
        except LayoutError as error:
            raise PydanticCustomError("cross_check", "unreadable", {"problems": [self.complaint(str(error))]}) from None
        return self

    def build(self) -> Layout:
        """The floor as arrays; LayoutError if it cannot be read."""
        if self.file is not None and self.art is None and self.map is None:
            raise LayoutError(f"{self.file!r} was not read; use Scenario.load or Scenario.parse")
        if [self.file, self.art, self.map].count(None) != 2:
            raise LayoutError("needs one of file (a drawing or a MovingAI .map), art (a drawing) and map, and only one")
        if self.art is not None:
            if self.docks or self.parking:
                raise LayoutError(
                    "docks and parking go with a MovingAI .map; draw them in the art, name them in the legend"
                )
            return Layout.from_ascii(self.art, self.legend, cell_size_m=self.cell_size_m)
        if self.legend:
            raise LayoutError("legend goes with a drawing; give docks as [row, column] for a MovingAI .map")
        return Layout.from_map(self.map or "", docks=self.docks, parking=self.parking, cell_size_m=self.cell_size_m)

    def complaint(self, problem: str) -> tuple[tuple[str, ...], str]:
        """Key and text of a problem of the floor, with the name of its file in front, if any."""
        if self.origin is not None:
            return (), f"{self.origin}: {problem}"
        return ("art",) if self.art is not None else (), problem
