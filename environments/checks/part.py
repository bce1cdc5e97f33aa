"""Where a part is and how far it has come, as the rows of a log say."""

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum

from ..log import NOBODY


class Spot(IntEnum):
    """The possible locations of a part; its `holder` is the station or the vehicle."""

    OUTPUT = 0  # also at the source and in storage: ready for pickup
    VEHICLE = 1
    INPUT = 2
    MACHINE = 3
    IN_WORK = 4
    WORKED = 5
    SINK = 6
    GONE = 7
    BESIDE = 8  # at a place but outside its buffers: entered the factory there, or was set down


WORDS = {
    Spot.OUTPUT: "in the output of {}",
    Spot.VEHICLE: "on {}",
    Spot.INPUT: "in the input of {}",
    Spot.MACHINE: "on a machine of {}",
    Spot.IN_WORK: "in work at {}",
    Spot.WORKED: "processed, on a machine of {}",
    Spot.SINK: "at {}",
    Spot.GONE: "out of the factory",
    Spot.BESIDE: "beside the buffers of {}",
}
ON_MACHINE = (Spot.MACHINE, Spot.IN_WORK, Spot.WORKED)


@dataclass(slots=True)
class Part:
    """A part, as the rows say."""

    product: int  # index in scenario.products
    spot: Spot
    holder: int
    end: int  # id of the place where it leaves
    priority: int
    step: int = 0  # index of the next operation
    done: int = 0  # number of operations done
    tried: int | None = None  # the operation just done, whose result is to follow
    results: Counter[tuple[int, int]] = field(default_factory=Counter)  # how often it had each result of an operation
    origin: int = NOBODY  # place where it was loaded last
