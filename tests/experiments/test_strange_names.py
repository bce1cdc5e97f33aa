"""Whatever things are called, and whatever a figure fails on: a run ends with its report, and says what is missing."""

import csv
import json
import re

import numpy as np
import pytest
import yaml
from fakes import line
from test_cli import robocell

from robocell.experiments.command import cli
from robocell.experiments.design.experiment import Experiment
from robocell.experiments.plain_text import file_name, one_line
from robocell.experiments.report.charts import Chart, Curve, cells, dots, lines, stacked, timeline, waterfall
from robocell.experiments.runner import run

STRANGE = [
    "cost in $", r"$\frac{1}$ and $x^", "50 % of {all}", "a/b\\c", "[red]r[/] [/]", ":smile: 机器人 🤖", "<b>&amp;\"'",
    "tab\there", "two\nlines", "nul \0, bell \7, esc \x1b[31m", "=1+1", "-", "..", "x" * 300, "",
    "_nolegend_", "#1", "e\u0301\u202e",
]  # fmt: skip
BELOW = np.nextafter(0.9, 0)


def test_figures_treat_every_name_as_plain_text():
    count = len(STRANGE)
    one, name = np.ones(count), " ".join(STRANGE[:4])
    curves = [Curve(text, np.arange(2.0), one[:2], one[:2], one[:2]) for text in STRANGE]
    steps = [(text, 1.0, 0.5, 1.5) for text in STRANGE]
    texts = np.array([STRANGE[:3]] * 3)
    drawings = [
        *(lines("lines", name, name, curves[at : at + 9], x_title=name, y_title=name) for at in (0, 9)),
        dots("dots", name, name, STRANGE, one, one, one, x_title=name),
        stacked("stacked", name, name, STRANGE, {"idle": one}, one, one),
        waterfall("fall", name, name, steps, whole=steps[0], x_title=name, greater_is_better=True),
        cells("cells", name, name, STRANGE[:3], STRANGE[:3], np.eye(3), texts, greater_is_better=True),
        timeline("gantt", name, name, [(text, [(0.0, 1.0, "idle")]) for text in STRANGE], ["idle"], x_title=name),
    ]
    pages = [chart.inline_svg() for chart in drawings]
    assert all(page.count("<svg") == 1 for page in pages)
    for page in [pages[0], *pages[2:5]]:
        assert ">cost in $<" in page, "labels are text, not paths of a formula"
    assert "> _nolegend_<" in pages[1]


def test_a_map_of_many_columns_can_be_drawn():
    names = [f"column {number}" for number in range(61)]
    assert (
        "<svg"
        in cells(
            "map", "", "", ["row"], names, np.ones((1, 61)), np.full((1, 61), "1"), greater_is_better=True
        ).inline_svg()
    )


def test_an_interval_that_rounding_puts_beside_its_mean_is_drawn_as_a_point():
    mean, end = np.array([0.9, np.nan]), np.array([BELOW, np.nan])
    step = ("a", 0.9, BELOW, BELOW)
    assert dots("dots", "", "", ["a", "b"], mean, end, end, x_title="").png.startswith(b"\x89PNG")
    for chart in (
        dots("dots", "", "", ["a", "b"], end, mean, mean, x_title=""),
        stacked("stacked", "", "", ["a", "b"], {"idle": mean}, end, end),
        waterfall("fall", "", "", [step], whole=step, x_title="", greater_is_better=True),
    ):
        assert "<svg" in chart.inline_svg()


def test_a_run_of_cases_with_strange_names_is_complete(tmp_path):
    points = [{"name": name, "stations.cell.machines": 1 + number} for number, name in enumerate(STRANGE)]
    scenario = line() | {"horizon": "2min", "name": STRANGE[3]}
    config = {"name": "\0".join(STRANGE), "scenario": scenario, "sweep": {"cases": points}, "replications": 2}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(config))
    ran = robocell("run", "study.yaml", "-o", "out", "--executor", "serial", cwd=tmp_path)
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False), ran.stderr
    report = (tmp_path / "out" / "report.html").read_text()
    assert "could not be drawn" not in report
    assert "<b>&amp;\"'" not in report
    labels = [one_line(name) or "as given" for name in STRANGE]
    assert all(re.search(rf"^{re.escape(shown)} +2 ", ran.stdout, re.M) for shown in labels if len(shown) < 100)
    with (tmp_path / "out" / "summary.csv").open(newline="") as file:
        assert {row["label"] for row in csv.DictReader(file)} == set(labels)
    for a, b in zip(labels[1::4], labels[3::4], strict=False):
        told = json.loads(robocell("compare", "out", a, b, "--json", cwd=tmp_path).stdout)
        assert (told["a"], told["b"]) == (a, b)
        assert robocell("compare", "out", a, b, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("config", "name", "folder"),
    [
        ("experiment.yaml", "small study", "small_study"),
        ("experiment.yaml", "../../zz", "zz"),
        ("experiment.yaml", "/tmp/x", "tmp_x"),
        ("experiment.yaml", "..", "run"),
        ("experiment.yaml", "a\0b\nc", "a_b_c"),
        ("..", "zz", "here"),
        ("v1.2", "zz", "v1.2"),
        ("./my study.yaml", "zz", "my study"),
    ],
)
def test_the_default_folder_of_a_run_lies_in_results(tmp_path, monkeypatch, config, name, folder):
    (tmp_path / "here" / "v1.2").mkdir(parents=True)
    (tmp_path / "here" / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "here" / ("deep" if config == ".." else ""))
    assert cli._folder_name(config, name) == folder


@pytest.mark.parametrize("name", STRANGE)
def test_file_names_stay_in_their_folder_and_short(name):
    made = file_name(name, instead="figure")
    assert re.fullmatch(r"\w[\w.+=-]*", made)
    assert len(made) <= 60


def test_a_figure_that_fails_costs_neither_the_report_nor_the_run(tmp_path, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise ValueError("'xerr' must not contain\nnegative values.")

    monkeypatch.setattr("robocell.experiments.report.experiment_charts.dots", fails)
    broken = "station_time"
    monkeypatch.setattr(Chart, "png", property(lambda self: fails() if self.name == broken else b"a picture"))
    cell = {"operations": {"work": "10s"}}
    asked = Experiment.parse(
        {
            "scenario": line() | {"horizon": "10min"},
            "sweep": {
                "cases": [{"name": "a", "stations.cell": cell}, {"name": "b", "stations.cell": cell | {"machines": 2}}]
            },
            "replications": 2,
        }
    )
    outcome = run(asked, tmp_path, executor="serial")
    assert outcome.failed == 0
    report = (tmp_path / "report.html").read_text()
    said = re.findall(r'<p class="note">(The figure [^<]*)</p>', report)
    why = "could not be drawn: ValueError: &#39;xerr&#39; must not contain negative values."
    assert len(said) >= 3
    assert all(why in sentence for sentence in said)
    assert "stations&#39; time" in said[-1], "drawn in the page, but not as a file"
    assert not (tmp_path / "figures" / f"{broken}.png").exists()
