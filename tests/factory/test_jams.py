"""Parts that wait for each other's places are found at once, named in their circle, and called for no more."""

from __future__ import annotations

from typing import Any

import pytest

from robocell.environments import Factory, Scenario, check, measure
from robocell.environments.log import Event
from robocell.testing import CELL, changed

from ..daily import daily


def crossing(*, room: tuple[int | None, int | None] = (1, 1), wip: int = 8, **more: Any) -> Scenario:
    """Two stations, and parts that go to and fro between them."""
    return Scenario.parse(
        {
            "transport": {"kind": "instant"},
            "stations": {
                name: {
                    "operations": {name: {"distribution": "exponential", "mean": "30s"}},
                    "input_capacity": room[0],
                    "output_capacity": room[1],
                }
                for name in "xy"
            },
            "products": {"p": {"routing": list("xyxy")}},
            "orders": {"kind": "conwip", "wip": wip},
            "horizon": "4h",
            "warm_up": "1h",
        }
        | more
    )


def rows(log: Any) -> list[tuple[str, str, str]]:
    """(part, where it stands, what it waits for) of all rows about jams."""
    found = log.events[log.events["kind"] == Event.JAMMED]
    return [(log.name_of(row["job"]), log.name_of(row["agent"]), log.name_of(row["other"])) for row in found]


@pytest.mark.parametrize("room", [(1, 1), (0, 0), (0, 1), (1, 0), (2, 3)], ids=str)
def test_the_circle_is_named_once(room):
    scenario = crossing(room=room, wip=20)
    factory = Factory(scenario, rng=1)
    log = factory.run()
    found = rows(log)
    assert found
    assert {place for _, place, _ in found} == {"x", "y"}
    for (_, _, wanted), (_, place, _) in zip(found, [*found[1:], found[0]], strict=True):
        assert wanted == place, "each waits for what the next one holds"
    assert len({part for part, _, _ in found}) == len(found)
    assert measure(log, scenario)["jammed"] == 1.0


def test_no_part_moves_and_no_agent_negotiates_after_a_jam():
    factory = Factory(crossing(), rng=1)
    log = factory.run()
    jammed_s = log.events["time_s"][log.events["kind"] == Event.JAMMED][0]
    assert (log.events["time_s"] <= jammed_s).all()
    assert log.conversations["opened_s"].max() <= jammed_s


def test_check_names_the_circle():
    scenario = crossing()
    (violation,) = check(Factory(scenario, rng=1).run(), scenario)
    assert violation.rule == "jam"
    assert violation.message.count(" waits for a place at ") >= 2


@pytest.mark.parametrize("more", [{"wip": 2}, {"room": (None, 1)}, {"storage": {"rack": {}}}], ids=str)
def test_parts_that_can_move_are_not_a_jam(more):
    scenario = crossing(**more)
    log = Factory(scenario, rng=1).run()
    assert rows(log) == []
    kpis = measure(log, scenario)
    assert kpis["jammed"] == 0.0
    assert kpis["throughput_per_h"] > 10


def test_a_storage_that_is_too_small_is_reported():
    scenario = crossing(storage={"rack": {"capacity": 1}})
    assert measure(Factory(scenario, rng=1).run(), scenario)["jammed"] == 1.0


@pytest.mark.parametrize("seed", daily(0, 2, of=range(5)))
def test_a_jam_is_reported_exactly_where_parts_stop_for_good(seed):
    """On a floor with robots and vehicles: whatever is not reported drains."""
    data = changed(CELL, horizon="1h", products={"p": {"routing": list("abca")}, "q": {"routing": list("cab")}})
    scenario = Scenario.parse(data)
    factory = Factory(scenario, rng=seed)
    log = factory.run()
    assert bool(rows(log)) == (factory.workload.in_process > 0)


def test_arrivals_that_go_on_do_not_hide_a_jam():
    scenario = crossing(orders={"kind": "poisson", "rate": "60/h"})
    factory = Factory(scenario, rng=1)
    log = factory.run()
    assert rows(log)
    assert len(factory.net.waiting(0)) > 100  # type: ignore[arg-type]  # operations
    last_hour = log.conversations["opened_s"] > 3 * 3600
    arrived = (log.events["kind"] == Event.RELEASED) & (log.events["time_s"] > 3 * 3600)
    assert last_hour.sum() == arrived.sum(), "a call for each part that arrives, none again"


def test_a_temporary_stop_is_not_a_jam():
    """All machines of a station are broken, or off: parts wait, and go on later."""
    shifts = {"day": {"every": "2h", "pauses": [{"from": "30min", "to": "110min"}]}}
    data = changed(CELL, stations__b__shift="day", shifts=shifts, horizon="1h")
    factory = Factory(Scenario.parse(data))
    log = factory.run()
    assert rows(log) == []
    assert factory.workload.in_process == 0


def test_a_stored_part_that_no_station_is_left_for_is_named():
    """It was stored as the only station that could go on with it was taken; then that station leaves."""
    places = ["source", "sink", "x", "y", "rack"]
    scenario = Scenario.parse(
        {
            "transport": {
                "kind": "matrix",
                "places": places,
                "travel": [["0s" if a == b else "10s" for b in places] for a in places],
            },
            "fleet": {"agvs": {"count": 1}},
            "stations": {
                "x": {"operations": {"x": "10s"}, "output_capacity": 0},
                "y": {"operations": {"y": "10h"}, "input_capacity": 0},
            },
            "storage": {"rack": {}},
            "products": {"p": {"routing": ["x", "y"]}, "q": {"routing": ["x"]}},
            "orders": {"kind": "list", "orders": [{"at": "0s", "product": product} for product in "ppq"]},
            "horizon": "1h",
        }
    )
    factory = Factory(scenario)
    while not factory.storages[0].parts:
        factory.step()
    factory.stations[1].remove()
    assert ("p-1", "rack", "nobody") in rows(factory.run())
