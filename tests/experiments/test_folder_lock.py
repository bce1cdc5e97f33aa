"""One process writes to a run directory, and the others are told which one that is."""

import os
import subprocess
import sys

import pytest

from robocell.experiments.errors import ExperimentError
from robocell.experiments.execution.folder_lock import WRITER, FolderLock

HOLD = """
import sys, time
from pathlib import Path
from robocell.experiments.execution.folder_lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def test_another_process_is_refused_with_the_id_of_the_holder_and_let_in_when_it_dies(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        refused = f"another run is writing here .process {holder.pid}.; wait for it or choose another folder"
        with pytest.raises(ExperimentError, match=refused):
            FolderLock(tmp_path)
        holder.kill()
    FolderLock(tmp_path).release()


def test_a_released_lock_can_be_taken_again_and_released_twice(tmp_path):
    lock = FolderLock(tmp_path)
    lock.release()
    lock.release()
    again = FolderLock(tmp_path)
    assert (tmp_path / WRITER).read_text() == str(os.getpid())
    again.release()


def test_a_lock_that_cannot_write_its_process_id_is_not_held(tmp_path):
    (tmp_path / WRITER).mkdir()
    with pytest.raises(ExperimentError, match=r"\.writer: cannot be opened \(Is a directory\)"):
        FolderLock(tmp_path)
    (tmp_path / WRITER).rmdir()
    FolderLock(tmp_path).release()
