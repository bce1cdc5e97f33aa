"""Floors of other programs are read as if they had been drawn as text, and refused by the names of their cells."""

import pytest
import yaml
from drawn_floors import ART, LEGEND, SHOP, load, problem

from robocell.environments.config.documents import Document
from robocell.environments.layout.readers.sheets import cell_name, corners
from robocell.environments.scenario import Scenario, self_contained


def workbook(path, art=ART, *, row=1, column=1, sheets=("floor",), blank="."):
    """A workbook with the drawing in its last sheet; floor cells are left blank."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    *_, sheet = [book.create_sheet(name) for name in sheets]
    for down, line in enumerate(art.split("\n")):
        for right, symbol in enumerate(line):
            if symbol != blank:
                sheet.cell(row + down, column + right, symbol)
    book.save(path)
    return sheet, book


def csv_of(art, separator=","):
    return "".join(separator.join(row) + "\n" for row in art.split("\n"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_of_text_has_one_symbol_a_cell(tmp_path, separator, encoding):
    (tmp_path / "hall.csv").write_text(csv_of(ART, separator).replace(".", ""), encoding=encoding)
    floor = load(tmp_path, file="hall.csv").layout
    assert floor.art == ART
    assert (floor.file, floor.origin, floor.cells) == (None, "hall.csv", "A1:G5")


def test_quotes_and_blank_lines_of_a_table_do_not_count(tmp_path):
    (tmp_path / "hall.csv").write_text(",\n" + csv_of(ART).replace("S", '" S "') + ",,,\n\n")
    floor = load(tmp_path, file="hall.csv").layout
    assert floor.art == ART
    assert floor.cells == "A2:G6"


def test_a_sheet_has_one_symbol_a_cell(tmp_path):
    workbook(tmp_path / "hall.xlsx", row=2, column=3)
    floor = load(tmp_path, file="hall.xlsx").layout
    assert floor.art == ART
    assert (floor.origin, floor.sheet, floor.cells) == ("hall.xlsx", "floor", "C2:I6")


def test_the_sheet_and_its_range_can_be_named(tmp_path):
    sheet, book = workbook(tmp_path / "hall.xlsx", sheets=("notes", "floor"), row=3)
    sheet["A1"] = "hall 3, drawn by the planner"
    sheet["J9"] = "S: saw"
    book.save(tmp_path / "hall.xlsx")
    assert load(tmp_path, file="hall.xlsx", sheet="floor", cells="A3:G7").layout.art == ART
    assert "cell A1 holds 'hall 3, drawn by the planner'" in problem(tmp_path, file="hall.xlsx", sheet="floor")


def test_a_sheet_with_cells_far_below_is_read_where_its_range_is_named(tmp_path):
    sheet, book = workbook(tmp_path / "hall.xlsx")
    sheet.cell(1_000_000, 9, "end")
    sheet.merge_cells("A900000:C900001")
    book.save(tmp_path / "hall.xlsx")
    assert load(tmp_path, file="hall.xlsx", cells="A1:G5").layout.art == ART
    assert problem(tmp_path, file="hall.xlsx") == (
        "layout.file: the sheet 'floor' has 1000000 rows of 9 cells; at most 4000000 fit into memory: name the range "
        "of the drawing (cells)"
    )


def test_merged_cells_hold_the_same_symbol_and_numbers_are_symbols(tmp_path):
    sheet, book = workbook(tmp_path / "hall.xlsx", ART.replace("S", "1"))
    sheet["D4"] = 1
    sheet.merge_cells("A5:G5")
    book.save(tmp_path / "hall.xlsx")
    assert load(tmp_path, file="hall.xlsx", legend={"I": "source", "O": "sink", "1": "saw"}).layout.art == ART.replace(
        "S", "1"
    )


def test_what_is_read_of_a_workbook_is_text_and_needs_no_file(tmp_path):
    workbook(tmp_path / "hall.xlsx")
    data = SHOP | {"layout": {"file": "hall.xlsx", "legend": LEGEND, "blocks": []}}
    held = self_contained(data, source=Document("shop.yaml", tmp_path, data))
    (tmp_path / "hall.xlsx").unlink()
    assert held["layout"]["art"] == ART
    assert yaml.safe_load(yaml.safe_dump(held)) == held
    assert Scenario.parse(held).layout.art == ART


def test_blocks_are_put_on_a_sheet(tmp_path):
    hall = "\n".join(["." * 9] * 8).replace(".", "#", 1)
    drawn = hall[:-9] + "I..S....O"
    workbook(tmp_path / "hall.xlsx", drawn, blank="")
    block = {"rack": "R", "rows": 1, "columns": 3, "at": [2, 3], "aisle": 1}
    assert load(tmp_path, file="hall.xlsx", blocks=[block]).layout.block_places() == ("R/1/1", "R/1/2", "R/1/3")


@pytest.mark.parametrize(
    ("layout", "says"),
    [
        ({"file": "hall.xlsx", "sheet": "flor"},
         "layout.sheet: 'flor' is not a sheet of 'hall.xlsx'; it has: notes, floor; did you mean \"floor\"?"),
        ({"file": "hall.xlsx"}, "layout.file: 'hall.xlsx' has the sheets notes, floor; name one of them (sheet)"),
        ({"file": "hall.xlsx", "sheet": "notes"}, "layout.file: 'hall.xlsx' is empty; write one symbol a cell"),
        ({"file": "hall.xlsx", "sheet": "floor", "cells": "A1"},
         "layout.cells: 'A1' is not a range of cells; write its corners, such as A2:E5"),
        ({"file": "hall.xlsx", "sheet": "floor", "cells": "C3:A1"},
         "layout.cells: 'C3:A1' must begin with the upper left cell, such as A2:E5"),
        ({"file": "hall.xlsx", "sheet": "floor", "cells": 7},
         "layout.cells: 7 is not a range of cells; write its corners, such as A2:E5"),
        ({"file": "hall.xlsx", "sheet": "floor", "cells": "A1:ZZZ999999"},
         "layout.cells: A1:ZZZ999999 has more than 4000000 cells, which do not fit into memory"),
        ({"file": "hall.csv", "sheet": "floor"},
         "layout.sheet: goes with a file .xlsx, not with 'hall.csv'; leave it out"),
        ({"file": "floor.txt", "cells": "A1:B2"},
         "layout.cells: goes with a file .csv or .xlsx, not with 'floor.txt'; leave it out"),
        ({"file": "old.xls"}, "layout.file: 'old.xls' cannot be read; save it as .xlsx"),
        ({"file": "broken.xlsx"},
         "layout.file: 'broken.xlsx' is not an .xlsx workbook (File is not a zip file); save it again as .xlsx"),
        ({"file": "quote.csv"}, "layout.file: 'quote.csv' is not a table: unexpected end of data"),
        ({"file": "latin.csv"},
         "layout.file: 'latin.csv' is not a table: line 1 holds the byte 0xe9; save it as UTF-8"),
        ({"file": "hall.xlx"},
         "layout.file: there is no file 'hall.xlx' beside the config; did you mean \"hall.xlsx\"?"),
        ({"art": "I", "sheet": "floor"},
         "layout.art: sheet goes with a file .xlsx; leave it out"),
    ],
)  # fmt: skip
def test_a_wrong_sheet_is_refused_with_the_cure(tmp_path, layout, says):
    workbook(tmp_path / "hall.xlsx", sheets=("notes", "floor"))
    (tmp_path / "hall.csv").write_text(csv_of(ART))
    (tmp_path / "broken.xlsx").write_bytes(b"PK no workbook")
    (tmp_path / "quote.csv").write_text('#,"#\n')
    (tmp_path / "latin.csv").write_bytes(b"#,\xe9\n")
    assert problem(tmp_path, **layout) == says


@pytest.mark.parametrize(
    ("art", "says"),
    [
        (ART.replace("S", "X"), "layout: hall.xlsx: symbol 'X' at row 3, column 3 (E5) has no meaning; "),
        (ART.replace("#I", "##"), "layout: hall.xlsx: the legend says 'I' is 'source', but no cell of the drawing"),
        (ART.replace("###S###", "#######").replace("#.>...#", "#..S..#").replace("#I...O#", "#I.#.O#"),
         "layout: hall.xlsx: a vehicle standing at the dock of 'saw' at row 2, column 3 (E4) would seal the path to "),
    ],
)  # fmt: skip
def test_a_floor_that_cannot_work_is_refused_by_the_cells_of_its_sheet(tmp_path, art, says):
    workbook(tmp_path / "hall.xlsx", art, row=2, column=2)
    assert problem(tmp_path, file="hall.xlsx").startswith(says)


def test_a_cell_with_a_word_is_refused_by_its_name(tmp_path):
    sheet, book = workbook(tmp_path / "hall.xlsx")
    sheet["C3"] = "saw"
    book.save(tmp_path / "hall.xlsx")
    assert problem(tmp_path, file="hall.xlsx") == (
        "layout.file: cell C3 holds 'saw'; write one symbol a cell and explain it in the legend, or name the range of "
        "the drawing (cells)"
    )


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(tmp_path, monkeypatch):
    workbook(tmp_path / "hall.xlsx")

    def missing(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr("robocell.environments.config.workbooks.import_module", missing)
    assert problem(tmp_path, file="hall.xlsx") == (
        "layout.file: 'hall.xlsx' needs openpyxl, which is not installed; "
        "install it with: pip install 'robocell[floors]'"
    )


@pytest.mark.parametrize(("place", "name"), [((0, 0), "A1"), ((6, 2), "C7"), ((9, 25), "Z10"), ((0, 26), "AA1")])
def test_cells_have_the_names_that_spreadsheets_give_them(place, name):
    assert cell_name(*place) == name
    assert corners(f"{name}:{name}") == (*place, *place)
    assert cell_name(0, 16383) == "XFD1"
