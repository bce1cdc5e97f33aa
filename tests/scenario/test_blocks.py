"""Blocks of racks on a floor: which cells they take, what vehicles may do there, and what the locations are."""

import pytest

from robocell.environments.checks import check
from robocell.environments.config.errors import LayoutError, ScenarioError
from robocell.environments.factory import Factory
from robocell.environments.layout import EAST, NO_CELL, NORTH, SOUTH, WEST, Layout
from robocell.environments.layout.blocks import Block, BlockError, with_blocks
from robocell.environments.layout.checks import check_layout
from robocell.environments.layout.printed import numbered, printed
from robocell.environments.scenario import Scenario

HALL = {
    "name": "hall",
    "layout": {
        "size": [14, 12],
        "docks": {"source": [[3, 0]], "sink": [[9, 0]], "saw": [[13, 4]], "lathe": [[13, 8]]},
        "parking": [[0, 0], [0, 1]],
        "blocks": [{"rack": "R", "rows": 3, "columns": 6, "at": [1, 3], "aisle": 2}],
    },
    "stations": {
        "saw": {"operations": {"cut": "5s"}, "output_capacity": 1},
        "lathe": {"operations": {"turn": "60s"}, "input_capacity": 1},
    },
    "fleet": {"agvs": {"count": 3, "load": "2s", "unload": "2s"}},
    "products": {"shaft": {"routing": ["cut", "turn"]}},
    "orders": {"kind": "batch", "every": "1h", "size": 12},
    "horizon": "30min",
    "record": {"trace": True},
}
PICTURE = """
PP..........
...######...
...RRRRRR...
S...........
............
...RRRRRR...
...######...
...######...
...RRRRRR...
s...........
............
............
............
....a...L...
""".strip()


def hall(**block) -> dict:
    return HALL | {"layout": HALL["layout"] | {"blocks": [HALL["layout"]["blocks"][0] | block]}}


def block(**keys) -> Block:
    return Block(**{"rack": "R", "rows": 2, "columns": 3, "at": (1, 1)} | keys)


def test_a_block_becomes_racks_with_docks_along_aisles():
    scenario = Scenario.parse(HALL)
    rows, legend = printed(scenario.build_layout(), scenario.layout.blocks)
    assert "\n".join(rows) == PICTURE
    assert legend["R"] == "R/1/1 … R/3/6"
    assert (legend["S"], legend["s"], legend["a"], legend["L"]) == ("source", "sink", "saw", "lathe")


def test_a_location_has_the_dock_in_front_of_its_rack_cell():
    layout = Scenario.parse(HALL).build_layout()
    for name, dock, rack in (("R/1/1", (2, 3), (1, 3)), ("R/2/6", (5, 8), (6, 8)), ("R/3/2", (8, 4), (7, 4))):
        assert layout.docks[name] == (layout.cell(*dock),)
        assert not layout.passable[layout.cell(*rack)]


def test_rows_and_columns_of_the_picture_are_numbered():
    rows = numbered(["#" * 12] * 11)
    assert rows[0] == "   0         10"
    assert rows[1] == f" 0 {'#' * 12}"
    assert rows[-1] == f"10 {'#' * 12}"


def test_locations_are_places_and_storages_behind_those_with_a_name():
    scenario = Scenario.parse(HALL | {"storage": {"shelf": {}}} | {"transport": {"kind": "instant"}, "fleet": None})
    names = [f"R/{row}/{column}" for row in (1, 2, 3) for column in range(1, 7)]
    assert list(scenario.layout.block_places()) == names
    assert scenario.places == ("source", "sink", "saw", "lathe", "shelf", *names)
    assert {spec.capacity for name, spec in scenario.storage.items() if name in names} == {1}


def test_a_location_may_be_described_by_itself():
    scenario = Scenario.parse(hall(capacity=2) | {"storage": {"R/1/2": {"capacity": 7}}})
    assert scenario.storage["R/1/2"].capacity == 7
    assert scenario.storage["R/1/1"].capacity == 2


def test_a_scenario_with_blocks_survives_being_written_and_read():
    scenario = Scenario.parse(HALL)
    again = Scenario.parse(scenario.model_dump(mode="json", by_alias=True))
    assert again == scenario
    assert again.places == scenario.places


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("one_way", [False, True])
@pytest.mark.parametrize("aisle", [1, 2, 3])
@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_all_docks_of_a_block_on_a_plain_floor_can_be_served(rows, aisle, one_way, turned):
    given = block(rows=rows, columns=4, aisle=aisle, one_way=one_way, turned=turned, at=(1, 1))
    layout = with_blocks(Layout.plain(given.height + 2, given.width + 2), [given])
    check_layout(layout, given.names)
    assert len(given.names) == rows * 4
    assert (~layout.passable).sum() == rows * 4


def test_no_vehicle_drives_back_in_a_one_way_aisle_nor_in_its_docks():
    given = block(rows=4, columns=3, aisle=1, one_way=True)
    layout = with_blocks(Layout.plain(12, 5), [given])
    against = {"R/1/2": WEST, "R/2/2": WEST, "R/3/2": EAST, "R/4/2": EAST}
    for name, direction in against.items():
        (dock,) = layout.docks[name]
        assert layout.neighbours[dock, direction] == NO_CELL
    first, second = layout.cell(3, 2), layout.cell(8, 2)
    assert layout.neighbours[first].tolist() == [first + 1, first + 5, NO_CELL, first - 5]
    assert layout.neighbours[second].tolist() == [NO_CELL, second + 5, second - 1, second - 5]


@pytest.mark.parametrize("one_way", [False, True])
def test_a_turned_block_is_the_same_with_rows_and_columns_exchanged(one_way):
    given = {"rows": 3, "columns": 4, "aisle": 2, "one_way": one_way, "at": (1, 1)}
    straight = with_blocks(Layout.plain(12, 6), [block(**given)])
    turned = with_blocks(Layout.plain(6, 12), [block(**given, turned=True)])
    exchanged = {EAST: SOUTH, SOUTH: EAST, WEST: NORTH, NORTH: WEST}
    for cell in range(straight.size):
        row, column = straight.row_column(cell)
        other = turned.cell(column, row)
        assert straight.passable[cell] == turned.passable[other]
        for direction in range(4):
            assert (straight.neighbours[cell, direction] == NO_CELL) == (
                turned.neighbours[other, exchanged[direction]] == NO_CELL
            )
    assert [turned.row_column(cells[0])[::-1] for cells in turned.docks.values()] == [
        straight.row_column(cells[0]) for cells in straight.docks.values()
    ]


def test_drawn_aisle_arrows_are_left_to_either_side_and_never_entered_head_on():
    layout = Layout.from_ascii(".....\n.→↓←.\n..↑..")
    assert layout.to_ascii() == ".....\n.→↓←.\n..↑.."
    right, down = layout.cell(1, 1), layout.cell(1, 2)
    assert [way for way in range(4) if layout.neighbours[right, way] != NO_CELL] == [EAST, SOUTH, NORTH]
    assert layout.neighbours[layout.cell(1, 0), EAST] == right
    assert layout.neighbours[down].tolist() == [NO_CELL, NO_CELL, NO_CELL, NO_CELL], "arrows against it on all sides"


def test_arrows_of_the_drawing_stay_in_an_aisle():
    art = ".....\n.....\n.....\n.→→→.\n.....\n.....\n....."
    layout = with_blocks(Layout.from_ascii(art), [block(aisle=1)])
    assert layout.to_ascii().split("\n")[3] == ".→→→."


@pytest.mark.parametrize(
    ("art", "keys", "says"),
    [
        ("." * 5, {}, r"the block 'R' takes rows 1..6 and columns 1..3, but the floor has rows 0..0 and columns 0..4; "
                      r"move the block \(at\), make it smaller, or the floor larger"),
        (".....\n" * 4 + "...#.\n" + ".....\n" * 3, {},
         r"the block 'R' needs row 4, column 3 for an aisle, but a wall is there; move the block \(at\), or clear"),
        (".....\n" * 6 + ".S...\n" + ".....\n", {},
         "the block 'R' needs row 6, column 1 for a rack, but the dock of 'saw' is there"),
        (".....\n.....\n..P..\n" + ".....\n" * 5, {}, "needs row 2, column 2 for a dock, but parking is there"),
        (".....\n.....\n..>..\n" + ".....\n" * 5, {}, "needs row 2, column 2 for a dock, but an arrow is there; move"),
        (".....\n.....\n.....\n..>..\n" + ".....\n" * 4, {"one_way": True},
         "needs row 3, column 2 for an aisle, but an arrow is there; leave out one_way, or the arrow"),
    ],
)  # fmt: skip
def test_a_block_outside_the_floor_or_over_something_is_refused(art, keys, says):
    legend = {"S": "saw"} if "S" in art else {}
    with pytest.raises(BlockError, match=says):
        with_blocks(Layout.from_ascii(art, legend), [block(**keys)])


def test_two_blocks_do_not_overlap_nor_share_a_name():
    floor = Layout.plain(20, 20)
    with pytest.raises(BlockError, match=r"block 'Q' needs row 5, column 3 for a rack, but the block 'R' is there"):
        with_blocks(floor, [block(), block(rack="Q", at=(5, 3))])
    with pytest.raises(BlockError, match="two blocks are called 'R'"):
        with_blocks(floor, [block(), block(at=(10, 10))])
    with pytest.raises(BlockError, match="'R/1/2' has a dock on the drawing too; call the rack otherwise"):
        with_blocks(floor.with_places({"R/1/2": [(0, 0)]}), [block()])


def test_a_block_without_a_way_to_its_aisle_is_refused():
    art = "#####\n#####\n" + "#...#\n" * 6 + "#####\n.S..T"
    layout = with_blocks(Layout.from_ascii(art, {"S": "s", "T": "t"}), [block(at=(2, 1))])
    with pytest.raises(LayoutError, match="the dock of 'R/1/1' at row 3, column 1"):
        check_layout(layout, layout.docks)


def test_a_plain_size_has_no_legend():
    with pytest.raises(ScenarioError, match=r"layout: legend goes with a drawing; give docks as \[row, column\]"):
        Scenario.parse(HALL | {"layout": HALL["layout"] | {"legend": {"X": "saw"}}})


@pytest.mark.parametrize("one_way", [False, True])
def test_parts_that_would_block_a_station_are_put_into_racks(one_way):
    factory = Factory(Scenario.parse(hall(one_way=one_way)))
    log = factory.run()
    factory.close()
    assert check(log, factory.spec) == []
    visited = {log.name_of(uid) for uid in set(log.events["other"].tolist()) if uid >= 0}
    assert any(name.startswith("R/") for name in visited)


def test_a_location_that_is_another_place_is_no_storage():
    layout = HALL["layout"] | {"docks": {key: at for key, at in HALL["layout"]["docks"].items() if key != "sink"}}
    scenario = Scenario.parse(HALL | {"layout": layout, "sink": "R/3/6", "chargers": {"R/1/1": {"slots": 1}}})
    assert scenario.places[-1] == "R/1/1"
    assert "R/3/6" not in scenario.storage
    assert len(scenario.storage) == 16
    assert len(scenario.layout.block_places()) == 18


@pytest.mark.parametrize("blocks", [None, 7, [7], [{"rack": "R"}], {"rack": "R"}])
def test_malformed_blocks_are_refused_where_they_are(blocks):
    with pytest.raises(ScenarioError, match=r"layout\.blocks"):
        Scenario.parse(HALL | {"layout": HALL["layout"] | {"blocks": blocks}})


def test_more_locations_than_memory_holds_are_refused_at_once():
    with pytest.raises(ScenarioError, match="the blocks have 1000000000000 locations; at most 100000 fit into memory"):
        Scenario.parse(hall(rows=10**6, columns=10**6))
