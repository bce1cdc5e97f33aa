"""How open calls are cleared: who wins what, given the offers.

A mechanism is one small class with a generator of awards. To add one of your own, write such a class and name it
`my_module:Name` in the scenario; to add one here, write it and give it a line in MECHANISMS.
"""

from ..what_if import WhatIf
from .assignment import Hungarian
from .auctions import ContractNet, Iterated, Regret, SequentialSingleItem
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
from .market import Award, Market, Mechanism, Planner

__all__ = ["MECHANISMS", "Award", "Market", "Mechanism", "Planner"]

MECHANISMS: dict[str, type[Mechanism]] = {
    "contract_net": ContractNet,
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
