"""The root of every error that robocell raises on purpose: a message for the user, not a traceback."""


class RobocellError(Exception):
    """Something that the user can put right; the message names the place, the cause and the cure."""


class RemovalError(RobocellError):
    """An agent without which the factory would make no sense is removed: the source, or the sink."""
