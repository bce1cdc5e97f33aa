"""Runs those trials of an experiment that have no result yet, on an executor that stays warm."""

from collections.abc import Sequence

from ..design.experiment import Experiment
from ..design.trials import Trial
from .attempts import TrialFunction, run_trial
from .cores import available_cores
from .executors import choose_executor, start_executor
from .executors.base import Executor
from .journal import Record
from .kernels import compile_kernels, kernel_sets_of
from .limits import Limits
from .progress import Progress, Silent
from .store import Store

WARM = "robocell.experiments.execution.warm"


class Session:
    """An experiment in progress: runs trials on demand, and remembers those that are done.

    Plain sweeps request all trials at once; questions request them step by step. The executor is started by the first
    trial that has to run, and stays warm until the session is closed.
    """

    def __init__(
        self,
        experiment: Experiment,
        store: Store,
        *,
        function: TrialFunction = run_trial,
        executor: str | None = None,
        workers: int | None = None,
        ray_address: str | None = None,
        retry_failed: bool = False,
        progress: Progress | None = None,
    ) -> None:
        config = experiment.config
        self.experiment = experiment
        self.store = store
        self.ran = self.reused = 0
        self.executor_name = executor or config.executor
        self.workers = workers or config.workers or available_cores()
        self._address = ray_address or config.ray_address
        self._function = function
        self._retry_failed = retry_failed
        self._progress = progress or Silent()
        self._executor: Executor | None = None
        self._asked: set[str] = set()

    def make(self, trials: Sequence[Trial]) -> list[Record]:
        """Results of these trials, in their order; runs those that have none."""
        store = self.store
        new = {trial.id: trial for trial in trials if trial.id not in self._asked}
        todo = {id: trial for id, trial in new.items() if store.missing(trial, retry_failed=self._retry_failed)}
        self._asked.update(new)
        self.reused += len(new) - len(todo)
        if todo:
            executor = self._ready(list(todo.values()))
            self._progress.begin(total=len(new), reused=len(new) - len(todo), where=executor.where)
            try:
                for result in executor.run(list(todo.values())):
                    self._progress.advance(store.add(todo[result.id], result))
                    self.ran += 1
            finally:
                self._progress.end()
        return [store.records[trial.id] for trial in trials]

    def extend(self, experiment: Experiment) -> None:
        """Continues with more cases, which a question has added."""
        self.experiment = experiment
        self.store.plan(experiment)

    def close(self) -> None:
        if self._executor is not None:
            self._executor.close()
            self._executor = None

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ready(self, todo: Sequence[Trial]) -> Executor:
        if self._executor is None:
            experiment, config = self.experiment, self.experiment.config
            known = [record.wall_s for record in self.store.records.values() if record.done]
            expected_s = (
                sum(known) / len(known) * len(todo)
                if known
                else sum(experiment.expected_s(trial.scenario) for trial in todo)
            )
            self.executor_name = choose_executor(
                self.executor_name,
                expected_s=expected_s,
                trials=len(todo),
                workers=self.workers,
                ray_address=self._address,
            )
            if self._function is run_trial and self._address is None:  # the nodes of a cluster compile their own
                compile_kernels(kernel_sets_of(trial.scenario for trial in todo), self._progress.note)
            self._executor = start_executor(
                self.executor_name,
                self._function,
                workers=self.workers,
                limits=Limits(time_s=config.time_limit_s, memory_bytes=config.memory_limit_bytes),
                ray_address=self._address,
                preload=(WARM,) if self._function is run_trial else (),
                user_modules=[module.path for module in experiment.modules],
            )
            self.workers = self._executor.workers
        return self._executor
