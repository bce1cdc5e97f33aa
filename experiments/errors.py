"""Errors of an experiment, as opposed to errors of the factory that it runs."""

from ..agents.errors import RobocellError


class ExperimentError(RobocellError):
    """An experiment that cannot be understood, started or resumed: a bad sweep, a locked directory, no cluster."""


class LostFolderError(ExperimentError):
    """The folder of a run was deleted, replaced or made read-only during the run."""
