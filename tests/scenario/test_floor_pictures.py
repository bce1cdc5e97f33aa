"""A floor in a picture, by the colours of a legend."""

import numpy as np
import pytest
from drawn_floors import ART, load, problem
from PIL import Image

from robocell.environments.layout.readers import pictures

COLOURS = {"#": "black", ".": "white", "I": "#00ff00", "O": "#ff0000", "S": "#0000ff", ">": "#ffff00"}
LEGEND = {"#00ff00": "source", "#FF0000": "sink", "blue": "saw", "#ffff00": ">"}


def picture(path, art=ART, side=1, colours=COLOURS):
    rows = art.split("\n")
    image = Image.new("RGB", (len(rows[0]) * side, len(rows) * side))
    for down, row in enumerate(rows):
        for right, symbol in enumerate(row):
            image.paste(colours[symbol], (right * side, down * side, (right + 1) * side, (down + 1) * side))
    image.save(path)
    return image


def shop(folder, **layout):
    return load(folder, **{"file": "hall.png", "legend": LEGEND} | layout)


@pytest.mark.parametrize("side", [1, 5])
def test_a_picture_has_one_colour_a_cell(tmp_path, side):
    picture(tmp_path / "hall.png", side=side)
    scenario = shop(tmp_path, **({"cell_pixels": side} if side > 1 else {}))
    layout = scenario.build_layout()
    assert scenario.layout.art == ART.replace("O", "s").replace("I", "S").replace("###S", "###a")
    assert layout.docks == {"source": (8,), "sink": (12,), "saw": (24,)}
    assert scenario.layout.notes == (
        f"read 35 cells of {side} x {side} pixels: 24 #000000 wall, 7 #ffffff floor, 1 #00ff00 source, 1 #ff0000 sink, "
        "1 #0000ff saw, 1 #ffff00 >",
    )


def test_in_a_cell_of_many_pixels_the_most_frequent_colour_counts_and_mixed_cells_are_told(tmp_path):
    image = picture(tmp_path / "hall.png", side=4)
    image.paste("#777777", (4, 4, 5, 8))  # the soft edge of a wall
    image.save(tmp_path / "hall.png")
    floor = shop(tmp_path, cell_pixels=4).layout
    assert floor.notes[1:] == (
        "1 cell is not of one colour (the first at row 1, column 1); the most frequent colour counts",
    )
    assert floor.art.split("\n")[1] == "#S...s#"


def test_black_and_white_may_mean_something_else_and_transparent_is_white(tmp_path):
    image = picture(tmp_path / "hall.png", colours=COLOURS | {"#": "#123456"}).convert("RGBA")
    image.putpixel((2, 1), (7, 7, 7, 0))
    image.save(tmp_path / "hall.png")
    floor = shop(tmp_path, legend=LEGEND | {"#123456": "wall", "#fff": "."}).layout
    assert floor.art.split("\n")[1] == "#S...s#"


@pytest.mark.parametrize(
    ("layout", "says"),
    [
        ({"legend": LEGEND | {"reed": "wall"}},
         "layout.legend: 'reed' is not a colour; write '#rrggbb' in quotes, or a name such as red"),
        ({"legend": LEGEND | {"#f00": "saw"}},
         "layout.legend: gives the colour #ff0000 two meanings, 'sink' and 'saw'"),
        ({"legend": LEGEND | {"#123456": "oven"}},
         "layout.legend: says #123456 is 'oven', but no cell of 'hall.png' has that colour"),
        ({"legend": {"#00fe00": "source", "#ff0000": "sink", "blue": "saw", "#ffff00": ">"}},
         "layout.file: the cell at row 1, column 1 has the colour #00ff00, which the legend does not explain; "
         "did you mean \"#00fe00\" (source)? Colour it so, or explain it in the legend"),
        ({"legend": {"#000": ["wall"]}},
         "layout.legend: must say of each colour what it means: wall, floor, parking or a place"),
        ({"cell_pixels": 2},
         "layout.cell_pixels: 2 pixels a cell do not divide 5 rows of 7 pixels; crop the picture, or set 1"),
        ({"cell_pixels": 0}, "layout.cell_pixels: 0 is not a whole number above 0"),
        ({"file": "hall.jpg"},
         "layout.file: 'hall.jpg' cannot be read; save it as .png, which keeps the colours"),
    ],
)  # fmt: skip
def test_a_wrong_picture_is_refused_with_the_cure(tmp_path, layout, says):
    picture(tmp_path / "hall.png")
    assert problem(tmp_path, **{"file": "hall.png", "legend": LEGEND} | layout) == says


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "hall.png").write_bytes(b"\x89PNG nothing")
    assert problem(tmp_path, file="hall.png", legend=LEGEND).startswith("layout.file: 'hall.png' is not a picture (")


def test_a_picture_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    picture(tmp_path / "hall.png")
    monkeypatch.setattr(pictures, "MOST_CELLS", 30)
    assert problem(tmp_path, file="hall.png", legend=LEGEND) == (
        "layout.file: the picture has 5 rows of 7 pixels, which are 35 cells; at most 30 cells and 100000000 pixels "
        "fit into memory: draw fewer pixels, or set larger cells (cell_pixels)"
    )


def test_two_colours_may_mean_the_same_place(tmp_path):
    picture(tmp_path / "hall.png")
    scenario = shop(tmp_path, legend=LEGEND | {"#ffff00": "source"})
    assert len(scenario.build_layout().docks["source"]) == 2
    assert np.count_nonzero(~scenario.build_layout().passable) == 24
