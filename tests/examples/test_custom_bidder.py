"""The example of a bidder of one's own runs as it says: from Python, and by name here and on Ray."""

import runpy
from pathlib import Path

import pytest

from robocell.experiments import Experiment, load, run

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are not part of an installed package")
def test_in_python(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "custom_bidder.py"), run_name="__main__")
    own, thrifty = capsys.readouterr().out.splitlines()
    assert own.strip().startswith("AGV: ")
    assert thrifty.strip().startswith("ThriftyAGV: ")
    assert own.split(":")[1] != thrifty.split(":")[1]  # it does bid otherwise


def test_by_name_here_and_on_ray(tmp_path: Path) -> None:
    settings = {"replications": 1, "horizon": "10min", "warm_up": "0s"}
    tables, logs, reports, figures = [], [], [], []
    for executor in ("serial", "ray"):
        experiment = Experiment.load(EXAMPLES / "custom_bidder.yaml", settings)
        outcome = run(experiment, tmp_path / executor, executor=executor)
        assert outcome.failed == 0
        tables.append((tmp_path / executor / "summary.csv").read_bytes())
        logs.append({log.name: log.read_bytes() for log in (tmp_path / executor / "logs").iterdir()})
        figures.append({figure.name: figure.read_bytes() for figure in (tmp_path / executor / "figures").iterdir()})
        page, provenance = (tmp_path / executor / "report.html").read_text().split("<h2>Reproduce</h2>")
        assert f"<td>{executor}, " in provenance
        reports.append(page)
    assert tables[0] == tables[1]
    assert reports[0] == reports[1], "all but where it came from"
    assert len(figures[0]) >= 8
    assert figures[0] == figures[1]
    assert len(logs[0]) == 4
    assert logs[0] == logs[1]
    trials = load(tmp_path / "serial").trials
    assert (trials["fleet.agvs.class"] == "custom_bidder:ThriftyAGV").sum() == 2
