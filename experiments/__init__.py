"""Experiments: vary a factory, replicate its trials, and judge what the results show.

| name | meaning |
|---|---|
| `Experiment` | a scenario, a sweep, replications: `Experiment.load("fleet_sizing.yaml")` |
| `run` | runs the trials that a directory lacks, and writes tables, figures and the report |
| `load` | reads a directory back: `load(DIR).trials`, `.summary`, `.failures` |
| `compare` | paired comparison of two cases or policies under common random numbers |
| `ExperimentError` | an experiment that cannot be understood, started or resumed |
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # imported on first use
