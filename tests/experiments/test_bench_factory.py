"""The plant of the benchmark of the factory."""

import pytest

from robocell.environments import Factory
from robocell.experiments.benchmarks.factory import scenario


@pytest.mark.parametrize("stations", [30, 100, 300])
def test_the_plant_has_as_many_stations_and_vehicles_as_it_is_asked_for(stations):
    factory = Factory(scenario(vehicles=stations + 1, stations=stations, hours=0.01))
    assert (len(factory.stations), len(factory.agvs)) == (stations, stations + 1)
