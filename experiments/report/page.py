"""The report of a run: one HTML file that opens offline, with everything in it.

Answer first, then the charts, the factory, where the time goes, the table of all cases, failed trials, and how to get
the same numbers again.
"""

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...visualization.drawing.palette import style_sheet
from ..counting import counted
from ..design.late_orders import told
from ..design.sweep import text_of
from ..errors import ExperimentError
from ..execution.durable import write_atomically
from ..execution.store import EXPERIMENT, PROVENANCE, REPORT
from ..results.answers import answer
from ..results.bottleneck import STATES
from ..results.cautions import cautions
from ..results.differences import differences
from ..results.headlines import footnote
from ..results.statistics import CONFIDENCE
from ..results.wording import with_interval
from .drawing import draw_layout, kinds_on
from .undrawn import Undrawn, drawn

if TYPE_CHECKING:
    from ..design.config import ExperimentConfig
    from ..results.tables import Results
    from .charts import Chart

MOST_FAILURES = 20
STYLE = Path(__file__).with_name("report.css")
SCRIPT = Path(__file__).with_name("report.js")
TIME_CHARTS = ("vehicle_time", "station_time")


def write_report(results: "Results", charts: "Sequence[Chart | Undrawn]", undrawn: "Sequence[Undrawn]" = ()) -> Path:
    """Writes report.html into the run's folder; it tells of figures that have no file because they are undrawn."""
    path = results.directory / REPORT
    write_atomically(path, page(results, charts, undrawn).encode(errors="replace"))
    return path


def page(results: "Results", charts: "Sequence[Chart | Undrawn]", undrawn: "Sequence[Undrawn]" = ()) -> str:
    """The report as HTML text."""
    from .figures import best_case

    columns, rows = results.headlines, results.rows
    main = [chart for chart in charts if chart.name not in TIME_CHARTS]  # and what is undrawn
    times = [chart for chart in charts if chart.name in TIME_CHARTS]
    shown = best_case(rows, columns) if charts else 0
    sections = [
        _head(results),
        _answer(results),
        _section("The question", _question(results)),
        _section("Results", _charts([*main, *(figure for figure in undrawn if figure not in main)])),
        _section("Differences", _differences(results)),
        _section("Where the time goes", _charts(times) + _bottlenecks(results)),
        _section("The factory", _factory(results, shown)),
        _section("A typical run", _typical(results, shown)),
        _section("All cases", _cases(results)),
        _section(f"Failed trials ({len(results.failures)})", _failures(results)),
        _section("Reproduce", _origin(results)),
    ]
    title = escape(results.experiment.name)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<style>{style_sheet()}{STYLE.read_text(encoding='utf-8')}</style></head><body><main>{''.join(sections)}</main>"
        f"<script>{SCRIPT.read_text(encoding='utf-8')}</script></body></html>\n"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _head(results: "Results") -> str:
    experiment = results.experiment
    varied = ", ".join(experiment.shown_keys) or ("what their names say" if experiment.keys else "nothing")
    return (
        f"<header><p class='kicker'>robocell experiment</p><h1>{escape(experiment.name)}</h1>"
        f"<p class='sub'>{counted(len(experiment.cases), 'case')} × "
        f"{_replications(experiment.config)}; varied: {escape(varied)}</p></header>"
    )


def _answer(results: "Results") -> str:
    first, *rest = answer(results)
    lost = told(results.experiment)
    more = "".join(f"<p>{escape(sentence)}</p>" for sentence in [*rest, *filter(None, [lost])])
    horizon_s = results.experiment.cases[0].scenario.horizon_s
    cases, failed, jammed = len(results.rows), len(results.failures), sum(results.claims.jams)
    tiles = [
        (str(len(results.trials)), "trial" + "s" * (len(results.trials) != 1), ""),
        (str(cases), "case" + "s" * (cases != 1), ""),
        (f"{horizon_s / 3600:g} h", "simulated per trial", ""),
        (str(failed), "failed", " bad" * bool(failed)),
    ]
    if jammed:
        tiles.append((str(jammed), "jammed", " bad"))
    if results.missing:
        tiles.append((str(results.missing), "still missing", ""))
    boxes = "".join(
        f"<div class='tile{bad}'><b>{escape(number)}</b>{escape(name)}</div>" for number, name, bad in tiles
    )
    return (
        f"<section class='answer'><p class='lead'>{escape(first)}</p>{more}<div class='tiles'>{boxes}</div></section>"
    )


def _charts(charts: "Sequence[Chart | Undrawn]") -> str:
    if not charts:
        return ""
    return f"<div class='charts'>{''.join(map(_figure, charts))}</div>"


def _figure(chart: "Chart | Undrawn", kind: str = "") -> str:
    """A chart with its title and note, or the sentence that says why there is none."""
    image = chart if isinstance(chart, Undrawn) else drawn(chart.title, chart.inline_svg)
    if isinstance(image, Undrawn):
        return f"<p class='note'>{escape(image.sentence)}</p>"
    assert not isinstance(chart, Undrawn)
    return (
        f"<figure{f' class={kind!r}' if kind else ''}><h3>{escape(chart.title)}</h3>{image}"
        f"<figcaption>{escape(chart.note)}</figcaption></figure>"
    )


def _factory(results: "Results", shown: int) -> str:
    case = results.experiment.cases[shown]
    scenario = case.scenario
    drawing = draw_layout(scenario)
    legend = "".join(
        f"<span class='key'><i style='background: var(--place-{kind})'></i>{kind}</span>" for kind in kinds_on(scenario)
    )
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
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in facts)
    what = f"<p class='note'>Shown: {escape(case.label)}</p>" if len(results.experiment.cases) > 1 else ""
    plan = f"<figure class='plan'>{drawing}<figcaption>{legend}</figcaption></figure>" if drawing else ""
    return f"{plan}<table class='facts'>{table}</table>{what}"


def _typical(results: "Results", case: int) -> str:
    """Heat map and Gantt chart of the first replication of the case that is shown, where its log was kept."""
    from .pictures import draw_gantt, draw_traffic, draw_warm_up, typical_log

    log = drawn("A typical run", lambda: typical_log(results, case))
    if log is None:
        return ""
    if isinstance(log, Undrawn):
        return _figure(log)
    scenario = results.experiment.cases[case].scenario
    parts = []
    heat = drawn("Traffic", lambda: draw_traffic(scenario, log))
    if isinstance(heat, Undrawn):
        parts.append(_figure(heat))
    elif heat:
        note = "one trial (n = 1); the darker a cell, the more often a vehicle entered it"
        parts.append(f"<figure class='plan full'><h3>Traffic</h3>{heat}<figcaption>{note}</figcaption></figure>")
    for title, draw in (("Who does what when", draw_gantt), ("Work in process", draw_warm_up)):
        chart = drawn(title, lambda draw=draw: draw(scenario, log))
        if chart is not None:
            parts.append(_figure(chart, "full"))
    return f"<div class='charts'>{''.join(parts)}</div>" if parts else ""


def _question(results: "Results") -> str:
    """What backs up the answer, and how many trials it took."""
    found = results.answer
    if found is None or not found.table:
        return ""
    keys = list(found.table[0])
    head = "".join(f"<th>{escape(key)}</th>" for key in keys)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(text_of(row[key]))}</td>" for key in keys) + "</tr>" for row in found.table
    )
    took = counted(found.trials, "trial") + (f"; the full grid would have taken {found.full}" if found.full else "")
    return (
        f"<div class='wide'><table class='sortable'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f"<p class='note'>{took}.</p>"
    )


def _bottlenecks(results: "Results") -> str:
    """What limits each case, and what the time of that station goes into."""
    body = []
    for row, found in zip(results.rows, results.bottlenecks, strict=True):
        if found is None:
            continue
        limiting, least = found.candidate, found.least_waiting
        shares = [limiting.waiting, limiting.limiting, *(limiting.split.get(state, math.nan) for state in STATES)]
        numbers = "".join(f"<td class='number'>{'–' if math.isnan(share) else f'{share:.1%}'}</td>" for share in shares)
        other = "" if found.agreed else f"{least.name}, {least.waiting:.1%}"
        body.append(
            f"<tr><td>{escape(row.label)}</td><td>{escape(limiting.name)}</td>{numbers}<td>{escape(other)}</td></tr>"
        )
    if not body:
        return ""
    head = "".join(f"<th class='number'>{name}</th>" for name in ("waits", "limits", *STATES))
    return (
        f"<div class='wide'><table class='sortable'><thead><tr><th>case</th><th>bottleneck</th>{head}"
        f"<th>waits least</th></tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        "<p class='note'>Shares of time, means over the replications. waits: a station is starved or blocked, a "
        "vehicle or robot idle or waiting. limits: the longest active period of all is one of its own, or of a station "
        "that does the same. Where the two disagree, the second names the bottleneck, and the one that waits least "
        "stands on the right.</p>"
    )


def _cases(results: "Results") -> str:
    columns, rows = results.headlines, results.rows
    keys = results.experiment.shown_keys
    named = keys != results.experiment.keys or not keys
    head = "<th>case</th>" * named + "".join(f"<th>{escape(key)}</th>" for key in keys)
    head += "".join(
        f"<th class='number'>{escape(column.title)}<small>{escape(column.unit)}</small></th>" for column in columns
    )
    body = []
    for row in rows:
        settings = results.experiment.cases[row.index].settings
        values = [text_of(settings[key]) if key in settings else "–" for key in keys]
        cells = [f"<td>{escape(value)}</td>" for value in ([row.label] * named + values)]
        for mean, text in zip(row.means, row.texts, strict=True):
            sort = "" if math.isnan(mean) else f" data-sort='{mean!r}'"
            cells.append(f"<td class='number'{sort}>{escape(text)}</td>")
        limits = f"<td>{escape(row.bottleneck)}</td>"
        body.append(f"<tr>{''.join(cells)}{limits}<td class='number'>{row.n}</td></tr>")
    warned = "".join(f"<p class='note'>{escape(caution)}</p>" for caution in cautions(results))
    cut = f"{escape(note)} " if (note := footnote(rows)) else ""
    return (
        f"<div class='wide'><table class='sortable'><thead><tr>{head}<th>bottleneck</th><th class='number'>n</th></tr>"
        f"</thead><tbody>{''.join(body)}</tbody></table></div>"
        f"<p class='note'>Mean and 95 % {results.experiment.config.intervals} interval over n replications. {cut}"
        f"Click a heading to sort. All KPIs: summary.csv; every trial: trials/trials.parquet.</p>{warned}"
    )


def _differences(results: "Results") -> str:
    found = differences(results)
    if found is None:
        return ""
    body = []
    for row in found.rows:
        sure = row["p_holm"] < 1 - CONFIDENCE
        text = f"{with_interval(row['difference'], row['low'], row['high'])} {row['unit']}".strip()
        text = f"+{text}" if row["difference"] > 0 else text
        cells = [
            f"<td>{escape(row['who'])}</td><td>{escape(row['title'])}</td>",
            f"<td class='number' data-sort='{row['difference']!r}'>{f'<b>{text}</b>' if sure else text}</td>",
            f"<td class='number'>{row['p_holm']:.2g}</td><td class='number'>{row['effect']:z.2f}</td>",
            f"<td class='number'>{row['n']}</td>",
        ]
        body.append(f"<tr>{''.join(cells)}</tr>")
    head = "".join(f"<th>{name}</th>" for name in ("", "KPI"))
    head += "".join(f"<th class='number'>{name}</th>" for name in ("difference", "p", "effect", "n"))
    settings = max(row["settings"] for row in found.rows)
    over = f", averaged over {settings} cases of each within every replication" if settings > 1 else ""
    interval = f"95 % {results.experiment.config.intervals} interval"
    picked = " and for having picked the best" if found.picked else ""
    return (
        f"<div class='wide'><table class='sortable'><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody>"
        f"</table></div><p class='note'>Difference from {escape(found.control)} under common random numbers{over}, "
        f"with its {interval} over n replications. p: of no difference, corrected for all rows{picked} (Holm); bold "
        "where it is below 0.05, so that all bold rows hold together. Effect: the difference in standard deviations of "
        "the differences.</p>"
    )


def _failures(results: "Results") -> str:
    failures = results.failures
    if failures.empty:
        return ""
    entries = []
    for row in failures.head(MOST_FAILURES).to_dict("records"):
        where = f"<pre>{escape(row['traceback'])}</pre>" if row["traceback"] else ""
        entries.append(
            f"<details><summary><b>{escape(row['label'])}</b>, replication {row['replication']}: "
            f"{escape(row['error'])}</summary>{where}<pre>{escape(rerun(results.directory, row))}</pre></details>"
        )
    more = f"<p class='note'>… and {len(failures) - MOST_FAILURES} more.</p>" if len(failures) > MOST_FAILURES else ""
    return "".join(entries) + more


def rerun(directory: Path, row: dict[str, Any]) -> str:
    """Python that runs one failed trial again, in this process."""
    return (
        "from robocell.environments import Factory\nfrom robocell.experiments import load\n\n"
        f"case = load({str(directory)!r}).experiment.cases[{row['case']}]\n"
        f"Factory(case.scenario, rng={row['seed']}).run()"
    )


def _origin(results: "Results") -> str:
    try:
        origin = results.provenance
    except ExperimentError as error:
        return f"<p class='note'>{escape(str(error))}</p>"
    versions = ", ".join(f"{name} {found}" for name, found in origin["versions"].items())
    facts = [
        ("Command", origin["command"]),
        ("Again", f"robocell run {EXPERIMENT} -o NEW_FOLDER"),
        ("Seed", origin["seed"]),
        ("Started", origin["started"]),
        ("Executor", f"{origin['executor']}, {counted(origin['workers'], 'worker')}"),
        ("Machine", f"{origin['host']}, {origin.get('cores')} cores, {origin['platform']}, Python {origin['python']}"),
        ("Versions", versions + (f", commit {origin['commit']}" if origin.get("commit") else "")),
    ]
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in facts)
    config = (results.directory / EXPERIMENT).read_text(encoding="utf-8")
    return (
        f"<table class='facts'>{table}</table><details><summary>{EXPERIMENT}, resolved</summary>"
        f"<pre>{escape(config)}</pre></details><p class='note'>Also in {PROVENANCE}.</p>"
    )


def _replications(config: "ExperimentConfig") -> str:
    most = counted(config.most_replications, "replication")
    return most if config.asked is None else f"at most {most}"
