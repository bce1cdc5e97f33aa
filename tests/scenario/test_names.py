"""Whatever robocell names itself cannot be the name of anything else, and no two agents share a name."""

import copy
from pathlib import Path

import pytest
import yaml

from robocell.environments.config.errors import ScenarioError
from robocell.environments.factory import Factory
from robocell.environments.scenario import Scenario
from robocell.experiments.command.sniffer import conversations_of, sequence_diagram

LINE = {
    "transport": {"kind": "instant"},
    "stations": {"cell": {"operations": {"work": "10s"}, "breakdown": {"mtbf": "1h", "mttr": "1min"}}},
    "storage": {"shelf": {}},
    "products": {"phone": {"routing": ["work"]}},
    "orders": {"kind": "deterministic", "every": "30s"},
    "horizon": "10min",
}
MADE = {
    "agv_1": "vehicles (agv_1, agv_2, …)",
    "agv_12": "vehicles",
    "agv_9999": "vehicles",
    "phone-0": "parts of the product phone (phone-0, phone-1, …)",
    "phone-123456": "parts of the product phone",
    "phone-lot-3": "lots of the product phone (phone-lot-0, phone-lot-1, …)",
    "agent 7": "agents that a log does not know (nobody, agent 7)",
    "nobody": "agents that a log does not know",
}
FREE = (
    "agv",
    "agv_a",
    "agv_1b",
    "phone",
    "phone-a",
    "phone-1-2",
    "phone-lot",
    "ear-phone-1",
    "agent",
    "AGV_1",
    "agv-1",
)


@pytest.fixture
def line() -> dict:
    return copy.deepcopy(LINE)


def named(line: dict, group: str, name: str) -> dict:
    """The line with something of that name: a source, a sink, or one more of a group."""
    more = {
        "stations": {"operations": {"pack": "10s"}},
        "storage": {},
        "chargers": {},
        "robots": {"stations": ["cell"]},
        "products": {"routing": ["work"]},
    }
    return line | {group: name if group in ("source", "sink") else {**line.get(group, {}), name: more[group]}}


GROUPS = ("source", "sink", "stations", "storage", "chargers", "robots", "products")


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(("name", "what"), MADE.items())
def test_a_name_that_robocell_assigns_is_refused(line, group, name, what):
    loc = group if group in ("source", "sink") else f"{group}.{name}"
    with pytest.raises(ScenarioError) as refused:
        Scenario.parse(named(line, group, name))
    assert f"{loc}: {name!r} is a name that robocell gives to {what}" in str(refused.value)
    assert str(refused.value).endswith("; choose another name")


@pytest.mark.parametrize("group", GROUPS)
def test_similar_names_are_allowed(line, group):
    for name in FREE:
        if (group, name) not in (("products", "phone"), ("products", "phone-lot")):
            Scenario.parse(named(line, group, name))


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "must not be empty or begin or end with a space"),
        (" cell", "must not be empty or begin or end with a space"),
        ("two\nlines", "must be one line of printable characters"),
        ("nul\0", "must be one line of printable characters"),
        ("x" * 201, "must not be longer than 200 characters"),
    ],
)
def test_a_name_must_fit_into_a_table(line, group, name, rule):
    with pytest.raises(ScenarioError, match=rule):
        Scenario.parse(named(line, group, name))


def test_a_product_whose_parts_would_be_named_like_lots_of_another_is_refused(line):
    with pytest.raises(ScenarioError, match=r"parts of 'phone-lot' would be named like lots of 'phone' \(phone"):
        Scenario.parse(named(line, "products", "phone-lot"))
    line["products"] = {"phone-lot": {"routing": ["work"], "lot_size": 2}}
    assert Scenario.parse(line), "alone it is in nobody's way"


def test_an_operation_is_not_named_like_what_storages_do(line):
    line["stations"]["cell"]["operations"]["store"] = "5s"
    with pytest.raises(ScenarioError, match=r"stations\.cell\.operations\.store: 'store' is what storages do"):
        Scenario.parse(line)


def test_a_swept_fleet_has_no_name_that_a_larger_fleet_would_use():
    data = yaml.safe_load((Path(__file__).parent / "base.yaml").read_text())
    data["robots"] = {"agv_40": data["robots"]["arm"]}
    with pytest.raises(ScenarioError, match=r"robots\.agv_40: 'agv_40' is a name that robocell gives to vehicles"):
        Scenario.parse(data)


def ordered(line: dict, *ids: str | None, lot_size: int = 1) -> dict:
    line["products"]["phone"]["lot_size"] = lot_size
    line["orders"] = {
        "kind": "list",
        "orders": [
            {"at": f"{30 * number}s", "product": "phone"} | ({} if order_id is None else {"id": order_id})
            for number, order_id in enumerate(ids)
        ],
    }
    return line


@pytest.mark.parametrize(
    ("ids", "lot_size", "said"),
    [
        (["cell"], 1, "orders.orders.0.id: 'cell' is the name of a place too; choose another id"),
        (["A", "sink"], 1, "orders.orders.1.id: 'sink' is the name of a place too"),
        (["arm"], 1, "orders.orders.0.id: 'arm' is the name of a robot too"),
        (["agv_2"], 1, "'agv_2' is a name that robocell gives to vehicles (agv_1, agv_2, …); choose another id"),
        (["phone-1"], 1, "'phone-1' is a name that robocell gives to parts of the product phone"),
        (["phone"], 2, "the id 'phone' makes a part 'phone-1', which is a name that robocell gives to parts of"),
        (["A", "A"], 1, "orders.orders: the id 'A' is given to several orders; ids must differ"),
        (["A", "A-2"], 2, "orders.orders.1.id: 'A-2' is the name of a part of the order 'A' too"),
        (
            ["A-2", "A"],
            2,
            "orders.orders.1.id: the id 'A' makes a part 'A-2', which is the name of the order 'A-2'",
        ),
        ([""], 1, "orders.orders.0.id: a name must not be empty"),
        (["A\tB"], 1, "orders.orders.0.id: a name must be one line of printable characters"),
    ],
)
def test_an_id_that_names_something_else_too_is_refused(line, ids, lot_size, said):
    line["robots"] = {"arm": {"stations": ["cell"]}}
    with pytest.raises(ScenarioError) as refused:
        Scenario.parse(ordered(line, *ids, lot_size=lot_size))
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_the_id_of_an_order_is_the_name_of_its_job_in_log_tables_and_sniffer(line):
    factory = Factory(Scenario.parse(ordered(line, "A17", None, "order 3")))
    log = factory.run()
    jobs = log.to_frame()["job"]
    assert list(dict.fromkeys(jobs[jobs != ""])) == ["A17", "phone-1", "order 3"]
    assert "A17 is released at source" in log.describe(log.events[log.events["job"] == log.events["job"].max() - 2][0])
    (conversation,) = conversations_of(log, job="order 3")
    assert sequence_diagram(log, conversation).startswith("conversation 2: operation 2 of order 3, called by order 3")


def test_the_parts_of_an_order_with_an_id_are_numbered_within_their_lot(line):
    log = Factory(Scenario.parse(ordered(line, "A17", None, lot_size=3))).run()
    names = log.agents["name"].tolist()
    assert [name for name in names if name not in ("source", "sink", "cell", "shelf")] == [
        "A17", "A17-1", "A17-2", "A17-3", "phone-lot-1", "phone-3", "phone-4", "phone-5",
    ]  # fmt: skip


def test_names_do_not_affect_a_run(line):
    plain, named = (Factory(Scenario.parse(ordered(copy.deepcopy(line), *ids))).run() for ids in [(None,) * 4, "ABCD"])
    assert plain.events.tobytes() == named.events.tobytes()
    assert plain.agents["name"].tolist() != named.agents["name"].tolist()


def test_links_and_partitions_know_orders_by_their_ids(line):
    line = ordered(line, "A17", "B4")
    line["negotiation"] = {"channel": {"links": [{"sender": "A1*", "loss": 0.1}]}}
    assert Scenario.parse(line)
    line["negotiation"]["channel"]["links"][0]["sender"] = "phone-*"
    with pytest.raises(ScenarioError, match=r"'phone-\*' fits the name of no agent; .* A17 and other orders"):
        Scenario.parse(line)
    assert Scenario.parse(ordered(line, "A17", None)), "the second order has no id: its part is phone-1"
