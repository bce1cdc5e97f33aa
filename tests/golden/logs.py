"""Runs of many kinds, and a fingerprint of what happens in each, which changes of the code are to keep.

    python -m tests.golden.logs > tests/golden/logs.json     # after a change that is meant to change results

Fingerprints are of rounded figures, for the last digits of a logarithm depend on the processor.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from robocell.agents.mechanisms import MECHANISMS
from robocell.environments import Factory, Scenario
from robocell.environments.scenario.shipped import shipped_names
from robocell.testing import CELL, TABLE, changed, random_factory

if TYPE_CHECKING:
    from robocell.environments import EventLog

SHORT_S = 1800.0
DECIMALS = 5
GENERATED = 20
LOSSY = {"delay": {"distribution": "uniform", "low": "0s", "high": "1s"}, "loss": 0.1, "duplication": 0.1}
SHIFT = {"day": {"every": "30min", "pauses": [{"from": "10min", "to": "15min"}]}}
CHANGES: dict[str, dict[str, Any]] = {
    "messages that are lost": {"negotiation__channel": LOSSY},
    "messages in full": {"record__messages": "full"},
    "contracts taken back": {"negotiation__reopen": "always"},
    "two transports at a time": {"negotiation__queue_limit": 2},
    "calls ahead": {"negotiation__look_ahead": "start"},
    "vehicles that turn": {"fleet__agvs__kinematics": "differential", "fleet__agvs__turn": "2s"},
    "slower with a load": {"fleet__agvs__loaded_speed": "0.5m/s"},
    "look-ahead": {"transport": {"kind": "grid", "planner": "lookahead"}},
    "breakdowns": {"fleet__agvs__breakdown": {"mtbf": "20min", "mttr": "5min"}},
    "people": {"shifts": SHIFT, "stations__a__shift": "day", "fleet__agvs__shift": "day"},
    "lots": {"products__p__lot_size": 4, "fleet__agvs__capacity": 2},
    "scrap": {"stations__b__scrap_rate": 0.2},
    "no buffers": {"stations__b__input_capacity": 0, "stations__c__output_capacity": 0},
    "constant work in process": {"orders": {"kind": "conwip", "wip": 12}},
}


def scenarios() -> dict[str, Scenario]:
    """By name."""
    found = {name: Scenario.load(name) for name in shipped_names()}
    found = {
        name: given.model_copy(update={"horizon_s": min(given.horizon_s, SHORT_S)}) for name, given in found.items()
    }
    data = {f"cell: {mechanism}": changed(CELL, negotiation__mechanism=mechanism) for mechanism in MECHANISMS}
    data |= {f"table: {mechanism}": changed(TABLE, negotiation__mechanism=mechanism) for mechanism in MECHANISMS}
    data |= {f"cell: {name}": changed(CELL, **changes) for name, changes in CHANGES.items()}
    found |= {name: Scenario.parse(given | {"horizon": "30min"}) for name, given in data.items()}
    return found | {f"generated: {seed}": Scenario.parse(random_factory(seed)) for seed in range(GENERATED)}


def _shortened(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"horizon_s": min(scenario.horizon_s, SHORT_S)})


def fingerprint(log: EventLog) -> str:
    """Of all events, messages, calls and moves, with figures to DECIMALS places."""
    total = hashlib.blake2b(digest_size=8)
    for table in (log.events, log.messages, log.conversations):
        for column in table.dtype.names or ():
            total.update(np.round(table[column], DECIMALS).tobytes())
    total.update(log.trace_ticks.tobytes() + log.trace_cells.tobytes())
    return total.hexdigest()


def ran(scenario: Scenario) -> str:
    """The fingerprint of a run."""
    factory = Factory(scenario)
    log = factory.run()
    factory.close()
    return fingerprint(log)


if __name__ == "__main__":
    print(json.dumps({name: ran(scenario) for name, scenario in scenarios().items()}, indent=1))
