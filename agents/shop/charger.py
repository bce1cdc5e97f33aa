"""A charger: contractor of charging, with one or more slots for vehicles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..negotiation.messages import Call, Proposal, Reason, Refusal
from ..negotiation.tasks import Task
from .agent import ShopContractor
from .place import Place
from .tasks import TaskKind
from .ticks import arrival_s

if TYPE_CHECKING:
    from ..world import World
    from .specs import ChargerSpec
    from .vehicle import Vehicle


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Charge(Task):
    """Charge the battery of `agv`, which manages the task."""

    kind = TaskKind.CHARGE
    agv: Vehicle


class Charger(ShopContractor, Place):
    """A charging station for up to `spec.slots` vehicles; a slot is taken from the award to the end of charging."""

    announces = True

    def __init__(self, model: World, *, name: str, place: int, spec: ChargerSpec) -> None:
        super().__init__(model, name=name)
        self.place = place
        self.spec = spec
        self.tasks: list[Charge] = []

    def bid(self, call: Call) -> Proposal | Refusal:
        """Offer the travel time of the vehicle to the charger."""
        task = call.task
        assert isinstance(task, Charge)
        if len(self.tasks) >= self.spec.slots:
            return Refusal(Reason.BUSY)
        traffic, vehicle = self.model.traffic, task.agv.vehicle
        travel_s = traffic.travel_times_s(self.place).item(traffic.stand.item(vehicle))
        if travel_s == float("inf"):
            return Refusal(Reason.UNREACHABLE)
        clear_s = max(traffic.clear_s.item(vehicle), self.model.now_s)
        approach_s = arrival_s(clear_s, travel_s, traffic.tick_s) - self.model.now_s
        return Proposal(approach_s, approach_s)

    def accept(self, task: Task) -> bool:
        assert isinstance(task, Charge)
        if task in self.tasks:
            return True
        if len(self.tasks) >= self.spec.slots:
            return False
        self.tasks.append(task)
        return True

    def release(self, task: Task) -> bool:
        assert isinstance(task, Charge)
        if task not in self.tasks:
            return False
        self.tasks.remove(task)
        self.model.net.available(self, TaskKind.CHARGE)
        return True

    def _hand_back(self) -> None:
        """Give back all tasks: vehicles that charge here, or are on their way, need another charger."""
        while self.tasks:
            self.model.net.give_back(self.tasks.pop(0), self)

    def finished(self, task: Charge) -> None:
        """Free the slot of a vehicle that is charged."""
        self.tasks.remove(task)
        self.model.net.done(task, self)
        self.model.net.available(self, TaskKind.CHARGE)
