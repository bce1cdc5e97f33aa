"""The outcome of a run as the JSON document of `robocell run --json`."""

from typing import TYPE_CHECKING, Any

from ..design.late_orders import late_orders

if TYPE_CHECKING:
    from ..runner import Outcome


def outcome_document(outcome: "Outcome") -> dict[str, Any]:
    """Plain data: the counts of the run, its answer, and the headline figures of every case."""
    overview = outcome.overview
    return {
        "directory": str(outcome.directory),
        "trials": overview.trials,
        "ran": outcome.ran,
        "reused": outcome.reused,
        "failed": outcome.failed,
        "jammed": outcome.jammed,
        "elapsed_s": round(outcome.elapsed_s, 3),
        "executor": outcome.executor,
        "workers": outcome.workers,
        "answer": overview.answer,
        "orders_after_horizon": late_orders(outcome.experiment),
        "cautions": overview.cautions,
        "cases": [
            {"case": row.label, "n": row.n}
            | {
                column.key: {"mean": mean, "low": low, "high": high, "unit": column.unit, "text": text}
                for column, mean, low, high, text in zip(
                    overview.columns, row.means, row.lows, row.highs, row.texts, strict=True
                )
            }
            | {"bottleneck": bottleneck}
            for row, bottleneck in zip(overview.rows, overview.bottlenecks, strict=True)
        ],
    }
