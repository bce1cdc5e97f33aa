"""The trial of a factory: running it, and the conditions for its end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ...agents.events import Event
from ..config.errors import TrialEndedError
from ..config.units import DURATION
from .ticks import Ticks

if TYPE_CHECKING:
    from ...agents.negotiation.engine import ContractNet
    from ...agents.shop.agv import AGV
    from ...agents.shop.job import Job
    from ..log import EventLog
    from ..workload import Workload

LONGEST_DRAIN = 10  # times the horizon: a factory that is not empty by then will not drain


class Trial(Ticks):
    """A model that runs to the end of its trial and then closes its log."""

    net: ContractNet
    workload: Workload
    agvs: list[AGV]
    jammed: set[Job]
    _ended = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if not self._ended:
            self.log.written_by(self._write_end)

    def _report_parts_left(self) -> None:
        """Log the parts that will never leave."""
        raise NotImplementedError

    @property
    def ended(self) -> bool:
        """Whether the trial is over and its log closed."""
        return self._ended

    def step(self) -> None:
        """Run one tick; without a floor, run to the next instant with an event.

        The step that reaches the end of the trial (`run`) closes the log and sets `running` to False.

        Raises:
            TrialEndedError: the trial has ended.
        """
        self._must_not_have_ended("step()")
        end_s = self.clock.next_s() if self._grid is None else (self.tick + 1) * self.tick_s
        self._pass_the_horizon(end_s)
        if self._ended:
            return
        if end_s > self._latest_end_s:
            self._pass(self._latest_end_s)
        else:
            self._within_step = True
            try:
                self._advance()
            finally:
                self._within_step = False
        self._look_at_the_end()

    def run_until(self, time_s: float | str) -> None:
        """Run to a time or to the end of the trial, skipping ticks without motion or events.

        Args:
            time_s: simulated seconds, or a duration with its unit (`10min`).

        Raises:
            TrialEndedError: the trial has ended.
            ValueError: the duration has no unit, or an unknown one.
        """
        if isinstance(time_s, str):
            time_s = DURATION.parse(time_s)
        self._must_not_have_ended(f"run_until({time_s:g})")
        if self._grid is None:
            while not self._ended and self.clock.next_s() <= time_s:
                self.step()
        else:
            while not self._ended and (tick := self._next_tick(self._grid)) * self.tick_s <= time_s:
                self.tick = int(tick) - 1
                self.step()
        if not self._ended:
            self._pass_the_horizon(time_s)
        if not self._ended:
            self._pass(min(time_s, self._latest_end_s))
            self._look_at_the_end()

    def run(self) -> EventLog:
        """Run to the end of the trial, and return its log.

        It ends at the horizon. With `drain` in the scenario, no order comes after the horizon, and the trial ends when
        the factory is empty, or after LONGEST_DRAIN more horizons.

        Raises:
            TrialEndedError: the trial has ended.
        """
        self.run_until(self._latest_end_s)
        return self.log

    def finish(self) -> EventLog:
        """End the trial now: log the last battery levels and close the log. No effect on an ended trial."""
        if not self._ended:
            self._write_end(self.log)
            self._end()
        return self.log

    def _write_end(self, log: EventLog) -> None:
        """Log the last battery levels and the end."""
        for agv in self.agvs:
            log.event(self.now_s, Event.BATTERY, agv.unique_id, value=agv.battery)
        log.close(self.now_s)

    def remove_all_agents(self) -> None:
        """Clear the model, as Mesa does: the trial ends at this instant, and no event remains."""
        if not self._ended:
            self.log.close(self.now_s)
            self._end()
        self.clock.clear()
        self.net.stop()
        super().remove_all_agents()

    def _end(self) -> None:
        self._ended = True
        self.running = False

    @property
    def _latest_end_s(self) -> float:
        return self.spec.horizon_s * (1 + LONGEST_DRAIN if self.spec.drain else 1)

    def _must_not_have_ended(self, call: str) -> None:
        if self._ended:
            raise TrialEndedError(
                f"{call} comes after the end of the trial of {self.spec.name!r} at {self.now_s:g} s; "
                "make a new Factory, or give the scenario a longer horizon"
            )

    def _pass_the_horizon(self, to_s: float) -> None:
        """If the horizon lies before `to_s`, first fire all events due until then."""
        if self.now_s < self.spec.horizon_s < to_s:
            self._pass(self.spec.horizon_s)
            self._look_at_the_end()

    def _pass(self, time_s: float) -> None:
        """Advance the time to `time_s`, before the end of the next tick."""
        if self._grid is not None and not self._over:
            self.tick = max(math.floor(time_s / self.tick_s), self.tick)
            if self.tick * self.tick_s < time_s:
                self._set_out(self._grid)
        self._within_step = True
        try:
            self._fire_until(time_s)
        finally:
            self._within_step = False

    def _look_at_the_end(self) -> None:
        if self.now_s >= self.spec.horizon_s:
            self.workload.stop()
        if self._over or self.now_s >= self._latest_end_s:
            if self.spec.drain:
                self._report_parts_left()
            self.finish()

    @property
    def _over(self) -> bool:
        return self._ended or (self.spec.drain and self.workload.exhausted and self.workload.in_process == 0)
