"""Given orders after the horizon: they are never released, and do not appear in the figures of a run."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .experiment import Experiment

SHOWN_CASES = 3


def late_orders(experiment: "Experiment") -> list[dict[str, Any]]:
    """One row per case that has such orders: case (its label), orders (too late), of (all that are given)."""
    return [
        {"case": case.label, "orders": late, "of": case.scenario.given_orders}
        for case in experiment.cases
        if (late := case.scenario.late_orders)
    ]


def told(experiment: "Experiment") -> str | None:
    """The same as a sentence; None where all orders come in time."""
    rows = late_orders(experiment)
    if not rows:
        return None
    counts = [f"{row['orders']} of {row['of']}" for row in rows]
    lost = "after the horizon, and are never released"
    cure = "lengthen the horizon, or leave them out"
    if len(rows) == len(experiment.cases) and len(set(counts)) == 1:
        return f"{counts[0]} orders come {lost}; {cure}."
    cases = [f"{count} in case {row['case']}" for count, row in zip(counts, rows, strict=True)][:SHOWN_CASES]
    more = f", and some in {len(rows) - SHOWN_CASES} more" if len(rows) > SHOWN_CASES else ""
    return f"Orders come {lost}: {', '.join(cases)}{more}; {cure}."
