"""The kinds of transport of parts, one file and one line in `TRANSPORTS` each."""

from .base import TrafficOwner, TransportSpec, Trip
from .floor import Cell, Floor
from .grid import Grid
from .instant import Instant
from .matrix import Matrix, table_traffic

__all__ = [
    "TRANSPORTS",
    "Cell",
    "Floor",
    "Grid",
    "Instant",
    "Matrix",
    "TrafficOwner",
    "TransportSpec",
    "Trip",
    "table_traffic",
]

TRANSPORTS: dict[str, type[TransportSpec]] = {"grid": Grid, "matrix": Matrix, "instant": Instant}
TransportSpec.kinds = TRANSPORTS
