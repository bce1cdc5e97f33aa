"""The factory that runs: a Mesa model, how it is put together, and what it finds out about itself."""

from .factory import Factory

__all__ = ["Factory"]
