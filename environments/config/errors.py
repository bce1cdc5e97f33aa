"""What can be wrong with the description of a factory, with an instance file, or with what a run is asked to do."""

from ...agents.errors import RobocellError


class ScenarioError(RobocellError):
    """A scenario that is malformed, or that could never work (an operation without a station, say)."""


class LayoutError(ScenarioError):
    """A floor that cannot be read, or on which vehicles could not do their work; names row and column."""


class InstanceError(RobocellError):
    """A benchmark file (map, scenario, job shop, robot runners problem) that is malformed."""


class StandstillOfTimeError(RobocellError):
    """Events follow each other without end at one instant, so that time would never go on."""


class CopyError(RobocellError):
    """A factory cannot be copied as it is at this moment."""


class TrialEndedError(RobocellError):
    """A factory is asked to go on after the end of its trial."""
