"""Mechanisms, which clear open calls: they choose the winner of each task, given the offers.

A mechanism is a small subclass of `Mechanism` with a generator of awards. To add your own, write it and name it
`my_module:Name` in the scenario; to add one here, write it and give it a line in MECHANISMS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from ..negotiation.market import Award, Market
from ..negotiation.mechanism import Mechanism, Planner, is_planner

__all__ = [
    "MECHANISMS",
    "PLANNERS",
    "Award",
    "Market",
    "Mechanism",
    "Planner",
    "is_planner",
]


class _ByName(Mapping[str, type[Mechanism]]):
    """Mechanisms by name, imported when they are looked up: to check a config takes their names alone."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> type[Mechanism]:
        module, _, class_name = self._places[name].partition(":")
        return getattr(import_module(module, __package__), class_name)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


MECHANISMS: Mapping[str, type[Mechanism]] = _ByName(
    {
        "contract_net": "..negotiation.mechanism:BestOffer",
        "iterated": ".auctions:Iterated",
        "sequential_single_item": ".auctions:SequentialSingleItem",
        "regret": ".auctions:Regret",
        "cbba": ".bundles:Consensus",
        "hungarian": ".assignment:Hungarian",
        "what_if": ".what_if.planner:WhatIf",
        "nearest": ".dispatch:Nearest",
        "fifo": ".dispatch:FirstInFirstOut",
        "edd": ".dispatch:EarliestDueDate",
        "spt": ".dispatch:ShortestProcessingTime",
        "mwkr": ".dispatch:MostWorkRemaining",
        "least_loaded": ".dispatch:LeastLoaded",
        "random": ".dispatch:Random",
    }
)
PLANNERS = ("what_if",)
