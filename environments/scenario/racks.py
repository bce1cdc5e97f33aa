"""The locations of the racks on a floor are storages, unless the scenario gives them another part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from ..layout.blocks import Block, too_many
from .transport.floor import Floor

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCKS = TypeAdapter(list[Block])
_PLACES = ("sources", "sinks", "stations", "chargers")  # sections whose names are places
_PLACE = ("source", "sink")  # keys whose value is the name of a place


def with_racks(data: Any) -> Any:
    """The data of a scenario with a storage for each location of a block, behind its own; invalid data unchanged.

    A location that the scenario describes under `storage` stays as described; one that it names as another place is no
    storage.
    """
    if not isinstance(data, dict):
        return data
    storage, blocks = data.get("storage", {}), _blocks(data.get("layout"))
    if not (isinstance(storage, dict) and blocks) or too_many(blocks) is not None:
        return data
    taken = {*storage, *(name for key in _PLACES for name in _names(data.get(key)))}
    taken |= {data[key] for key in _PLACE if isinstance(data.get(key), str)}
    racks = {name: {"capacity": block.capacity} for block in blocks for name in block.names if name not in taken}
    return {**data, "storage": {**storage, **racks}}


def _names(section: Any) -> Sequence[str]:
    return tuple(section) if isinstance(section, dict) else ()


def _blocks(layout: Any) -> Sequence[Block]:
    if isinstance(layout, Floor):
        return layout.blocks
    try:
        return _BLOCKS.validate_python(layout["blocks"]) if isinstance(layout, dict) and "blocks" in layout else ()
    except ValidationError:
        return ()  # told with all other errors
