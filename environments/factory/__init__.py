"""The running factory: a Mesa model, its assembly from a scenario, and the detection of jams."""

from .factory import Factory

__all__ = ["Factory"]
