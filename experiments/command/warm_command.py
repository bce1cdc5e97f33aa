"""The verb that compiles the kernels, after an installation or before a measurement."""

import sys
import time
from typing import Annotated

import typer

from .json_output import print_json


def note(text: str) -> None:
    """Tell the user, on standard error."""
    print(text, file=sys.stderr)


def warm(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> None:
    """Compiles the kernels of the simulator once, so that no run has to wait for it.

    Example: `robocell warm`
    """
    from ..execution.kernel_cache import folder_of_kernels
    from ..execution.kernels import KERNEL_SETS, compile_kernels

    started = time.perf_counter()
    compiled = compile_kernels(KERNEL_SETS, note)
    cold = [kernels.name for kernels in KERNEL_SETS if not kernels.compiled]
    if as_json:
        elapsed_s = time.perf_counter() - started
        found = {"compiled": [kernels.name for kernels in compiled], "cold": cold, "elapsed_s": elapsed_s}
        print_json(found | {"folder": str(folder_of_kernels())})
    elif cold:
        print(f"not compiled: {', '.join(cold)}; the first run that needs them does it")
    else:
        print("the kernels are compiled")
