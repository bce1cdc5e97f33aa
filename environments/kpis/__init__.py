"""The KPIs of a log, and the bottleneck that limited the factory."""

from .measures import OF_DUE_DATES, PARTS, START, kpi_names, measure, state_intervals, wip_series

__all__ = ["OF_DUE_DATES", "PARTS", "START", "kpi_names", "measure", "state_intervals", "wip_series"]
