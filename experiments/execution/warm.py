"""Imported by the server from which workers are forked, so imports and compilation happen once for all of them."""

import contextlib

TINY = {
    "name": "warm-up",
    "layout": {"art": "I.O\n.S.\n...", "legend": {"I": "source", "O": "sink", "S": "cell"}},
    "stations": {"cell": {"operations": {"work": "5s"}}},
    "fleet": {"agvs": {"count": 1}},
    "products": {"part": {"routing": ["work"]}},
    "orders": {"kind": "deterministic", "every": "20s"},
    "horizon": "60s",
}


def warm_up() -> None:
    """Runs a minute of the smallest factory, so that every kernel is compiled, or loaded from the cache on disk."""
    from ...environments.factory import Factory
    from ...environments.kpis import measure
    from ...environments.scenario import Scenario

    scenario = Scenario.parse(TINY)
    factory = Factory(scenario, rng=0)
    measure(factory.run(), scenario)
    factory.close()


if __name__ != "__main__":
    with contextlib.suppress(Exception):  # a worker that is not warm is slow, not wrong; its trials report any error
        warm_up()
