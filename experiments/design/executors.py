"""Where trials may run: the executors that an experiment, the command line and `run` may name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

AUTO = "auto"  # chooses the executor that fits the work
EXECUTORS: Mapping[str, str] = {  # name -> module:Class, imported when it is started, because importing Ray is slow
    "serial": "execution.executors.serial:SerialExecutor",
    "processes": "execution.executors.processes:ProcessExecutor",
    "ray": "execution.executors.cluster:RayExecutor",
}

if TYPE_CHECKING:
    ExecutorName = str
else:
    ExecutorName = Literal[(AUTO, *EXECUTORS)]
