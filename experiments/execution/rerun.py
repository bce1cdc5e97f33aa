"""Repeats a run to get what its log does not hold: positions of vehicles, single messages."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...environments.log import EventLog
    from ...environments.scenario import Scenario


def rerun(scenario: "Scenario", *, seed: int | None = None, until_s: float | None = None, **record: Any) -> "EventLog":
    """The log of a run of the scenario.

    Args:
        scenario: the scenario to run.
        seed: the seed; that of the scenario if None.
        until_s: the end, if before the horizon.
        record: what is recorded in addition, as keys of the scenario's `record`.
    """
    from ...environments.factory import Factory

    wanted = scenario.record.model_copy(update=record)
    factory = Factory(scenario.model_copy(update={"record": wanted}), rng=seed)
    try:
        if until_s is None or until_s > scenario.horizon_s:
            return factory.run()
        factory.run_until(until_s)
        return factory.finish()
    finally:
        factory.close()
