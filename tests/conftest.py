"""What all tests need."""

import signal


def pytest_configure() -> None:
    """Let Ctrl-C be heard: a shell that runs the tests in the background has them, and what they start, ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
