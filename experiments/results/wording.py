"""Writes a figure with its interval, with as many digits as the interval justifies, in the most readable unit."""

import math

CUT = "*"
NO_SPREAD = 1e-9  # of the mean: differences below this are rounding
_SECONDS = (("h", 3600.0, 3 * 3600.0), ("min", 60.0, 180.0), ("s", 1.0, 0.0))


def with_interval(mean: float, low: float, high: float, *, least: float = -math.inf, most: float = math.inf) -> str:
    """`59.8 ± 0.4`, with as many digits as the interval justifies; `59.8 (59.5 … 60.4)` if it is lopsided.

    An interval that would exceed the possible range of the figure, `least` to `most`, is cut there and marked:
    `1.2 (0* … 4.1)`. A single value has no interval.
    """
    if math.isnan(mean):
        return "–"
    if not math.isfinite(high - low):
        return f"{mean:.4g}"
    half = (high - low) / 2
    if half <= NO_SPREAD * abs(mean):
        return f"{mean:.4g} ± 0"
    digits = max(0, min(6, 1 - math.floor(math.log10(half))))
    if low < least or high > most:
        ends = (
            f"{least:g}{CUT}" if low < least else f"{low:.{digits}f}",
            f"{most:g}{CUT}" if high > most else f"{high:.{digits}f}",
        )
        return f"{mean:z.{digits}f} ({ends[0]} … {ends[1]})"
    if abs((high + low) / 2 - mean) > 1e-9 * half:
        return f"{mean:z.{digits}f} ({low:.{digits}f} … {high:.{digits}f})"
    return f"{mean:z.{digits}f} ± {half:.{digits}f}"


def time_unit(seconds: float) -> tuple[str, float]:
    """The most readable unit for a duration, and its seconds."""
    return next((unit, factor) for unit, factor, least in _SECONDS if abs(seconds) >= least)


def quantity(metric: str, value: float) -> str:
    """A value of a KPI for a sentence: durations in the most readable unit."""
    if metric.endswith("_s"):
        unit, factor = time_unit(value)
        return f"{value / factor:.4g} {unit}"
    return f"{value:.4g}"
