"""The entry point of Solara: `SOLARA_APP=robocell.visualization.app`."""

from .page import Page

__all__ = ["Page"]
