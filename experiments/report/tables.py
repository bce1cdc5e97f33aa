"""The tables of a report, as plain data: support for the answer, bottlenecks, all cases, differences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..counting import counted
from ..design.sweep import text_of
from ..results.bottleneck import STATES
from ..results.differences import differences
from ..results.headlines import footnote
from ..results.statistics import CONFIDENCE
from ..results.thinning import best_rows, left_out
from ..results.wording import with_interval

if TYPE_CHECKING:
    from ..results.tables import Results

MOST_DIFFERENCES = 100  # rows that are read


@dataclass(frozen=True)
class Column:
    """A heading; `unit` is written below it, None for a table that has none."""

    title: str
    unit: str | None = None
    number: bool = False


@dataclass(frozen=True)
class Cell:
    """An entry of a table; `sort` is the number by which it is sorted."""

    text: str
    number: bool = False
    sort: float | None = None
    bold: bool = False


@dataclass(frozen=True)
class Table:
    """A table that is sorted by a click on a heading, with sentences below it."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str]


def question_table(results: "Results") -> Table | None:
    """The table that supports the answer, and the number of trials it took; None without a question."""
    found = results.answer
    if found is None or not found.table:
        return None
    keys = list(found.table[0])
    took = counted(found.trials, "trial") + (f"; the full grid would have taken {found.full}" if found.full else "")
    rows = [[Cell(text_of(row[key])) for key in keys] for row in found.table]
    return Table([Column(key) for key in keys], rows, [f"{took}."])


def bottleneck_table(results: "Results") -> Table | None:
    """The bottleneck of each case, and the time use of that station; None where that is not known."""
    rows = []
    shown = best_rows(results.rows, results.headlines)
    for row in shown:
        found = results.bottlenecks[row.index]
        if found is None:
            continue
        limiting, least = found.candidate, found.least_waiting
        shares = [limiting.waiting, limiting.limiting, *(limiting.split.get(state, math.nan) for state in STATES)]
        numbers = [Cell("–" if math.isnan(share) else f"{share:.1%}", number=True) for share in shares]
        other = "" if found.agreed else f"{least.name}, {least.waiting:.1%}"
        rows.append([Cell(row.label), Cell(limiting.name), *numbers, Cell(other)])
    if not rows:
        return None
    numbers = [Column(name, number=True) for name in ("waits", "limits", *STATES)]
    note = (
        "Shares of time, means over the replications. waits: a station is starved or blocked, a vehicle or robot idle "
        "or waiting. limits: it, or a station with the same operations and products, has the longest active period of "
        "all. Where the two disagree, the second names the bottleneck, and the one that waits least is on the right."
    )
    notes = [note, *left_out(shown, results)]
    return Table([Column("case"), Column("bottleneck"), *numbers, Column("waits least")], rows, notes)


def case_table(results: "Results") -> Table:
    """The headline figures of all cases."""
    experiment, columns = results.experiment, results.headlines
    keys = experiment.shown_keys
    named = keys != experiment.keys or not keys
    heads = [*([Column("case")] if named else []), *(Column(key) for key in keys)]
    heads += [Column(column.title, column.unit, number=True) for column in columns]
    rows = []
    shown = best_rows(results.rows, columns)
    for row in shown:
        settings = experiment.cases[row.index].settings
        values = [text_of(settings[key]) if key in settings else "–" for key in keys]
        cells = [Cell(value) for value in ([row.label] if named else []) + values]
        cells += [
            Cell(text, number=True, sort=None if math.isnan(mean) else mean)
            for mean, text in zip(row.means, row.texts, strict=True)
        ]
        rows.append([*cells, Cell(row.bottleneck), Cell(str(row.n), number=True)])
    cut = f"{note} " if (note := footnote(shown)) else ""
    note = (
        f"Mean and 95 % {experiment.config.intervals} interval over n replications. {cut}Click a heading to sort. "
        "All KPIs: summary.csv; every trial: trials/trials.parquet."
    )
    notes = [note, *left_out(shown, results), *results.overview.cautions]
    return Table([*heads, Column("bottleneck"), Column("n", number=True)], rows, notes)


def difference_table(results: "Results") -> Table | None:
    """Differences of the cases, or policies, from the control; None where there is nothing to compare."""
    found = differences(results)
    if found is None:
        return None
    rows = []
    for row in found.rows[:MOST_DIFFERENCES]:
        text = f"{with_interval(row['difference'], row['low'], row['high'])} {row['unit']}".strip()
        text = f"+{text}" if row["difference"] > 0 else text
        proved = bool(row["p_holm"] < 1 - CONFIDENCE)
        rows.append(
            [
                Cell(row["who"]),
                Cell(row["title"]),
                Cell(text, number=True, sort=row["difference"], bold=proved),
                Cell(f"{row['p_holm']:.2g}", number=True),
                Cell(f"{row['effect']:z.2f}", number=True),
                Cell(str(row["n"]), number=True),
            ]
        )
    numbers = [Column(name, number=True) for name in ("difference", "p", "effect", "n")]
    settings = max(row["settings"] for row in found.rows)
    over = f", averaged over {settings} cases of each within every replication" if settings > 1 else ""
    picked = " and for having picked the best" if found.picked else ""
    note = (
        f"Difference from {found.control} under common random numbers{over}, with its 95 % "
        f"{results.experiment.config.intervals} interval over n replications. p: of no difference, corrected for all "
        f"rows{picked} (Holm); bold where it is below 0.05, so that all bold rows hold together. Effect: the "
        "difference in standard deviations of the differences."
    )
    cut = [f"The first {MOST_DIFFERENCES} of {len(found.rows)} rows."] if len(found.rows) > MOST_DIFFERENCES else []
    return Table([Column(""), Column("KPI"), *numbers], rows, [note, *cut])
