"""How open calls are cleared: who wins what, given the offers.

A mechanism is one small class with a generator of awards. To add one of your own, write such a class and name it
`my_module:Name` in the scenario; to add one here, write it and give it a line in MECHANISMS.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..negotiation.market import Award, Market, Mechanism, Planner, is_planner
from ..negotiation.tasks import TaskKind
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
from .what_if.planner import WhatIf

__all__ = [
    "MECHANISMS",
    "PLANNERS",
    "Award",
    "Market",
    "Mechanism",
    "Planner",
    "is_planner",
    "mechanism_of_each_kind",
]

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
PLANNERS = tuple(name for name, mechanism in MECHANISMS.items() if is_planner(mechanism))


def mechanism_of_each_kind(given: Mechanism | Mapping[TaskKind, Mechanism]) -> dict[TaskKind, Mechanism]:
    """One mechanism for every kind of task: what is not given, or what it is not for, goes to the best offer."""
    best_offer = ContractNet()
    if isinstance(given, Mapping):
        return {kind: given.get(kind, best_offer) for kind in TaskKind}
    its_own = getattr(given, "kinds", None) or tuple(TaskKind)
    return {kind: given if kind in its_own else best_offer for kind in TaskKind}
