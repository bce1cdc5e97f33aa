"""Prices for (state, action) that spread traffic and separate opposing flows, computed from the floor alone.

An assignment of random trips to cheapest routes is repeated with prices that follow the flow found so far (method of
successive averages): the price of an edge rises with the flow against it and with the flow through the cell that it
enters. Thus streets become one-way where that is cheap. Sources: guidance graphs (Zhang et al., IJCAI 2024); traffic
flow optimisation for lifelong path finding (Chen et al., AAAI 2024), whose opposing-flow and cell-flow terms are used
here offline; successive averages (Sheffi 1985).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..costs import TICK_COST
from ..graph import FORWARD
from ..kernels.trips import add_trips

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..graph import Graph


MOST_GOALS_PER_ROUND = 256
STATES_PER_ROUND = 4_000_000  # fewer goals a round on larger floors


@dataclass(frozen=True)
class Guidance:
    """Prices of flow, in ticks for a move against (opposing) or into (crowding) the mean flow."""

    opposing: float = 1.0
    crowding: float = 0.0
    rounds: int = 20
    trips: int = 8  # per goal and round
    dearest_ticks: float = 8.0

    @classmethod
    def for_density(cls, density: float) -> Guidance:
        """Choose the price by density (vehicles per open cell).

        Separating flows costs detours, which pays where vehicles meet often.
        """
        return cls(opposing=min(1.0, max(0.0, 2.4 * (density - 0.07))))


def price_facings(graph: Graph, extra: NDArray[np.int32], turn_price: int) -> NDArray[np.int32]:
    """(S,) int32 price of the facing in which a differential vehicle rests: `turn_price` per quarter turn to the exit.

    The exit of a cell is its cheapest move by guidance (`extra` (S, A)). Along the exits vehicles leave a crowded place
    one behind the other without turning first, because they face that way already:

        > > v        a vehicle that comes from the left pushes the row, and all move in the same tick
        ^ . v
        ^ < <
    """
    forward = np.where(graph.neighbours >= 0, extra[:, FORWARD].reshape(-1, 4), np.iinfo(np.int32).max)
    quarter_turns = (np.arange(4) - forward.argmin(axis=1)[:, None]) % 4
    return (turn_price * np.minimum(quarter_turns, 4 - quarter_turns)).astype(np.int32).ravel()


def compute_guidance(
    graph: Graph, passable: NDArray[np.bool_], guidance: Guidance, *, seed: int = 0
) -> NDArray[np.int32]:
    """(S, A) int32 price of each action above a tick, in units of 1/TICK_COST tick."""
    successor, facings, wait = graph.successor, graph.facings, graph.wait
    states, actions = successor.shape
    cells = np.flatnonzero(passable).astype(np.int32)
    edges = graph.edges
    cell_of = np.arange(states) // facings
    reached = np.where(successor >= 0, successor, 0) // facings
    moves = (successor >= 0) & (reached != cell_of[:, None])
    direction = np.full((states, actions), 0)
    direction[:] = np.arange(actions) if facings == 1 else (np.arange(states) % 4)[:, None]
    edge = (cell_of[:, None] * 4 + direction)[moves]
    back = (reached * 4 + (direction + 2) % 4)[moves]
    into = reached[moves]
    extra = np.zeros((states, actions), np.int32)
    if guidance.opposing == guidance.crowding == 0:
        return extra
    draws = np.random.default_rng(seed)
    per_round = min(len(cells), max(16, min(MOST_GOALS_PER_ROUND, STATES_PER_ROUND // states)))
    mean = np.zeros((states, actions))
    for turn in range(guidance.rounds):
        flow = np.zeros((states, actions))
        goals = draws.choice(cells, per_round, replace=False)
        cost = extra + TICK_COST
        add_trips(cells, goals, guidance.trips, successor, facings, edges.first, edges.origin, edges.prices(cost), cost,
                  wait, np.uint64(seed * 7919 + turn * 104729), flow)  # fmt: skip
        mean += (flow - mean) / (turn + 1)
        on_edge = np.bincount(edge, weights=mean[moves], minlength=graph.cells * 4)
        in_cell = np.bincount(into, weights=mean[moves], minlength=graph.cells)
        price = guidance.opposing * on_edge[back] / on_edge[on_edge > 0].mean()
        price += guidance.crowding * in_cell[into] / in_cell[cells].mean()
        extra[moves] = np.rint(TICK_COST * np.minimum(price, guidance.dearest_ticks)).astype(np.int32)
    return extra
