"""Draws the results for the job shop with AGVs beside the published ones: mean and largest gap of every method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from pathlib import Path

OURS, OTHERS = "#2b6cb0", "#a0aec0"


def draw(result: dict[str, Any], path: Path) -> None:
    """Bars of the mean gap with a line to the largest, makespan on the left, exit time on the right."""
    makespan = [(name, row["t/p>0.25"], OURS) for name, row in result["mechanisms"].items()]
    makespan += [(name, row, OTHERS) for name, row in result["published"].items()]
    exit_time = [(name, row["exit_time"], OURS) for name, row in result["mechanisms"].items()]
    exit_time += [(name, row, OTHERS) for name, row in result["published_exit"].items()]
    figure = Figure(figsize=(13, 6.5), layout="constrained")
    for axes, rows, title in zip(
        figure.subplots(1, 2),
        (makespan, exit_time),
        ("makespan, 40 instances with t/p > 0.25", "exit time, the same instances"),
        strict=True,
    ):
        rows.sort(key=lambda row: -row[1]["mean_gap"])
        names = [name for name, _, _ in rows]
        axes.barh(names, [row["mean_gap"] for _, row, _ in rows], color=[color for _, _, color in rows])
        for y, (_, row, _) in enumerate(rows):
            axes.plot(
                [row["mean_gap"], row["max_gap"]], [y, y], color="#4a5568", linewidth=1, marker="|", markevery=[1]
            )
            axes.text(row["max_gap"] + 0.6, y, f"{row['mean_gap']:.1f}", va="center", fontsize=8)
        axes.set_xlabel("gap to the best known, %: mean (bar), largest (line)")
        axes.set_title(title)
    figure.savefig(path)
