"""The outcome of a run as the JSON document of `robocell run --json`."""

from typing import TYPE_CHECKING, Any

from ..design.late_orders import late_orders
from ..results.answers import answer
from ..results.cautions import cautions

if TYPE_CHECKING:
    from ..runner import Outcome


def outcome_document(outcome: "Outcome") -> dict[str, Any]:
    """Plain data: the counts of the run, its answer, and the headline figures of every case."""
    results = outcome.results
    return {
        "directory": str(results.directory),
        "trials": len(results.trials),
        "ran": outcome.ran,
        "reused": outcome.reused,
        "failed": outcome.failed,
        "jammed": outcome.jammed,
        "elapsed_s": round(outcome.elapsed_s, 3),
        "executor": outcome.executor,
        "workers": outcome.workers,
        "answer": answer(results),
        "orders_after_horizon": late_orders(results.experiment),
        "cautions": cautions(results),
        "cases": [
            {"case": row.label, "n": row.n}
            | {
                column.key: {"mean": mean, "low": low, "high": high, "unit": column.unit, "text": text}
                for column, mean, low, high, text in zip(
                    results.headlines, row.means, row.lows, row.highs, row.texts, strict=True
                )
            }
            | {"bottleneck": None if limiting is None else limiting.document()}
            for row, limiting in zip(results.rows, results.bottlenecks, strict=True)
        ],
    }
