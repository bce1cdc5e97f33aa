"""Where trials run: in this process, on a pool of processes, or on Ray.

To add one, write a class that implements `base.Executor` in its own file, and a line in `design.executors.EXECUTORS`.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from ...design.executors import AUTO, EXECUTORS
from ...errors import ExperimentError
from ..attempts import NO_LIMITS, TrialFunction
from ..limits import Limits
from .base import Executor, Setup

IN_PROCESS_S = 1.5  # less work than this is finished before a pool has started


def choose_executor(name: str, *, expected_s: float, trials: int, workers: int, ray_address: str | None) -> str:
    """Selects an executor for `auto`: Ray if an address is given, this process for a second of work, else the pool.

    `expected_s` is the work that is left, in seconds on one core.
    """
    if name != AUTO:
        return name
    if ray_address is not None:
        return "ray"
    small = expected_s < IN_PROCESS_S or trials < 2 or workers < 2
    return "serial" if small else "processes"


def start_executor(
    name: str,
    function: TrialFunction,
    *,
    workers: int,
    limits: Limits = NO_LIMITS,
    ray_address: str | None = None,
    preload: Sequence[str] = (),
    user_modules: Sequence[Path] = (),
) -> Executor:
    """Starts the executor of this name; close it, or use it in a `with` block.

    `preload` names modules that are imported once for all workers of the pool; `user_modules` are files and folders of
    agent classes that nodes of a Ray cluster do not have.
    """
    if name not in EXECUTORS:
        raise ExperimentError(f"executor: {name!r} is unknown; choose one of {', '.join((AUTO, *EXECUTORS))}")
    module, _, cls = EXECUTORS[name].partition(":")
    executor = getattr(import_module(f"...{module}", __package__), cls)
    return executor(
        Setup(
            function=function,
            workers=workers,
            limits=limits,
            ray_address=ray_address,
            preload=preload,
            user_modules=user_modules,
        )
    )
