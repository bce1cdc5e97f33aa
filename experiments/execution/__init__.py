"""How it is run: trials on executors, within limits, into a run directory that can be resumed."""
