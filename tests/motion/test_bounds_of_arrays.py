"""No kernel reads or writes beside its arrays: the kernels' tests once more, with each index checked by numba."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KERNELS = ("tests/motion", "tests/jspt/test_forecast.py", "tests/jspt/test_what_if.py", "tests/traffic")
WITHOUT = ("tests/motion/test_bounds_of_arrays.py", "tests/motion/test_speed.py")  # itself; what is measured is slower

WRONG = """
import numpy as np
from numba import njit

@njit
def last(values):
    return values[values.size]

last(np.zeros(3))
"""


def checked(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with bounds checked; compiled kernels go into a folder of their own, as they differ from others."""
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )


@pytest.mark.slow
def test_no_kernel_leaves_its_arrays(tmp_path):
    assert "IndexError" in checked(tmp_path, "-c", WRONG).stderr, "bounds are not checked, so this proves nothing"
    left_out = [f"--ignore={path}" for path in WITHOUT]
    run = checked(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", *KERNELS, *left_out)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert " passed" in run.stdout or "[100%]" in run.stdout
