"""Orders in a sheet of a workbook are read as those of a CSV file."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from robocell.environments import Scenario
from robocell.environments.config.errors import ScenarioError
from robocell.testing import TABLE

openpyxl = pytest.importorskip("openpyxl")

ROWS = [
    ["at", "product", "id", "priority", "to"],
    ["0s", "p", 7, 3, "shelf"],
    [],
    ["5min", "p", "a\tb", None, None],
]


def save(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def orders(tmp_path, monkeypatch, **keys):
    monkeypatch.chdir(tmp_path)
    return Scenario.parse(TABLE | {"orders": {"kind": "xlsx", "file": "orders.xlsx"} | keys}).orders.listed


def test_cells_become_orders(tmp_path, monkeypatch):
    save(tmp_path / "orders.xlsx", plan=[*ROWS[:3], ["5min", "p", "b", None, None]])
    first, second = orders(tmp_path, monkeypatch)
    assert (first.at_s, first.id, first.priority, first.end) == (0.0, "7", 3, "shelf")
    assert (second.at_s, second.id, second.priority, second.end) == (300.0, "b", None, None)


def test_dates_and_clock_times_of_cells_count_from_the_start(tmp_path, monkeypatch):
    rows = [["at", "product"], [datetime(2026, 3, 2, 7, 30), "p"], [time(8, 15), "p"]]
    save(tmp_path / "orders.xlsx", plan=rows)
    found = orders(tmp_path, monkeypatch, start="2026-03-02 06:00")
    assert [order.at_s for order in found] == [5400.0, 8100.0]


def test_one_of_several_sheets_is_named(tmp_path, monkeypatch):
    save(tmp_path / "orders.xlsx", plan=[["at", "product"], ["9s", "p"]], notes=[["hello"]])
    with pytest.raises(ScenarioError, match=r"'orders\.xlsx' has the sheets plan, notes; name one of them"):
        orders(tmp_path, monkeypatch)
    with pytest.raises(ScenarioError, match=r"orders.sheet: 'plam' is not a sheet of 'orders.xlsx'.*mean \"plan\""):
        orders(tmp_path, monkeypatch, sheet="plam")
    assert len(orders(tmp_path, monkeypatch, sheet="plan")) == 1


def test_errors_name_the_row_of_the_sheet(tmp_path, monkeypatch):
    save(tmp_path / "orders.xlsx", plan=[*ROWS[:2], ["soon", "p", None, None, None]])
    with pytest.raises(ScenarioError, match=r"orders\.xlsx:3: at: 'soon' is not a duration"):
        orders(tmp_path, monkeypatch)
    save(tmp_path / "orders.xlsx", plan=ROWS)
    with pytest.raises(ScenarioError, match="must be one line of printable characters"):
        orders(tmp_path, monkeypatch)


def test_a_workbook_is_no_csv_file_and_the_other_way_round(tmp_path, monkeypatch):
    save(tmp_path / "orders.xlsx", plan=ROWS)
    with pytest.raises(ScenarioError, match=r"cannot be read as UTF-8 text.* a workbook is of kind: xlsx"):
        orders(tmp_path, monkeypatch, kind="csv")
    (tmp_path / "orders.xlsx").write_text("at,product\n0s,p\n")
    with pytest.raises(ScenarioError, match=r"orders.file: 'orders.xlsx' is not an .xlsx workbook"):
        orders(tmp_path, monkeypatch)
