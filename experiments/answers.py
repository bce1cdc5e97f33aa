"""The answer of a run in a sentence or two: what a person wants to know before any table."""

from typing import TYPE_CHECKING

import numpy as np

from .headlines import CaseRow, Headline, case_rows, headlines
from .statistics import INTERVALS, paired
from .views import FLEET, View, view_of

INDIFFERENT = 0.01  # nobody buys a vehicle for less

if TYPE_CHECKING:
    from .tables import Results


def answer(results: "Results") -> list[str]:
    """Sentences, most important first; what they claim holds with 95 % confidence, or they say that it does not."""
    columns = headlines(results)
    rows = case_rows(results, columns)
    if not any(row.n for row in rows) or not columns:
        return ["No trial was finished, so there is no answer yet."]
    if results.answer is not None and results.experiment.config.question is not None:
        return list(results.answer.sentences)
    main = columns[0]
    view = view_of(results)
    if len(rows) == 1:
        return [_single(rows[0], columns)]
    if view.x is not None:
        sentences = [text for series in view.series if (text := _enough(results, view, series, rows, columns))]
    else:
        sentences = []
    best = _best(rows, main)
    sentences.append(_best_of_all(results, rows, main, best))
    if results.answer is not None:
        sentences += results.answer.sentences
    few = min(row.n for row in rows if row.n)
    if few < 2:
        sentences.append("Cases with a single replication have no interval: set replications to 10 or more.")
    return sentences


def smallest_sufficient(results: "Results", indices: list[int], column: Headline) -> int:
    """The first of the cases (smallest first) that no later one beats by more than 1 % with 95 % confidence."""
    for number, index in enumerate(indices):
        if not any(_better(results, index, other, column, INDIFFERENT) for other in indices[number + 1 :]):
            return index
    raise ValueError("there is no case to choose from")


def _enough(
    results: "Results", view: View, series: list[int], rows: list[CaseRow], columns: list[Headline]
) -> str | None:
    """`With nearest, 6 AGVs are enough: …`; says so when lead time asks for more than throughput does."""
    if len(series) < 2 or any(rows[index].n < 2 for index in series):
        return None
    main = columns[0]
    index = smallest_sufficient(results, series, main)
    group, x = view.group_of(index), view.value(index)
    if view.x == FLEET:
        text = f"With {group}, {view.x_noun(x)}" if group else view.x_noun(x)
        text += f" {'is' if x == 1 else 'are'} enough"
    else:
        text = f"With {group} and {view.x_noun(x)}" if group else f"With {view.x_noun(x)}"
        text += " the best is reached"
    text += f": {main.title} {rows[index].texts[0]} {main.unit}".rstrip()
    if index == series[-1]:
        text += ", the largest that was tried and better than all smaller ones"
    else:
        text += f", and no larger {view.x_title.lower()} gives over {INDIFFERENT:.0%} more"
    for place, column in enumerate(columns):
        if column.key == "flow_time_mean_s":
            other = smallest_sufficient(results, series, column)
            if view.value(other) > x:
                text += f"; {column.title} falls until {view.x_noun(view.value(other))} "
                text += f"({rows[index].texts[place]} to {rows[other].texts[place]} {column.unit})"
    return text[0].upper() + text[1:] + "."


def _best_of_all(results: "Results", rows: list[CaseRow], main: Headline, best: CaseRow) -> str:
    rivals = [row for row in rows if row.n and row.index != best.index]
    equal = [row for row in rivals if not _better(results, row.index, best.index, main)]
    text = f"Best {main.title}: {best.label}, {best.texts[0]} {main.unit}".rstrip()
    if best.n < 2:
        return text + "."
    if not equal:
        return text + ", ahead of every other case with 95 % confidence."
    others = f"{len(equal)} other case" + ("s" if len(equal) > 1 else "")
    return text + f"; {others} cannot be told from it with 95 % confidence."


def _single(row: CaseRow, columns: list[Headline]) -> str:
    parts = [f"{column.title} {text} {column.unit}".strip() for column, text in zip(columns, row.texts, strict=True)]
    return (", ".join(parts[:3]) + f" (n = {row.n}).").capitalize()


def _best(rows: list[CaseRow], main: Headline) -> CaseRow:
    finished = [row for row in rows if row.n and np.isfinite(row.means[0])]
    pick = max if main.greater_is_better else min
    return pick(finished, key=lambda row: row.means[0])


def _better(results: "Results", a: int, b: int, column: Headline, indifferent: float = 0.0) -> bool:
    """Whether case b is better than case a by more than a share of a's mean: the paired interval says so as a whole."""
    trials = results.trials
    done = (trials["status"] == "done").to_numpy()
    case, replication = trials["case"].to_numpy(), trials["replication"].to_numpy()

    def by_replication(index: int) -> dict[int, float]:
        mine = done & (case == index) & np.isfinite(column.values)
        return dict(zip(replication[mine].tolist(), column.values[mine].tolist(), strict=True))

    first, second = by_replication(a), by_replication(b)
    common = sorted(first.keys() & second.keys())
    one, other = (np.array([values[r] for r in common]) for values in (first, second))
    found = paired(one, other, INTERVALS[results.experiment.config.intervals])
    least = indifferent * abs(found["mean_a"])
    return found["low"] > least if column.greater_is_better else found["high"] < -least
