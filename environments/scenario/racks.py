"""The locations of the racks on a floor are storages, unless the scenario describes them itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from ..layout.blocks import Block
from .transport.floor import Floor

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCKS = TypeAdapter(list[Block])


def with_racks(data: Any) -> Any:
    """The data of a scenario with a storage for each location of a block, behind its own; invalid data unchanged."""
    storage = data.get("storage", {}) if isinstance(data, dict) else None
    if not isinstance(storage, dict):
        return data
    racks = {name: {"capacity": block.capacity} for block in _blocks(data.get("layout")) for name in block.names}
    return {**data, "storage": storage | {name: storage.get(name, spec) for name, spec in racks.items()}}


def _blocks(layout: Any) -> Sequence[Block]:
    if isinstance(layout, Floor):
        return layout.blocks
    try:
        return _BLOCKS.validate_python(layout["blocks"]) if isinstance(layout, dict) and "blocks" in layout else ()
    except ValidationError:
        return ()  # told with all other errors
