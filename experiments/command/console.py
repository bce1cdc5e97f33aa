"""Output of the command for people: a progress bar, tables, the answer. Machines use `--json`."""

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..counting import counted
from ..design.late_orders import told
from ..execution.journal import Record
from ..results.statistics import CONFIDENCE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.table import Table

    from ..results.overview import Overview
    from ..runner import Outcome

QUIET_LINE_EVERY_S = 60.0
PIPED_WIDTH = 240
SHOWN_CASES = 40
SHOWN_FAILURES = 3
WIDEST_LABEL = 100


def console(*, error: bool = False) -> "Console":
    """A console on standard output, or on standard error; wide where it is not a terminal, so that lines stay whole."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True, width=width)


class Bar:
    """Progress on standard error: a bar on a terminal, else a line per minute; failures are reported as they happen."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._live = sys.stderr.isatty()
        self._bar: RichProgress | None = None
        self._task: Any = None
        self._total = self._done = self._failed = self._reused = 0
        self._started_s = self._told_s = 0.0

    def begin(self, *, total: int, reused: int, where: str) -> None:
        self._total, self._done, self._failed, self._reused = total, reused, 0, reused
        self._started_s = self._told_s = time.monotonic()
        if self._quiet:
            return
        kept = f", {reused} already there" if reused else ""
        print(f"{total - reused} of {counted(total, 'trial')} to run {where}{kept}", file=sys.stderr)
        if self._live:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                BarColumn(bar_width=None),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TextColumn("left"),
                TimeRemainingColumn(),
                TextColumn("[red]{task.fields[failed]}"),
            )
            self._bar = Progress(*columns, console=console(error=True), transient=True)
            self._task = self._bar.add_task("", total=total, completed=reused, rate="", failed="")
            self._bar.start()

    def note(self, text: str) -> None:
        if not self._quiet:
            print(text, file=sys.stderr)

    def confirm(self, question: str) -> bool:
        if self._quiet or not (self._live and sys.stdin.isatty()):
            return False
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def advance(self, record: Record) -> None:
        self._done += 1
        if not record.done:
            self._failed += 1
            self._tell_failure(record)
        now_s = time.monotonic()
        rate = (self._done - self._reused) / max(now_s - self._started_s, 1e-9)
        failed = f"{self._failed} failed" if self._failed else ""
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done, rate=f"{rate:.3g} trials/s", failed=failed)
        elif not self._quiet and now_s - self._told_s > QUIET_LINE_EVERY_S:
            self._told_s = now_s
            left_s = (self._total - self._done) / rate
            print(
                f"{self._done}/{self._total} trials, {rate:.3g}/s, {left_s:.0f} s left, {self._failed} failed",
                file=sys.stderr,
            )

    def end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _tell_failure(self, record: Record) -> None:
        if self._quiet or self._failed > SHOWN_FAILURES:
            return
        text = f"trial {record.id} {record.status.value}: {record.error}"
        if self._failed == SHOWN_FAILURES:
            text += " (further failures are counted only)"
        if self._bar is not None:
            self._bar.console.print(text, style="red")
        else:
            print(text, file=sys.stderr)


def show_outcome(outcome: "Outcome") -> None:
    """The answer, the table of cases, and the places of all files."""
    out = console()
    for sentence in outcome.overview.answer:
        out.print(sentence, style="bold")
    if lost := told(outcome.experiment):
        out.print(lost, style="red")
    show_cases(outcome.overview)
    for caution in outcome.overview.cautions:
        out.print(caution, style="yellow")
    if outcome.failed:
        out.print(
            f"{counted(outcome.failed, 'trial')} failed; see the report, or run again with --retry-failed",
            style="red",
        )
    where = outcome.directory / "report.html"
    if not where.exists():
        where = outcome.directory / "summary.csv"
    out.print(
        f"{counted(outcome.ran, 'trial')} in {outcome.elapsed_s:.1f} s, {outcome.reused} reused",
        style="dim",
    )
    out.print(f"Report: {where}")


def show_cases(overview: "Overview") -> None:
    """One row per case with the figures that matter."""
    from rich.table import Table
    from rich.text import Text

    from ..results.headlines import footnote

    columns, rows = overview.columns, overview.rows
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("case", no_wrap=True, max_width=WIDEST_LABEL)
    table.add_column("n", justify="right")
    for column in columns:
        title = Text.assemble(column.title, (f"\n{column.unit}" if column.unit else "", "dim"))
        table.add_column(title, justify="right")  # break a line before an interval, but never cut a number
    limits = any(row.bottleneck for row in rows)
    if limits:
        table.add_column("bottleneck", no_wrap=True)
    for row in rows[:SHOWN_CASES]:
        table.add_row(row.label, str(row.n), *row.texts, *[row.bottleneck] * limits)
    out = console()
    out.print(table)
    if note := footnote(rows[:SHOWN_CASES]):
        out.print(note, style="dim")
    if len(rows) > SHOWN_CASES:
        out.print(f"… and {len(rows) - SHOWN_CASES} more cases; all are in summary.csv", style="dim")


def show_comparison(
    rows: Sequence[dict[str, Any]], each: Sequence[dict[str, Any]], a: str, b: str, same: str = ""
) -> None:
    """Paired differences, those that are certain in bold: over all settings that both have, then one by one.

    `same` is the sentence that says that both sides gave the same figures.
    """
    out = console()
    if same:
        out.print(same, style="bold")
    settings = list(dict.fromkeys(row["setting"] for row in each))
    if len(settings) > 1:
        out.print(
            f"Mean difference over {len(settings)} settings ({', '.join(settings)}), averaged within each replication: "
            "they share its random numbers, so n counts replications.",
        )
    out.print(_differences(rows, a, b))
    if len(settings) > 1:
        out.print("\nEach setting by itself, p corrected for all rows:")
        out.print(_differences(each, a, b))


def _differences(rows: Sequence[dict[str, Any]], a: str, b: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("", a, b, "difference", "95 % interval", "p (Holm)", "effect", "n"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for row in rows:
        sure = row["p_holm"] < 1 - CONFIDENCE
        table.add_row(
            f"{row['metric']} {row.get('setting', '')}",
            f"{row['mean_a']:.5g}",
            f"{row['mean_b']:.5g}",
            f"{row['difference']:+.4g}",
            f"{row['low']:+.4g} … {row['high']:+.4g}",
            f"{row['p_holm']:.2g}",
            f"{row['effect']:+.2g}",
            str(row["n"]),
            style="bold" if sure else "dim",
        )
    return table
