"""Planners: where each vehicle moves next.

| module | holds |
|---|---|
| `lookahead`, `window` | the look-ahead planner, which plans a window of ticks; the sequences of actions in it |
| `priority` | which vehicle goes first under look-ahead (under PIBT: `kernels.tick`) |
| `admission`, `guidance` | which vehicles pursue their goals on a crowded floor; prices that spread traffic |

`floor.planners` connects them, and PIBT (`kernels.pibt`), to the floor of a factory.
"""
