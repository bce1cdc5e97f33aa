"""The job shop with AGVs on its floors: the cost of traffic for each negotiation, and a config to watch it.

robocell bench jspt_floor EX23 --config ex23.yaml
robocell view ex23.yaml
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from ...agents.events import Event
from ...agents.mechanisms.forced_schedule import Replay
from ...environments.config.suggestions import nearest
from ...environments.factory import Factory
from ...environments.instances.bilge_ulusoy import read_bilge_ulusoy, read_schedules
from ...environments.scenario import Scenario
from ..errors import ExperimentError
from .jspt_play import INSTANCES, REACTIVE, SCHEDULES, WHAT_IF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...environments.instances.bilge_ulusoy import Schedule, TransportShop

EARLY = {"look_ahead": "departure"}  # which a forced schedule needs
LONGEST = 5.0  # times the best known makespan: a shop that is not done by then is stuck
WAYS: dict[str, dict[str, Any]] = {
    "contract net, calls when the part is ready": REACTIVE,
    "contract net, calls when the operation starts": {**REACTIVE, "look_ahead": "start"},
    "static plan at t = 0": {**WHAT_IF, "what_if": {"revise": False}},
    "what_if, calls when the part is ready": {**WHAT_IF, "look_ahead": "none"},
    "what_if": WHAT_IF,
}

HEAD = """\
# {name} of Bilge and Ulusoy (1995), a job shop with {vehicles} AGVs, on a floor where paths take the published times.
# The agents decide with what-if forecasts; the best known makespan, without traffic, is {best_s:g} s.
"""


def run(instance: str = "EX14", *, config: Path | None = None) -> dict[str, Any]:
    """Run one instance without traffic and on the floor.

    Args:
        instance: its name, EX11 to EX1041.
        config: where to write the factory on the floor, for `robocell view` and `robocell run`.

    Returns:
        `makespan_s` -> `best_known`; `forced_table`, `forced_floor`, when the decisions of the best known schedule are
        forced upon the agents, by the table of travel times and on the floor; `table`, `floor` when they decide.
    """
    instances = read_bilge_ulusoy(INSTANCES)
    if instance not in instances:
        raise ExperimentError(f"bench jspt_floor: there is no instance {instance!r}{nearest(instance, instances)}")
    shop = instances[instance]
    if config is not None:
        config.write_text(written(instance), encoding="utf-8")
    forced_table_s, forced_floor_s = both_s(shop, EARLY, read_schedules(SCHEDULES)[instance])
    table_s, floor_s = both_s(shop, WHAT_IF)
    return {
        "makespan_s": {
            "best_known": shop.makespan_s,
            "forced_table": forced_table_s,
            "forced_floor": forced_floor_s,
            "table": table_s,
            "floor": floor_s,
        }
    }


def floors(instances: Mapping[str, TransportShop]) -> dict[str, dict[str, dict[str, float]]]:
    """Negotiation -> `table` or `floor` -> gap (percent) to the best makespan known without traffic."""
    schedules = read_schedules(SCHEDULES)
    forced = [both_s(shop, EARLY, schedules[name]) for name, shop in instances.items()]
    reached = {"best known schedule, forced": forced}
    for name, negotiation in WAYS.items():
        reached[name] = [both_s(shop, negotiation) for shop in instances.values()]
    best_s = np.array([shop.makespan_s for shop in instances.values()])
    return {name: _gaps(pairs_s, best_s) for name, pairs_s in reached.items()}


def _gaps(pairs_s: Sequence[tuple[float, float]], best_s: np.ndarray) -> dict[str, dict[str, float]]:
    gaps = 100.0 * (np.array(pairs_s) / best_s[:, None] - 1.0)
    return {
        where: {"mean_gap": float(column.mean()), "max_gap": float(column.max())}
        for where, column in zip(("table", "floor"), gaps.T, strict=True)
    }


def both_s(
    shop: TransportShop, negotiation: Mapping[str, Any], schedule: Schedule | None = None
) -> tuple[float, float]:
    """The makespan by the table of travel times, and on the floor."""
    until_s = LONGEST * shop.makespan_s
    return (
        makespan_s(shop.scenario(negotiation=negotiation), until_s, schedule),
        makespan_s(Scenario.parse(shop.floor_document(negotiation=negotiation)), until_s, schedule),
    )


def written(instance: str) -> str:
    """The config of an instance on its floor."""
    shop = read_bilge_ulusoy(INSTANCES)[instance]
    document = shop.floor_document(negotiation=WHAT_IF)
    document["layout"]["art"] = _Block(document["layout"]["art"])
    head = HEAD.format(name=instance, vehicles=shop.vehicles, best_s=shop.makespan_s)
    return head + yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120)


def makespan_s(scenario: Scenario, until_s: float, schedule: Schedule | None = None) -> float:
    """When the last operation ended; `schedule` is forced upon the agents."""
    factory = Factory(scenario)
    if schedule is not None:
        sequences = {f"m{number}": sequence for number, sequence in enumerate(schedule.sequences, 1)}
        factory.net.mechanism = Replay(schedule.trips, sequences)
    factory.run_until(until_s)
    events = factory.finish().events
    factory.close()
    ends_s = events["time_s"][events["kind"] == Event.PROCESSING_ENDED]
    if len(ends_s) < sum(len(product.routing) for product in scenario.products.values()):
        raise RuntimeError(f"{scenario.name}: not all operations ended within {until_s:g} s")
    return float(ends_s.max())


class _Block(str):
    """Text that is written line by line."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|"))
