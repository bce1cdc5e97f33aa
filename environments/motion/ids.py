"""The numbers that stand in arrays for no cell, no vehicle etc.: always -1, so that kernels may test for < 0."""

from ..layout.moves import NO_CELL

NO_VEHICLE = -1
NO_STATE = -1  # of a `Graph`
NO_FIELD = -1  # row of a table of fields
NO_DEAD_END = -1  # number of a dead end

__all__ = ["NO_CELL", "NO_DEAD_END", "NO_FIELD", "NO_STATE", "NO_VEHICLE"]
