"""The floor of a config: a drawing with a legend, a MovingAI map with docks, or a plain size; with blocks of racks."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ...config.errors import LayoutError
from ...config.section import Count, Names, Positive, Section
from ...config.units import Distance
from ...layout import Layout
from ...layout.bays import with_bays
from ...layout.blocks import Block, BlockError, with_blocks
from ...layout.readers import FILE_KEYS
from ...layout.readers.sheets import corners, with_cell_names

Cell = Annotated[tuple[Count, Count], Field(strict=False)]  # row, column, from 0


class Floor(Section):
    """A drawn floor (`art` with `legend`), a map (`map` with `docks`) or a plain one (`size`); files are read in."""

    file: str | None = None  # path of a drawing or a .map; None once read into `art` or `map`
    sheet: str | None = None  # of a workbook
    cells: str | None = None  # range of a sheet: A2:E5
    cell_pixels: Positive | None = None  # of a picture: side of a cell; None = 1
    unit: Literal["mm", "cm", "m", "km", "in", "ft"] | None = None  # of a .dxf drawing; None = as it says
    art: str | None = None
    map: str | None = None
    size: Annotated[tuple[Positive, Positive], Field(strict=False)] | None = None  # rows, columns
    legend: dict[str, str] = Field(default_factory=dict)
    docks: dict[str, Annotated[tuple[Cell, ...], Field(strict=False)]] = Field(default_factory=dict)
    parking: Annotated[tuple[Cell, ...], Field(strict=False)] = ()
    blocks: Annotated[tuple[Block, ...], Field(strict=False)] = ()
    through_parking: bool = True  # False: only a vehicle that parks in a parking cell enters it
    cell_size_m: Distance = Field(alias="cell_size", default=1.0)
    origin: str | None = None  # the file that art or map was read from; set if `file` was given
    notes: Names = ()  # what its reader found and left out

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            _ = self.floor
        except BlockError as error:
            problem = ("blocks", error.number), self._with_cells(str(error))
        except LayoutError as error:
            problem = self.complaint(str(error))
        else:
            return self
        raise PydanticCustomError("cross_check", "unreadable", {"problems": [problem]}) from None

    @cached_property
    def floor(self) -> Layout:
        """The floor as arrays, the same object at every call; LayoutError if it cannot be read."""
        if self.file is not None and self.art is None and self.map is None:
            raise LayoutError(f"{self.file!r} was not read; use Scenario.load or Scenario.parse")
        if [self.file, self.art, self.map, self.size].count(None) != 3:
            raise LayoutError(
                "needs one of file (a drawing or a MovingAI .map), art (a drawing), map and size, and only one"
            )
        if self.origin is None and (alone := [key for key in FILE_KEYS if getattr(self, key) is not None]):
            raise LayoutError(f"{alone[0]} goes with a file {' or '.join(FILE_KEYS[alone[0]])}; leave it out")
        if self.cells is not None:
            corners(self.cells)
        layout = with_blocks(self._without_blocks(), self.blocks)
        return layout if self.through_parking else with_bays(layout)

    def block_places(self) -> tuple[str, ...]:
        """The places of all blocks, `rack/row/column`: block by block, row by row."""
        return tuple(name for block in self.blocks for name in block.names)

    def complaint(self, problem: str) -> tuple[tuple[str, ...], str]:
        """Key and text of a problem of the floor, with the name of its file in front, if any."""
        if self.origin is not None:
            return (), f"{self.origin}: {self._with_cells(problem)}"
        return ("art",) if self.art is not None else (), problem

    def _with_cells(self, problem: str) -> str:
        """The problem with the cells of the sheet that the floor was read from, if any."""
        return problem if self.cells is None else with_cell_names(problem, self.cells)

    def _without_blocks(self) -> Layout:
        if self.art is not None:
            if self.docks or self.parking:
                raise LayoutError(
                    "docks and parking go with a MovingAI .map or a size; draw them in the art, name them in the legend"
                )
            return Layout.from_ascii(self.art, self.legend, cell_size_m=self.cell_size_m)
        if self.legend:
            raise LayoutError("legend goes with a drawing; give docks as [row, column] for a MovingAI .map or a size")
        if self.size is not None:
            plain = Layout.plain(*self.size, cell_size_m=self.cell_size_m)
            return plain.with_places(self.docks, self.parking)
        return Layout.from_map(self.map or "", docks=self.docks, parking=self.parking, cell_size_m=self.cell_size_m)
