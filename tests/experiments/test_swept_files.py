"""A sweep over files of floors and orders: the folder of the run keeps their texts, under the names that they have."""

import os
import shutil

import pytest
import yaml
from fakes import named_trial

from robocell.experiments.design.experiment import Experiment
from robocell.experiments.results.tables import load
from robocell.experiments.runner import run

LEGEND = {"I": "source", "O": "sink", "S": "cell"}
LONG = "a_floor_with_a_name_of_so_many_letters_that_it_is_"  # cut in a label, both would be one
FLOORS = {
    "a.txt": "I.O\n.S.\n...\n",
    "b.txt": "I.O\n...\n.S.\n",
    f"{LONG}1.txt": "IO.\n.S.\n...\n",
    f"{LONG}2.txt": "IO.\n..S\n...\n",
}
BOOKS = {"one.xlsx": {"a": "a.txt", "b": "b.txt"}, "two.xlsx": {"a": "b.txt"}}
DRAW = {"samples": 8, "keys": {"layout.file": {"choice": ["a.txt", "b.txt"]}, "seed": {"low": 1, "high": 99}}}
SHOP = {
    "transport": {"kind": "grid"},
    "fleet": {"agvs": {"count": 1}},
    "stations": {"cell": {"operations": {"work": "30s"}}},
    "products": {"p": {"routing": ["work"]}},
    "orders": {"kind": "deterministic", "every": "2min"},
    "horizon": "10min",
    "warm_up": "0s",
}
ON_A_FLOOR = {**SHOP, "layout": {"file": "a.txt", "legend": LEGEND}}
ON_A_SHEET = {**SHOP, "layout": {"file": "one.xlsx", "sheet": "a", "legend": LEGEND}}
DRAWN = {**SHOP, "layout": {"art": FLOORS["a.txt"], "legend": LEGEND}}
LISTED = {**ON_A_FLOOR, "orders": {"kind": "csv", "file": "calm.csv"}}
MEASURED = {"distribution": "empirical", "file": "quick.txt"}
TIMES = {"quick.txt": "20s\n30s\n", "slow.txt": "40s\n"}
TIMED = {**DRAWN, "stations": {"cell": {"operations": {"work": MEASURED}}}}
ORDERS = {"calm.csv": "at,product\n0s,p\n", "busy.csv": "at,product\n0s,p\n60s,p\n"}


@pytest.fixture
def shop(tmp_path, monkeypatch):
    folder = tmp_path / "shop"
    (folder / "deep").mkdir(parents=True)
    openpyxl = pytest.importorskip("openpyxl")
    for book, sheets in BOOKS.items():
        made = openpyxl.Workbook()
        for sheet, floor in sheets.items():
            made.create_sheet(sheet)
            for row in FLOORS[floor].split():
                made[sheet].append(list(row))
        made.save(folder / book)
    for name, text in {**FLOORS, **ORDERS, **TIMES, "deep/c.txt": FLOORS["b.txt"]}.items():
        (folder / name).write_text(text)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("scenario", "sweep", "labels"),
    [
        (ON_A_FLOOR, {"grid": {"layout.file": ["a.txt", "b.txt"]}}, ["file=a.txt", "file=b.txt"]),
        (ON_A_FLOOR, {"grid": {"layout.file": ["deep/c.txt", "../shop/a.txt"]}},
         ["file=deep/c.txt", "file=../shop/a.txt"]),
        (ON_A_FLOOR, {"cases": [{"name": "as it is"}, {"name": "other", "layout.file": "b.txt"}]},
         ["as it is", "other"]),
        (DRAWN, {"grid": {"layout": [{"file": name, "legend": LEGEND} for name in ("a.txt", "b.txt")]}}, None),
        (LISTED, {"grid": {"orders.file": ["calm.csv", "busy.csv"]}}, ["file=calm.csv", "file=busy.csv"]),
        (LISTED, {"zip": {"orders.file": ["calm.csv", "busy.csv"], "layout.file": ["a.txt", "b.txt"]}}, None),
        (ON_A_FLOOR, {"grid": {"layout.file": [f"{LONG}1.txt", f"{LONG}2.txt"]}},
         [f"file={LONG}1.txt", f"file={LONG}2.txt"]),
        (TIMED, {"grid": {"stations.cell.operations.work.file": ["quick.txt", "slow.txt"]}},
         ["file=quick.txt", "file=slow.txt"]),
        (TIMED, {"grid": {"stations.cell.machines": [1, 2]}}, None),
        (DRAWN, {"grid": {"stations.cell.operations.work": [MEASURED, MEASURED | {"file": "slow.txt"}]}}, None),
        (ON_A_FLOOR, {"random": DRAW}, None),
        (ON_A_SHEET, {"grid": {"layout.file": ["one.xlsx", "two.xlsx"]}}, ["file=one.xlsx", "file=two.xlsx"]),
        (ON_A_SHEET, {"grid": {"layout.sheet": ["a", "b"]}}, ["sheet=a", "sheet=b"]),
    ],
)  # fmt: skip
def test_the_folder_of_a_run_over_files_is_read_from_everywhere(shop, tmp_path, monkeypatch, scenario, sweep, labels):
    (shop / "config.yaml").write_text(yaml.safe_dump({"scenario": scenario, "sweep": sweep}, sort_keys=False))
    asked = Experiment.load("config.yaml")
    if labels is not None:
        assert [case.label for case in asked.cases] == labels
    done = run(asked, tmp_path / "done", function=named_trial, executor="serial")
    assert not done.failed
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(shop)  # the folder of the run needs no other file
    os.rename("done", "moved")
    found = load(tmp_path / "moved").experiment
    assert found.plan == asked.plan
    assert [case.label for case in found.cases] == [case.label for case in asked.cases]
    assert [case.scenario for case in found.cases] == [case.scenario for case in asked.cases]
    again = run(Experiment.load("moved"), tmp_path / "moved", function=named_trial, executor="serial")
    assert (again.ran, again.reused) == (0, done.ran)


def test_file_contents_can_be_given_as_text(shop):
    given = {"scenario": ON_A_FLOOR, "files": {"a.txt": FLOORS["b.txt"]}}
    assert Experiment.parse(given).cases[0].scenario.layout.art == FLOORS["b.txt"]
