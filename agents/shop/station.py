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
from .machine import Machine
from .queue_rules import QUEUE_RULES
from .shift import Shift
from .tasks import Handling, TaskKind
from .workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ..negotiation.contractor import Contractor
    from ..world import World
    from .job import Job
    from .specs import StationSpec


class Station(Workplace):
    """Processes parts, on machines that it or robots load and unload.

    Attributes, besides those of a workplace:
        tenders: pool slots of the robots that reach it; None where the station does it itself.
        input: parts in the input buffer, in the order of their coming, without those that a robot is fetching.
        output: parts that can be fetched: in the output buffer, or on their machines where it has no places.
    """

    def __init__(
        self, model: World, *, name: str, place: int, spec: StationSpec, tenders: NDArray[np.intp] | None = None
    ) -> None:
        super().__init__(model, name=name, place=place, spec=spec)
        self.tenders = tenders
        self.input: list[Job] = []
        self.output: list[Job] = []
        self.repair_mean_s = spec.breakdown.mttr.mean_s if spec.breakdown is not None else 0.0
        self._being_unloaded = 0
        self._handlings: list[Handling] = []  # that were called for, and are not known to be done
        self._taken_off: dict[Job, Callable[[], None]] = {}  # what is called when a robot has taken a part off
        self.machines = [Machine(self, index) for index in range(spec.machines)]
        self.shift = Shift(model.clock, model.spec.shifts, spec.shift, ends=self._shift_ends, begins=self._shift_begins)

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
                    self.load_machine(machine, self)
                else:
                    self._call_robot(machine, job, loads=True)

    def _choose(self, machine: Machine) -> Job | None:
        """Which waiting part goes on `machine`: as the planner says, or by the queue rule of the station.

        A planner may let the machine wait for a better one.
        """
        if self.model.planner is not None and self.spec.input_capacity != 0:
            return self.model.planner.next_part(self, machine)
        return QUEUE_RULES[self.spec.queue](self)

    def load_machine(self, machine: Machine, by: Contractor) -> None:
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
        elif capacity is not None and len(self.output) + self._being_unloaded >= capacity:
            machine.enter(StationState.BLOCKED)
            self.relieve()
            self.model.suspect_jam()
        elif self.tenders is None:
            self.unload_machine(machine, self)
        else:
            machine.enter(StationState.BLOCKED)
            self._being_unloaded += 1
            machine.clearing = True
            self._call_robot(machine, machine.job, loads=False)

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
            self._call_robot(machine, job, loads=False)
        return False

    def part_leaves(self, job: Job) -> None:
        """A part that is fetched from its machine is taken off it."""
        if self.tenders is None and self._holder(job) is not None:
            self._log_taken_off(job, self)

    def _holder(self, job: Job) -> Machine | None:
        return next((machine for machine in self.machines if machine.job is job), None)

    def _log_taken_off(self, job: Job, by: Contractor) -> None:
        self.model.log.event(self.model.now_s, Event.DISMOUNTED, by.unique_id, job.unique_id, self.unique_id)

    def unload_machine(self, machine: Machine, by: Contractor) -> None:
        """The finished part goes from `machine` into the output buffer, or to who fetches it."""
        job = machine.job
        assert job is not None
        machine.handling = None
        if self.spec.output_capacity == 0:
            self._log_taken_off(job, by)
            machine.cleared = True
            self._taken_off.pop(job)()
            return
        if by is not self:
            self._being_unloaded -= 1
        self.output.append(job)
        self._log_taken_off(job, by)
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
                self._being_unloaded -= 1
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

    def _call_robot(self, machine: Machine, job: Job | None, *, loads: bool) -> None:
        assert self.tenders is not None
        machine.handling = Handling(
            manager=self, job=job, station=self, machine=machine, loads=loads, eligible=self.tenders
        )
        self._handlings = [task for task in self._handlings if task.contract.phase is not ContractPhase.CLOSED]
        self._handlings.append(machine.handling)
        self.model.net.announce(machine.handling)
