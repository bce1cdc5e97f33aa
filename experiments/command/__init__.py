"""The `robocell` command: its verbs, its output for people, and its output for machines."""
