"""What a run is worth: all figures of a log, and what limited the factory."""

from .measures import OF_DUE_DATES, PARTS, START, kpi_names, measure, state_intervals, wip_series

__all__ = ["OF_DUE_DATES", "PARTS", "START", "kpi_names", "measure", "state_intervals", "wip_series"]
