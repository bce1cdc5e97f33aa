"""On a perfect channel a waiting task is offered to a contractor as soon as that could take it: timers change nothing.

So the life of the parts depends neither on `retry` nor, where there is nothing to decide, on the mechanism.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robocell.agents.mechanisms import MECHANISMS
from robocell.agents.negotiation.contract import ContractPhase
from robocell.agents.negotiation.messages import Refusal
from robocell.environments import Factory, Scenario, check
from robocell.environments.disturbances import Disturbances
from robocell.environments.log import Event
from robocell.testing import CELL, TERMS, BareWorld, changed

from ..daily import matrix
from .test_known_faults import faulty

OF_PARTS = (
    *(Event.RELEASED, Event.LOADED, Event.UNLOADED, Event.MOVED, Event.MOUNTED, Event.DISMOUNTED),
    *(Event.PROCESSING_STARTED, Event.PROCESSING_ENDED, Event.SCRAPPED, Event.FINISHED),
)
Life = list[tuple[float, int, str, str]]


def exponential(mean_s: float) -> dict[str, Any]:
    return {"distribution": "exponential", "mean": f"{mean_s}s"}


def line(*stations: dict[str, Any], wip: int = 30, hours: float = 6.0) -> dict[str, Any]:
    """Stations one after another, parts that move themselves, always enough of them before the first."""
    named = {f"s{number}": station for number, station in enumerate(stations)}
    return {
        "transport": {"kind": "instant"},
        "stations": {
            name: station | {"operations": {name: station["operations"]["time"]}} for name, station in named.items()
        },
        "products": {"p": {"routing": list(named)}},
        "orders": {"kind": "conwip", "wip": wip},
        "horizon": f"{hours}h",
    }


def three_machines(hours: float) -> dict[str, Any]:
    """Three exponential machines with one place after and one before each: its rate is 58.72 parts an hour."""
    work = {"operations": {"time": exponential(45)}}
    return line(
        work | {"output_capacity": 1},
        work | {"input_capacity": 1, "output_capacity": 1},
        work | {"input_capacity": 1},
        hours=hours,
    )


def life_of_parts(data: dict[str, Any], seed: int = 1, **negotiation: Any) -> Life:
    """What happens to the parts: time, event, part, agent; within an instant in the order of names."""
    factory = Factory(Scenario.parse(data | {"negotiation": negotiation}), rng=seed)
    log = factory.run()
    factory.close()
    rows = log.events[np.isin(log.events["kind"], OF_PARTS)]
    return sorted(
        (time_s, kind, log.name_of(job), log.name_of(agent)) for time_s, kind, agent, job, *_ in rows.tolist()
    )


@cache
def reference(hours: float) -> Life:
    return life_of_parts(three_machines(hours))


@pytest.mark.parametrize("hours", [0.5, pytest.param(2.0, marks=pytest.mark.slow)])
@pytest.mark.parametrize("retry", ["1s", "1h"])
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_without_a_choice_neither_mechanism_nor_retry_has_an_effect(mechanism, retry, hours):
    assert life_of_parts(three_machines(hours), mechanism=mechanism, retry=retry) == reference(hours)


STATIONS = st.fixed_dictionaries(
    {
        "operations": st.fixed_dictionaries(
            {"time": st.sampled_from([exponential(30), exponential(60), "20s", "45s"])}
        ),
        "input_capacity": st.integers(1, 3),
        "output_capacity": st.just(1),  # with more, several parts wait to go on, and there is something to decide
    },
    optional={"breakdown": st.just({"mtbf": "15min", "mttr": "3min"})},
)


@settings(max_examples=8, deadline=None)
@given(
    stations=st.lists(STATIONS, min_size=2, max_size=5),
    mechanism=st.sampled_from(sorted(MECHANISMS)),
    retry=st.sampled_from(["2s", "30s", "1h"]),
    wip=st.integers(1, 20),
)
def test_every_serial_line_without_choice_runs_alike(stations, mechanism, retry, wip):
    unlimited = stations[0] | {"input_capacity": None}  # else several parts wait at the source, and one is chosen
    data = line(unlimited, *stations[1:], wip=wip, hours=1.0)
    assert life_of_parts(data, mechanism=mechanism, retry=retry) == life_of_parts(data, retry="5s")


CROSSING = changed(
    CELL,
    storage={"rack": {"capacity": 2}},
    layout__art=CELL["layout"]["art"].replace("..E..", "..E.R"),
    layout__legend=CELL["layout"]["legend"] | {"R": "rack"},
    products={"p": {"routing": list("abcab")}, "q": {"routing": list("bdab")}},
    horizon="30min",
)


@pytest.mark.parametrize(
    *matrix(
        *("contract_net-cell-2", "hungarian-with storage-2", "nearest-with storage-5", "cbba-cell-5"),
        "fifo-with storage-2",
        mechanism=["contract_net", "hungarian", "nearest", "cbba", "fifo"],
        data={"cell": changed(CELL, horizon="1h"), "with storage": CROSSING},
        vehicles=[2, 5],
    )
)
def test_the_retry_interval_has_no_effect(mechanism, data, vehicles):
    """With robots, batteries, storages and finite buffers too: every task that can be taken has been taken."""
    lives = [
        life_of_parts(changed(data, fleet__agvs__count=vehicles, drain=False), mechanism=mechanism, retry=retry)
        for retry in ("2s", "1h")
    ]
    assert lives[0] == lives[1]


# -- each way to lose a wake-up, by itself ------------------------------------------------------------------------

TERMS_OF_PATIENCE = replace(TERMS, retry_s=1000.0)


def test_a_worker_that_becomes_free_while_waiting_tasks_are_offered_is_not_forgotten():
    """While one worker takes a task, another one becomes free: it is offered what is left at the same instant."""
    hall = BareWorld(terms=TERMS_OF_PATIENCE)
    first, second = (hall.worker(answer=lambda call: Refusal()) for _ in range(2))
    tasks = [hall.asker().ask() for _ in range(2)]
    hall.run(10.0)
    assert all(task.contract.phase is ContractPhase.POSTPONED for task in tasks)
    accept = first.accept

    def accept_and_wake_the_other(task):
        second.answer = None
        hall.net.available(second, task.kind)
        return accept(task)

    first.accept, first.answer = accept_and_wake_the_other, None
    hall.net.available(first, tasks[0].kind)
    hall.net.settle()
    assert {task.contract.contractor for task in tasks} == {first, second}


@pytest.mark.parametrize("mechanism", ["contract_net", "hungarian"])
def test_tasks_beyond_the_window_are_offered_when_those_in_it_are_refused(mechanism):
    hall = BareWorld(mechanism=mechanism, terms=TERMS_OF_PATIENCE)
    worker = hall.worker(answer=lambda call: Refusal())
    tasks = [hall.asker().ask() for _ in range(20)]
    hall.run(1.0)
    wanted, usual = tasks[-1], type(worker).bid

    def only_the_last(call):
        if call.task is not wanted:
            return Refusal()
        worker.answer = None
        return usual(worker, call)

    worker.answer = only_the_last
    hall.net.available(worker, wanted.kind)
    hall.run(1.0)
    assert wanted.contract.contractor is worker


def test_a_worker_that_becomes_free_during_a_slow_call_is_asked_when_it_is_over():
    """It refuses, then becomes free before the others have answered, and says so."""
    hall = BareWorld(faulty(delay="100ms"), terms=TERMS_OF_PATIENCE)
    busy = hall.worker(answer=lambda call: Refusal())
    hall.worker(answer=lambda call: None)  # is silent, so that the call waits for its deadline
    task = hall.asker().ask()
    hall.run(1.0)
    assert task.contract.phase is ContractPhase.CALLED
    busy.answer = None
    hall.net.available(busy, task.kind)
    hall.run(8.0)
    assert task.contract.contractor is busy


def test_a_task_that_is_reannounced_during_its_call_is_called_again():
    hall = BareWorld(faulty(delay="100ms"), terms=TERMS_OF_PATIENCE)
    worker = hall.worker(answer=lambda call: Refusal())
    hall.worker(answer=lambda call: None)
    task = hall.asker().ask()
    hall.run(1.0)
    worker.answer = None
    hall.net.reannounce(task)
    hall.run(8.0)
    assert task.contract.contractor is worker


def test_opening_an_aisle_reannounces_unreachable_transports_at_once():
    data = changed(
        CELL,
        layout__art=CELL["layout"]["art"],
        fleet__agvs__count=1,
        orders={"kind": "list", "orders": [{"at": "0s", "product": "p"}]},
        negotiation={"retry": "1h"},
    )
    factory = Factory(Scenario.parse(data))
    unreachable = []
    factory.net.reannounce_all = lambda kind: unreachable.append(kind)  # type: ignore[method-assign]
    disturbances = Disturbances(factory)
    cell = 3 * factory.layout.width + 10
    disturbances.close_cell(cell)
    disturbances.open_cell(cell)
    assert len(unreachable) == 4


def test_a_vehicle_that_is_repaired_during_its_work_takes_waiting_tasks():
    """With room for a second transport it is offered the waiting one when it is repaired, not when it is done."""
    data = changed(
        CELL,
        fleet__agvs__count=1,
        fleet__agvs__battery=None,
        negotiation={"retry": "1h", "queue_limit": 2},
        orders={"kind": "list", "orders": [{"at": "0s", "product": "p"}, {"at": "8s", "product": "p"}]},
    )
    factory = Factory(Scenario.parse(data))
    (agv,) = factory.agvs
    factory.run_until(1.0)
    while not agv.activity.under_way:
        factory.step()
    agv.break_down()
    factory.run_until(max(factory.now_s, 8.0) + 60.0)
    assert [task.contract.phase for task in factory.net.waiting(agv.plan.next.task.kind)] == [ContractPhase.POSTPONED]
    agv.repair()
    factory.net.settle()
    assert len(agv.plan.not_begun) + agv.load >= 1
    assert factory.net.waiting(agv.plan.next.task.kind) == []
    factory.run()
    assert check(factory.log, factory.spec) == []
