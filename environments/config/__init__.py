"""How a config is read: sections, units and distributions, and every complaint with its file, line and column."""
