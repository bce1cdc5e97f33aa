"""A station: machines behind an input and before an output buffer; contractor of operations, manager of handling.

  vehicle            robot or itself               robot or itself           vehicle
---------> [input] ----------------> machine(s) -----------------> [output] --------->
           reserved by the award     set-up, processing            full: machines block

Without places in the input (capacity 0) an award reserves an empty machine, and the part that is brought lies at it.
Without places in the output a machine holds its part until it is fetched; a robot takes the part off when the vehicle
is there, and the machine is empty when the vehicle has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..events import Event, StationState
from ..negotiation.contract import ContractPhase
from ..negotiation.messages import Call, Proposal, Reason, Refusal
from ..negotiation.tasks import Task
from .agent import ShopContractor
from .machine import Machine
from .place import Place
from .queue_rules import QUEUE_RULES
from .shift import Shift
from .tasks import Handling, Operation, TaskKind, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ..negotiation.contractor import Contractor
    from ..world import World
    from .job import Job
    from .specs import StationSpec

NEVER_S = float("-inf")


class Station(ShopContractor, Place):
    """Processes parts.

    Attributes:
        place: index into the scenario's places.
        machines: equal and parallel.
        tenders: pool slots of the robots that reach it; None where it mounts and dismounts by itself.
        promised: operations that were won and whose parts are not on a machine yet, by job id.
        input: parts in the input buffer, in the order of their coming, without those that a robot is fetching.
        output: parts that can be fetched: in the output buffer, or on their machines where it has no places.
        expected_s: expected work of all that is promised.
        shift: when its people are there.
    """

    def __init__(
        self, model: World, *, name: str, place: int, spec: StationSpec, tenders: NDArray[np.intp] | None = None
    ) -> None:
        super().__init__(model, name=name)
        self.place = place
        self.spec = spec
        self.tenders = tenders
        self.promised: dict[int, Operation] = {}
        self.input: list[Job] = []
        self.output: list[Job] = []
        self.expected_s = 0.0
        self.repair_mean_s = spec.breakdown.mttr.mean_s if spec.breakdown is not None else 0.0
        self._owes_s = NEVER_S
        self._dismounting = 0
        self._handlings: list[Handling] = []  # that were called for, and are not known to be done
        self._taken_off: dict[Job, Callable[[], None]] = {}  # what is called when a robot has taken a part off
        self.machines = [Machine(self, index) for index in range(spec.machines)]
        self.shift = Shift(model, spec.shift, ends=self._shift_ends, begins=self._shift_begins)

    # -- contractor of operations -----------------------------------------------------------------------------

    def has_room(self, job: Job) -> bool:
        """Whether `job` can be promised a place in the input buffer or, where that has none, an empty machine.

        A part that is kept on a machine here leaves it first, so its own machine is empty for it, and for nobody else.
        """
        capacity = self.spec.input_capacity
        if capacity is None or self._keeps(job):
            return True
        if capacity == 0:
            capacity = sum(machine.job is None for machine in self.machines)
        return sum(not self._keeps(task.job) for task in self.promised.values()) < capacity

    def _keeps(self, job: Job | None) -> bool:
        """Whether a part stands on a machine here until it is fetched."""
        return self.spec.output_capacity == 0 and any(machine.job is job for machine in self.machines)

    def bid(self, call: Call) -> Proposal | Refusal:
        """The time until the operation would be finished: way and queue side by side, then set-up and work."""
        task = call.task
        assert isinstance(task, Operation)
        assert task.job is not None
        if task.name not in self.spec.operations:
            return Refusal(Reason.NOT_ELIGIBLE)
        gives_way = self._gives_way_to(task)
        if self._turns_away(task, gives_way):
            return Refusal(Reason.BUSY)
        approach_s = self.model.approach_s(task.job.place, self.place)
        if approach_s == float("inf"):
            return Refusal(Reason.UNREACHABLE)
        if self.model.spec.negotiation.nested and not self.model.moves_itself(self.place):
            offer_s = self._quote_s(task.job)
            approach_s = max(approach_s, offer_s) if offer_s < float("inf") else approach_s
        now_s = self.model.now_s
        backlog_s = self.expected_s - (0.0 if gives_way is None else self.mean_s(gives_way))
        holding = 0
        for machine in self.machines:
            if machine.job is not None:
                holding += 1
                backlog_s += max(machine.busy_until_s - now_s, 0.0)
        backlog_s /= len(self.machines)
        cost = max(approach_s, backlog_s, self.shift.back_s - now_s) + self._changeover_s(task) + self.mean_s(task)
        return Proposal(cost, approach_s, len(self.promised) + holding)

    def _quote_s(self, job: Job) -> float:
        """Within how many seconds the best vehicle offers to bring a part; inf if none offers."""
        transport = Transport(manager=self, job=job, origin=job.place, destination=self.place)
        return self.model.net.quote_s(transport)

    def _changeover_s(self, task: Operation) -> float:
        """Expected set-up of `task` after what was promised or mounted last."""
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
        gives_way = self._gives_way_to(task)
        if not self.has_room(task.job) and (gives_way is None or not self.model.net.channel.instant):
            return False
        if not task.ahead:
            self._owes_s = NEVER_S
        self.expected_s += self.mean_s(task)
        self.promised[task.job.unique_id] = task
        if gives_way is not None:
            self._drop(gives_way)
            self.model.net.fail(gives_way, self)
        return True

    def _turns_away(self, task: Operation, gives_way: Operation | None) -> bool:
        assert task.job is not None
        room = self.has_room(task.job)
        if task.ahead:
            return self._owes or not room
        if room or (gives_way is not None and self.model.net.channel.instant):
            return False
        if gives_way is not None:
            self._owes_s = self.model.now_s
        return True

    def renews(self, task: Task) -> bool:
        assert isinstance(task, Operation)
        return not (task.ahead and self._owes)

    @property
    def _owes(self) -> bool:
        """A part that stands ready was turned away lately, for one that does not.

        That one may set out at any time before its lease ends, for on a faulty channel it may not hear of a failure:
        the lease is not renewed, and no other contract is made ahead meanwhile.
        """
        return self.model.now_s < self._owes_s + self.model.net.terms.lease_s

    def _gives_way_to(self, task: Operation) -> Operation | None:
        """The contract that was made ahead and is left where there is no room for `task`, whose part stands ready.

        Otherwise parts that cannot come yet would keep places from those that stand in their way out.
        """
        if task.ahead or task.job is None or self.has_room(task.job):
            return None
        ahead = (other for other in reversed(self.promised.values()) if other.ahead and not self._keeps(other.job))
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
        """The processing time that `task` will really take here."""
        assert task.job is not None
        return self.model.work_time(task.job.order.product, task.step, self.name).quantile(task.uniform)

    def setup_s(self, previous: str | None, following: str) -> float:
        """Set-up time from one product to the next."""
        return 0.0 if self.spec.setup is None else self.spec.setup.between_s(previous, following)

    # -- parts ------------------------------------------------------------------------------------------------

    def receive(self, job: Job) -> None:
        """A part has come into the input buffer; where the station has left, it waits for a vehicle again."""
        if not self.present:
            job.stands_ready()
            return
        self.input.append(job)
        self.feed()

    def feed(self) -> None:
        """Put waiting parts on free machines, or call a robot that does."""
        for machine in self.machines:
            if not self.input:
                return
            if machine.free and (job := self._choose(machine)) is not None:
                self.input.remove(job)
                machine.coming = job
                if self.tenders is None:
                    self.mount(machine, self)
                else:
                    self._call_robot(machine, job, mount=True)

    def _choose(self, machine: Machine) -> Job | None:
        """Which waiting part goes on `machine`: as the planner says, or by the queue rule of the station.

        A planner may let the machine wait for a better one.
        """
        if self.model.planner is not None and self.spec.input_capacity != 0:
            return self.model.planner.next_part(self, machine)
        return QUEUE_RULES[self.spec.queue](self)

    def mount(self, machine: Machine, by: Contractor) -> None:
        """The part that was chosen goes from the input buffer on `machine`."""
        job = machine.coming
        assert job is not None
        machine.handling = None
        self.model.log.event(self.model.now_s, Event.MOUNTED, by.unique_id, job.unique_id, self.unique_id)
        task = self.promised[job.unique_id]
        self._drop(task)
        if self.spec.input_capacity != 0:
            self.model.net.available(self, TaskKind.OPERATION)
        machine.start(job, task)

    def finished(self, machine: Machine) -> None:
        """The part on `machine` is processed, well or to scrap."""
        job, task = machine.job, machine.task
        assert job is not None
        assert task is not None
        self.model.log.event(self.model.now_s, Event.PROCESSING_ENDED, self.unique_id, job.unique_id)
        machine.task = None
        self.model.net.done(task, self)
        if task.scrap_uniform < self.spec.scrap_rate:
            job.leave(Event.SCRAPPED, self.unique_id)
            self._emptied(machine)
        else:
            job.processed()
            self.clear(machine)

    def clear(self, machine: Machine) -> None:
        """Take the finished part off `machine`, if there is room for it."""
        capacity = self.spec.output_capacity
        if capacity == 0:
            self._hold(machine)
        elif capacity is not None and len(self.output) + self._dismounting >= capacity:
            machine.enter(StationState.BLOCKED)
            self.relieve()
            self.model.suspect_jam()
        elif self.tenders is None:
            self.dismount(machine, self)
        else:
            machine.enter(StationState.BLOCKED)
            self._dismounting += 1
            machine.clearing = True
            self._call_robot(machine, machine.job, mount=False)

    def _hold(self, machine: Machine) -> None:
        """The finished part stays on `machine` until it is fetched."""
        job = machine.job
        assert job is not None
        machine.enter(StationState.BLOCKED)
        self.output.append(job)
        job.stands_ready()
        self.relieve()
        self.model.suspect_jam()

    def hands_over(self, job: Job, then: Callable[[], None]) -> bool:
        """Whether a part can be taken; one that is still on its machine where robots tend it is taken off first."""
        machine = self._holder(job)
        if self.tenders is None or machine is None or machine.cleared:
            return True
        self._taken_off[job] = then
        if not machine.clearing:
            machine.clearing = True
            self._call_robot(machine, job, mount=False)
        return False

    def part_leaves(self, job: Job) -> None:
        """A part that is fetched from its machine is taken off it."""
        if self.tenders is None and self._holder(job) is not None:
            self._log_dismounted(job, self)

    def _holder(self, job: Job) -> Machine | None:
        return next((machine for machine in self.machines if machine.job is job), None)

    def _log_dismounted(self, job: Job, by: Contractor) -> None:
        self.model.log.event(self.model.now_s, Event.DISMOUNTED, by.unique_id, job.unique_id, self.unique_id)

    def dismount(self, machine: Machine, by: Contractor) -> None:
        """The finished part goes from `machine` into the output buffer, or to who fetches it."""
        job = machine.job
        assert job is not None
        machine.handling = None
        if self.spec.output_capacity == 0:
            self._log_dismounted(job, by)
            machine.cleared = True
            self._taken_off.pop(job)()
            return
        if by is not self:
            self._dismounting -= 1
        self.output.append(job)
        self._log_dismounted(job, by)
        self._emptied(machine)
        job.stands_ready()

    def _emptied(self, machine: Machine) -> None:
        machine.job = None
        machine.clearing = machine.cleared = False
        self.feed()
        if machine.job is None:
            machine.enter(StationState.STARVED)
            if self.spec.input_capacity == 0:
                self.model.net.available(self, TaskKind.OPERATION)

    def part_left(self, job: Job) -> None:
        """A part has left the output buffer, or its machine: a blocked machine can be cleared, or is empty."""
        if job not in self.output:
            return  # it entered the factory here
        self.output.remove(job)
        if (holder := self._holder(job)) is not None:
            self._emptied(holder)
            return
        for machine in self.machines:
            if machine.state is StationState.BLOCKED and not machine.clearing:
                self.clear(machine)
                return

    def repaired(self, machine: Machine) -> None:
        """A machine works again."""
        if machine.job is None:
            self.feed()

    def _shift_ends(self) -> None:
        for machine in self.machines:
            machine.shift_ends()

    def _shift_begins(self) -> None:
        for machine in self.machines:
            machine.shift_begins()
        self.feed()

    def part_waits(self, job: Job) -> None:
        """`job` stands here for longer: no other station can take it now, or it waits for its lot."""
        self.relieve()

    def relieve(self) -> None:
        """Where machines are blocked, no part waits for its lot, and one that waits for a station is stored."""
        if any(machine.state is StationState.BLOCKED and not machine.clearing for machine in self.machines):
            for lot in {job.lot: None for job in self.output if job.lot is not None}:
                lot.hurry(self.place)
            if any(job.is_being_stored for job in self.output):
                return
            for job in list(self.output):
                if job.target is None and job.give_way():
                    return

    # -- parts that are taken away ----------------------------------------------------------------------------

    def take_out(self, job: Job) -> None:
        """A part leaves the factory from here."""
        net = self.model.net
        if job.unique_id in self.promised:
            net.annul(self.promised[job.unique_id])
        machine = next((machine for machine in self.machines if job in (machine.job, machine.coming)), None)
        if machine is not None:
            _, task = machine.give_up()
            if task is not None:
                net.annul(task)
            if job in self.output:
                self.output.remove(job)
                self._taken_off.pop(job, None)
            elif machine.clearing:
                self._dismounting -= 1
            self._emptied(machine)
        elif job in self.input:
            self.input.remove(job)
        else:
            self.part_left(job)

    def _hand_back(self) -> None:
        """What is not processed goes on elsewhere: parts in the input and on machines are set down beside the station.

        The work on a part that is not finished is lost. Parts that are on their way come all the same, and go on from
        here too.
        """
        net = self.model.net
        self.shift.stop()
        unfinished = [(job, self.promised.pop(job.unique_id)) for job in self.input]
        finished: list[Job] = []
        for machine in self.machines:
            cleared = machine.cleared
            job, task = machine.stop()
            if job is None or cleared:
                continue
            task = task or self.promised.pop(job.unique_id, None)
            if task is None:
                finished.append(job)
            else:
                unfinished.append((job, task))
        self.input = []
        for job in (*(job for job, _ in unfinished), *finished):
            job.set_down(self, self.place)
        for task in self._handlings:
            net.annul(task)
        for _, task in unfinished:
            net.give_back(task, self)
        while self.promised:
            net.give_back(self.promised.pop(next(iter(self.promised))), self)
        for job in finished:
            if job not in self.output:
                job.stands_ready()
                continue
            self.output.remove(job)
            if job.carrier is not None:
                job.carrier.part_ready()

    # -- manager of handling ----------------------------------------------------------------------------------

    def _call_robot(self, machine: Machine, job: Job | None, *, mount: bool) -> None:
        assert self.tenders is not None
        machine.handling = Handling(
            manager=self, job=job, station=self, machine=machine, mount=mount, eligible=self.tenders
        )
        self._handlings = [task for task in self._handlings if task.contract.phase is not ContractPhase.CLOSED]
        self._handlings.append(machine.handling)
        self.model.net.announce(machine.handling)

    def engaged(self, task: Task, contractor: Contractor) -> None:
        """A robot comes."""

    def done(self, task: Task, contractor: Contractor) -> None:
        """The station has seen it."""

    def failed(self, task: Task, contractor: Contractor) -> None:
        """The robot failed; another one is called."""

    def postponed(self, task: Task) -> None:
        """All robots are busy; the first that is free will come."""
