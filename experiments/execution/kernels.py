"""Compiles the kernels of the simulator before they are needed, once per machine, and says so.

Numba would compile them inside the first trial, without a word. Here one process per set of kernels runs a minute of
the smallest factory that uses them, which leaves them in numba's cache on disk; a mark beside the cache says that it
is there.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..design.software import ROOT, SIMULATOR, source_digest
from . import kernel_cache
from .cores import available_cores

if TYPE_CHECKING:
    from ...environments.scenario import Scenario

TINY: dict[str, Any] = {
    "name": "warm-up",
    "layout": {"art": "I.O\n.S.\n...", "legend": {"I": "source", "O": "sink", "S": "cell"}},
    "stations": {"cell": {"operations": {"work": "5s"}}},
    "fleet": {"agvs": {"count": 1}},
    "products": {"part": {"routing": ["work"]}},
    "orders": {"kind": "deterministic", "every": "20s"},
    "horizon": "60s",
}
WITHOUT_FLOOR: dict[str, Any] = {key: value for key, value in TINY.items() if key != "layout"} | {
    "transport": {
        "kind": "matrix",
        "places": ["source", "cell", "sink"],
        "travel": [["0s", "5s", "5s"], ["5s", "0s", "5s"], ["5s", "5s", "0s"]],
    }
}


@dataclass(frozen=True)
class KernelSet:
    """Kernels that are used together: a factory that calls all of them, and which scenarios do."""

    name: str
    sample: dict[str, Any]
    used_by: "Callable[[Scenario], bool]"
    compile_s: float  # about, on one core

    @property
    def mark(self) -> Path:
        """The file that says that these kernels have been compiled, with what they were compiled from."""
        return kernel_cache.folder_of_kernels() / f"{self.name}.{sys.implementation.cache_tag}.compiled"

    @property
    def compiled(self) -> bool:
        try:
            return self.mark.read_text() == _origin()
        except OSError:
            return False


def _turns_or_changes_speed(scenario: "Scenario") -> bool:
    agvs = scenario.fleet.agvs if scenario.fleet is not None else None
    return agvs is not None and (agvs.kinematics != "omni" or agvs.loaded_speed_m_per_s is not None)


FLOOR = KernelSet("floor", TINY, lambda scenario: scenario.layout is not None, 9)
KERNEL_SETS = (
    FLOOR,
    KernelSet(
        "what_if",
        WITHOUT_FLOOR | {"negotiation": {"mechanism": "what_if"}},
        lambda scenario: scenario.negotiation.mechanism == "what_if",
        7,
    ),
    KernelSet(
        "inertia",
        TINY | {"fleet": {"agvs": {"count": 1, "kinematics": "differential", "loaded_speed": "0.5m/s"}}},
        _turns_or_changes_speed,
        5,
    ),
    KernelSet(
        "lookahead",
        TINY | {"transport": {"kind": "grid", "planner": "lookahead"}},
        lambda scenario: getattr(scenario.transport, "planner", "") == "lookahead",
        9,
    ),
)


def kernel_sets_of(scenarios: "Iterable[Scenario]") -> list[KernelSet]:
    """The sets that any of these scenarios uses."""
    told = list(scenarios)
    return [kernels for kernels in KERNEL_SETS if any(map(kernels.used_by, told))]


def compile_kernels(wanted: Sequence[KernelSet], note: Callable[[str], None]) -> list[KernelSet]:
    """Compile those of the sets that are not compiled yet, each in a process of its own; returns them.

    `note` is told one line before that. A process that fails is no error: the trials compile their kernels themselves,
    and report what is wrong. Does nothing where nothing can be kept.
    """
    if all(kernels.compiled for kernels in wanted):
        return []
    from filelock import FileLock  # most commands find all kernels compiled, and lock nothing

    folder = kernel_cache.folder_of_kernels()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "compiling.lock"):  # another process that is compiling saves this one the work
            cold = [kernels for kernels in wanted if not kernels.compiled]
            if cold:
                note(f"compiling the kernels, once, about {_about_s(cold):.0f} s")
                _compile(cold)
            return cold
    except OSError:
        return []


def warm_up(sample: dict[str, Any] = TINY) -> None:
    """Runs a minute of a small factory, so that its kernels are compiled, or loaded from the cache on disk."""
    from ...environments.factory import Factory
    from ...environments.kpis import measure
    from ...environments.scenario import Scenario

    scenario = Scenario.parse(sample)
    factory = Factory(scenario, rng=0)
    measure(factory.run(), scenario)
    factory.close()


def _compile(cold: Sequence[KernelSet]) -> None:
    path = os.pathsep.join(folder for folder in sys.path if folder)
    silent = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import compile_here; compile_here({kernels.name!r})"],
            env={**os.environ, "PYTHONPATH": path},
            **silent,
        )
        for kernels in cold
    ]
    try:
        for kernels, process in zip(cold, processes, strict=True):
            if process.wait() == 0:
                kernels.mark.write_text(_origin())
    finally:
        for process in processes:
            process.kill()
            process.wait()


def compile_here(name: str) -> None:
    """Compile the set of this name in this process."""
    warm_up(next(kernels.sample for kernels in KERNEL_SETS if kernels.name == name))


def _about_s(cold: Sequence[KernelSet]) -> float:
    """How long the processes take on the cores that there are."""
    each = [kernels.compile_s for kernels in cold]
    return max(max(each), sum(each) / available_cores())


def _origin() -> str:
    """What the kernels are compiled from: their sources, and numba."""
    return f"{source_digest([ROOT / name for name in SIMULATOR], containing=b'@njit')} numba {version('numba')}"
