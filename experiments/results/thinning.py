"""The cases that a page shows where there are more than can be read; all of them are in summary.csv."""

from typing import TYPE_CHECKING

from .headlines import CaseRow, Headline

if TYPE_CHECKING:
    from .tables import Results

MOST_CASES = 100


def best_rows(rows: list[CaseRow], columns: list[Headline]) -> list[CaseRow]:
    """The cases with the best first headline, at most MOST_CASES, in the order of the sweep."""
    if len(rows) <= MOST_CASES or not columns:
        return rows[:MOST_CASES]
    sign = -1.0 if columns[0].greater_is_better else 1.0
    known = [row for row in rows if row.means[0] == row.means[0]]
    best = sorted(known, key=lambda row: sign * row.means[0])[:MOST_CASES]
    return sorted(best, key=lambda row: row.index)


def left_out(shown: list[CaseRow], results: "Results") -> list[str]:
    """A sentence about the cases that are not shown; none where all are."""
    if len(shown) == len(results.rows):
        return []
    best = f" with the best {results.headlines[0].title}" if results.headlines else ""
    return [f"The {len(shown)} of {len(results.rows)} cases{best}; all are in summary.csv."]
