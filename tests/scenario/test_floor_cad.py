"""A floor in a CAD drawing: which cells its lines become, and what is told of all that does not fit into cells."""

import io

import pytest
from drawn_floors import load, problem
from hypothesis import given
from hypothesis import strategies as st

from robocell.environments.layout.readers.raster import covered, crossed

ezdxf = pytest.importorskip("ezdxf")


class Plan:
    """A drawing, in the unit of `unit` (a number of $INSUNITS), on layers made as they are named."""

    def __init__(self, unit=6):
        self.document = ezdxf.new(setup=False)
        self.document.header["$INSUNITS"] = unit
        self.space = self.document.modelspace()

    def line(self, layer, *points, close=False):
        self._layer(layer)
        self.space.add_lwpolyline(points, close=close, dxfattribs={"layer": layer})
        return self

    def box(self, layer, x, y, w, h):
        return self.line(layer, (x, y), (x + w, y), (x + w, y + h), (x, y + h), close=True)

    def text(self, layer, x, y, text):
        self._layer(layer)
        self.space.add_text(text, dxfattribs={"layer": layer, "insert": (x, y)})
        return self

    def point(self, layer, x, y):
        self._layer(layer)
        self.space.add_point((x, y), dxfattribs={"layer": layer})
        return self

    def save(self, path):
        stream = io.StringIO()
        self.document.write(stream)
        path.write_text(stream.getvalue(), encoding="utf-8")

    def _layer(self, name):
        if name not in self.document.layers:
            self.document.layers.add(name)


def hall(unit=6, scale=1.0):
    """A hall of 6 x 4 m with a rack of 2 x 1 m in its middle, and docks in three corners."""
    k = 1 / scale
    plan = Plan(unit).box("Walls", 0, 0, 6 * k, 4 * k).box("racks", 2 * k, 2 * k, 2 * k, 1 * k)
    plan.text("docks", 0.1 * k, 3.2 * k, "source").point("docks-sink", 5.5 * k, 3.5 * k)
    return plan.box("docks", 2 * k, 0, 1 * k, 1 * k).text("docks", 2.2 * k, 0.4 * k, "saw")


HALL = """
########
#S....s#
#..##..#
#......#
#..a...#
########
""".strip()


def read(folder, plan, **layout):
    plan.save(folder / "hall.dxf")
    return load(folder, **{"file": "hall.dxf", "legend": None} | layout)


@pytest.fixture
def refusal(tmp_path):
    def of(plan, **layout):
        plan.save(tmp_path / "hall.dxf")
        return problem(tmp_path, **{"file": "hall.dxf", "legend": None} | layout)

    return of


@pytest.mark.parametrize(("unit", "scale"), [(6, 1.0), (4, 0.001), (5, 0.01), (1, 0.0254), (2, 0.3048)])
def test_walls_racks_and_docks_become_cells_whatever_the_unit(tmp_path, unit, scale):
    scenario = read(tmp_path, hall(unit, scale))
    assert scenario.layout.art == HALL
    assert scenario.layout.legend == {"S": "source", "s": "sink", "a": "saw"}
    assert scenario.layout.notes[0].startswith(
        "read 4 rows of 6 cells of 1 m in a ring of wall; row 1, column 1 begins"
    )


def test_the_size_of_cells_and_the_unit_can_be_given(tmp_path):
    art = read(tmp_path, hall(0), cell_size="50cm", unit="m").layout.art.split("\n")
    assert (len(art), len(art[0])) == (10, 14)
    assert [row[5:9] for row in art[3:5]] == ["####", "####"]


def test_layers_mean_what_the_legend_says(tmp_path):
    plan = Plan().box("A-WALL", 0, 0, 6, 4).point("IN", 0.5, 3.5).point("OUT", 5.5, 3.5).point("MACHINE", 2.5, 0.5)
    legend = {"a-wall": "wall", "IN": "source", "OUT": "sink", "MACHINE": "saw"}
    scenario = read(tmp_path, plan.line("furniture", (1, 1), (2, 2)), legend=legend)
    assert scenario.layout.art == HALL.replace("#..##..#", "#......#")
    assert scenario.layout.notes[1:] == ("left out: 1 on layer furniture, which has no meaning",)


def test_layers_need_not_be_listed_in_the_drawing(tmp_path):
    plan = hall()
    for name in ("Walls", "racks", "docks", "docks-sink"):
        plan.document.layers.remove(name)
    assert read(tmp_path, plan).layout.art == HALL
    legend = {"walls": "wall", "racks": "rack", "docks": "dock"}
    assert read(tmp_path, plan, legend=legend).layout.art == HALL


def test_where_aisles_are_drawn_all_else_is_wall(tmp_path):
    plan = Plan().box("walls", 0, 0, 8, 5).box("aisles", 1, 1, 6, 2).point("docks-source", 1.5, 1.5)
    plan.point("docks-sink", 6.5, 1.5).point("docks-saw", 3.5, 1.5).box("aisles", 1, 3.1, 6, 0.3)
    scenario = read(tmp_path, plan)
    assert scenario.layout.art.split("\n")[3:5] == ["##......##", "##S.a..s##"]
    assert scenario.layout.notes[1:] == (
        "1 outline on layer aisles (at x 1, y 3.1): left out, narrower than a cell: covers the centre of none",
    )


def test_one_way_lines_become_aisles_and_their_crossings_are_open(tmp_path):
    plan = Plan().box("walls", 0, 0, 6, 4).line("one_way", (1, 2.5), (5, 2.5)).line("one_way", (2.5, 3.9), (2.5, 1.1))
    plan.line("one_way", (1, 1), (3, 3)).point("docks-source", 0.5, 3.5)
    scenario = read(tmp_path, plan.point("docks-sink", 5.5, 3.5).point("docks-saw", 2.5, 0.5))
    assert scenario.layout.art.split("\n")[1:4] == ["#S.↓..s#", "#.→.→→.#", "#..↓...#"]
    assert scenario.layout.notes[1:] == (
        "1 line on layer one_way (at x 1, y 1): left out, neither along a row nor along a column",
    )


def test_walls_between_cells_take_those_to_the_right_or_below_and_are_told(tmp_path):
    plan = hall().line("walls", (4, 1), (5, 1)).line("walls", (5, 1), (5, 2))
    scenario = read(tmp_path, plan)
    assert scenario.layout.art.split("\n")[3:5] == ["#.....##", "#..a.#.#"]
    assert scenario.layout.notes[1:] == (
        "2 lines on layer walls (the first at x 4, y 1): runs between cells, takes those to its right or below it",
    )


def test_blocks_are_docks_with_the_name_in_their_attribute_or_walls(tmp_path):
    plan = Plan().box("walls", 0, 0, 6, 4).point("docks-source", 0.5, 3.5).point("docks-sink", 5.5, 3.5)
    machine = plan.document.blocks.new("MACHINE")
    machine.add_lwpolyline([(0, 0), (1, 0), (1, 1), (0, 1)], close=True)
    machine.add_attdef("NAME", (0, 0))
    plan._layer("docks")
    plan._layer("racks")
    plan.space.add_blockref("MACHINE", (2.5, 0.5), dxfattribs={"layer": "docks"}).add_attrib("NAME", "saw", (0, 0))
    plan.space.add_blockref("MACHINE", (2, 2), dxfattribs={"layer": "racks", "xscale": 2})
    assert read(tmp_path, plan).layout.art == HALL


def test_hatches_and_curves_are_read_and_pictures_are_told(tmp_path):
    plan = hall()
    hatch = plan.space.add_hatch(dxfattribs={"layer": "walls"})
    hatch.paths.add_polyline_path([(4, 0), (6, 0), (6, 1), (4, 1)], is_closed=True)
    plan.space.add_circle((0.5, 1.5), 0.3, dxfattribs={"layer": "walls"})
    plan.space.add_text("not here", dxfattribs={"layer": "walls", "insert": (1, 1)})
    scenario = read(tmp_path, plan)
    assert scenario.layout.art.split("\n")[3:5] == ["##.....#", "#..a.###"]
    assert scenario.layout.notes[1:] == ("left out: 1 of type TEXT on layer walls",)


def test_a_dock_without_a_name_is_told(tmp_path):
    scenario = read(tmp_path, hall().point("docks", 4.5, 1.5))
    (note,) = scenario.layout.notes[1:]
    assert note == (
        "1 point on layer docks (at x 4.5, y 1.5): left out, a dock without a name: write a text into it, or name its "
        "layer docks-PLACE"
    )


@pytest.mark.parametrize(
    ("plan", "layout", "says"),
    [
        (hall(0), {}, "layout.file: 'hall.dxf' does not say its unit; set one (unit: mm, cm, m, km, in, ft)"),
        (hall(), {"unit": ["m"]}, "layout.unit: ['m'] is not allowed; allowed: mm, cm, m, km, in, ft"),
        (hall(), {"unit": "meter"},
         'layout.unit: \'meter\' is not allowed; allowed: mm, cm, m, km, in, ft'),
        (hall(), {"legend": {"Wals": "wall"}},
         "layout.legend: 'Wals' is not a layer of 'hall.dxf'; it has: 0, Defpoints, Walls, racks, docks, docks-sink; "
         'did you mean "Walls"?'),
        (hall(), {"legend": ["Walls"]},
         "layout.legend: must say of each layer what it means: wall, rack, floor, one_way, parking, dock or a place"),
        (Plan().line("furniture", (1, 1), (2, 2)), {},
         "layout.file: 'hall.dxf' has nothing on the layers aisles, docks, floor, one_way, parking, racks, walls; it "
         "has the layers 0, Defpoints, furniture: say in the legend what they mean"),
        (hall(), {"cell_size": "1mm"},
         "layout.file: the drawing has 4000 rows of 6000 cells of 0.001 m; at most 4000000 cells fit into memory: set "
         "a larger cell_size, or the right unit (it is read in m)"),
        (hall(), {"cell_size": "1"},
         "layout.cell_size: '1' has no unit; write a distance like 1m (units: mm, cm, m, km)"),
        (hall().point("docks-oven", 2.5, 2.5), {},
         "layout.file: the dock of 'oven' (layer docks-oven, x 2.5, y 2.5) falls into a wall at row 2, column 3; move "
         "it onto the floor, or set a smaller cell_size"),
        (hall().point("docks-oven", 5.6, 3.6), {},
         "layout.file: the docks of 'sink' and 'oven' fall into one cell, row 1, column 6; move one, or set a smaller "
         "cell_size"),
    ],
)  # fmt: skip
def test_a_wrong_drawing_is_refused_with_the_cure(refusal, plan, layout, says):
    assert refusal(plan, **layout) == says


def test_what_is_no_drawing_is_refused(tmp_path):
    (tmp_path / "hall.dxf").write_text("nothing")
    assert problem(tmp_path, file="hall.dxf").startswith("layout.file: 'hall.dxf' is not a DXF drawing (")


coordinates = st.tuples(st.integers(0, 80), st.integers(0, 60)).map(lambda at: (at[0] / 10, at[1] / 10))


@given(start=coordinates, end=coordinates)
def test_a_line_crosses_the_cells_in_which_its_points_lie(start, end):
    cells = set(crossed([start, end], 6, 8).cells)
    for step in range(1, 400):
        t = step / 400
        x, y = start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])
        off_edges = all(abs(value - round(value)) > 1e-6 for value in (x, y))
        assert not off_edges or (int(y), int(x)) in cells


@given(corner=coordinates, opposite=coordinates)
def test_a_rectangle_covers_the_cells_whose_centres_are_in_it(corner, opposite):
    left, right = sorted((corner[0], opposite[0]))
    top, bottom = sorted((corner[1], opposite[1]))
    cells = set(covered([(left, top), (right, top), (right, bottom), (left, bottom)], 6, 8))
    for row in range(6):
        for column in range(8):
            x, y = column + 0.5, row + 0.5
            if {x, y}.isdisjoint({left, right, top, bottom}):
                assert ((row, column) in cells) == (left < x < right and top < y < bottom)
