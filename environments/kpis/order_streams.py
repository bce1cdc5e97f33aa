"""The figures of each stream of orders, where there are several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..log import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..log import EventLog
    from ..scenario import Scenario


def stream_figures(log: EventLog, scenario: Scenario, start_s: float) -> dict[str, float]:
    """Per stream, of the parts that leave from `start_s` on: `orders.<name>.finished` and its mean and 95 % flow time.

    NaN where a stream has finished no part.
    """
    streams = [stream.name for _, stream in scenario.orders.streams]
    if len(streams) == 1:
        return {}
    events = log.events
    stream_of = _by_job(events[events["kind"] == Event.ORDERED], "other")
    released_s = _by_job(events[events["kind"] == Event.RELEASED], "time_s")
    finished = events[(events["kind"] == Event.FINISHED) & (events["time_s"] >= start_s)]
    known = [job for job in finished["job"].tolist() if job in stream_of and job in released_s]
    rows = np.isin(finished["job"], known)
    flow_s = finished["time_s"][rows] - np.array([released_s[job] for job in known])
    streams_of = np.array([stream_of[job] for job in known], np.int64)
    figures: dict[str, float] = {}
    for number, name in enumerate(streams):
        own_s = flow_s[streams_of == number] if len(known) else np.empty(0)
        figures[f"orders.{name}.finished"] = float(own_s.size)
        figures[f"orders.{name}.flow_time_mean_s"] = float(own_s.mean()) if own_s.size else float("nan")
        figures[f"orders.{name}.flow_time_p95_s"] = float(np.percentile(own_s, 95)) if own_s.size else float("nan")
    return figures


def _by_job(rows: NDArray[np.void], column: str) -> dict[int, float]:
    return dict(zip(rows["job"].tolist(), rows[column].tolist(), strict=True))
