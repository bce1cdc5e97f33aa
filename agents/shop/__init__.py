"""The agents of a factory (jobs, stations, robots, vehicles, chargers, storages) and the tasks they announce.

| module | holds |
|---|---|
| `job`, `lot`, `order`, `progress` | a part, the parts of one order, the steps of a routing, how far a part has come |
| `station`, `workplace`, `machine`, `queue_rules` | a station: buffers, bids, machines, the next part |
| `robot`, `depot`, `place` | loading of machines; source, sink and storages; all places |
| `agv`, `offers`, `plan` | an AGV, the cost of a transport, its stops |
| `handling` | the times that vehicles and robots take to load and unload parts |
| `vehicle`, `fleet`, `charger` | driving, charging and breakdowns; state and energy of all vehicles; a charger |
| `failures`, `shift`, `activity` | random breakdowns and repairs, working times, work that can be interrupted |
| `tasks` | operations, transports, handling, charging; how a lot is split |
| `agent`, `traffic`, `ticks`, `specs` | base classes, the interface of traffic, departure times, the scenario |
"""
