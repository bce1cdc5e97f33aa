"""Runs an experiment into a directory: missing trials only, and none twice.

The driver is the only writer. A trial is finished when its line is in the journal; an interruption before that
(a killed worker, a killed driver, a full disk, Ctrl-C) costs only that trial, which the next run repeats.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from .counting import counted
from .design.asked_kpis import check_asked_kpis
from .design.experiment import Experiment
from .design.questions.packages import require_package
from .errors import ExperimentError, LostFolderError
from .execution.attempts import TrialFunction, run_trial
from .execution.durable import write_atomically
from .execution.executors.worker import refuse_to_start_again
from .execution.ownership import belong_together
from .execution.progress import Progress, Silent
from .execution.provenance import provenance
from .execution.rehearsal import rehearse
from .execution.rescue import rescued
from .execution.session import Session
from .execution.store import SUMMARY, Store
from .execution.up_to_date import note_made, shown_before
from .results.overview import Overview
from .results.questions.ask import ask
from .results.tables import Results, results_of, write_tables


@dataclass(frozen=True)
class Outcome:
    """The outcome of `run`."""

    directory: Path
    experiment: Experiment  # with the cases that its question has added
    overview: Overview
    ran: int
    reused: int
    elapsed_s: float
    executor: str
    workers: int
    make_results: Callable[[], Results] = field(repr=False)

    @cached_property
    def results(self) -> Results:
        """The tables of the run; after a run with nothing new they are made when they are asked for."""
        return self.make_results()

    @property
    def failed(self) -> int:
        """Failed trials of the whole experiment."""
        return self.overview.failed

    @property
    def jammed(self) -> int:
        """Finished trials of the whole experiment that ended in a jam."""
        return self.overview.jammed


def run(
    experiment: Experiment,
    directory: str | Path,
    *,
    agent_classes: Mapping[str, type] | None = None,
    function: TrialFunction = run_trial,
    executor: str | None = None,
    workers: int | None = None,
    ray_address: str | None = None,
    fresh: bool = False,
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Runs the trials that `directory` does not hold yet, then writes tables, summary, figures and report.

    `agent_classes` are your own classes, see `Experiment.with_agent_classes`, also of a notebook or a script.
    `executor`, `workers` and `ray_address` override the experiment. `fresh` deletes the content of the directory;
    `retry_failed` runs failed trials again. Raises ExperimentError when the directory is in use, cannot be written or
    holds results of other experiments alone (unless `progress` confirms that both may lie side by side), or the
    experiment asks for a KPI that its trials will not have; failed trials raise nothing, they are counted and recorded.
    """
    refuse_to_start_again()
    if not isinstance(experiment, Experiment):
        raise TypeError(f"run needs an Experiment, not {experiment!r:.60}; make one with Experiment.load or .parse")
    started = time.perf_counter()
    progress = progress or Silent()
    if agent_classes:
        experiment = experiment.with_agent_classes(agent_classes)
    if agent_classes or experiment.given:
        rehearse(experiment, progress.note)
    _refuse_what_cannot_run(experiment, function)
    with (
        Store(directory, fresh=fresh) as store,
        Session(
            experiment,
            store,
            function=function,
            executor=executor,
            workers=workers,
            ray_address=ray_address,
            retry_failed=retry_failed,
            progress=progress,
        ) as session,
    ):
        overview, make_results = _make(experiment, store, session, progress)
        return Outcome(
            directory=store.directory,
            experiment=session.experiment,
            overview=overview,
            make_results=make_results,
            ran=session.ran,
            reused=session.reused,
            elapsed_s=time.perf_counter() - started,
            executor=session.executor_name,
            workers=session.workers,
        )


def _refuse_what_cannot_run(experiment: Experiment, function: TrialFunction) -> None:
    """ExperimentError where a package or a KPI would fail the trials."""
    require_package(experiment.config.asked)
    if function is run_trial:  # other trial functions may measure other KPIs
        check_asked_kpis(experiment)


def _make(
    experiment: Experiment, store: Store, session: Session, progress: Progress
) -> tuple[Overview, Callable[[], Results]]:
    """What the run shows and its results, after the trials that were missing, written to the directory."""
    origin = provenance(seed=experiment.seed, executor=session.executor_name, workers=session.workers)
    _look_around(store, experiment, origin["software"], progress)
    answer = None
    try:
        store.describe(experiment, origin)
        if experiment.adaptive:
            answer = ask(experiment, session.make, session.extend)
        else:
            session.make(list(experiment.trials()))
        session.close()
        store.journal.check_present()
        if session.ran:  # only now is it known what `auto` has chosen
            store.sign(origin | {"executor": session.executor_name, "workers": session.workers})
        make_results = partial(results_of, store.directory, session.experiment, store.records, answer)
        shown = None if session.ran else shown_before(store.directory)
        if shown is not None:
            return Overview.of_document(shown), make_results
        finish(results := make_results())
    except LostFolderError as lost:
        raise rescued(lost, store.directory, experiment, origin, store.records.values()) from None
    return results.overview, lambda: results


def _look_around(store: Store, experiment: Experiment, software: str, progress: Progress) -> None:
    """Reports what the directory holds; ExperimentError where it belongs to another experiment, and is to be kept."""
    directory, before = store.directory, store.software
    if store.records and before not in (None, software):
        progress.note(
            f"{directory} holds results of robocell {before}, this is {software}: they are kept in the "
            "journal and not mixed with new ones, so all trials run again"
        )
    if not belong_together(directory, experiment, store.records):
        theirs = counted(len(store.records), "trial")
        problem = f"{directory} holds {theirs} of another experiment, and none of this"
        if not progress.confirm(f"{problem}; write this one into the same folder?"):
            raise ExperimentError(f"{problem}; choose another folder (-o DIR), or throw them away with --fresh")
    for damage in store.journal.damages:
        progress.note(f"{store.journal.path}: {damage}; its trial runs again, if it belongs to this experiment")


def finish(results: Results) -> None:
    """Writes everything that is made from the journal: tables, summary.csv, figures, report.html."""
    directory, outputs = results.directory, results.experiment.config.outputs
    write_tables(directory, results.trials, results.failures)
    write_atomically(directory / SUMMARY, results.summary_csv)
    undrawn = False
    if outputs.figures or outputs.report:
        from .report.experiment_charts import all_charts, write_figures  # importing matplotlib is slow
        from .report.page import write_report
        from .report.undrawn import Undrawn

        charts = all_charts(results)
        unwritten = write_figures(directory, charts) if outputs.figures else []
        undrawn = bool(unwritten) or any(isinstance(chart, Undrawn) for chart in charts)
        if outputs.report:
            write_report(results, charts, unwritten)
    if not undrawn:  # else the next run tries again
        note_made(directory, results.overview.document())
