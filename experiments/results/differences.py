"""The differences that a report shows: policies against the first one, or cases against the best."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..errors import ExperimentError
from .comparison import Pairs, corrected, mean_differences, pair
from .headlines import CaseRow, Headline

if TYPE_CHECKING:
    from .tables import Results

COMPARED = ("throughput_per_h", "flow_time_mean_s")  # headlines, besides the one that decides
MOST_CASES = 40


@dataclass(frozen=True)
class Differences:
    """Rows are those of `comparison.compare`, with `who` differs from `control`, and the title and unit of the KPI."""

    control: str
    rows: list[dict[str, Any]]
    picked: bool  # whether the control is the best case, which the results have picked


def differences(results: "Results") -> Differences | None:
    """Paired differences of the first headlines, p values corrected for all rows; None where nothing can be paired.

    Where the sweep has policies, each is compared with the first over all fleets that both have, else each case with
    the best one. That one is picked by its results, so p values are then corrected for all pairs of cases.
    """
    rows, columns, decides = results.rows, results.headlines, results.claims.kpi
    chosen = [column for column in columns if column.key in (decides, *COMPARED) and column.key in results.metrics]
    many = sum(row.n > 1 for row in rows)
    if not chosen or many < 2:
        return None
    where = results.trials[["case", "replication", "status"]]
    readable = replace(results, trials=where.assign(**{column.key: column.values for column in chosen}))
    view = results.claims.view
    picked = len(view.series) == 1
    control, *others = _best_first(rows, columns[0]) if picked else list(zip(view.groups, view.series, strict=True))
    compared: list[tuple[str, Headline, Pairs]] = []
    for name, group in others:
        try:
            pairs = pair(readable, control[1], group)
        except ExperimentError:  # nothing in common, such as a case whose trials all failed
            continue
        compared += [(name, column, pairs) for column in chosen]
    rows_of = mean_differences([(pairs, column.key) for _, column, pairs in compared])
    found: list[dict[str, Any]] = [
        {"who": name, "title": column.title, "unit": column.unit} | row
        for (name, column, _), row in zip(compared, rows_of, strict=True)
    ]
    if not found:
        return None
    among = len(chosen) * many * (many - 1) // 2 if picked else 0
    return Differences(control[0], corrected(found, among=among).to_dict("records"), picked=picked)


def _best_first(rows: list[CaseRow], main: Headline) -> list[tuple[str, list[int]]]:
    """Names and cases, in the order of their main headline."""
    finished = [row for row in rows if row.n > 1]
    finished.sort(key=lambda row: row.means[0], reverse=main.greater_is_better)
    return [(row.label, [row.index]) for row in finished[:MOST_CASES]]
