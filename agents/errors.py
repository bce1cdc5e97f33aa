"""Base class of the errors that robocell raises on purpose; the user sees a message, not a traceback."""


class RobocellError(Exception):
    """An error that the user can correct; the message names the place, the cause and the cure."""


class RemovalError(RobocellError):
    """Raised when an indispensable agent is removed: a source or a sink."""
