from pathlib import Path

import pytest

TRAFFIC = Path(__file__).resolve().parents[3] / "shared" / "benchmarks" / "traffic"


@pytest.fixture
def traffic() -> Path:
    """The folder of public traffic instances, which have terms of their own and are not part of the project."""
    if not TRAFFIC.is_dir():
        pytest.skip(f"the public instances are not in {TRAFFIC}")
    return TRAFFIC
