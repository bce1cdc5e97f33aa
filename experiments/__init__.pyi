# The public names, imported on first use: the one list, read by lazy_loader and by type checkers.
from .design.experiment import Experiment as Experiment
from .errors import ExperimentError as ExperimentError
from .results.comparison import compare as compare
from .results.tables import Results as Results
from .results.tables import load as load
from .runner import Outcome as Outcome
from .runner import run as run
