"""Words for keys in other tools and textbooks, and the keys that mean the same here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

KEYS_FOR: dict[str, tuple[str, ...]] = {
    "yield": ("results", "scrap_rate"),
    "quality": ("results", "scrap_rate"),
    "defects": ("results", "scrap_rate"),
    "rework": ("results", "then"),
    "reject_rate": ("results", "scrap_rate"),
    "probability": ("share",),
    "weight": ("share",),
    "percent": ("share",),
    "interarrival": ("between", "every"),
    "interarrival_time": ("between", "every"),
    "arrivals": ("orders",),
    "demand": ("orders",),
    "schedule": ("orders",),
    "rush": ("priority",),
    "calendar": ("shifts", "shift", "profiles", "profile"),
    "rate_pattern": ("profiles", "profile"),
    "pattern": ("profiles", "profile"),
    "forklift": ("fleet",),
    "forklifts": ("fleet",),
    "tugger": ("fleet",),
    "amr": ("fleet",),
    "vehicles": ("fleet", "agvs"),
    "buffer": ("input_capacity", "output_capacity"),
    "buffer_size": ("input_capacity", "output_capacity"),
    "queue_size": ("input_capacity", "output_capacity"),
    "warehouse": ("storage",),
    "supermarket": ("storage",),
    "buffers": ("storage",),
    "machines": ("stations",),
    "workstations": ("stations",),
    "servers": ("machines",),
    "downtime": ("breakdown",),
    "failures": ("breakdown",),
    "mttf": ("breakdown", "mtbf"),
    "changeover": ("setup",),
    "bom": ("routing",),
    "process_plan": ("routing",),
    "dispatching": ("queue", "mechanism"),
    "entry": ("from", "source"),
    "exit": ("to", "sink"),
    "destination": ("to",),
    "origin": ("from",),
}


def said_otherwise(word: str, allowed: Collection[str]) -> str:
    """`; say it with results or scrap_rate`, if an allowed key means what the word means; else an empty text."""
    keys = [key for key in KEYS_FOR.get(word.lower(), ()) if key in allowed]
    return f"; say it with {' or '.join(keys)}" if keys else ""
