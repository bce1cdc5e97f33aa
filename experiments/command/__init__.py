"""The `robocell` command: its verbs, what it prints for people, and what it prints for machines."""
