"""Which of the waiting tasks a contractor is offered that becomes available."""

from types import SimpleNamespace

import numpy as np

from robocell.agents.negotiation.waiting import WaitingTasks
from robocell.agents.shop.tasks import Handling


def handling(number: int, station: int) -> Handling:
    """A part that waits at a station; the same robot tends all of them."""
    at = SimpleNamespace(unique_id=station)
    task = Handling(manager=at, station=at, machine=None, loads=True, eligible=np.array([0], np.intp))
    task.contract.id = number
    return task


def test_a_robot_is_offered_the_oldest_of_every_station_that_it_tends() -> None:
    waiting = WaitingTasks()
    for number, station in enumerate([7, 7, 8, 7, 8]):
        waiting.add(handling(number, station))
    assert [task.id for task in waiting.window([0], 1, ())] == [0, 2]
