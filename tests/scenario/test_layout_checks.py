"""The check that no standing vehicle cuts off another place, against a slow and obvious twin."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robocell.environments.config.errors import LayoutError
from robocell.environments.layout import NO_CELL, Layout
from robocell.environments.layout.checks import check_layout


def reach(floor: Layout, start: int, closed: set[int]) -> set[int]:
    seen, stack = {start}, [start]
    while stack:
        for cell in floor.neighbours[stack.pop()].tolist():
            if cell != NO_CELL and cell not in seen and cell not in closed:
                seen.add(cell)
                stack.append(cell)
    return seen


def can_be_served(floor: Layout) -> bool:
    """Any stop (dock or parking) reaches any other while vehicles stand at all docks but these two."""
    docks = {cell for cells in floor.docks.values() for cell in cells}
    stops = docks | set(floor.parking.tolist())
    unsealed = all(goal in reach(floor, start, docks - {start, goal}) for start, goal in permutations(stops, 2))
    some = next(iter(docks))
    no_trap = all(some in reach(floor, cell, set()) for cell in reach(floor, some, set()))
    return unsealed and no_trap


def accepts(floor: Layout) -> bool:
    try:
        check_layout(floor, floor.docks)
    except LayoutError:
        return False
    return True


@st.composite
def floors(draw):
    width, height = draw(st.integers(3, 6)), draw(st.integers(2, 5))
    symbols = draw(st.lists(st.sampled_from("....##>v<^P"), min_size=width * height, max_size=width * height))
    cells = draw(st.permutations(range(width * height)))
    for symbol, cell in zip("ABC", cells, strict=False):
        symbols[cell] = symbol
    rows = ["".join(symbols[row * width : (row + 1) * width]) for row in range(height)]
    return Layout.from_ascii("\n".join(rows), {"A": "a", "B": "b", "C": "c"})


@given(floor=floors())
def test_every_place_of_an_accepted_floor_can_be_served(floor):
    if accepts(floor):
        assert can_be_served(floor), floor.to_ascii()


def has_an_area_that_serves_all(floor: Layout) -> bool:
    docks = {cell for cells in floor.docks.values() for cell in cells}
    stops = docks | set(floor.parking.tolist())
    aisles = set(floor.passable.nonzero()[0].tolist()) - docks
    return any(
        all(stop in reach(floor, cell, docks - {stop}) and cell in reach(floor, stop, docks - {stop}) for stop in stops)
        for cell in aisles
    )


@given(floor=floors())
def test_only_floors_that_one_area_serves_are_accepted(floor):
    docks = {cell for cells in floor.docks.values() for cell in cells}
    some = min(docks)
    no_trap = all(some in reach(floor, cell, set()) for cell in reach(floor, some, set()))
    assert accepts(floor) == (has_an_area_that_serves_all(floor) and no_trap), floor.to_ascii()


def test_two_vehicles_side_by_side_may_seal_what_one_does_not():
    art = "#########\n#...A...#\n#P..B..P#\n#########"
    with pytest.raises(
        LayoutError, match=r"vehicles standing at the dock of 'a' at row 1, .* the dock of 'b' at row 2, .* would seal"
    ):
        check_layout(Layout.from_ascii(art, {"A": "a", "B": "b"}), ["a", "b"])
    check_layout(Layout.from_ascii(art.replace("B", "."), {"A": "a"}), ["a"])


def test_a_large_map_is_checked_in_a_moment():
    text = "type octile\nheight 300\nwidth 300\nmap\n" + ("." * 300 + "\n") * 300
    floor = Layout.from_map(text, docks={"a": [(2 * row, 5) for row in range(100)]})
    check_layout(floor, ["a"])
