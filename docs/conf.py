"""Sphinx builds the pages of this folder: `make docs`."""

project = "robocell"
author = "The robocell authors"
extensions = ["myst_parser"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "robocell"
exclude_patterns = ["_build"]
