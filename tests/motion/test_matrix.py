"""Trips that take what the table says."""

from __future__ import annotations

import numpy as np
import pytest

from robocell.environments.clock import Clock
from robocell.environments.config.errors import LayoutError
from robocell.environments.motion.matrix import MatrixTraffic

L, M, N = range(3)
TABLE_S = np.array([[0, 5, 9], [6, 0, 2], [3, np.inf, 0]])


class Story:
    """A table of three places, two vehicles at L, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.arrivals: list[tuple[float, int]] = []
        self.traffic = MatrixTraffic(
            ["L", "M", "N"],
            TABLE_S,
            vehicles=2,
            start_place=L,
            clock=self.clock,
            on_arrival=lambda vehicle: self.arrivals.append((self.clock.now_s, vehicle)),
            speed_m_per_s=2.0,
        )

    def until(self, time_s: float) -> None:
        while self.clock.next_s() <= time_s:
            self.clock.fire_next()
        self.clock.advance(time_s)


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_trip_takes_its_entry_of_the_directed_table(story):
    story.traffic.send(0, M)
    story.until(4)
    assert story.traffic.node.tolist() == [L, L]
    assert story.traffic.distance_m(0) == 8.0
    story.until(10)
    story.traffic.send(0, L)
    story.until(20)
    assert story.arrivals == [(5.0, 0), (16.0, 0)]
    assert story.traffic.odometer_m.tolist() == [22.0, 0.0]


def test_a_vehicle_that_is_sent_to_its_own_place_arrives_at_once(story):
    story.traffic.send(1, L)
    story.until(0)
    assert story.arrivals == [(0.0, 1)]


def test_an_order_during_a_trip_is_carried_out_from_its_end(story):
    story.traffic.send(0, M)
    story.until(2)
    story.traffic.send(0, N)
    story.until(20)
    assert story.arrivals == [(7.0, 0)]
    assert story.traffic.node[0] == N


def test_a_parked_vehicle_ends_its_trip_without_a_report(story):
    story.traffic.send(0, M)
    story.traffic.park(0)
    story.until(20)
    assert story.arrivals == []
    assert story.traffic.node[0] == M


def test_a_held_vehicle_drives_the_rest_when_it_is_free(story):
    story.traffic.send(0, M)
    story.until(2)
    story.traffic.hold(0, True)
    story.until(10)
    assert story.traffic.distance_m(0) == 4.0
    story.traffic.hold(0, False)
    story.until(20)
    assert story.arrivals == [(13.0, 0)]


def test_an_order_to_a_held_vehicle_waits(story):
    story.traffic.hold(0, True)
    story.traffic.send(0, M)
    story.until(10)
    story.traffic.hold(0, False)
    story.until(20)
    assert story.arrivals == [(15.0, 0)]


def test_bids_read_the_table(story):
    assert story.traffic.travel_s(np.array([L, M, N], np.int32), M).tolist() == [5, 0, np.inf]
    assert story.traffic.travel_between_s(L, N) == 9.0
    assert story.traffic.node_of(N) == N
    assert story.traffic.tick_s == np.inf


def test_a_missing_travel_time_is_refused(story):
    story.traffic.send(0, N)
    story.until(9)
    with pytest.raises(LayoutError, match="no route from 'N' to 'M'"):
        story.traffic.send(0, M)


def test_a_table_of_the_wrong_size_is_refused():
    with pytest.raises(LayoutError, match="travel is 3 x 3, there are 2 places"):
        MatrixTraffic(["L", "M"], TABLE_S, vehicles=1, start_place=0, clock=Clock(), on_arrival=print)


def test_a_vehicle_that_leaves_does_not_arrive_and_one_that_joins_does(story):
    story.traffic.send(0, M)
    story.traffic.send(1, N)
    story.until(2)
    story.traffic.leave(0)
    assert story.traffic.node.tolist() == [-1, L]
    assert story.traffic.join(N) == 2
    story.traffic.send(2, L)
    story.until(50)
    assert story.arrivals == [(5, 2), (9, 1)]
    assert story.traffic.odometer_m.tolist() == [4, 18, 6]
    with pytest.raises(LayoutError, match="a vehicle cannot join at place 3; the places are 0 to 2"):
        story.traffic.join(3)
