"""Experiments: what is asked of a factory, how often, and what the answers are worth.

| name | is |
|---|---|
| `Experiment` | a scenario, a sweep, replications: `Experiment.load("fleet_sizing.yaml")` |
| `run` | runs what a directory does not hold yet, and writes tables, figures and the report |
| `load` | reads a directory back: `load(DIR).trials`, `.summary`, `.failures` |
| `compare` | paired comparison of two cases or policies under common random numbers |
| `ExperimentError` | an experiment that cannot be understood, started or resumed |
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # imported on first use
