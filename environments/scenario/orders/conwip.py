"""Constant work in process (Spearman, Woodruff & Hopp 1990)."""

from typing import Literal, Self

from ...config.section import Positive
from .base import Amount, OrderProcess


class Conwip(OrderProcess):
    """Constant work in process: `wip` orders at time 0, then one whenever a part leaves."""

    kind: Literal["conwip"] = "conwip"
    wip: Positive

    @property
    def kept_in_process(self) -> int:
        return self.wip

    @property
    def most_at_a_time(self) -> float:
        return min(super().most_at_a_time, self.wip)

    def amount(self, horizon_s: float) -> Amount:
        return Amount("wip", at_once=self.wip)

    def at_once(self, within_s: float) -> bool:
        return self.limit is not None and self.limit <= self.wip

    def scaled(self, demand: float) -> Self:
        return self.model_copy(update={"wip": max(round(self.wip * demand), 1)})
