"""How parts get from place to place: over a grid, by a matrix of travel times, or in no time."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ..config.errors import LayoutError
from ..config.section import Count, Names, Section
from ..config.units import Distance, Duration
from ..layout import Layout

Cell = Annotated[tuple[Count, Count], Field(strict=False)]  # row, column, from 0


class Grid(Section):
    """Vehicles drive over the cells of `layout` and get in each other's way."""

    kind: Literal["grid"] = "grid"
    planner: Literal["pibt", "lookahead"] = "pibt"  # one step far, or a window of ticks
    improvement: Count | None = None  # passes a tick at most; None = by density
    time_per_tick_s: Duration | None = Field(alias="time_per_tick", default=None)  # None = counted tries: reproducible

    @model_validator(mode="after")
    def _looks_ahead(self) -> Self:
        for key, value in (("improvement", self.improvement), ("time_per_tick", self.time_per_tick_s)):
            if value is not None and self.planner == "pibt":
                text = "{key} is for the planner lookahead; set planner: lookahead, or leave it out"
                raise PydanticCustomError("planner", text, {"key": key})
        return self


class Matrix(Section):
    """Vehicles take `travel[i][j]` from place i to place j (directed) and never meet."""

    kind: Literal["matrix"] = "matrix"
    places: Names
    travel_s: Annotated[
        tuple[Annotated[tuple[Duration, ...], Field(strict=False)], ...], Field(strict=False, alias="travel")
    ]
    carry_out: bool = True  # finished parts are carried to the sink; False: they leave where they are

    @model_validator(mode="after")
    def _square(self) -> Self:
        many = len(self.places)
        twins = [name for number, name in enumerate(self.places) if name in self.places[:number]]
        problem = None
        if twins:
            problem = f"place {twins[0]!r} is listed twice"
        elif len(self.travel_s) != many:
            problem = f"travel has {len(self.travel_s)} rows for {many} places; it needs one row and column a place"
        for name, row in zip(self.places, self.travel_s, strict=False):
            if problem is None and len(row) != many:
                problem = f"the row of {name!r} has {len(row)} travel times for {many} places; it needs one a place"
        for number, name in enumerate(self.places):
            if problem is None and self.travel_s[number][number] != 0:
                problem = f"travel from {name!r} to itself takes {self.travel_s[number][number]:g}s; it must be 0s"
        if problem:
            raise PydanticCustomError("matrix", "{problem}", {"problem": problem})
        return self


class Instant(Section):
    """Parts move themselves in no time; no vehicles are needed."""

    kind: Literal["instant"] = "instant"


Transport = Annotated[Grid | Matrix | Instant, Field(discriminator="kind")]


class Floor(Section):
    """A drawn floor (`art` with `legend`) or a MovingAI map (`map` with `docks`); files are read into these keys."""

    file: str | None = None  # path of a drawing or a .map; None once it was read into `art` or `map`
    art: str | None = None
    map: str | None = None
    legend: dict[str, str] = Field(default_factory=dict)
    docks: dict[str, Annotated[tuple[Cell, ...], Field(strict=False)]] = Field(default_factory=dict)
    parking: Annotated[tuple[Cell, ...], Field(strict=False)] = ()
    cell_size_m: Distance = Field(alias="cell_size", default=1.0)
    origin: str | None = None  # the file that art or map was read from; filled in where `file` was given

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            self.build()
        except LayoutError as error:
            raise PydanticCustomError("cross_check", "unreadable", {"problems": [self.complaint(str(error))]}) from None
        return self

    def build(self) -> Layout:
        """The floor as arrays; LayoutError when it cannot be read."""
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
        """Key and text of a problem of the floor, with the name of the file in front where it came from one."""
        if self.origin is not None:
            return (), f"{self.origin}: {problem}"
        return ("art",) if self.art is not None else (), problem
