"""Experiments: what is asked of a factory, how often, and what the answers are worth.

| name | is |
|---|---|
| `Experiment` | a scenario, a sweep, replications: `Experiment.load("fleet_sizing.yaml")` |
| `run` | runs what a directory does not hold yet, and writes tables, figures and the report |
| `load` | reads a directory back: `load(DIR).trials`, `.summary`, `.failures` |
| `compare` | paired comparison of two cases or policies under common random numbers |
| `ExperimentError` | an experiment that cannot be understood, started or resumed |
"""

from typing import TYPE_CHECKING

from ..agents.lazy import lazily

if TYPE_CHECKING:
    from .design.experiment import Experiment
    from .errors import ExperimentError
    from .results.comparison import compare
    from .results.tables import Results, load
    from .runner import Outcome, run

__all__ = ["Experiment", "ExperimentError", "Outcome", "Results", "compare", "load", "run"]

__getattr__, __dir__ = lazily(
    __name__,
    {
        "Experiment": "design.experiment",
        "ExperimentError": "errors",
        "Outcome": "runner",
        "Results": "results.tables",
        "compare": "results.comparison",
        "load": "results.tables",
        "run": "runner",
    },
)
