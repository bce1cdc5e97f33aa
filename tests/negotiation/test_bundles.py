"""The bundle algorithm: it ends, without conflicts, at half the optimum at least, and whoever is asked first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from robocell.agents.mechanisms import MECHANISMS, Market
from robocell.agents.mechanisms.bundles import DISCOUNT_S
from robocell.agents.negotiation.market import AGEING
from robocell.agents.shop.tasks import TaskKind, Transport


class Nobody:
    unique_id = 0


class Walker:
    """Goes straight from one point to the next, and takes on `room` tasks."""

    def __init__(self, at, room):
        self.at, self.room = at, room

    def foresee(self, tasks):
        return None if len(tasks) > self.room else self.delays_s(tasks)

    def delays_s(self, tasks):
        points = [self.at, *(task.point for task in tasks)]
        return np.cumsum([np.hypot(*(b - a)) for a, b in pairwise(points)]).tolist()


@dataclass(frozen=True, eq=False, kw_only=True)
class Errand(Transport):
    point: np.ndarray


def field(seed, tasks, walkers, room, *, order=None):
    """Tasks and walkers scattered over a square of 1000 s; `order` is who stands in which column."""
    rng = np.random.default_rng(seed)
    errands = []
    for _ in range(tasks):
        errands.append(Errand(manager=Nobody(), origin=0, destination=1, point=rng.random(2) * 1000.0))  # type: ignore[arg-type]
        errands[-1].contract.requested_at_s = -float(rng.random()) * 2000.0
    members = [Walker(rng.random(2) * 1000.0, room) for _ in range(walkers)]
    members = [members[i] for i in (order or range(walkers))]
    hall = Market(TaskKind.TRANSPORT, errands, np.arange(walkers), now_s=0.0, rng=rng, members=members)  # type: ignore[arg-type]
    hall.cost[:] = [[walker.delays_s([errand])[0] for walker in members] for errand in errands]
    hall.approach_s[:] = hall.cost
    return hall, members


def plans(hall, members):
    """What each walker has won, in the order of doing it, in one agreement: nobody wins more than he has room for."""
    won = [[] for _ in members]
    for row, column in MECHANISMS["cbba"]().clear(hall):
        won[column].append(row)
        hall.withdraw(row)
        if len(won[column]) == members[column].room:
            hall.cost[:, column] = np.inf
        if sum(map(len, won)) == min(len(hall.tasks), sum(member.room for member in members)):
            break
    return won


def worth(hall, member, path):
    if not path:
        return 0.0
    delay_s = np.array(member.delays_s([hall.tasks[row] for row in path]))
    return np.exp((AGEING * hall.age_s[path] - delay_s) / DISCOUNT_S).sum()


def optimum(hall, members):
    """The best of all ways to hand out all tasks, and of all orders to do them in."""
    best = 0.0
    for owners in product(range(len(members)), repeat=len(hall.tasks)):
        shares = [[row for row, owner in enumerate(owners) if owner == i] for i in range(len(members))]
        if all(len(share) <= member.room for share, member in zip(shares, members, strict=True)):
            values = [
                max(worth(hall, member, list(path)) for path in permutations(share))
                for share, member in zip(shares, members, strict=True)
            ]
            best = max(best, sum(values))
    return best


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 5), st.integers(1, 4))
def test_it_ends_without_conflicts_and_leaves_no_agent_idle(seed, tasks, walkers, room):
    hall, members = field(seed, tasks, walkers, room)
    won = plans(hall, members)
    placed = [row for path in won for row in path]
    assert len(placed) == len(set(placed)) == min(tasks, walkers * room)
    assert all(len(path) <= room for path in won)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(2, 3))
def test_it_is_worth_half_the_optimum_at_least(seed, tasks, walkers):
    hall, members = field(seed, tasks, walkers, room=tasks)
    best = optimum(hall, members)
    reached = sum(worth(hall, member, path) for member, path in zip(members, plans(hall, members), strict=True))
    assert best / 2 <= reached <= best + 1e-9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(1, 8))
def test_with_room_for_one_it_is_worth_half_the_best_assignment_at_least(seed, tasks, walkers):
    hall, members = field(seed, tasks, walkers, room=1)
    value = np.exp(-hall.score_s / DISCOUNT_S)
    best = value[linear_sum_assignment(value, maximize=True)].sum()
    reached = sum(value[row, column] for column, path in enumerate(plans(hall, members)) for row in path)
    assert best / 2 <= reached <= best + 1e-9


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.permutations(range(4)), st.integers(1, 3))
def test_the_order_of_agents_does_not_matter(seed, order, room):
    usual, other = (plans(*field(seed, 7, 4, room, order=who)) for who in (None, order))
    assert [usual[i] for i in order] == other


def test_an_outbid_agent_gives_up_its_later_claims():
    """The left walker claims the middle, then what lies behind it; the right one has the middle, it goes back left."""
    hall, members = field(0, 3, 2, room=3)
    for walker, x in zip(members, (0.0, 1000.0), strict=True):
        walker.at = np.array([x, 0.0])
    for errand, x in zip(hall.tasks, (550.0, 500.0, -400.0), strict=True):
        errand.point[:] = [x, 0.0]
        errand.contract.requested_at_s = 0.0
    hall.cost[:] = [[walker.delays_s([errand])[0] for walker in members] for errand in hall.tasks]
    hall.approach_s[:] = hall.cost
    assert plans(hall, members) == [[2], [0, 1]]


@pytest.mark.parametrize("connected", [0.0, 0.5])
def test_it_ends_like_agents_that_hear_only_their_neighbours(connected):
    """The rules of the paper's Table 1 for agents on a graph, each with lists of its own, end in the same plans."""
    for seed in range(8):
        hall, members = field(seed, 6, 4, room=2)
        graph = np.random.default_rng(seed).random((4, 4)) < connected
        graph |= graph.T
        graph[[0, 1, 2], [1, 2, 3]] = graph[[1, 2, 3], [0, 1, 2]] = True  # a chain at least
        assert gossip(hall, members, graph) == plans(hall, members)


def gossip(hall, members, graph):
    """Slow and literal: who heard what from whom and when, `y`, `z`, `s` of the paper; synchronous rounds."""
    agents, tasks = len(members), len(hall.tasks)
    y, z = np.zeros((agents, tasks)), np.full((agents, tasks), -1)
    s = np.zeros((agents, agents), int)  # (i, m) when i last had news of m
    bundle, path = [[] for _ in members], [[] for _ in members]
    for now in range(1, 200):
        before = [list(b) for b in bundle], y.copy(), z.copy()
        for i, member in enumerate(members):
            while len(bundle[i]) < member.room:
                gains = np.zeros(tasks)
                paths = {}
                for j in set(range(tasks)) - set(bundle[i]):
                    candidates = [[*path[i][:n], j, *path[i][n:]] for n in range(len(path[i]) + 1)]
                    values = [worth(hall, member, p) - worth(hall, member, path[i]) for p in candidates]
                    gains[j], paths[j] = max(values), candidates[int(np.argmax(values))]
                if bundle[i]:
                    gains = np.minimum(gains, y[i, bundle[i][-1]])
                gains[gains <= y[i]] = 0.0
                j = int(gains.argmax())
                if gains[j] == 0.0:
                    break
                bundle[i].append(j)
                path[i] = paths[j]
                y[i, j], z[i, j] = gains[j], i
        sent_y, sent_z, sent_s = y.copy(), z.copy(), s.copy()
        for i in range(agents):
            for k in np.flatnonzero(graph[i]):
                if k == i:
                    continue
                for j in range(tasks):
                    told, mine = sent_z[k, j], z[i, j]
                    fresher = {m: sent_s[k, m] > s[i, m] for m in (told, mine) if m >= 0}
                    update = reset = False
                    if told == k:
                        update = (
                            (mine == i and sent_y[k, j] > y[i, j])
                            or mine in (k, -1)
                            or (mine not in (i, k, -1) and (fresher[mine] or sent_y[k, j] > y[i, j]))
                        )
                    elif told == i:
                        reset = mine == k or (mine not in (i, k, -1) and fresher[mine])
                    elif told >= 0:
                        if mine == i:
                            update = fresher[told] and sent_y[k, j] > y[i, j]
                        elif mine == k:
                            update, reset = fresher[told], not fresher[told]
                        elif mine == told or mine == -1:
                            update = fresher[told]
                        else:
                            newer, older = fresher[told], fresher[mine]
                            update = (older and newer) or (newer and sent_y[k, j] > y[i, j])
                            reset = older and not newer
                    else:
                        update = mine == k or (mine not in (i, k, -1) and fresher[mine])
                    if update:
                        y[i, j], z[i, j] = sent_y[k, j], told
                    elif reset:
                        y[i, j], z[i, j] = 0.0, -1
                s[i] = np.maximum(s[i], sent_s[k])
                s[i, k] = now
            lost = next((n for n, j in enumerate(bundle[i]) if z[i, j] != i), None)
            if lost is not None:
                for j in bundle[i][lost + 1 :]:
                    if z[i, j] == i:
                        y[i, j], z[i, j] = 0.0, -1
                path[i] = [j for j in path[i] if j not in bundle[i][lost:]]
                del bundle[i][lost:]
        if before[0] == bundle and np.array_equal(before[1], y) and np.array_equal(before[2], z):
            return path
    raise AssertionError("the agents never agreed")
