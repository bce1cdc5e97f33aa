"""The other sections of a report, as plain data: the head, the answer, figures, the factory, failures, the origin."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ..counting import counted
from ..design.late_orders import told
from ..errors import ExperimentError
from ..execution.store import EXPERIMENT, PROVENANCE
from .floor_svg import draw_layout, kinds_on
from .undrawn import Undrawn, drawn

if TYPE_CHECKING:
    from ..design.config import ExperimentConfig
    from ..results.tables import Results
    from .charts import Chart

MOST_FAILURES = 20


@dataclass(frozen=True)
class Figure:
    """A picture with its title and note; without a picture, the note says why there is none."""

    title: str
    note: str
    image: Markup | None = None
    kind: str = ""


@dataclass(frozen=True)
class Tile:
    """A number in the answer's box, and its caption."""

    number: str
    name: str
    bad: bool = False


def head(results: "Results") -> dict[str, str]:
    """The name of the experiment and what it varies."""
    experiment = results.experiment
    varied = ", ".join(experiment.shown_keys) or ("see the names of the cases" if experiment.keys else "nothing")
    size = f"{counted(len(experiment.cases), 'case')} × {_replications(experiment.config)}"
    return {"name": experiment.name, "size": size, "varied": varied}


def _replications(config: "ExperimentConfig") -> str:
    most = counted(config.most_replications, "replication")
    return most if config.asked is None else f"at most {most}"


def sentences(results: "Results") -> list[str]:
    """The answer, its first sentence first."""
    lost = told(results.experiment)
    return [*results.overview.answer, *([lost] if lost else [])]


def tiles(results: "Results") -> list[Tile]:
    """The size of the run, and its failures."""
    horizon_s = results.experiment.cases[0].scenario.horizon_s
    trials, cases, failed = len(results.trials), len(results.rows), len(results.failures)
    jammed = sum(results.claims.jams)
    return [
        Tile(str(trials), "trial" + "s" * (trials != 1)),
        Tile(str(cases), "case" + "s" * (cases != 1)),
        Tile(f"{horizon_s / 3600:g} h", "simulated per trial"),
        Tile(str(failed), "failed", bad=failed > 0),
        *([Tile(str(jammed), "jammed", bad=True)] if jammed else []),
        *([Tile(str(results.missing), "still missing")] if results.missing else []),
    ]


def figure(chart: "Chart | Undrawn", kind: str = "") -> Figure:
    """A chart for the page, or the sentence that says why there is none."""
    image = chart if isinstance(chart, Undrawn) else drawn(chart.title, chart.inline_svg)
    if isinstance(image, Undrawn):
        return Figure(chart.title, image.sentence)
    assert not isinstance(chart, Undrawn)
    return Figure(chart.title, chart.note, Markup(image), kind)


def factory(results: "Results", shown: int) -> dict[str, Any]:
    """The floor and the facts of one case."""
    case = results.experiment.cases[shown]
    scenario = case.scenario
    facts: list[tuple[str, Any]] = [
        ("Stations", len(scenario.stations)),
        ("AGVs", scenario.agv_count),
        ("Robots", len(scenario.robots)),
        ("Chargers", len(scenario.chargers)),
        ("Products", ", ".join(scenario.products)),
        ("Orders", scenario.orders.kind),
        ("Negotiation", scenario.negotiation.mechanism),
        ("Horizon", f"{scenario.horizon_s / 3600:g} h, warm-up {scenario.warm_up_s / 3600:g} h"),
    ]
    if scenario.layout is not None:
        layout = scenario.build_layout()
        facts.insert(0, ("Floor", f"{layout.width} × {layout.height} cells of {layout.cell_size_m:g} m"))
    return {
        "plan": Markup(draw_layout(scenario)),
        "kinds": kinds_on(scenario),
        "facts": facts,
        "case": case.label if len(results.experiment.cases) > 1 else "",
    }


def typical(results: "Results", case: int) -> list[Figure]:
    """Traffic, Gantt chart and warm-up of the first replication of a case, where its log was kept."""
    from .run_charts import draw_gantt, draw_traffic, draw_warm_up, typical_log

    log = drawn("A typical run", lambda: typical_log(results, case))
    if log is None:
        return []
    if isinstance(log, Undrawn):
        return [figure(log)]
    scenario = results.experiment.cases[case].scenario
    found = []
    traffic = drawn("Traffic", lambda: draw_traffic(scenario, log))
    if isinstance(traffic, Undrawn):
        found.append(figure(traffic))
    elif traffic:
        note = "one trial (n = 1); the darker a cell, the more often a vehicle entered it"
        found.append(Figure("Traffic", note, Markup(traffic), "plan full"))
    for title, draw in (("States over time", draw_gantt), ("Work in process", draw_warm_up)):
        chart = drawn(title, lambda draw=draw: draw(scenario, log))
        if chart is not None:
            found.append(figure(chart, "full"))
    return found


def failures(results: "Results") -> dict[str, Any]:
    """The first failed trials, each with code that runs it again."""
    rows = results.failures.head(MOST_FAILURES).to_dict("records")
    return {
        "number": len(results.failures),
        "shown": [{**row, "again": rerun(results.directory, row)} for row in rows],
    }


def rerun(directory: Path, row: dict[str, Any]) -> str:
    """Python that runs one failed trial again, in this process."""
    return (
        "from robocell.environments import Factory\nfrom robocell.experiments import load\n\n"
        f"case = load({str(directory)!r}).experiment.cases[{row['case']}]\n"
        f"Factory(case.scenario, rng={row['seed']}).run()"
    )


def origin(results: "Results") -> dict[str, Any]:
    """How to reproduce the numbers."""
    try:
        found = results.provenance
    except ExperimentError as error:
        return {"problem": str(error)}
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    facts = [
        ("Command", found["command"]),
        ("Again", f"robocell run {EXPERIMENT} -o NEW_FOLDER"),
        ("Seed", found["seed"]),
        ("Started", found["started"]),
        ("Executor", f"{found['executor']}, {counted(found['workers'], 'worker')}"),
        ("Machine", f"{found['host']}, {found.get('cores')} cores, {found['platform']}, Python {found['python']}"),
        ("Versions", versions + (f", commit {found['commit']}" if found.get("commit") else "")),
    ]
    config = (results.directory / EXPERIMENT).read_text(encoding="utf-8")
    return {"problem": "", "facts": facts, "file": EXPERIMENT, "config": config, "also_in": PROVENANCE}
