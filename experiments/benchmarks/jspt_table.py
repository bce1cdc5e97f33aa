"""The figures of the job shop with AGVs as the Markdown tables of docs/jspt.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_WAYS, SHORT_WAYS = "t/p>0.25", "t/p<0.25"
SETS = ("40 with t/p > 0.25", "42 with t/p < 0.25")


def tables(result: dict[str, Any]) -> str:
    """All tables of the page in its order; gaps in percent: mean (largest); changes: mean ± half width at 95 %."""
    parts = (
        (("", *SETS, "exit time, 40", "ms"), _methods(result)),
        (("", *SETS, "unseen", "unseen, with choice", "ms"), _ingredients(result)),
        (("", *next(iter(result["large"].values())), "CPU s"), _large(result["large"])),
        (("makespan, all known", *next(iter(result["makespan"].values()))), _each(result["makespan"], _change)),
        (("flow time, arriving", *next(iter(result["flow_time"].values()))), _each(result["flow_time"], _change)),
        (("flow time", *next(iter(result["spoilers"].values()))), _each(result["spoilers"], _change)),
        (("", "by the table", "on the floor"), _each(result["floors"], _gap)),
        (("mk01-mk10", "gap"), {name: (_gap(row),) for name, row in result["flexible"].items()}),
    )
    return "\n".join(_table(header, rows) for header, rows in parts)


def _methods(result: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Mechanisms, then the literature."""
    ours = {
        f"**{name}**": (_gap(row[LONG_WAYS]), _gap(row[SHORT_WAYS]), _gap(row["exit_time"]), _ms(row))
        for name, row in _by_gap(result["mechanisms"])
    }
    others = {
        name: (_gap(row), "", _gap(result["published_exit"].get(name)), "")
        for name, row in _by_gap(result["published"])
    }
    only_exit = {
        name: ("", "", _gap(row), "")
        for name, row in _by_gap(result["published_exit"])
        if name not in result["published"]
    }
    return {**ours, **others, **only_exit}


def _ingredients(result: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {
        name: (
            _gap(row[LONG_WAYS]),
            _gap(row[SHORT_WAYS]),
            _gap(result["unseen"][name]),
            _gap(result["unseen"][name], "_with_choice"),
            _ms(row),
        )
        for name, row in result["ingredients"].items()
    }


def _large(rows: dict[str, dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {
        name: (*map(_gap, row.values()), f"{sum(size['s_per_instance'] for size in row.values()) / len(row):.2g}")
        for name, row in rows.items()
    }


def _each(rows: dict[str, dict[str, Any]], cell: Callable[[Any], str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(map(cell, row.values())) for name, row in rows.items()}


def _by_gap(rows: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(rows.items(), key=lambda item: item[1].get(LONG_WAYS, item[1])["mean_gap"])


def _gap(row: dict[str, float] | None, suffix: str = "") -> str:
    return "" if row is None else f"{row[f'mean_gap{suffix}']:.1f} ({row[f'max_gap{suffix}']:.1f})"


def _change(row: dict[str, float]) -> str:
    return f"{row['mean']:+.1f} ± {row['half_width']:.1f}"


def _ms(row: dict[str, Any]) -> str:
    return f"{(row[LONG_WAYS]['ms_per_instance'] + row[SHORT_WAYS]['ms_per_instance']) / 2:.0f}"


def _table(header: tuple[str, ...], rows: dict[str, tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *((name, *cells) for name, cells in rows.items())]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
