"""Traffic: vehicles move on the floor, at most one in each cell.

| module | holds |
|---|---|
| `grid`, `matrix` | the traffic of a factory: on the cells of a floor, by a table of travel times |
| `graph`, `fields`, `costs`, `topology` | states and moves, distances and costs to a goal, dead ends |
| `landmarks` | estimates of distances where no field is known |
| `planners/` | where each vehicle moves next, and which vehicle goes first |
| `kernels/` | the numba kernels, one file per purpose |
| `floor/` | the rules of a factory floor: docks, parking, closed cells, turning and slow vehicles, standstills |
| `lifelong/` | tasks are assigned over and over; plans are carried out under delays |
| `vehicles`, `ids` | the arrays of all vehicles; the numbers that mean no vehicle, state or field |
| `observer` | the interface of an observer of each tick |
| `conflicts`, `overlaps` | validate recorded trajectories |
"""
