"""The scenario as agents read it: the fields of each section that determine their behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Distribution(Protocol):
    """A distribution of durations, in seconds."""

    @property
    def mean_s(self) -> float: ...
    @property
    def support_s(self) -> tuple[float, float]: ...

    def quantile(self, u: float) -> float:
        """The `u`-quantile of the distribution, `u` in [0, 1)."""
        ...


class BreakdownSpec(Protocol):
    """Time between failures and time to repair, with the clock that counts the former."""

    @property
    def mtbf(self) -> Distribution: ...
    @property
    def mttr(self) -> Distribution: ...
    @property
    def clock(self) -> str: ...


class ShiftSpec(Protocol):
    """The working times of operators."""

    def next_time_off(self, now_s: float) -> tuple[float, float] | None:
        """Begin and end (s) of the time off under way at `now_s`, or of the next one; None if there is none."""
        ...


class SetupSpec(Protocol):
    """Sequence-dependent set-up times."""

    def between_s(self, previous: str | None, following: str) -> float:
        """Set-up time in seconds from one product to another; `previous` is None before the first part."""
        ...


class StationSpec(Protocol):
    """A station."""

    @property
    def operations(self) -> Mapping[str, Any]: ...
    def time_of(self, operation: str, product: str) -> Distribution | None:
        """Processing time of an operation for a product; None if it cannot be done here."""
        ...

    @property
    def machines(self) -> int: ...
    @property
    def setup(self) -> SetupSpec | None: ...
    @property
    def input_capacity(self) -> int | None: ...
    @property
    def output_capacity(self) -> int | None: ...
    @property
    def breakdown(self) -> BreakdownSpec | None: ...
    @property
    def scrap_rate(self) -> float: ...
    @property
    def queue(self) -> str: ...
    @property
    def shift(self) -> str | None: ...


class RobotSpec(Protocol):
    """A robot or an operator that loads and unloads machines."""

    @property
    def stations(self) -> Sequence[str]: ...
    def load_time(self, product: str) -> Distribution: ...
    def unload_time(self, product: str) -> Distribution: ...
    @property
    def shift(self) -> str | None: ...


class ChargerSpec(Protocol):
    """A charger."""

    @property
    def slots(self) -> int: ...


class BatterySpec(Protocol):
    """The battery of a vehicle."""

    @property
    def capacity_j(self) -> float: ...
    @property
    def drive_empty_j_per_m(self) -> float: ...
    @property
    def drive_loaded_j_per_m(self) -> float: ...
    @property
    def idle_w(self) -> float: ...
    @property
    def charge_w(self) -> float: ...
    @property
    def threshold(self) -> float: ...
    @property
    def target(self) -> float: ...
    @property
    def start(self) -> float: ...


class VehicleSpec(Protocol):
    """The vehicles of a fleet."""

    @property
    def count(self) -> int: ...
    @property
    def capacity(self) -> int: ...
    def load_time(self, product: str) -> Distribution: ...
    def unload_time(self, product: str) -> Distribution: ...
    @property
    def battery(self) -> BatterySpec | None: ...
    @property
    def breakdown(self) -> BreakdownSpec | None: ...
    @property
    def shift(self) -> str | None: ...


class NegotiationSpec(Protocol):
    """Settings of negotiation beyond the terms of the engine."""

    @property
    def look_ahead(self) -> str: ...
    @property
    def nested(self) -> bool: ...
    @property
    def what_if(self) -> Any: ...  # read by that mechanism alone


class OrdersSpec(Protocol):
    """The order process."""

    def at_once(self, within_s: float) -> bool:
        """Whether all orders of the first `within_s` seconds are released at one instant."""
        ...


class ShopSpec(Protocol):
    """The scenario, as far as agents read it."""

    @property
    def negotiation(self) -> NegotiationSpec: ...
    @property
    def shifts(self) -> Mapping[str, ShiftSpec]: ...
    @property
    def orders(self) -> OrdersSpec: ...
    @property
    def horizon_s(self) -> float: ...
