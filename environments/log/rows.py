"""The rows of the tables of an event log: plain numbers, so that equal runs are equal to the byte."""

import numpy as np

from ...agents.events import Event

EVENT_ROW = np.dtype(
    [("time_s", "<f8"), ("kind", "u1"), ("agent", "<i4"), ("job", "<i4"), ("other", "<i4"), ("value", "<f8")]
)
MESSAGE_ROW = np.dtype(
    [
        ("time_s", "<f8"),
        ("performative", "u1"),
        ("conversation", "<i4"),
        ("sender", "<i4"),
        ("receiver", "<i4"),
        ("count", "<i4"),
        ("value", "<f8"),
    ]
)
CONVERSATION_ROW = np.dtype(
    [
        ("conversation", "<i4"),
        ("task", "<i4"),
        ("task_kind", "u1"),
        ("job", "<i4"),
        ("manager", "<i4"),
        ("opened_s", "<f8"),
        ("reply_by_s", "<f8"),
    ]
)
OTHER_IS_INDEX = (  # of a product, a stream, a machine or a task, or a number of parts
    Event.RELEASED,
    Event.ORDERED,
    Event.RESULT,
    Event.STATION_STATE,
    Event.BROKE_DOWN,
    Event.REPAIRED,
    Event.LOT_CALLED,
    Event.LOT_OFFERED,
    Event.LOT_AWARDED,
    Event.LOT_LEFT_OUT,
)
TABLES = {"events": EVENT_ROW, "messages": MESSAGE_ROW, "conversations": CONVERSATION_ROW}
