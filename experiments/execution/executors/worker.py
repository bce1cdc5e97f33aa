"""The inside of a worker process of the pool: it receives trials on a pipe and sends results back.

It must not outlive the driver, must not react to a Ctrl-C that is meant for the driver, and should be the process that
the kernel kills when memory runs out.
"""

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from ..attempts import TrialFunction, attempt
from ..captured_output import captured
from ..limits import Limits

READY = "ready"
NO_MAIN_GUARD = 97  # exit code of a worker that imports a script which starts a pool
ORPHANED = 98
OUT_OF_MEMORY_SCORE = 500  # Linux: added to the share of memory (0 to 1000) when the kernel selects a process to kill


def refuse_to_start_again() -> None:
    """Ends a starting worker whose driver's script runs an experiment while it is imported."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(NO_MAIN_GUARD)


def serve(pipe: Connection, function: TrialFunction, limits: Limits) -> None:
    """Runs trials until the pipe closes or None arrives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_driver, name="driver watch", daemon=True).start()
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OUT_OF_MEMORY_SCORE))
    with contextlib.suppress(EOFError, OSError):
        pipe.send(READY)
        while True:
            with captured(whole_process=True) as said:  # also by modules that are imported to unpack the trial
                trial = pipe.recv()
                if trial is None:
                    break
                result = attempt(function, trial, limits)
            pipe.send(replace(result, printed=said.text))


def _end_with_the_driver() -> None:
    driver = multiprocessing.parent_process()
    if driver is not None:
        multiprocessing.connection.wait([driver.sentinel])
        os._exit(ORPHANED)
