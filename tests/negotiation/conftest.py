"""A bare world for negotiations alone."""

import pytest

from robocell.testing import BareWorld


@pytest.fixture
def hall() -> BareWorld:
    return BareWorld()
