"""A whole factory over a channel with drawn faults: nothing is lost, nothing is done twice, everything is closed.

The proof is the log's own check (`robocell check`), which shares nothing with the engine, and the automaton.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from robocell.agents.mechanisms import MECHANISMS
from robocell.environments.checks import check
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario
from robocell.testing import assert_conforms

FLOOR = """
################
#PPPP........E.#
#..............#
#.I..........O.#
#..A.#.B.#.C...#
#..............#
################
"""
AGENTS = ["agv_1", "agv_*", "mill", "test", "pack", "arm", "charger", "part-?", "part-1*"]
AUCTIONS = sorted(set(MECHANISMS) - {"what_if"})


def factory(*, negotiation: dict[str, Any], seed: int = 1, minutes: int = 20) -> Scenario:
    """Three stations, one of them tended by an arm, three vehicles that charge and break down."""
    return Scenario.parse(
        {
            "name": "chaos",
            "layout": {
                "art": FLOOR.strip("\n"),
                "legend": {"I": "source", "O": "sink", "A": "mill", "B": "test", "C": "pack", "E": "charger"},
            },
            "stations": {
                "mill": {"operations": {"cut": "30s", "bore": "40s"}, "input_capacity": 2, "output_capacity": 3},
                "test": {
                    "operations": {"test": {"distribution": "exponential", "mean": "30s"}, "bore": "50s"},
                    "scrap_rate": 0.05,
                },
                "pack": {"operations": {"pack": "20s"}, "breakdown": {"mtbf": "10min", "mttr": "1min"}},
            },
            "robots": {"arm": {"stations": ["test"], "load": "4s", "unload": "4s"}},
            "chargers": {"charger": {}},
            "fleet": {
                "agvs": {
                    "count": 3,
                    "load": "8s",
                    "unload": "8s",
                    "breakdown": {"mtbf": "20min", "mttr": "2min"},
                    "battery": {
                        "capacity": "40kJ",
                        "drive_empty": "30J/m",
                        "drive_loaded": "45J/m",
                        "idle": "20W",
                        "charge": "400W",
                    },
                }
            },
            "products": {"part": {"routing": ["cut", "bore", "test", "pack"], "due": "1h"}},
            "orders": {"kind": "poisson", "rate": "40/h"},
            "negotiation": {"queue_limit": 1, **negotiation},
            "record": {"trace": True, "messages": "full"},
            "horizon": f"{minutes}min",
            "drain": True,
            "seed": seed,
        }
    )


def partitions() -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.builds(
        lambda agents, start_s, length_s: {"agents": agents, "from": f"{start_s}s", "to": f"{start_s + length_s}s"},
        st.lists(st.sampled_from(AGENTS), min_size=1, max_size=3, unique=True),
        st.integers(0, 1200),
        st.integers(1, 400),
    )
    return st.lists(one, max_size=3)


CHAOS = st.fixed_dictionaries(
    {
        "mechanism": st.sampled_from(AUCTIONS),
        "commitment": st.sampled_from(["patient", "eager", "concurrent", "leveled"]),
        "lease": st.sampled_from(["12s", "30s"]),
        "channel": st.fixed_dictionaries(
            {
                "loss": st.sampled_from([0.0, 0.05, 0.2, 0.3]),
                "duplication": st.sampled_from([0.0, 0.3]),
                "in_order": st.booleans(),
                "delay": st.sampled_from(
                    [{"distribution": "exponential", "mean": ms} for ms in ("10ms", "100ms", "500ms")]
                ),
                "partitions": partitions(),
            }
        ),
    }
)


def survive(negotiation: dict[str, Any], seed: int) -> None:
    scenario = factory(negotiation=negotiation, seed=seed)
    model = Factory(scenario)
    log = model.run()
    assert model.workload.in_process == 0
    assert check(log, scenario) == []
    assert_conforms(log, closed=False)
    model.close()


@settings(
    max_examples=5, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(CHAOS, st.integers(0, 99))
def test_a_factory_survives_random_faults_of_messages(negotiation, seed):
    survive(negotiation, seed)


@pytest.mark.slow
@settings(max_examples=120, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(CHAOS, st.integers(0, 9999))
def test_many_factories_survive(negotiation, seed):
    survive(negotiation, seed)


@pytest.mark.parametrize("mechanism", AUCTIONS)
def test_every_mechanism_runs_the_factory_and_leaves_nothing_open(mechanism):
    scenario = factory(negotiation={"mechanism": mechanism}, minutes=15)
    model = Factory(scenario)
    log = model.run()
    assert model.workload.in_process == 0
    assert check(log, scenario) == []
    assert_conforms(log)


def test_the_same_seed_gives_the_same_log_under_faults():
    scenario = factory(negotiation={"channel": {"loss": 0.2, "delay": "200ms", "duplication": 0.1}}, minutes=10)
    assert Factory(scenario).run().digest() == Factory(scenario).run().digest()
