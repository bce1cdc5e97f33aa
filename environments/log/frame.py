"""Events as a table of names and numbers, for pandas."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...agents.events import NOBODY, Event
from .rows import OTHER_IS_INDEX

if TYPE_CHECKING:
    from .event_log import EventLog


def event_frame(log: "EventLog") -> pd.DataFrame:
    """The events as a tidy frame: time_s, event, agent, job, other, value; names instead of numbers."""
    events = log.events
    names = {int(uid): log.name_of(uid) for uid in np.unique([events["agent"], events["job"], events["other"]])}
    names[NOBODY] = ""
    holds_id = ~np.isin(events["kind"], OTHER_IS_INDEX)
    other = [names[uid] if is_id else str(uid) for uid, is_id in zip(events["other"].tolist(), holds_id, strict=True)]
    return pd.DataFrame(
        {
            "time_s": events["time_s"],
            "event": [Event(kind).name for kind in events["kind"].tolist()],
            "agent": [names[uid] for uid in events["agent"].tolist()],
            "job": [names[uid] for uid in events["job"].tolist()],
            "other": other,
            "value": events["value"],
        }
    )
