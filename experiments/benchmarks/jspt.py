"""Compares the job shop with AGVs with the best known results: mechanisms, ingredients, unseen, large, disturbed shops.

The agents decide when a decision is due, and revoke none; in the 82 instances all jobs are known at t = 0. The *gap* is
the percentage by which a makespan (end of the last operation) or an exit time (last part back at load/unload) exceeds
the best known one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ...agents.events import Event
from ...agents.mechanisms import MECHANISMS
from ...agents.mechanisms.forced_schedule import Replay
from ...environments.factory import Factory
from ...environments.instances.bilge_ulusoy import Schedule, TransportShop, read_bilge_ulusoy, read_schedules
from ...environments.instances.job_shop import JobShop, alternatives
from .jspt_arrivals import against_the_contract_net
from .jspt_floor import floors
from .jspt_large import large
from .jspt_play import DATA, INSTANCES, REACTIVE, SCHEDULES, WHAT_IF, play
from .jspt_spoilers import spoilers
from .jspt_table import LONG_WAYS, SHORT_WAYS, tables
from .jspt_unseen import unseen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Sets: TypeAlias = "Mapping[str, Sequence[TransportShop]]"

FLEXIBLE = DATA / "fjsp_brandimarte.json"
INGREDIENTS: dict[str, dict[str, Any]] = {
    "contract net, calls when the part is ready": REACTIVE,
    "contract net, calls when the operation starts": {**REACTIVE, "look_ahead": "start"},
    "forecast by one rule": {**WHAT_IF, "what_if": {"rules": 1, "ask_each": False, "exchanges": 0}},
    "forecast by the best of 12 rules": {**WHAT_IF, "what_if": {"ask_each": False, "exchanges": 0}},
    "what if each came first, nothing remembered": {**WHAT_IF, "what_if": {"exchanges": 0, "remember": False}},
    "what if each came first": {**WHAT_IF, "what_if": {"exchanges": 0}},
    "what if each came first, and exchanges": WHAT_IF,
    "exchanges only": {**WHAT_IF, "what_if": {"ask_each": False}},
    "all of it, calls when the part is ready": {**WHAT_IF, "look_ahead": "none"},
    "all of it, think: 10": {**WHAT_IF, "what_if": {"think": 10}},
    "all of it, ahead: 2": {**WHAT_IF, "what_if": {"ahead": 2}},
    "all of it, ahead: 1": {**WHAT_IF, "what_if": {"ahead": 1}},
    "static plan at t = 0": {**WHAT_IF, "what_if": {"revise": False}},
    "static plan at t = 0, think: 10": {**WHAT_IF, "what_if": {"revise": False, "think": 10}},
}


def replay(instance: TransportShop, schedule: Schedule) -> float:
    """The makespan (s) when the decisions of `schedule` are forced upon the agents."""
    factory = Factory(instance.scenario(negotiation={"look_ahead": "departure"}))
    sequences = {f"m{number}": sequence for number, sequence in enumerate(schedule.sequences, 1)}
    factory.net.mechanism = Replay(schedule.trips, sequences)
    events = factory.run().events
    factory.close()
    return float(events["time_s"][events["kind"] == Event.PROCESSING_ENDED].max())


def gaps(
    instances: Sequence[TransportShop], negotiation: Mapping[str, Any], *, exit_time: bool = False, seeds: int = 1
) -> dict[str, Any]:
    """Gaps of a negotiation, and its CPU time; instances without a best known result are skipped."""
    found: list[float] = []
    cpu_s: list[float] = []
    for instance in instances:
        best_s = instance.exit_s if exit_time else instance.makespan_s
        if best_s is None:
            continue
        scenario = instance.scenario(exit_time=exit_time, negotiation=negotiation)
        for seed in range(1, seeds + 1):
            outcome = play(scenario, rng=seed)
            found.append(100.0 * ((outcome.exit_s if exit_time else outcome.makespan_s) / best_s - 1.0))
            cpu_s.append(outcome.cpu_s)
    return {"mean_gap": float(np.mean(found)), "max_gap": max(found), "ms_per_instance": 1e3 * float(np.mean(cpu_s))}


def published(instances: Sequence[TransportShop], *, exit_time: bool = False) -> dict[str, dict[str, float]]:
    """Gaps of the methods of the literature that have a result for every instance; unverified results are counted."""
    tables = [
        instance.published_exit if exit_time else {**instance.unverified, **instance.published}
        for instance in instances
    ]
    result = {}
    for method in tables[0]:
        if all(method in table for table in tables):
            best_s = [instance.exit_s if exit_time else instance.makespan_s for instance in instances]
            found = [100.0 * (table[method] / best - 1.0) for table, best in zip(tables, best_s, strict=True) if best]
            doubtful = 0 if exit_time else sum(method not in instance.published for instance in instances)
            name = f"{method} ({doubtful} of {len(tables)} results not verified)" if doubtful else method
            result[name] = {"mean_gap": float(np.mean(found)), "max_gap": max(found)}
    return result


def flexible() -> dict[str, Any]:
    """Gaps on the flexible job shops mk01-mk10 of Brandimarte (1993), where parts move by themselves: routing only."""
    instances = json.loads(FLEXIBLE.read_text(encoding="utf-8"))["instances"]
    result = {}
    for name, negotiation in (("contract_net", REACTIVE), ("what_if", WHAT_IF)):
        found = []
        for number in range(1, 11):
            row = instances[f"mk{number:02}"]
            shop = JobShop(f"mk{number:02}", row["machines"], alternatives(row["operations"]))
            found.append(100.0 * (play(shop.scenario(negotiation=negotiation)).makespan_s / row["best_known"] - 1.0))
        result[name] = {"mean_gap": float(np.mean(found)), "max_gap": max(found)}
    return result


def run(
    *,
    quick: bool = False,
    seeds: int = 1,
    shops: int = 30,
    large_shops: int = 2,
    figure: Path | None = None,
    table: Path | None = None,
) -> dict[str, Any]:
    """Measure on all 82 instances, and on unseen, disturbed and large shops.

    Args:
        quick: only the mechanism `what_if`, and the replay.
        seeds: runs of each instance with the mechanism `what_if`, which draws random numbers.
        shops: number of unseen random shops; half as many with uncertain times, and with arrivals; a quarter as many
            replications of the factory floor.
        large_shops: number of instances of 200 operations, and of 300, each with 3 and with 5 vehicles.
        figure: where to draw the comparison (.svg, .png).
        table: where to write the figures as Markdown.

    Returns:
        `sets` -> set -> `mean_gap`, `max_gap` (percent, makespan, mechanism `what_if`); `exit_time` the same for the
        exit time; `replayed_exactly` (of `instances`); `ms_per_instance` (CPU time from the scenario to the log).
        Unless `quick`: `mechanisms` -> name -> set or exit time -> gaps; `ingredients`; `unseen`; `large`; `makespan`
        and `flow_time`, changes against the contract net in percent; `spoilers`, the same on a factory floor;
        `floors`; `flexible`; `published`, `published_exit`.
    """
    everything = read_bilge_ulusoy(INSTANCES)
    sets = {
        LONG_WAYS: [instance for instance in everything.values() if instance.travel_share > 0.25],
        SHORT_WAYS: [instance for instance in everything.values() if instance.travel_share < 0.25],
    }
    play(sets[LONG_WAYS][0].scenario(negotiation=WHAT_IF))  # compile the kernels
    result = _headline(everything, sets, seeds)
    if quick:
        return result
    result |= _by_mechanism(sets) | _other_shops(shops, large_shops)
    result["floors"] = floors({shop.shop.name: shop for shop in sets[LONG_WAYS]})
    result["published"] = published(sets[LONG_WAYS])
    result["published_exit"] = published(sets[LONG_WAYS], exit_time=True)
    if figure is not None:
        from .jspt_figure import draw

        draw(result, figure)
    if table is not None:
        table.write_text(tables(result), encoding="utf-8")
    return result


def _headline(everything: Mapping[str, TransportShop], sets: Sets, seeds: int) -> dict[str, Any]:
    """`what_if` on all instances, and the replay of the best known schedules."""
    schedules = read_schedules(SCHEDULES)
    by_set = _compare(sets, WHAT_IF, seeds)
    count = {name: len(instances) for name, instances in sets.items()}
    return {
        "sets": by_set,
        "exit_time": gaps(sets[LONG_WAYS], WHAT_IF, exit_time=True, seeds=seeds),
        "replayed_exactly": sum(replay(everything[name], plan) == plan.makespan_s for name, plan in schedules.items()),
        "instances": len(everything),
        "ms_per_instance": sum(by_set[name]["ms_per_instance"] * count[name] for name in sets) / sum(count.values()),
    }


def _by_mechanism(sets: Sets) -> dict[str, Any]:
    """All mechanisms, and `what_if` with parts of it switched off."""
    mechanisms = {}
    for name in MECHANISMS:
        negotiation = WHAT_IF if name == "what_if" else {**REACTIVE, "mechanism": name, "look_ahead": "start"}
        exits = gaps(sets[LONG_WAYS], negotiation, exit_time=True)
        mechanisms[name] = {**_compare(sets, negotiation), "exit_time": exits}
    ingredients = {name: _compare(sets, negotiation) for name, negotiation in INGREDIENTS.items()}
    return {"mechanisms": mechanisms, "ingredients": ingredients}


def _other_shops(shops: int, large_shops: int) -> dict[str, Any]:
    """Unseen, large, disturbed and flexible shops."""
    return {
        "unseen": unseen(shops, INGREDIENTS),
        "large": large(large_shops),
        "makespan": against_the_contract_net(shops // 2, arriving=False),
        "flow_time": against_the_contract_net(shops // 2, arriving=True),
        "spoilers": spoilers(seeds=shops // 4),
        "flexible": flexible(),
    }


def _compare(sets: Sets, negotiation: Mapping[str, Any], seeds: int = 1) -> dict[str, Any]:
    return {name: gaps(instances, negotiation, seeds=seeds) for name, instances in sets.items()}
