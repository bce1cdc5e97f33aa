"""A right scenario gives plain numbers in one unit, and can travel."""

import copy
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import yaml

from robocell.environments.config.distributions import Constant
from robocell.environments.config.documents import Document
from robocell.environments.config.errors import ScenarioError
from robocell.environments.scenario import Grid, Instant, Matrix, OrderList, Poisson, Scenario, self_contained

HERE = Path(__file__).parent
DATA = yaml.safe_load((HERE / "base.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def data() -> dict:
    return copy.deepcopy(DATA)


@pytest.fixture
def small() -> Scenario:
    return Scenario.load(HERE / "base.yaml")


def test_quantities_are_plain_numbers(small):
    assert small.horizon_s == 28_800
    assert small.warm_up_s == 3600
    assert small.stations["cutting"].operations["cut"].mean_s == 27
    breakdown = small.stations["cutting"].breakdown
    assert breakdown is not None
    assert breakdown.availability == pytest.approx(87 / 99)
    assert small.stations["painting"].scrap_rate == 0.01
    assert small.fleet is not None
    battery = small.fleet.agvs.battery
    assert battery is not None
    assert battery.capacity_j == 3.6e6
    assert battery.drive_loaded_j_per_m == 45
    assert small.products["red"].due_s == 4 * 3600
    assert isinstance(small.orders, Poisson)
    assert small.orders.rate_per_s == pytest.approx(1 / 60)
    assert small.negotiation.reply_by_s == 2
    assert small.tick_s == 1


def test_places_come_in_a_fixed_order(small):
    assert small.places == ("source", "sink", "cutting", "painting", "shelf", "charger_1")


def test_a_plain_name_is_a_step(small):
    first, second = small.products["red"].routing
    assert (first.operation, first.stations, first.time) == ("cut", None, None)
    assert (second.operation, second.stations) == ("paint", ("painting",))


def test_setups_depend_on_what_came_before(small):
    setup = small.stations["cutting"].setup
    assert setup is not None
    assert setup.between_s("red", "blue") == 90
    assert setup.between_s("blue", "red") == 60
    assert setup.between_s("red", "red") == 0
    assert setup.between_s(None, "red") == 60


def test_a_scenario_survives_pickling(small):
    small.build_layout()
    there = pickle.loads(pickle.dumps(small))
    assert there == small
    assert there.build_layout().to_ascii() == small.build_layout().to_ascii()


def test_a_written_scenario_is_read_back_unchanged(small):
    assert Scenario.parse(small.model_dump(by_alias=True, exclude_none=True)) == small


def test_a_scenario_cannot_be_changed(small):
    with pytest.raises(ValueError, match="frozen"):
        setattr(small, "horizon_s", 3.0)  # noqa: B010  (the type checker refuses the plain way too)


def test_the_floor_is_built_once(small):
    assert small.build_layout() is small.build_layout()
    assert small.build_layout().docks["shelf"] == (3 * 15 + 9,)


def test_a_floor_file_and_an_orders_file_are_read_and_kept(data):
    data["layout"] = {"file": "floor.txt", "legend": data["layout"]["legend"]}
    data["orders"] = {"kind": "csv", "file": "orders_right.csv", "limit": 9}
    document = Document.from_text(yaml.safe_dump(data), folder=HERE / "files")
    alone = self_contained(document.data, source=document)
    scenario = Scenario.parse(alone)
    assert scenario == Scenario.parse(document.data, source=document)
    assert scenario.build_layout().to_ascii() == DATA["layout"]["art"].strip()
    assert isinstance(scenario.orders, OrderList)
    first, second = scenario.orders.orders
    assert (first.at_s, first.product, first.due_s, first.id) == (0, "red", 4 * 3600, "a1")
    assert (second.at_s, second.product, second.due_s, second.id) == (90, "blue", None, "a2")
    assert scenario.orders.limit == 9


def test_a_moving_ai_map_can_be_the_floor(data):
    names = ("source", "cutting", "painting", "shelf", "charger_1", "sink")
    docks = {name: [[3, 2 * number]] for number, name in enumerate(names)}
    data["layout"] = {"file": "floor.map", "docks": docks, "parking": [[0, 0]], "cell_size": "50cm"}
    document = Document.from_text(yaml.safe_dump(data), folder=HERE / "files")
    scenario = Scenario.parse(document.data, source=document)
    assert scenario.build_layout().docks["painting"] == (3 * 15 + 4,)
    assert scenario.tick_s == 0.5


def test_files_that_cannot_be_read_are_reported(data):
    data["orders"] = {"kind": "csv", "file": "orders.csv"}
    with pytest.raises(ValueError, match=r"cannot work"):
        Scenario.model_validate(data)
    data["layout"] = {"file": "floor.txt"}
    with pytest.raises(ValueError, match=r"unreadable"):
        Scenario.model_validate(data)


def test_without_a_file_paths_start_at_the_working_folder(data, monkeypatch):
    monkeypatch.chdir(HERE / "files")
    data["orders"] = {"kind": "csv", "file": "orders_right.csv"}
    read = Scenario.parse(data).orders
    assert isinstance(read, OrderList)
    assert len(read.orders) == 2
    data["orders"] = {"kind": "csv", "file": "orders_wrong.csv"}
    with pytest.raises(ScenarioError, match=r"orders.file: there is no file 'orders_wrong.csv' beside the config"):
        Scenario.parse(data)


def test_a_sweep_may_change_a_key_that_the_file_does_not_have(data):
    document = Document.load(HERE / "base.yaml")
    data["robots"]["arm"]["stations"] = ["cutting", "lacquering"]
    with pytest.raises(
        ScenarioError, match=r"base\.yaml:\d+:26: robots\.arm\.stations\.1: 'lacquering' is not a station"
    ):
        Scenario.parse(data, source=document)


def test_a_scenario_inside_another_file_is_explained_there():
    text = "scenario:\n" + "\n".join(f"  {line}" for line in (HERE / "base.yaml").read_text().splitlines())
    document = Document.from_text(text.replace("reply_by: 2s", "reply_by: 2"), name="experiment.yaml")
    with pytest.raises(ScenarioError, match=r"experiment\.yaml:\d+:52: scenario\.negotiation\.reply_by: 2 has no unit"):
        Scenario.parse(document.data["scenario"], source=document, at=("scenario",))


def test_matrix_transport_gives_the_travel_times_in_the_order_of_places(data):
    del data["layout"]
    names = ["sink", "source", "cutting", "painting", "shelf", "charger_1"]
    travel = [[f"{0 if i == j else 10 * i + j}s" for j in range(6)] for i in range(6)]
    data["transport"] = {"kind": "matrix", "places": names, "travel": travel}
    scenario = Scenario.parse(data)
    assert isinstance(scenario.transport, Matrix)
    matrix = scenario.travel_matrix_s()
    assert matrix[0, 1] == 10  # source (second in the matrix) to sink (first)
    assert matrix[1, 0] == 1
    assert matrix[2, 5] == 25
    assert matrix.dtype == np.float64
    assert scenario.tick_s == math.inf
    with pytest.raises(ScenarioError, match="has no layout"):
        scenario.build_layout()


def test_instant_transport_needs_neither_floor_nor_vehicles(data):
    for key in ("layout", "fleet", "chargers"):
        del data[key]
    data["transport"] = {"kind": "instant"}
    scenario = Scenario.parse(data)
    assert isinstance(scenario.transport, Instant)
    assert scenario.agv_count == 0
    with pytest.raises(ScenarioError, match="moves parts by instant, not by a matrix"):
        scenario.travel_matrix_s()


def test_the_smallest_scenario_has_defaults_for_all_else():
    scenario = Scenario.parse(
        {
            "transport": {"kind": "instant"},
            "stations": {"desk": {"operations": {"work": "1min"}}},
            "products": {"letter": {"routing": ["work"]}},
            "orders": {"kind": "conwip", "wip": 3},
            "horizon": "1h",
        }
    )
    assert isinstance(scenario.stations["desk"].operations["work"], Constant)
    assert scenario.places == ("source", "sink", "desk")
    assert scenario.stations["desk"].input_capacity is None
    assert not scenario.drain
    assert Grid().kind == "grid"
