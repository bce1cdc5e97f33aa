"""The figures of the job shop with AGVs as Markdown tables, as they stand in docs/jspt.md."""

from __future__ import annotations

from typing import Any

LONG_WAYS, SHORT_WAYS = "t/p>0.25", "t/p<0.25"


def tables(result: dict[str, Any]) -> str:
    """Mechanisms and literature, ingredients, unseen shops, flexible routing; gaps in percent: mean (largest)."""
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
    steps = {
        name: (
            _gap(row[LONG_WAYS]),
            _gap(row[SHORT_WAYS]),
            _gap(result["unseen"][name]),
            _gap(result["unseen"][name], "_with_choice"),
            _ms(row),
        )
        for name, row in result["ingredients"].items()
    }
    routing = {name: (_gap(row),) for name, row in result["flexible"].items()}
    parts = (
        (("", "40 with t/p > 0.25", "42 with t/p < 0.25", "exit time, 40", "ms"), {**ours, **others, **only_exit}),
        (("", "40 with t/p > 0.25", "42 with t/p < 0.25", "unseen", "unseen, with choice", "ms"), steps),
        (("mk01-mk10", "gap"), routing),
    )
    return "\n".join(_table(header, rows) for header, rows in parts)


def _by_gap(rows: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(rows.items(), key=lambda item: item[1].get(LONG_WAYS, item[1])["mean_gap"])


def _gap(row: dict[str, float] | None, suffix: str = "") -> str:
    return "" if row is None else f"{row[f'mean_gap{suffix}']:.1f} ({row[f'max_gap{suffix}']:.1f})"


def _ms(row: dict[str, Any]) -> str:
    return f"{(row[LONG_WAYS]['ms_per_instance'] + row[SHORT_WAYS]['ms_per_instance']) / 2:.0f}"


def _table(header: tuple[str, ...], rows: dict[str, tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *((name, *cells) for name, cells in rows.items())]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
