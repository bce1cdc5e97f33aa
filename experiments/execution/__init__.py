"""The execution of an experiment: trials on executors, within limits, into a run directory that can be resumed."""
