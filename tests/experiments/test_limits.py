"""A time limit is kept wherever the trial is when its time is over."""

import time
import weakref

import pytest

from robocell.experiments.execution.limits import Limits, TimeLimitReached, limited


class Slow:
    """Is finalized for longer than the limit lasts."""

    def __del__(self) -> None:
        time.sleep(0.3)


def finalize() -> None:
    del [Slow()][:]


def call_back() -> None:
    referred = Slow.__new__(type("Quick", (), {}))
    reference = weakref.ref(referred, lambda _: time.sleep(0.3))
    del referred
    assert reference() is None


@pytest.mark.parametrize("swallow", [finalize, call_back])
def test_a_limit_that_was_swallowed_where_nothing_can_be_raised_is_raised_again(swallow, capfd):
    swallowed = []

    def trial() -> None:
        with limited(Limits(time_s=0.1)):
            swallow()
            swallowed.append(True)
            time.sleep(20)

    begun_s = time.monotonic()
    with pytest.raises(TimeLimitReached):
        trial()
    assert swallowed
    assert time.monotonic() - begun_s < 10
    assert capfd.readouterr().err == ""
