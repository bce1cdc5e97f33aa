"""Small shops that a reader can work out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.environments.instances.bilge_ulusoy import read_bilge_ulusoy, read_schedules
from robocell.environments.instances.job_shop import JobShop
from robocell.experiments.benchmarks.jspt import INSTANCES, SCHEDULES


@pytest.fixture(scope="session")
def instances():
    return read_bilge_ulusoy(INSTANCES)


@pytest.fixture(scope="session")
def schedules():
    return read_schedules(SCHEDULES)


@pytest.fixture
def two_jobs():
    """Two jobs on two machines: 1 visits machine 1 (5 s), then 2 (10 s); 2 visits only machine 2 (4 s)."""
    return JobShop("two jobs", 2, ((((0, 5.0),), ((1, 10.0),)), (((1, 4.0),),)))


@pytest.fixture
def travel_times_s():
    """Depot, machine 1, machine 2: 3 s from the depot to either, 2 s between them, 6 s back to the depot."""
    return np.array([[0.0, 3.0, 3.0], [6.0, 0.0, 2.0], [6.0, 2.0, 0.0]])
