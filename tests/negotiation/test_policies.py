"""Re-opening, leaving a contract, calls within calls: each does what it says, and never without end."""

import pytest

from robocell.agents.events import Event
from robocell.agents.negotiation.messages import Performative
from robocell.agents.shop.tasks import TaskKind
from robocell.environments.checks import check
from robocell.environments.config.errors import ScenarioError
from robocell.environments.disturbances import Disturbances
from robocell.environments.factory import Factory
from robocell.testing import assert_conforms

from .test_chaos import factory


def run(**negotiation):
    scenario = factory(negotiation={"queue_limit": 1, **negotiation}, minutes=30)
    model = Factory(scenario)
    log = model.run()
    assert model.workload.in_process == 0
    assert check(log, scenario) == []
    assert_conforms(log)
    return log


def said(log, performative):
    return log.messages[log.messages["performative"] == performative]


def test_contracts_that_were_not_begun_are_taken_back_for_a_better_offer():
    never = run()
    reopened = run(reopen="available", reopen_gain="5s", queue_limit=2)
    assert not said(never, Performative.CANCEL)["count"].sum()
    recalls = said(reopened, Performative.CANCEL)
    assert recalls["count"].sum() > 0


def test_no_task_is_taken_back_more_often_than_allowed():
    log = run(reopen="available", reopen_gain="1s", reopen_limit=1, queue_limit=2)
    task_of = dict(zip(log.conversations["conversation"].tolist(), log.conversations["task"].tolist(), strict=True))
    recalled = [task_of[c] for c in said(log, Performative.CANCEL)["conversation"].tolist()]
    assert len(recalled) == len(set(recalled))


def test_a_breakdown_reannounces_promised_tasks_that_are_not_begun():
    model = Factory(factory(negotiation={"reopen": "disturbed", "reopen_limit": 1}))
    for at_s in range(60, 1200, 60):
        model.run_until(float(at_s))
        Disturbances(model).break_down(model.stations[at_s // 60 % 3], repair_s=40.0)
    log = model.run()
    assert model.workload.in_process == 0
    assert check(log, model.spec) == []
    assert_conforms(log)
    broken_at_s = set(log.events["time_s"][log.events["kind"] == Event.BROKE_DOWN].tolist())
    recalls = said(log, Performative.CANCEL)
    assert len(recalls)
    assert set(recalls["time_s"].tolist()) <= broken_at_s
    task_of = dict(zip(log.conversations["conversation"].tolist(), log.conversations["task"].tolist(), strict=True))
    recalled = [task_of[c] for c in recalls["conversation"].tolist()]
    assert len(recalled) == len(set(recalled)), "each as often as the limit allows"


def test_a_closed_aisle_reannounces_the_transports_that_are_not_begun():
    model = Factory(factory(negotiation={"reopen": "disturbed", "queue_limit": 2}))
    aisle = next(cell for cell in range(model.layout.width, len(model.layout.passable)) if _can_close(model, cell))
    while not (promised := [stop for agv in model.agvs for stop in agv.plan.stops if not stop.task.contract.begun]):
        model.run_until(model.now_s + 5.0)
    closed_s = model.now_s
    Disturbances(model).close_cell(aisle)
    tasks = {stop.task.id for stop in promised}
    log = model.run()
    task_of = dict(zip(log.conversations["conversation"].tolist(), log.conversations["task"].tolist(), strict=True))
    recalls = said(log, Performative.CANCEL)
    assert {task_of[c] for c in recalls["conversation"][recalls["time_s"] == closed_s].tolist()} == tasks
    assert model.workload.in_process == 0
    assert check(log, model.spec) == []


def _can_close(model, cell):
    try:
        Disturbances(model).close_cell(cell)
    except ScenarioError:
        return False
    Disturbances(model).open_cell(cell)
    return True


def test_a_vehicle_leaves_a_contract_for_a_better_one_at_a_price():
    cheap, dear = run(commitment="leveled", penalty="1s"), run(commitment="leveled", penalty="10min")
    left = [len(said(log, Performative.FAILURE)) for log in (cheap, dear)]
    assert left[0] > left[1]


def test_a_station_asks_vehicles_before_it_offers():
    log = run(nested=True)
    calls = log.conversations
    stations = {row["unique_id"] for row in log.agents if row["name"] in ("mill", "test", "pack")}
    nested = calls[(calls["task_kind"] == TaskKind.TRANSPORT) & [manager in stations for manager in calls["manager"]]]
    assert len(nested)
    awarded = set(said(log, Performative.ACCEPT_PROPOSAL)["conversation"].tolist())
    assert not awarded & set(nested["conversation"].tolist()), "nobody is bound by such an offer"


@pytest.mark.parametrize(
    "policy", [{"reopen": "always", "reopen_gain": "2s"}, {"commitment": "leveled", "penalty": "2s"}]
)
def test_policies_work_on_a_faulty_channel_too(policy):
    scenario = factory(
        negotiation={"queue_limit": 1, **policy, "channel": {"loss": 0.1, "delay": "300ms", "duplication": 0.1}}
    )
    model = Factory(scenario)
    log = model.run()
    assert model.workload.in_process == 0
    assert check(log, scenario) == []
    assert_conforms(log, closed=False)
