"""A floor is drawn, read into arrays, and drawn again."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robocell.environments.config.errors import LayoutError
from robocell.environments.layout import ANY_DIRECTION, EAST, NO_CELL, NORTH, SOUTH, WEST, Layout

ART = """
######
#S>.S#
#.#^P#
#....#
######
"""


@pytest.fixture
def floor() -> Layout:
    return Layout.from_ascii(ART, {"S": "smt"})


def test_symbols_become_cells(floor):
    assert (floor.height, floor.width, floor.size) == (5, 6, 30)
    assert floor.docks == {"smt": (floor.cell(1, 1), floor.cell(1, 4))}
    assert floor.parking.tolist() == [floor.cell(2, 4)]
    assert not floor.passable[floor.cell(2, 2)]
    assert floor.passable.sum() == 11
    assert floor.one_way[floor.cell(1, 2)] == EAST
    assert floor.one_way[floor.cell(2, 3)] == NORTH
    assert floor.one_way[floor.cell(1, 1)] == ANY_DIRECTION
    assert floor.row_column(floor.cell(2, 4)) == (2, 4)


def test_arrays_have_the_promised_types(floor):
    assert floor.passable.dtype == bool
    assert floor.neighbours.dtype == np.int32
    assert floor.neighbours.shape == (30, 4)
    assert floor.parking.dtype == np.int32
    assert floor.one_way.dtype == np.int8


def test_vehicles_move_to_floor_cells_only(floor):
    at = floor.cell(1, 1)
    moves = floor.neighbours[at]
    assert moves[EAST] == floor.cell(1, 2)
    assert moves[SOUTH] == floor.cell(2, 1)
    assert moves[WEST] == moves[NORTH] == NO_CELL


def test_an_arrow_is_left_along_its_direction_and_not_entered_against_it(floor):
    arrow = floor.cell(1, 2)
    assert floor.neighbours[arrow].tolist() == [floor.cell(1, 3), NO_CELL, NO_CELL, NO_CELL]
    assert floor.neighbours[floor.cell(1, 3), WEST] == NO_CELL
    upwards = floor.cell(2, 3)
    assert floor.neighbours[floor.cell(1, 3), SOUTH] == NO_CELL
    assert floor.neighbours[floor.cell(2, 4), WEST] == upwards, "an arrow may be entered from the side"


def test_a_floor_survives_pickling(floor):
    copy = pickle.loads(pickle.dumps(floor))
    assert copy.to_ascii() == floor.to_ascii()
    np.testing.assert_array_equal(copy.neighbours, floor.neighbours)


def grids():
    row = st.integers(1, 7).flatmap(
        lambda width: st.lists(st.text("#.PSA><^v", min_size=width, max_size=width), min_size=1, max_size=7)
    )
    return row.map(lambda rows: ["S" + "A" * (len(rows[0]) - 1), "A" * len(rows[0]), *rows])


@given(rows=grids())
def test_a_drawing_is_read_and_drawn_again_unchanged(rows):
    art = "\n".join(rows)
    floor = Layout.from_ascii(art, {"S": "smt", "A": "assembly"})
    assert floor.to_ascii() == art
    assert floor.legend == {"S": "smt", "A": "assembly"}


@given(rows=grids())
def test_every_move_is_one_step_between_floor_cells_and_respects_arrows(rows):
    floor = Layout.from_ascii("\n".join(rows), {"S": "smt", "A": "assembly"})
    for cell in range(floor.size):
        for direction, step in enumerate(((0, 1), (1, 0), (0, -1), (-1, 0))):
            row, column = floor.row_column(cell)
            there = (row + step[0], column + step[1])
            inside = 0 <= there[0] < floor.height and 0 <= there[1] < floor.width
            allowed = (
                inside
                and rows[row][column] != "#"
                and rows[there[0]][there[1]] != "#"
                and rows[row][column] not in ">v<^".replace(">v<^"[direction], "")
                and rows[there[0]][there[1]] != ">v<^"[(direction + 2) % 4]
            )
            assert floor.neighbours[cell, direction] == (floor.cell(*there) if allowed else NO_CELL)


def test_rows_of_spaces_are_floor_where_they_are_as_wide_as_the_others():
    floor = Layout.from_ascii("\n    \n#SA#\n    \n  \n", {"S": "smt", "A": "assembly"})
    assert floor.to_ascii() == "....\n#SA#\n...."


MAP = "type octile\nheight 2\nwidth 4\nmap\n..GS\n.@TW\n"


def test_a_moving_ai_map_is_read_with_docks_by_row_and_column():
    floor = Layout.from_map(MAP, docks={"smt": [(0, 3)], "pack": [(1, 0), (0, 0)]}, parking=[(0, 1)], cell_size_m=0.5)
    assert floor.docks == {"smt": (3,), "pack": (0, 4)}
    assert floor.passable.tolist() == [True] * 5 + [False] * 3
    assert floor.cell_size_m == 0.5
    assert floor.to_ascii() == "BP.A\nB###"
    assert Layout.from_ascii(floor.to_ascii(), floor.legend).docks == floor.docks


def test_places_can_be_put_on_a_floor_later():
    floor = Layout.from_map(MAP).with_places({"smt": [(0, 2)]})
    assert floor.docks == {"smt": (2,)}
    with pytest.raises(LayoutError, match="place 'smt' has no dock"):
        floor.with_places({"smt": []})


def test_cells_outside_are_refused(floor):
    with pytest.raises(LayoutError, match=r"row 5, column 0 is outside the floor; rows are 0\.\.4, columns 0\.\.5"):
        floor.cell(5, 0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("type octile\nheight x\nwidth 4\nmap\n....", "line 2: height is 'x'; it must be a whole number above 0"),
        ("type octile\nheight 2\nmap\n....", "the header lacks 'width'"),
        ("type octile\nheight 2\nwidth 2\n..\n..", "line 4: '..' is not a header line"),
        ("type octile\nheight 2\nwidth 2\nmap\n..\n...", "line 6: the row has 3 cells, the header says 2"),
        ("type octile\nheight ²\nwidth 2\nmap\n..\n..", "line 2: height is '²'; it must be a whole number above 0"),
        (
            "height 9999999\nwidth 9\nmap\n..",
            "9999999 rows of 9 cells are 89999991 cells; at most 4000000 fit into memory",
        ),
        (f"height {'9' * 5000}\nwidth 2\nmap\n..", "line 1: height is '9{60}'; it must be a whole number above 0"),
        ("height 1\nheight 2\nwidth 2\nmap\n..\n..", "line 2: the header gives height twice; keep one"),
        ("type octile\nheight 1\nwidth 2\nmap\n..\n.@", "line 6: one row more than the 1 that the header says"),
    ],
)
def test_a_malformed_map_is_refused_with_its_line(text, says):
    with pytest.raises(LayoutError, match=says):
        Layout.from_map(text)
