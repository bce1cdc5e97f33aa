# The public names, imported on first use: the one list, read by lazy_loader and by type checkers.
from .agents import AGV as AGV
from .agents import Contractor as Contractor
from .agents import Mechanism as Mechanism
from .agents import Robot as Robot
from .agents import Station as Station
from .environments import EventLog as EventLog
from .environments import Factory as Factory
from .environments import Layout as Layout
from .environments import Scenario as Scenario
from .environments import check as check
from .environments import measure as measure
from .experiments import Experiment as Experiment
from .experiments import run as run

__version__: str
