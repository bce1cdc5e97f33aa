"""Simulated time in readable form."""


def clock(at_s: float) -> str:
    """h:mm:ss since the start."""
    whole = int(at_s)
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def duration(length_s: float) -> str:
    """A length of time in a suitable unit."""
    if length_s < 120.0:
        return f"{length_s:.0f} s"
    return f"{length_s / 60:.0f} min" if length_s < 7200.0 else f"{length_s / 3600:.1f} h"
