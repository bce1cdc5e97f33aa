"""The report of a run: one HTML file that opens offline, with everything in it.

The answer comes first, then the charts, the factory, the time use, the table of all cases, failed trials, and how to
reproduce the numbers. The content is made here and in `sections` and `tables`; the layout is in `templates`, which
escape everything except `Markup`.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...drawing.palette import style_sheet
from ..execution.durable import write_atomically
from ..execution.store import REPORT
from . import sections
from .tables import bottleneck_table, case_table, difference_table, question_table

if TYPE_CHECKING:
    from ..results.tables import Results
    from .charts import Chart
    from .undrawn import Undrawn

TEMPLATES = Path(__file__).with_name("templates")
TIME_CHARTS = ("vehicle_time", "station_time")


def write_report(results: "Results", charts: "Sequence[Chart | Undrawn]", undrawn: "Sequence[Undrawn]" = ()) -> Path:
    """Writes report.html into the run's folder; it names figures that have no file because they could not be drawn."""
    path = results.directory / REPORT
    write_atomically(path, page(results, charts, undrawn).encode(errors="replace"))
    return path


def page(results: "Results", charts: "Sequence[Chart | Undrawn]", undrawn: "Sequence[Undrawn]" = ()) -> str:
    """The report as HTML text."""
    from .experiment_charts import best_case

    main = [chart for chart in charts if chart.name not in TIME_CHARTS]  # and figures that could not be drawn
    shown = best_case(results.rows, results.headlines) if charts else 0
    return (
        _templates()
        .get_template("report.html.j2")
        .render(
            **sections.head(results),
            colours=Markup(style_sheet()),
            answer=sections.sentences(results),
            tiles=sections.tiles(results),
            question=question_table(results),
            results=[sections.figure(chart) for chart in (*main, *(each for each in undrawn if each not in main))],
            differences=difference_table(results),
            times=[sections.figure(chart) for chart in charts if chart.name in TIME_CHARTS],
            bottlenecks=bottleneck_table(results),
            factory=sections.factory(results, shown),
            typical=sections.typical(results, shown),
            cases=case_table(results),
            failures=sections.failures(results),
            origin=sections.origin(results),
        )
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
