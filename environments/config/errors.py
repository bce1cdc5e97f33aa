"""Errors of scenarios, of instance files and of operations on a run.

File, line and column are added in `documents`; the wording of rules that pydantic checks is in `explanations`.
"""

from ...agents.errors import RobocellError


class ScenarioError(RobocellError):
    """Raised for a scenario that is malformed or cannot work (such as an operation without a station)."""


class LayoutError(ScenarioError):
    """Raised for a floor that cannot be read or on which vehicles cannot work; names row and column."""


class InstanceError(RobocellError):
    """Raised for a benchmark file (map, scenario, job shop, robot runners problem) that is malformed."""


class StalledClockError(RobocellError):
    """Raised when events follow each other endlessly at one instant, so that time never advances."""


class CopyError(RobocellError):
    """Raised when a factory cannot be copied at this moment."""


class TrialEndedError(RobocellError):
    """Raised when a factory is to run after the end of its trial."""
