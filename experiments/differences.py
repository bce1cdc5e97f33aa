"""The differences that a report shows: policies against the first one, or cases against the best."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .comparison import pair, tested
from .errors import ExperimentError
from .headlines import CaseRow, Headline
from .views import view_of

if TYPE_CHECKING:
    from .tables import Results

COMPARED = ("throughput_per_h", "flow_time_mean_s")  # headlines, besides the one that decides
MOST_CASES = 40


@dataclass(frozen=True)
class Differences:
    """Rows are those of `comparison.compare`, with `who` differs from `control`, and the title and unit of the KPI."""

    control: str
    rows: list[dict[str, Any]]


def differences(results: "Results", rows: list[CaseRow], columns: list[Headline]) -> Differences | None:
    """Paired differences of the first headlines, p values corrected for all rows; None where nothing can be paired.

    Where the sweep has policies, each is compared with the first over all fleets that both have, else each case with
    the best one.
    """
    decides = results.claims.kpi
    chosen = [column for column in columns if column.key in (decides, *COMPARED) and column.key in results.metrics]
    if not chosen or sum(row.n > 1 for row in rows) < 2:
        return None
    readable = replace(results, trials=results.trials.assign(**{column.key: column.values for column in chosen}))
    control, *others = _groups(results, rows, columns[0])
    found: list[dict[str, Any]] = []
    for name, group in others:
        try:
            pairs = pair(readable, control[1], group)
        except ExperimentError:  # nothing in common, such as a case whose trials all failed
            continue
        found += [
            {"who": name, "title": column.title, "unit": column.unit} | pairs.mean_difference(column.key)
            for column in chosen
        ]
    return Differences(control[0], tested(found).to_dict("records")) if found else None


def _groups(results: "Results", rows: list[CaseRow], main: Headline) -> list[tuple[str, list[int]]]:
    """Names and cases of what is compared, the control first."""
    view = view_of(results.experiment)
    if len(view.series) > 1:
        return list(zip(view.groups, view.series, strict=True))
    finished = [row for row in rows if row.n > 1]
    finished.sort(key=lambda row: row.means[0], reverse=main.greater_is_better)
    return [(row.label, [row.index]) for row in finished[:MOST_CASES]]
