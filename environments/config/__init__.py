"""Reading of configs: sections, units and distributions, and error messages with file, line and column."""
