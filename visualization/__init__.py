"""Visualization: the Mesa server, replays, pictures and clips."""
