"""The floor: drawings and maps, and the checks whether vehicles can do their work on it.

| name | meaning |
|---|---|
| `Layout` | a grid floor: `from_ascii` reads a drawing, `from_map` a MovingAI map |
| `ANY_DIRECTION`, `EAST`, `SOUTH`, `WEST`, `NORTH` | the directions in which a one-way cell is left |
| `NO_CELL` | marks the absence of a cell |

`checks` refuses floors on which places could not be served, `blocks` puts racks on a floor, `bays` keeps vehicles from
driving through parking, `readers` read the files of other programs, `map_text` reads the text of maps, `printed` shows
a floor as text, `moves` has tables of moves and their reverse, `mesa_floor` shows a floor to Mesa.
"""

from .layout import Layout
from .moves import ANY_DIRECTION, EAST, NO_CELL, NORTH, SOUTH, WEST

__all__ = ["ANY_DIRECTION", "EAST", "NORTH", "NO_CELL", "SOUTH", "WEST", "Layout"]
