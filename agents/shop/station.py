"""A station: machines behind an input and before an output buffer; contractor of operations, manager of handling.

  vehicle            robot or itself               robot or itself           vehicle
---------> [input] ----------------> machine(s) -----------------> [output] --------->
           reserved by the award     set-up, processing            full: machines block

Without places in the input (capacity 0) an award reserves an empty machine, and the part that is brought waits at it.
Without places in the output a machine holds its part until it is fetched; a robot unloads the part when the vehicle is
there, and the machine is empty once the vehicle has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..events import Event, StationState
from ..negotiation.contract import ContractPhase
from .machine import Machine
from .order import SCRAP
from .queue_rules import QUEUE_RULES, MostUrgent
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
    """A station, which processes parts on machines that are loaded and unloaded by robots or by the station itself.

    Attributes, in addition to those of a workplace:
        tenders: pool slots of the robots that reach it; None if the station loads and unloads itself.
        input: parts in the input buffer in order of arrival, without those that a robot is fetching.
        output: parts that can be fetched: in the output buffer or, if it has no places, on their machines.
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
        self._handlings: list[Handling] = []  # announced, and not known to be done
        self._when_unloaded: dict[Job, Callable[[], None]] = {}  # called when a robot has unloaded the part
        self.machines = [Machine(self, index) for index in range(spec.machines)]
        self.shift = Shift(model.clock, model.spec.shifts, spec.shift, ends=self._shift_ends, begins=self._shift_begins)

    # -- parts ------------------------------------------------------------------------------------------------

    def receive(self, job: Job) -> None:
        """Put a part into the input buffer; if the station has left, the part is ready for pickup again."""
        if not self.present:
            job.mark_ready()
            return
        self.input.append(job)
        self.feed()

    def feed(self) -> None:
        """Load waiting parts onto free machines, or call a robot to do so."""
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
        """Select the waiting part for `machine`, by the planner or else by the queue rule of the station.

        None if a planner lets the machine wait for a better part.
        """
        if self.model.planner is not None and self.spec.input_capacity != 0:
            return self.model.planner.next_part(self, machine)
        queue = MostUrgent(self) if self.model.orders_differ else self
        return QUEUE_RULES[self.spec.queue](queue)

    def load_machine(self, machine: Machine, by: Contractor) -> None:
        """Load the selected part from the input buffer onto `machine`; `by` is the robot, or the station itself."""
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
        """End the processing of the part on `machine`, which is good or scrap."""
        job, task = machine.job, machine.task
        assert job is not None
        assert task is not None
        self.model.log.event(self.model.now_s, Event.PROCESSING_ENDED, self.unique_id, job.unique_id)
        machine.task = None
        self.model.net.done(task, self)
        following = SCRAP if task.scrap_uniform < self.spec.scrap_rate else job.result_of(task)
        if following == SCRAP:
            job.leave(Event.SCRAPPED, self.unique_id)
            self._machine_emptied(machine)
        else:
            job.processed(following)
            self.clear(machine)

    def clear(self, machine: Machine) -> None:
        """Unload the finished part from `machine`, if there is room for it."""
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
        """Hold the finished part on `machine` until it is fetched."""
        job = machine.job
        assert job is not None
        machine.enter(StationState.BLOCKED)
        self.output.append(job)
        job.mark_ready()
        self.relieve()
        self.model.suspect_jam()

    def hands_over(self, job: Job, then: Callable[[], None]) -> bool:
        """Whether a part can be fetched now; if not, a robot is called to unload it, and then `then` is called."""
        machine = self._holder(job)
        if self.tenders is None or machine is None or machine.cleared:
            return True
        self._when_unloaded[job] = then
        if not machine.clearing:
            machine.clearing = True
            self._call_robot(machine, job, loads=False)
        return False

    def part_leaves(self, job: Job) -> None:
        """Log the unloading of a part that is fetched from its machine."""
        if self.tenders is None and self._holder(job) is not None:
            self._log_unloading(job, self)

    def _holder(self, job: Job) -> Machine | None:
        return next((machine for machine in self.machines if machine.job is job), None)

    def _log_unloading(self, job: Job, by: Contractor) -> None:
        self.model.log.event(self.model.now_s, Event.DISMOUNTED, by.unique_id, job.unique_id, self.unique_id)

    def unload_machine(self, machine: Machine, by: Contractor) -> None:
        """Unload the finished part from `machine` into the output buffer, or for the vehicle that fetches it."""
        job = machine.job
        assert job is not None
        machine.handling = None
        if self.spec.output_capacity == 0:
            self._log_unloading(job, by)
            machine.cleared = True
            self._when_unloaded.pop(job)()
            return
        if by is not self:
            self._being_unloaded -= 1
        self.output.append(job)
        self._log_unloading(job, by)
        self._machine_emptied(machine)
        job.mark_ready()

    def _machine_emptied(self, machine: Machine) -> None:
        machine.job = None
        machine.clearing = machine.cleared = False
        self.feed()
        if machine.job is None:
            machine.enter(StationState.STARVED)
            if self.spec.input_capacity == 0:
                self.model.net.available(self, TaskKind.OPERATION)

    def part_left(self, job: Job) -> None:
        """Use the room of a part that has left the output buffer or its machine: clear a blocked machine, or feed."""
        if job not in self.output:
            return  # it entered the factory here
        self.output.remove(job)
        if (holder := self._holder(job)) is not None:
            self._machine_emptied(holder)
            return
        for machine in self.machines:
            if machine.state is StationState.BLOCKED and not machine.clearing:
                self.clear(machine)
                return

    def part_stays(self, job: Job) -> None:
        """Put a part into the input for its next operation here, before its machine takes the next part."""
        self.input.append(job)
        self.part_left(job)
        self.feed()

    def repaired(self, machine: Machine) -> None:
        """Feed a machine that has been repaired."""
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
        """Relieve blocked machines if needed: `job` stays here, waiting for a station or for its lot."""
        self.relieve()

    def relieve(self) -> None:
        """If machines are blocked, end all waits for lots, and have one part that waits for a station stored."""
        if any(machine.state is StationState.BLOCKED and not machine.clearing for machine in self.machines):
            for lot in {job.lot: None for job in self.output if job.lot is not None}:
                lot.end_wait(self.place)
            if any(job.is_being_stored for job in self.output):
                return
            for job in list(self.output):
                if job.target is None and job.request_storage():
                    return

    # -- removal of parts -------------------------------------------------------------------------------------

    def take_out(self, job: Job) -> None:
        """Take a part out of the factory, wherever it is in the station."""
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
                self._when_unloaded.pop(job, None)
            elif machine.clearing:
                self._being_unloaded -= 1
            self._machine_emptied(machine)
        elif job in self.input:
            self.input.remove(job)
        else:
            self.part_left(job)

    def _hand_back(self) -> None:
        """Set down the parts in the input and on machines beside the station, and give unfinished operations back.

        Work done on an unfinished part is lost. Parts on their way still arrive, and continue from here too.
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
                job.mark_ready()
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
