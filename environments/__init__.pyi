# The public names, imported on first use: the one list, read by lazy_loader and by type checkers.
from .checks import check as check
from .factory import Factory as Factory
from .kpis import measure as measure
from .layout import Layout as Layout
from .log import EventLog as EventLog
from .scenario import Scenario as Scenario
