"""Whether a higher or a lower value of a KPI is better, by its name."""

LESS_IS_BETTER = ("_time_", "tardiness", "late_", "wip", "makespan", "energy", "messages", ".down", ".blocked")


def greater_is_better(metric: str) -> bool:
    """Whether more of a KPI is better."""
    return not any(part in metric for part in LESS_IS_BETTER)
