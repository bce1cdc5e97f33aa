"""The agents of a factory (jobs, stations, robots, vehicles, chargers, storages) and the tasks they announce."""
