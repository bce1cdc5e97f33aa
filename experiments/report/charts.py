"""Kinds of chart: lines with intervals, dots with intervals, stacked bars; with matplotlib, without a display.

Which charts an experiment gets is in `experiment_charts`, which a single run gets in `run_charts`.

A chart is drawn once, in ink and line colours that `inline_svg` replaces by the variables of a page, so that a report
follows its reader's light or dark theme. The same numbers give the same files, byte for byte.
"""

import contextlib
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from ...drawing import palette
from ..plain_text import one_line
from .inline_svg import for_page

INK, FAINT, LINE = (palette.LIGHT[name] for name in ("ink", "faint", "line"))
THEMED = {INK: "var(--ink)", FAINT: "var(--faint)", LINE: "var(--line)"}
MARKERS = "osD^vPX*"
BAND = 0.16  # opacity of an interval
QUIET = 0.55  # opacity of a state in which nothing is done
WIDTH_IN, HEIGHT_IN = 6.2, 3.5
MOST_LEGEND = 10
PNG_DPI, SVG_DPI = 160, 72
LONGEST = 30  # letters of a label beside a chart
NO_MATTER = ("Glyph .* missing from font", "constrained_layout not applied")  # for long or foreign names, harmless
SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "robocell",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": FAINT,
    "axes.titlecolor": INK,
    "axes.linewidth": 1.0,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": FAINT,
    "ytick.labelcolor": FAINT,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "hatch.linewidth": 0.9,
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "axes.facecolor": "none",
}


@dataclass(frozen=True)
class Curve:
    """One line of a chart; (P,) arrays over its points. low and high are NaN where there is no interval."""

    name: str
    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Chart:
    """A finished chart, for files and for a page."""

    name: str  # of the file
    title: str
    note: str  # what the intervals are, and n
    figure: Figure

    def __post_init__(self) -> None:
        for text in self.figure.findobj(Text):
            assert isinstance(text, Text)
            text.set_parse_math(False)  # a name may contain a $

    @cached_property
    def png(self) -> bytes:
        with _drawing(self.figure, dpi=PNG_DPI) as buffer:
            FigureCanvasAgg(self.figure).print_png(buffer, metadata={"Software": None})
        return buffer.getvalue()

    @cached_property
    def svg(self) -> bytes:
        with _drawing(self.figure, dpi=SVG_DPI) as buffer:
            FigureCanvasSVG(self.figure).print_svg(buffer, metadata={"Date": None, "Creator": None})
        return buffer.getvalue()

    def inline_svg(self) -> str:
        """The same SVG for a page, on its background and in the colours of its theme."""
        return for_page(self.svg.decode(), name=self.name, title=self.title, themed=THEMED)


def lines(name: str, title: str, note: str, curves: Sequence[Curve], *, x_title: str, y_title: str) -> Chart:
    """Means along a numeric axis, with a band for the interval of each curve."""
    figure, axes = _canvas(HEIGHT_IN)
    for number, curve in enumerate(curves):
        colour = palette.SERIES[number % len(palette.SERIES)]
        axes.plot(
            curve.x, curve.mean, color=colour, marker=MARKERS[number % len(MARKERS)], markersize=5, linewidth=1.8,
            label=_in_legend(curve.name) or None, zorder=3, markeredgewidth=0,
        )  # fmt: skip
        sure = np.isfinite(curve.high - curve.low)
        axes.fill_between(curve.x[sure], curve.low[sure], curve.high[sure], color=colour, alpha=BAND, linewidth=0)
    axes.set_xlabel(x_title)
    axes.set_ylabel(y_title)
    axes.grid(axis="x", visible=False)
    values = np.unique(np.concatenate([curve.x for curve in curves]))
    if len(values) <= 12:
        axes.set_xticks(values, [f"{value:g}" for value in values])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(10))
    axes.margins(x=0.03, y=0.12)
    if y_title.endswith("(%)"):
        axes.set_ylim(max(axes.get_ylim()[0], -3), min(axes.get_ylim()[1], 103))
    _legend(axes, len([curve for curve in curves if curve.name]))
    return Chart(name, title, note, figure)


def dots(
    name: str,
    title: str,
    note: str,
    labels: Sequence[str],
    mean: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    *,
    x_title: str,
) -> Chart:
    """One row per case: its mean, with the interval as a bar."""
    figure, axes = _canvas(0.9 + 0.32 * len(labels))
    rows = np.arange(len(labels))[::-1]
    axes.errorbar(
        mean, rows, xerr=_arms(mean, low, high), fmt="o", color=palette.SERIES[0], markersize=5,
        elinewidth=2.2, ecolor=palette.SERIES[0] + "66", capsize=0,
    )  # fmt: skip
    axes.set_yticks(rows, [_short(text) for text in labels])
    axes.set_xlabel(x_title)
    axes.grid(axis="y", visible=False)
    axes.margins(y=0.5 / max(len(labels), 1) + 0.04, x=0.08)
    return Chart(name, title, note, figure)


def stacked(
    name: str,
    title: str,
    note: str,
    labels: Sequence[str],
    parts: dict[str, np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
) -> Chart:
    """Horizontal bars of 100 %: (rows,) shares of each state; low and high are the interval of the first state."""
    figure, axes = _canvas(1.0 + 0.34 * len(labels))
    rows = np.arange(len(labels))[::-1]
    left = np.zeros(len(labels))
    for state, share in parts.items():
        axes.barh(rows, 100 * share, left=left, height=0.72, label=state, **_fill(state))
        left = left + 100 * share
    first = next(iter(parts.values()))
    axes.errorbar(
        100 * first, rows, xerr=100 * _arms(first, low, high), fmt="none", ecolor=INK, elinewidth=1.4, capsize=3
    )
    axes.set_yticks(rows, [_short(text) for text in labels])
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of time (%)")
    axes.grid(axis="y", visible=False)
    axes.margins(y=0.3 / max(len(labels), 1))
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=min(7, len(parts)), fontsize=9, handlelength=0.9,
        handleheight=0.9, columnspacing=1.1, borderaxespad=0.2, labelcolor=FAINT,
        frameon=False,
    )  # fmt: skip
    return Chart(name, title, note, figure)


def waterfall(
    name: str,
    title: str,
    note: str,
    steps: Sequence[tuple[str, float, float, float]],
    *,
    whole: tuple[str, float, float, float],
    x_title: str,
    greater_is_better: bool,
) -> Chart:
    """What each step adds to those before it, from 0 to the whole: (label, mean, low, high), from top to bottom."""
    figure, axes = _canvas(1.0 + 0.36 * (len(steps) + 1))
    rows = np.arange(len(steps) + 1)[::-1]
    means = np.array([mean for _, mean, _, _ in steps])
    ends = np.append(np.cumsum(means), whole[1])
    begins = np.append(ends[:-1] - means, 0.0)
    arms = _arms(*np.array([interval for _, *interval in (*steps, whole)]).T)
    colours = [_verdict(mean, greater_is_better) for mean in means]
    axes.barh(rows, ends - begins, left=begins, height=0.66, color=[*colours, palette.SERIES[0]])
    axes.errorbar(ends, rows, xerr=arms, fmt="none", elinewidth=1.4, ecolor=INK, capsize=3)
    axes.axvline(0.0, color=FAINT, linewidth=0.8)
    right = np.maximum(begins, ends + arms[1])
    for row, at, mean in zip(rows, right, [*means, whole[1]], strict=True):
        axes.annotate(f"{mean:+.1f}", (at, row), (4, 0), textcoords="offset points", va="center", fontsize=9, color=INK)
    axes.set_yticks(rows, [_short(text) for text, *_ in (*steps, whole)])
    axes.set_xlabel(x_title)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.12, y=0.04)
    return Chart(name, title, note, figure)


def cells(
    name: str,
    title: str,
    note: str,
    rows: Sequence[str],
    columns: Sequence[str],
    mean: np.ndarray,
    texts: np.ndarray,
    *,
    greater_is_better: bool,
) -> Chart:
    """A map of numbers: (rows, columns) means and their texts, coloured by how far they are from 0."""
    figure, axes = _canvas(1.3 + 0.62 * len(rows))
    for (row, column), value in np.ndenumerate(mean):
        colour = _verdict(value, greater_is_better)
        depth = 0.12 + 0.5 * abs(value) / max(float(np.nanmax(np.abs(mean))), 1e-9)
        at = (column - 0.48, len(rows) - 1 - row - 0.46)
        axes.add_patch(Rectangle(at, 0.96, 0.92, color=colour, alpha=depth, linewidth=0))
        axes.text(
            column, len(rows) - 1 - row, str(texts[row, column]), ha="center", va="center", color=INK, fontsize=10
        )
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(-0.5, len(rows) - 0.5)
    axes.set_yticks(np.arange(len(rows))[::-1], [_short(text) for text in rows])
    axes.set_xticks(
        np.arange(len(columns)), ["\n".join(wrap(_short(text), max(60 // len(columns), 1))) for text in columns]
    )
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    return Chart(name, title, note, figure)


def timeline(
    name: str,
    title: str,
    note: str,
    rows: Sequence[tuple[str, Sequence[tuple[float, float, str]]]],
    states: Sequence[str],
    *,
    x_title: str,
) -> Chart:
    """A Gantt chart: per row the bars (start, end, state), coloured by state."""
    figure, axes = _canvas(1.0 + 0.24 * len(rows), width_in=2 * WIDTH_IN)
    for number, (_, bars) in enumerate(rows):
        for state in states:
            spans = [(start, end - start) for start, end, found in bars if found == state]
            axes.broken_barh(spans, (len(rows) - number - 1.4, 0.8), **_fill(state))
    axes.set_yticks(np.arange(len(rows))[::-1], [_short(row) for row, _ in rows])
    axes.set_xlabel(x_title)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.005, y=0.02)
    patches = [Patch(label=state, **_fill(state)) for state in states]
    axes.legend(
        handles=patches, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=10, fontsize=9, handlelength=0.9,
        handleheight=0.9, columnspacing=1.1, borderaxespad=0.2, labelcolor=FAINT, frameon=False,
    )  # fmt: skip
    return Chart(name, title, note, figure)


def series(
    name: str,
    title: str,
    note: str,
    x: np.ndarray,
    y: np.ndarray,
    marks: dict[str, float],
    *,
    x_title: str,
    y_title: str,
) -> Chart:
    """One value over time, with named moments as vertical lines."""
    figure, axes = _canvas(HEIGHT_IN * 0.8, width_in=2 * WIDTH_IN)
    axes.plot(x, y, color=palette.SERIES[0], linewidth=1.2, drawstyle="steps-mid", zorder=3)
    for number, (mark, moment) in enumerate(marks.items()):
        axes.axvline(
            moment, color=palette.SERIES[1 + number], linewidth=1.6, linestyle=("-", "--")[number % 2], label=mark
        )
    axes.set_xlabel(x_title)
    axes.set_ylabel(y_title)
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(bottom=0)
    axes.grid(axis="x", visible=False)
    _legend(axes, len(marks))
    return Chart(name, title, note, figure)


def _arms(mean: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(2, rows) from the mean to both ends of its interval; 0 without one, or where rounding moves the mean outside."""
    return np.maximum(np.nan_to_num([mean - low, high - mean]), 0.0)


def _verdict(change: float, greater_is_better: bool) -> str:
    """The colour of a change for the better or the worse."""
    return palette.BETTER if (change >= 0) == greater_is_better else palette.WORSE


def _fill(state: str) -> dict[str, Any]:
    """How matplotlib fills a state: its colour, and its hatching in white."""
    tone = palette.STATES[state]
    opacity = QUIET if state in palette.QUIET else 1.0
    return {"facecolor": (tone.colour, opacity), "edgecolor": palette.WHITE, "hatch": tone.hatch, "linewidth": 0}


def _canvas(height_in: float, width_in: float = WIDTH_IN) -> tuple[Figure, Axes]:
    with rc_context(SETTINGS):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        FigureCanvasAgg(figure)
        return figure, figure.add_subplot()


def _legend(axes: Axes, named: int) -> None:
    if 1 <= named <= MOST_LEGEND:
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=min(4, named), fontsize=9, borderaxespad=0.2,
            columnspacing=1.4, labelcolor=FAINT, frameon=False,
        )  # fmt: skip


def _in_legend(text: str) -> str:
    """A label for a legend, which would hide one that begins with an underscore."""
    return f" {_short(text)}" if text.startswith("_") else _short(text)


def _short(text: str) -> str:
    """One line of at most LONGEST letters: beginnings of cases are often alike, so both ends stay."""
    text = one_line(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2 - 1]}…{text[-LONGEST // 2 :]}"


@contextlib.contextmanager
def _drawing(figure: Figure, *, dpi: int) -> Iterator[io.BytesIO]:
    """In this block a canvas draws the figure into a buffer, once: `savefig` would draw it twice, to lay it out.

    The layout is found by the first drawing, and kept.
    """
    with rc_context(SETTINGS), warnings.catch_warnings():
        for complaint in NO_MATTER:
            warnings.filterwarnings("ignore", message=complaint)
        if figure.get_layout_engine() is not None:
            figure.draw_without_rendering()
            figure.set_layout_engine(None)
        figure.set_dpi(dpi)
        yield io.BytesIO()
