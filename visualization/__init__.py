"""Visualization: the Mesa server, replays, pictures and clips.

| module | holds |
|---|---|
| `server`, `app`, `session`, `same_origin`, `assets` | the server, its target, its protection, its files |
| `page`, `watch`, `widgets` | the page and its panels, one Vue file each |
| `controls`, `variants`, `clock`, `own_code` | buttons, sliders, times in readable form, agent classes of the user |
| `stage`, `tally`, `history`, `plan`, `details`, `sequence` | the content of the panels as plain data |
| `live`, `pace`, `observed_offers`, `traffic_counts` | a running factory |
| `replay`, `recording`, `routes`, `visits`, `energy` | a recorded run |
| `export`, `paint`, `mesa_view` | pictures and clips; Mesa's own renderers |

Colours and shapes are in `drawing/`.
"""
