"""The fleet: AGVs with their batteries, and their chargers."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ..config.section import ClassPath, Count, Positive, Section
from ..config.units import Drain, Duration, Energy, PositivePower, Power, Share, Speed
from .stations import Breakdown
from .work_times import NO_TIME, Handles, WorkTime


class Battery(Section):
    """Capacity and power of a vehicle's battery, and the levels between which it is charged."""

    capacity_j: Energy = Field(alias="capacity")
    drive_empty_j_per_m: Drain = Field(alias="drive_empty")
    drive_loaded_j_per_m: Drain = Field(alias="drive_loaded")
    idle_w: Power = Field(alias="idle", default=0.0)  # base load, drawn continuously
    charge_w: PositivePower = Field(alias="charge")
    threshold: Share = 0.2  # at or below, the vehicle looks for a charger
    target: Share = 0.9  # charging ends here
    start: Share = 1.0

    @model_validator(mode="after")
    def _charges_upwards(self) -> Self:
        if not self.threshold < self.target:
            raise PydanticCustomError(
                "battery_levels",
                "charges from threshold {threshold} to target {target}; the target must be the greater",
                {"threshold": self.threshold, "target": self.target},
            )
        return self


class Agvs(Handles, Section):
    """A number of identical automated guided vehicles."""

    count: Annotated[Count, Field(le=100_000)]
    speed_m_per_s: Speed = Field(alias="speed", default=1.0)
    loaded_speed_m_per_s: Speed | None = Field(alias="loaded_speed", default=None)  # None = as fast as without a load
    kinematics: Literal["omni", "differential"] = "omni"  # drives in any direction, or turns in place first
    turn_s: Duration | None = Field(alias="turn", default=None)  # a quarter turn; None = one tick
    capacity: Positive = 1  # parts carried at once
    load: WorkTime = NO_TIME
    unload: WorkTime = NO_TIME
    battery: Battery | None = None  # None = never empty
    breakdown: Breakdown | None = None
    shift: str | None = None  # of the people who drive or push them
    start: str | None = None  # place where all vehicles start; None = parking (grid) or the source (matrix)
    class_: ClassPath | None = Field(alias="class", default=None)

    @model_validator(mode="after")
    def _moves(self) -> Self:
        problem = None
        if self.loaded_speed_m_per_s is not None and not 0 < self.loaded_speed_m_per_s <= self.speed_m_per_s:
            problem = (
                f"loaded_speed is {self.loaded_speed_m_per_s:g}m/s, speed {self.speed_m_per_s:g}m/s; "
                "a vehicle must not be faster with a load"
            )
        elif self.turn_s is not None and self.kinematics == "omni":
            problem = "turn is for vehicles that turn in place; set kinematics: differential, or leave turn out"
        if problem:
            raise PydanticCustomError("moves", "{problem}", {"problem": problem})
        return self


class FleetSpec(Section):
    """All vehicles."""

    agvs: Agvs


class ChargerSpec(Section):
    """A charging station that charges up to `slots` vehicles in parallel."""

    slots: Positive = 1
    class_: ClassPath | None = Field(alias="class", default=None)
