"""The design of an experiment: its file, its cases and trials, and its questions."""
