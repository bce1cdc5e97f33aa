"""Builds factories without running them, to find out before an experiment whether its agent classes work."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...agents.errors import RobocellError
from ..design.classes import make_importable, named_classes
from ..errors import ExperimentError
from .kernels import compile_kernels, kernel_sets_of

if TYPE_CHECKING:
    from ..design.cases import Case
    from ..design.experiment import Experiment


def rehearse(experiment: "Experiment", note: Callable[[str], None]) -> None:
    """Build the factory of a case for each set of own classes; `note` is told where kernels are compiled for it.

    Raises ExperimentError, with the place of the fault in the source: a module cannot be imported, a class is of the
    wrong kind or cannot be built.
    """
    from ...environments.scenario.own_classes import with_classes

    seen: set[tuple[str, ...]] = set()
    given = {path: known.cls for path, known in experiment.given.items()}
    with _importing_from(experiment.search_path), with_classes(given):
        for case in experiment.cases:
            classes = tuple(path for _, path in named_classes(case.scenario.model_dump(mode="json", by_alias=True)))
            if not classes or classes in seen:
                continue
            seen.add(classes)
            compile_kernels(kernel_sets_of([case.scenario]), note)
            _build(case)


def _build(case: "Case") -> None:
    from ...environments.factory import Factory  # takes long to import, and most experiments have no class of their own
    from ...environments.scenario.own_classes import fault_of

    try:
        Factory(case.scenario).close()
    except RobocellError:
        raise
    except Exception as error:
        raise ExperimentError(f"{case.label}: its factory cannot be built: {fault_of(error)}") from error


@contextlib.contextmanager
def _importing_from(folders: Sequence[Path]) -> Iterator[None]:
    """Modules are also looked for in these folders, as workers do."""
    before = list(sys.path)
    make_importable(folders)
    try:
        yield
    finally:
        sys.path[:] = before
