"""Mechanisms, which clear open calls: they choose the winner of each task, given the offers.

A mechanism is a small subclass of `Mechanism` with a generator of awards. To add your own, write it and name it
`my_module:Name` in the scenario; to add one here, write it and give it a line in MECHANISMS.
"""

from __future__ import annotations

from ..negotiation.market import Award, Market
from ..negotiation.mechanism import BestOffer, Mechanism, Planner, is_planner
from .assignment import Hungarian
from .auctions import Iterated, Regret, SequentialSingleItem
from .bundles import Consensus
from .dispatch import (
    EarliestDueDate,
    FirstInFirstOut,
    LeastLoaded,
    MostWorkRemaining,
    Nearest,
    Random,
    ShortestProcessingTime,
)
from .what_if.planner import WhatIf

__all__ = [
    "MECHANISMS",
    "PLANNERS",
    "Award",
    "Market",
    "Mechanism",
    "Planner",
    "is_planner",
]

MECHANISMS: dict[str, type[Mechanism]] = {
    "contract_net": BestOffer,
    "iterated": Iterated,
    "sequential_single_item": SequentialSingleItem,
    "regret": Regret,
    "cbba": Consensus,
    "hungarian": Hungarian,
    "what_if": WhatIf,
    "nearest": Nearest,
    "fifo": FirstInFirstOut,
    "edd": EarliestDueDate,
    "spt": ShortestProcessingTime,
    "mwkr": MostWorkRemaining,
    "least_loaded": LeastLoaded,
    "random": Random,
}
PLANNERS = tuple(name for name, mechanism in MECHANISMS.items() if is_planner(mechanism))
