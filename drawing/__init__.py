"""Colours and pictures of the floor, for reports and for the viewer.

| module | holds |
|---|---|
| `palette` | all colours and hatchings |
| `floor_plan` | the parts of a floor that do not change: places, docks, cards of stations |
| `scene` | what is drawn of a factory, as lists of shapes |
| `shapes` | the shapes; `shapes.js` draws them in the browser |
| `svg`, `raster` | draw them in reports and in images |
"""
