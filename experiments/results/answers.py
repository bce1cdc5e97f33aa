"""The answer of a run in a few sentences, for readers who do not want to read a table first.

The sentences follow from `claims`, which hold with 95 % confidence for all sentences together. If something cannot be
told yet, a sentence says so, with the number of replications that would probably decide it.
"""

from typing import TYPE_CHECKING

from ..counting import counted
from ..design.keys import FLEET
from .claims import Claims
from .equivalence import FEWEST, MOST_REPLICATIONS, Gain, replications_needed
from .headlines import CaseRow, Headline
from .identical_cases import same_figures
from .overload import Load
from .verdicts import Doubt, Verdict

if TYPE_CHECKING:
    from .tables import Results

MOST_NAMED = 3
UNTIL_CLEAR = (
    "`robocell run --until-clear` runs what it takes, up to {most} replications of each case (answer.most); a larger "
    "answer.indifference than {delta} takes fewer."
)


def answer(results: "Results") -> list[str]:
    """Sentences, most important first: jams, overload, what is enough, what is best, what is the same."""
    columns, rows = results.headlines, results.rows
    if not any(row.n for row in rows) or not columns:
        return ["No trial was finished, so there is no answer yet."]
    warnings = [*_jams(results, rows), *_overload(results, rows)]
    if results.answer is not None and results.experiment.config.question is not None:
        return [*warnings, *results.answer.sentences]
    if len(rows) == 1:
        return [*warnings, _single(rows[0], columns), *_bottleneck(results)]
    teller = _Teller(results, rows, columns[0])
    sentences = [*warnings, *teller.lines(), *teller.best(), *same_figures(results)]
    if results.answer is not None:
        sentences += results.answer.sentences
    elif teller.in_doubt and not results.experiment.adaptive:
        sentences.append(UNTIL_CLEAR.format(most=results.experiment.config.answer.most, delta=teller.delta))
    if min((row.n for row in rows if row.n), default=0) < 2:
        sentences.append("Cases with a single replication have no interval: set replications to 10 or more.")
    return sentences


class _Teller:
    """Puts claims about the lines of a sweep, and about the best case, into words."""

    def __init__(self, results: "Results", rows: list[CaseRow], main: Headline) -> None:
        self.claims: Claims = results.claims
        self.in_doubt = False
        self._rows, self._main = rows, main
        self.delta = f"{100 * self.claims.delta:g} %"
        self._more = f"more {main.title}" if main.greater_is_better else f"less {main.title}"

    def lines(self) -> list[str]:
        """A sentence for each line of the sweep that has something to compare."""
        found = zip(self.claims.lines, self.claims.verdicts, strict=True)
        sentences = [self._line(line, verdict) for line, verdict in found if self._rows_of(line)]
        return [text if "=" in text.split(" ")[0] else text[0].upper() + text[1:] for text in sentences]

    def best(self) -> list[str]:
        """The best case, and how certain it is."""
        best = self.claims.best
        if best is None:
            return []
        row = self._rows[best.case]
        text = f"Best {self._main.title}: {row.label}, {row.texts[0]} {self._main.unit}".rstrip()
        if row.n < 2:
            return [f"{text}."]
        if not best.rivals:
            return [f"{text}, ahead of every other case with 95 % confidence."]
        if best.close:
            return [f"{text}; no other case has over {self.delta} {self._more}, with 95 % confidence."]
        return [f"{text}; {counted(len(best.rivals), 'other case')} may be as good or better."]

    def _line(self, line: list[int], verdict: Verdict) -> str:
        with_group = f"with {group}, " if (group := self.claims.view.group_of(line[0])) else ""
        if verdict.enough is not None:
            return with_group + self._enough(line, verdict, verdict.enough)
        if verdict.doubt is not None:
            self.in_doubt = True
            return f"{with_group}{self._doubt(line, verdict.doubt)}."
        return with_group + self._none(line, verdict)

    def _enough(self, line: list[int], verdict: Verdict, place: int) -> str:
        row = self._rows[line[place]]
        text = f"{self._noun(line[place])} {self._verb(line[place], 'is', 'are')} enough: {self._main.title} "
        text += f"{row.texts[0]} {self._main.unit}".rstrip()
        text += f", and no larger {self._axis} gives over {self.delta} {self._more} "
        text += f"({_percent(verdict.highest)} % at most, with 95 % confidence)"
        if verdict.doubt is not None:
            self.in_doubt = True
            text += f"; {self._doubt(line, verdict.doubt)}"
        return f"{text}."

    def _doubt(self, line: list[int], doubt: Doubt) -> str:
        case = line[doubt.place]
        if doubt.rival is None or doubt.gain is None:
            return f"it cannot be told yet whether {self._noun(case)} {self._keeps_up(case)}"
        rival = line[doubt.rival]
        text = f"cannot tell {self._noun(case, short=True)} from {self._noun(rival)} yet"
        if doubt.gain.n < FEWEST:
            return f"{text}: it takes {FEWEST} replications or more"
        needed = replications_needed(doubt.gain, self.claims.delta, first=self.claims.first, look=self.claims.look)
        likely = f"over {MOST_REPLICATIONS}" if needed is None else f"about {_rough(needed - doubt.gain.n)}"
        return f"{text} ({_range(doubt.gain)} {self._more} with the latter): {likely} more replications would"

    def _none(self, line: list[int], verdict: Verdict) -> str:
        claims, last = self.claims, line[-1]
        if last in claims.overloaded or claims.jams[last]:
            return f"no {self._axis} that was tried is enough."
        text = f"{self._noun(last)}, the largest that was tried, {self._verb(last, 'is', 'are')} needed: "
        before = line[-2]
        if before in claims.overloaded or claims.jams[before]:
            return f"{text}{self._noun(before)} {self._verb(before, 'does', 'do')} not keep up with the orders."
        if len(line) - 2 not in verdict.worse:
            return f"{self._noun(last)}, the largest that was tried, {self._verb(last, 'seems', 'seem')} to be needed."
        return f"{text}over {self.delta} {self._more} than with {self._noun(before)}; a larger one may give more still."

    def _rows_of(self, line: list[int]) -> bool:
        return all(self._rows[case].n for case in line)

    @property
    def _axis(self) -> str:
        return self.claims.view.x_title.lower() if self.claims.view.x == FLEET else "value"

    def _noun(self, case: int, *, short: bool = False) -> str:
        view = self.claims.view
        return f"{view.value(case):g}" if short and view.x == FLEET else view.x_noun(view.value(case))

    def _verb(self, case: int, one: str, many: str) -> str:
        view = self.claims.view
        return many if view.x == FLEET and view.value(case) != 1 else one

    def _keeps_up(self, case: int) -> str:
        served = 100 * self.claims.experiment.config.answer.served
        return f"{self._verb(case, 'serves', 'serve')} {served:g} % of the orders"


def _jams(results: "Results", rows: list[CaseRow]) -> list[str]:
    jams = results.claims.jams
    if not sum(jams):
        return []
    where = _named([rows[case].label for case, many in enumerate(jams) if many]) if len(rows) > 1 else ""
    trials = counted(sum(row.n for row in rows), "trial")
    return [f"{sum(jams)} of {trials} jammed, with parts in process that nothing could move any more{where}."]


def _overload(results: "Results", rows: list[CaseRow]) -> list[str]:
    """Cases in which orders come faster than they leave: the demand, and the share of it that is met."""
    claims = results.claims
    loads = [(case, load) for case in claims.overloaded if (load := claims.loads[case]) is not None]
    if not loads:
        return []
    told = [
        f"{rows[case].label} ({_told(load)})" if len(rows) > 1 else _told(load) for case, load in loads[:MOST_NAMED]
    ]
    where = f" in {len(loads)} of {len(rows)} cases" if len(rows) > 1 else ""
    more = f"; and {len(loads) - MOST_NAMED} more" if len(loads) > MOST_NAMED else ""
    return [f"Overload{where}, orders come faster than they leave: {'; '.join(told)}{more}."]


def _told(load: Load) -> str:
    return (
        f"{load.demand_per_h:.4g} parts/h asked for, {100 * load.met:.3g} % of that finished, "
        f"work in process {load.growth_per_h:+.3g} parts/h"
    )


def _single(row: CaseRow, columns: list[Headline]) -> str:
    parts = [f"{column.title} {text} {column.unit}".strip() for column, text in zip(columns, row.texts, strict=True)]
    return (", ".join(parts[:3]) + f" (n = {row.n}).").capitalize()


def _bottleneck(results: "Results") -> list[str]:
    """The bottleneck of the only case."""
    found = results.bottlenecks[0]
    if found is None:
        return []
    text = f"Bottleneck: {found.candidate.name}, {found.pauses}"
    if not found.agreed:
        text += f" (by active periods; {found.least_waiting.name} waits least, {found.least_waiting.pause})"
    return [f"{text}."]


def _named(labels: list[str]) -> str:
    more = f" and {len(labels) - MOST_NAMED} more" if len(labels) > MOST_NAMED else ""
    return f" ({', '.join(labels[:MOST_NAMED])}{more})"


def _range(gain: Gain) -> str:
    return f"{_percent(gain.low)} to {_percent(gain.high)} %"


def _percent(share: float) -> str:
    """`+3.1`, `-0.04`, `+110`."""
    return f"{100 * share:+.{1 if abs(share) < 0.1 else 0}f}"


def _rough(number: int) -> int:
    """Rounded to two digits: a forecast is no more precise."""
    size = 10 ** max(0, len(str(number)) - 2)
    return -(-number // size) * size
