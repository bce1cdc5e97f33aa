"""The benchmarks of `robocell bench`: one module each, with a function `run` that returns the figures."""
