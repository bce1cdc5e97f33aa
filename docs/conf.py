"""Sphinx builds the pages of this folder: `make docs`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from docs import generate

project = "robocell"
author = "The robocell authors"
extensions = ["myst_parser"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "robocell"
exclude_patterns = ["_build"]


def setup(app):
    """Write the reference pages first."""
    app.connect("builder-inited", lambda app: generate.write())
