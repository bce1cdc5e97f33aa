"""Colours and pictures of the floor, for the viewer and for reports."""
