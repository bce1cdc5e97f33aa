"""A workplace bids for operations and commits to them: the contractor half of a station.

A commitment reserves a place in the input buffer, or an empty machine if the buffer has no places, from the award until
the part is on a machine. A commitment made ahead, for a part that is not ready yet, is given up for a part that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..negotiation.messages import Bids, Call, Proposal, Reason, Refusal
from ..negotiation.tasks import Task
from .agent import ShopContractor
from .place import Place
from .tasks import Operation, TaskKind, Transport

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..negotiation.contractor import Contractor
    from ..world import World
    from .job import Job
    from .machine import Machine
    from .shift import Shift
    from .specs import StationSpec

NEVER_S = float("-inf")
NO_OFFER_S = float("inf")


class Workplace(ShopContractor, Place):
    """Contractor of operations.

    Attributes:
        place: index into the scenario's places.
        machines: identical parallel machines.
        promised: operations that it has won and whose parts are not on a machine yet, by job id.
        expected_s: expected processing time of all promised operations.
        shift: the working times of its operators.
    """

    announces = True
    machines: list[Machine]
    shift: Shift

    def __init__(self, model: World, *, name: str, place: int, spec: StationSpec) -> None:
        super().__init__(model, name=name)
        self.place = place
        self.spec = spec
        self.promised: dict[int, Operation] = {}
        self.expected_s = 0.0
        self._rejected_ready_s = NEVER_S  # when a ready part was last rejected

    def has_room(self, job: Job) -> bool:
        """Whether `job` can be given a place in the input buffer or, if the buffer has none, an empty machine.

        A part that is held on a machine here leaves it first, so its own machine counts as empty for it alone.
        """
        capacity = self.spec.input_capacity
        if capacity is None:
            return True
        if self.spec.output_capacity == 0:
            if self._is_held_here(job):
                return True
            promised = sum(not self._is_held_here(task.job) for task in self.promised.values())
        else:
            promised = len(self.promised)
        return promised < (capacity or sum(machine.job is None for machine in self.machines))

    def _is_held_here(self, job: Job | None) -> bool:
        """Whether a part is held on a machine here until it is fetched."""
        return self.spec.output_capacity == 0 and any(machine.job is job for machine in self.machines)

    def bid(self, call: Call) -> Proposal | Refusal:
        """Offer the seconds until the operation would be done: travel and queue in parallel, then set-up and work."""
        return self.model.net.pools[TaskKind.OPERATION].answer(Workplace, call, self.slot)

    @classmethod
    def bids(cls, call: Call, members: list[Any], slots: NDArray[np.intp]) -> Bids:
        """The offers of N workplaces, as those of one (`bid`)."""
        task, count = call.task, len(slots)
        assert isinstance(task, Operation)
        assert task.job is not None
        job, ahead = task.job, task.ahead
        work_s = job.order.routing[task.step].work_s
        cost, approach, load = [NO_OFFER_S] * count, [0.0] * count, [0] * count
        reason = [int(Reason.BUSY)] * count
        for column, slot in enumerate(slots.tolist()):
            workplace: Workplace = members[slot]
            if workplace.spec.time_of(task.name, job.order.product) is None:
                reason[column] = Reason.NOT_ELIGIBLE
                continue
            room, given_up = workplace.has_room(job), None
            if ahead or not room:
                given_up = None if room else workplace._contract_to_leave_for(task)
                if workplace._has_no_place_for(task, given_up, room=room):
                    continue
            approach_s = workplace._approach_s(job)
            if approach_s == NO_OFFER_S:
                reason[column] = Reason.UNREACHABLE
                continue
            wait_s, holding = workplace._wait_s(given_up)
            cost[column] = max(approach_s, wait_s) + workplace._changeover_s(task) + work_s[slot]
            reason[column], approach[column] = Reason.NONE, approach_s
            load[column] = len(workplace.promised) + holding
        return Bids(
            np.array(cost), np.array(reason, np.int8), np.array(approach), np.array(load), np.full(count, NO_OFFER_S)
        )

    def _approach_s(self, job: Job) -> float:
        """Expected time until a part would be here; inf if it cannot get here."""
        approach_s = self.model.approach_s(job.place, self.place)
        if self.model.spec.negotiation.nested and approach_s < NO_OFFER_S and not self.model.moves_itself(self.place):
            offer_s = self._quote_s(job)
            return max(approach_s, offer_s) if offer_s < NO_OFFER_S else approach_s
        return approach_s

    def _wait_s(self, given_up: Operation | None) -> tuple[float, int]:
        """Expected time until a machine is free and its operators are back, and the number of machines with a part."""
        now_s, holding = self.model.now_s, 0
        backlog_s = self.expected_s - (0.0 if given_up is None else self.mean_s(given_up))
        for machine in self.machines:
            if machine.job is not None:
                holding += 1
                backlog_s += max(machine.busy_until_s - now_s, 0.0)
        return max(backlog_s / len(self.machines), self.shift.back_s - now_s), holding

    def _quote_s(self, job: Job) -> float:
        """Seconds within which the best vehicle offers to bring a part; inf without an offer."""
        transport = Transport(manager=self, job=job, origin=job.place, destination=self.place)
        return self.model.net.quote_s(transport)

    def _changeover_s(self, task: Operation) -> float:
        """Expected set-up time of `task` after the operation that was promised or processed last."""
        if self.spec.setup is None or task.job is None:
            return 0.0
        last = next(reversed(self.promised.values()), None)
        product = self.machines[0].product if last is None or last.job is None else last.job.order.product
        return self.spec.setup.between_s(product, task.job.order.product)

    def accept(self, task: Task) -> bool:
        assert isinstance(task, Operation)
        assert task.job is not None
        if self.promised.get(task.job.unique_id) is task:
            return True
        given_up = self._contract_to_leave_for(task)
        if not self.has_room(task.job) and (given_up is None or not self.model.net.channel.instant):
            return False
        if not task.ahead:
            self._rejected_ready_s = NEVER_S
        self.expected_s += self.mean_s(task)
        self.promised[task.job.unique_id] = task
        if given_up is not None:
            self._drop(given_up)
            self.model.net.fail(given_up, self)
        return True

    def _has_no_place_for(self, task: Operation, given_up: Operation | None, *, room: bool) -> bool:
        if task.ahead:
            return self._rejected_a_ready_part or not room
        if room or (given_up is not None and self.model.net.channel.instant):
            return False
        if given_up is not None:
            self._rejected_ready_s = self.model.now_s
        return True

    def renews(self, task: Task) -> bool:
        assert isinstance(task, Operation)
        return not (task.ahead and self._rejected_a_ready_part)

    @property
    def _rejected_a_ready_part(self) -> bool:
        """Whether a part that is ready was recently rejected in favour of a part that is not.

        The latter may set out at any time before its lease ends, because on a faulty channel it may not learn of a
        failure: the lease is not renewed, and no other contract is made ahead meanwhile.
        """
        return self.model.now_s < self._rejected_ready_s + self.model.net.terms.lease_s

    def _contract_to_leave_for(self, task: Operation) -> Operation | None:
        """The contract made ahead that is given up if there is no room for `task`, whose part is ready.

        Otherwise parts that cannot come yet would hold places that are needed by the parts that block their exit.
        """
        if task.ahead or task.job is None or self.has_room(task.job):
            return None
        ahead = (
            other for other in reversed(self.promised.values()) if other.ahead and not self._is_held_here(other.job)
        )
        return next(ahead, None)

    def release(self, task: Task) -> bool:
        assert isinstance(task, Operation)
        job = task.job
        if job is None or self.promised.get(job.unique_id) is not task or task.contract.begun:
            return False
        self._drop(task)
        self.model.net.available(self, TaskKind.OPERATION)
        return True

    def let_go(self, task: Task) -> None:
        assert isinstance(task, Operation)
        assert task.job is not None
        if self.promised.get(task.job.unique_id) is task:
            self._drop(task)
            self.model.net.available(self, TaskKind.OPERATION)

    def _drop(self, task: Operation) -> None:
        assert task.job is not None
        del self.promised[task.job.unique_id]
        self.expected_s = max(self.expected_s - self.mean_s(task), 0.0) if self.promised else 0.0

    # -- times ------------------------------------------------------------------------------------------------

    def mean_s(self, task: Operation) -> float:
        """Expected processing time of `task` here."""
        assert task.job is not None
        return task.job.order.routing[task.step].work_s[self.slot]

    def expected_work_s(self, job: Job) -> float:
        """Expected processing time of a part that waits here."""
        return self.mean_s(self.promised[job.unique_id])

    def duration_s(self, task: Operation) -> float:
        """Actual processing time of `task` here."""
        assert task.job is not None
        return self.model.work_time(task.job.order.product, task.step, self.name).quantile(task.uniform)

    def setup_s(self, previous: str | None, following: str) -> float:
        """Set-up time from one product to the next."""
        return 0.0 if self.spec.setup is None else self.spec.setup.between_s(previous, following)

    # -- manager of handling, and of transports for which it requests quotes -----------------------------------

    def engaged(self, task: Task, contractor: Contractor) -> None:
        """Do nothing: a robot has won the handling."""

    def done(self, task: Task, contractor: Contractor) -> None:
        """Do nothing: the robot has already reported by loading or unloading the machine."""

    def failed(self, task: Task, contractor: Contractor) -> None:
        """Do nothing: the robot failed, and the handling is re-announced."""

    def postponed(self, task: Task) -> None:
        """Do nothing: all robots are busy, and the first that becomes available is offered the handling."""
