"""What can be wrong with an experiment, as opposed to the factory that it runs."""

from ..agents.errors import RobocellError


class ExperimentError(RobocellError):
    """An experiment that cannot be understood, started or resumed: a bad sweep, a locked directory, no cluster."""


class LostFolderError(ExperimentError):
    """The folder of a run went away while the run went on: deleted, replaced, or made read-only."""
