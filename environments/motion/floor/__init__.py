"""The rules of a factory floor: docks, parking, closed cells, turning and slow vehicles, standstills.

| module | holds |
|---|---|
| `orders`, `docks`, `parking` | the goals of vehicles, admission to docks, spots for waiting vehicles |
| `roads`, `turns` | allowed moves, travel times and routes; the same for vehicles that turn in place |
| `planners`, `inertia` | the planners on this floor; moves that take more than a tick |
| `roster`, `standstill` | the vehicles present; vehicles that wait for each other |
"""
