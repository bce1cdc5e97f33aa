"""Parts that need no vehicles."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from .base import TransportSpec
from .matrix import table_traffic

if TYPE_CHECKING:
    from ...layout import Layout
    from ...motion.matrix import MatrixTraffic
    from ..fleet import Agvs
    from ..scenario import Scenario
    from .base import TrafficOwner


class Instant(TransportSpec):
    """Parts move themselves in zero time; no vehicles are needed."""

    needs_vehicles: ClassVar[bool] = False

    kind: Literal["instant"] = "instant"

    def build_traffic(
        self, scenario: Scenario, agvs: Agvs, *, layout: Layout | None, owner: TrafficOwner
    ) -> MatrixTraffic:
        places = len(scenario.places)
        return table_traffic(scenario, agvs, np.zeros((places, places)), owner)
