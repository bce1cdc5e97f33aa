"""What a conformance check says of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from robocell.testing import ConformanceError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def failures() -> Callable[..., str]:
    """(check, what it is given) -> the sentences that it fails with."""

    def said(check: Callable[..., None], *given: Any, **options: Any) -> str:
        with pytest.raises(ConformanceError) as raised:
            check(*given, **options)
        assert all(f"- {failure}" in str(raised.value) for failure in raised.value.failures)
        return "\n".join(raised.value.failures)

    return said
