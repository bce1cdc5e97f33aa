"""Whatever stands in a key of a floor, it is read, or refused in one message; nothing else comes of it."""

import contextlib

import pytest
from drawn_floors import ART, LEGEND, load
from PIL import Image

from robocell.environments.config.errors import ScenarioError
from robocell.environments.scenario import Floor

GARBAGE = [
    None, True, 0, 7, -1, 10**40, 0.5, float("nan"), "", " ", "x", "1m", "m", "A1:B2", "#fff", "é" * 300, [], [7],
    ["m"], [[1, 2]], {}, {"": ""}, {"x": 7}, {"x": "wall"}, {"#000": "floor"}, {7: "x"}, {"walls": "wall"},
    [{"rack": "R"}],
]  # fmt: skip
FILES = {
    "hall.csv": {"cells": "A1:G5", "legend": LEGEND},
    "hall.xlsx": {"sheet": "floor", "cells": "A1:G5", "legend": LEGEND},
    "hall.png": {"cell_pixels": 1, "legend": {"lime": "source", "red": "sink", "blue": "saw"}},
    "hall.dxf": {"unit": "m", "cell_size": "1m", "legend": None},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("floors")
    rows = [list(row) for row in ART.split("\n")]
    (folder / "hall.csv").write_text("\n".join(map(",".join, rows)))
    openpyxl, ezdxf = pytest.importorskip("openpyxl"), pytest.importorskip("ezdxf")
    book = openpyxl.Workbook()
    book.active.title = "floor"
    for row in rows:
        book.active.append(row)
    book.save(folder / "hall.xlsx")
    picture = Image.new("RGB", (7, 5), "white")
    drawing = ezdxf.new(units=6)
    space = drawing.modelspace()
    space.add_lwpolyline([(0, 0), (7, 0), (7, 5), (0, 5)], close=True, dxfattribs={"layer": "walls"})
    for name, colour, x, y in (("source", "lime", 1, 1), ("sink", "red", 5, 1), ("saw", "blue", 3, 3)):
        picture.paste(colour, (x, y, x + 1, y + 1))
        space.add_text(name, dxfattribs={"layer": "docks", "insert": (x + 0.5, 4.5 - y)})
    picture.save(folder / "hall.png")
    drawing.saveas(folder / "hall.dxf")
    return folder


@pytest.mark.parametrize("file", FILES)
def test_the_files_themselves_are_right(folder, file):
    assert load(folder, file=file, **FILES[file]).build_layout().docks.keys() == {"source", "sink", "saw"}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("key", Floor.keys())
def test_garbage_is_read_or_refused(folder, file, key):
    for garbage in GARBAGE:
        with contextlib.suppress(ScenarioError):
            load(folder, **{"file": file, **FILES[file], key: garbage})
