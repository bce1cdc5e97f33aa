"""Kernels are given the arrays that their annotations and docstrings name: dtypes, and numbers of dimensions.

Numba compiles a kernel for whatever it is called with, so a wrong dtype costs a second compilation and no error. Here
the calls of real runs are compared with what is written. Kernels that only kernels call are compared where they are
compiled, not where their callers come from a cache.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit
from numba.core.dispatcher import Dispatcher
from numba.core.types import Array, NamedTuple, Type
from numpy.typing import NDArray

from robocell.agents.mechanisms.what_if import simulate
from robocell.environments import Factory, Scenario
from robocell.environments.layout import Layout
from robocell.environments.motion import kernels
from robocell.environments.motion.graph import FORWARD
from robocell.environments.motion.grid import GridTraffic
from robocell.environments.motion.lifelong.assignment import clear_bids
from robocell.environments.motion.lifelong.execution import StagedExecution
from robocell.environments.motion.overlaps import find_overlaps
from robocell.testing import CELL, changed

ROOMS = [
    *(importlib.import_module(f"{kernels.__name__}.{found.name}") for found in pkgutil.iter_modules(kernels.__path__)),
    simulate,
]
ART = """
##########
#.A......#
#.....>..#
#..PP.#..#
#......B.#
##########
"""


def test_a_dtype_or_shape_that_is_not_declared_is_found():
    @njit
    def shift(values: NDArray[np.int32], table: NDArray[np.int64]) -> None:
        """Do nothing.

        Args:
            values: (V,) int32, one-dimensional.
            table: (V, 4) int64.
        """

    shift(np.zeros(3, np.int32), np.zeros((3, 4), np.int64))
    assert list(undeclared(shift)) == []
    shift(np.zeros(3, np.float64), np.zeros(3, np.int64))
    assert list(undeclared(shift)) == ["values: float64, declared int32", "table: 1 dimensions, declared 2"]


def test_every_kernel_gets_the_arrays_that_it_declares(shuttle):
    layout = Layout.from_ascii(ART, legend={"A": "A", "B": "B"})
    for kinematics, planner, loaded in (
        ("omni", "pibt", None),
        ("differential", "pibt", 0.5),
        ("differential", "lookahead", None),
    ):
        traffic = GridTraffic(
            layout, ("A", "B"), vehicles=5, speed_m_per_s=1.0, loaded_speed_m_per_s=loaded, kinematics=kinematics,
            planner=planner, seed=3,
        )  # fmt: skip
        shuttle(traffic, ticks=120, breakdown=0.05)
    execution = StagedExecution(layout.neighbours, np.array([11, 15], np.int32), ticks_per_action=2)
    planned = np.array([12, 16], np.int32) * 4
    assert not execution.rings(planned).any()
    execution.stage(np.full(2, FORWARD, np.int8), planned)
    execution.tick(np.zeros(2, np.bool_))
    assert find_overlaps(np.zeros((2, 2, 2))) == [(0, 0, 1)]
    clear_bids(np.arange(6).reshape(2, 3), exact_up_to=0)
    Factory(Scenario.parse(changed(CELL, negotiation__mechanism="what_if") | {"horizon": "20min"})).run()

    called = {f"{room.__name__}.{name}": kernel for room in ROOMS for name, kernel in kernels_of(room)}
    assert {name: found for name, kernel in called.items() if (found := list(undeclared(kernel)))} == {}
    inner = {name for kernel in called.values() for name in kernel.py_func.__code__.co_names}  # called by kernels
    never = {name for name, kernel in called.items() if not kernel.signatures and name.rpartition(".")[2] not in inner}
    assert never == set()


def kernels_of(room: Any) -> Iterator[tuple[str, Dispatcher]]:
    """The kernels that a module defines."""
    for name, value in vars(room).items():
        if isinstance(value, Dispatcher) and value.py_func.__module__ == room.__name__:
            yield name, value


def undeclared(kernel: Dispatcher) -> Iterator[str]:
    """What a kernel was called with against its annotations, or the dimensions in its docstring."""
    function = kernel.py_func
    parameters = list(inspect.signature(function).parameters.values())
    for signature in kernel.signatures:
        for parameter, given in zip(parameters, signature, strict=True):
            yield from differences(
                parameter.name, given, str(parameter.annotation), dimensions(parameter.name, function.__doc__ or "")
            )
            if isinstance(given, NamedTuple):
                record = given.instance_class
                source = inspect.getsource(record)
                for field, type_ in zip(given.fields, given.types, strict=True):
                    comment = re.search(rf"^    {field}: .*# (\([^)]*\))", source, re.MULTILINE)
                    shape = rank(comment.group(1)) if comment else dimensions(field, record.__doc__ or "")
                    yield from differences(f"{record.__name__}.{field}", type_, annotation_of(record, field), shape)


def annotation_of(record: type, field: str) -> str:
    """The annotation of a field as it is written."""
    annotation = record.__annotations__[field]
    return getattr(annotation, "__forward_arg__", annotation)


def differences(name: str, given: Type, annotation: str, shape: int | None) -> Iterator[str]:
    """Where the type of an argument is not what is declared: `NDArray[np.int32]`, and so many dimensions."""
    declared = re.fullmatch(r"NDArray\[np\.(\w+)\]", annotation)
    if not isinstance(given, Array):
        if declared:
            yield f"{name}: {given}, declared an array"
        return
    if declared and np.dtype(str(given.dtype)) != np.dtype(declared.group(1).rstrip("_")):
        yield f"{name}: {given.dtype}, declared {declared.group(1)}"
    if shape is not None and given.ndim != shape:
        yield f"{name}: {given.ndim} dimensions, declared {shape}"


def dimensions(name: str, docstring: str) -> int | None:
    """How many dimensions `Args` gives an argument; None where it does not."""
    for names, shape in re.findall(r"^ +((?:\w+, )*\w+): (\([A-Z0-9][^)]*\))", docstring, re.MULTILINE):
        if name in names.split(", "):
            return rank(shape)
    return None


def rank(shape: str) -> int:
    """The number of dimensions of a shape that is written as a tuple."""
    return shape.count(",") + (not shape.endswith(",)"))
