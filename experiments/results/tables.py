"""Tidy tables of a run: one row per trial, in the order of cases and replications, whatever order they ended in.

The bytes of the Parquet files depend on the results alone, so an interrupted, resumed or distributed run gives the
same files as an uninterrupted one.
"""

import contextlib
import gc
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...agents.errors import RobocellError
from ..design.experiment import Experiment
from ..design.sweep import text_of
from ..design.trials import trial_id, trial_seed
from ..errors import ExperimentError
from ..execution.durable import write_atomically
from ..execution.journal import Damage, Record, read
from ..execution.store import EXPERIMENT, FAILURES, JOURNAL, PLAN, TRIALS, mended_by_a_run, read_plan, read_provenance
from .questions.ask import recalled

if TYPE_CHECKING:
    import pandas as pd

    from .bottleneck import Bottleneck
    from .by_case import Replications
    from .claims import Claims
    from .headlines import CaseRow, Headline
    from .overview import Overview
    from .questions.asking import Answer
    from .statistics import Interval

ROWS_AT_ONCE = 1000
COLUMNS = ("trial", "case", "label", "replication", "seed", "status")


@dataclass(frozen=True)
class Results:
    """A run, read back: `load(DIR)`.

    `trials` has one row per finished trial: trial (id), case, label, replication, seed, status, the swept keys, and a
    column per KPI (NaN where the trial failed). `failures` has the error and the traceback of those that failed.
    """

    directory: Path
    experiment: Experiment
    trials: "pd.DataFrame"
    failures: "pd.DataFrame"
    records: Mapping[str, Record] = field(repr=False)
    found: "Answer | None" = field(default=None, repr=False)  # the answer, if the run that made these results has it

    @property
    def keys(self) -> tuple[str, ...]:
        """The dotted keys that vary, as columns of `trials`: a swept seed is `scenario.seed`, `seed` is the trial's."""
        return tuple(map(_column_of, self.experiment.keys))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The KPIs; columns of `trials`."""
        return tuple(name for name in self.trials.columns if name not in COLUMNS and name not in self.keys)

    @cached_property
    def summary(self) -> "pd.DataFrame":
        """One row per case and KPI: n, mean, 95 % interval, standard deviation."""
        from .analysis import summarise

        return summarise(self.trials, keys=self.keys, metrics=self.metrics, interval=self.interval)

    @property
    def summary_csv(self) -> Iterator[bytes]:
        """The text of `summary`, some cases at a time."""
        from .analysis import summaries
        from .csv_text import csv_parts

        return csv_parts(summaries(self.trials, keys=self.keys, metrics=self.metrics, interval=self.interval))

    @property
    def provenance(self) -> dict[str, Any]:
        """Raises ExperimentError where provenance.json is missing or damaged."""
        return read_provenance(self.directory)

    @property
    def missing(self) -> int:
        """Trials of the experiment that have no result yet."""
        return 0 if self.experiment.adaptive else self.experiment.size - len(self.trials)

    @cached_property
    def claims(self) -> "Claims":
        """The claims that the results support with 95 % confidence."""
        from .claims import claims_of

        return claims_of(self.experiment, self.replications, self.metrics)

    @cached_property
    def bottlenecks(self) -> "list[Bottleneck | None]":
        """The bottleneck of each case."""
        from .bottleneck import bottlenecks

        return bottlenecks(self.experiment, self.trials)

    @cached_property
    def headlines(self) -> "list[Headline]":
        """The figures that are shown first."""
        from .headlines import headlines

        return headlines(self.trials, self.metrics, self.claims)

    @cached_property
    def rows(self) -> "list[CaseRow]":
        """The headlines of every case, with their intervals."""
        from .headlines import case_rows

        return case_rows(self.experiment.cases, self.replications, self.headlines, self.bottlenecks, self.interval)

    @cached_property
    def overview(self) -> "Overview":
        """What is shown at the end of a run."""
        from .overview import overview_of

        return overview_of(self)

    @cached_property
    def replications(self) -> "Replications":
        """The finished trials by replication and case."""
        from .by_case import Replications

        return Replications(self.trials, len(self.experiment.cases))

    @property
    def interval(self) -> "Interval":
        """The kind of interval that the experiment asks for."""
        from .statistics import INTERVALS

        return INTERVALS[self.experiment.config.intervals]

    @cached_property
    def answer(self) -> "Answer | None":
        """The answer to the experiment's question; None where it has none, or results are missing."""
        return self.found or recalled(self.experiment, self.records)


def load(directory: str | Path) -> Results:
    """Reads a run directory, finished or not, also while it is being written.

    Raises ExperimentError where it is not a run directory, or is damaged so that results would be wrong or missing.
    """
    directory = Path(directory)
    if not (directory / JOURNAL).exists() or not (directory / EXPERIMENT).exists():
        raise ExperimentError(f"{directory}: is not the folder of a run; make one with `robocell run CONFIG -o DIR`")
    with _no_search_for_garbage():
        try:
            experiment = Experiment.load(directory / EXPERIMENT)
        except RobocellError as error:
            raise ExperimentError(
                f"{error}; if {EXPERIMENT} is damaged, run the config that it came from into the same folder: "
                f"`robocell run CONFIG -o {directory}`"
            ) from None
        records = _records(directory)
        plan = read_plan(directory)
        if plan is not None:
            experiment = _as_planned(experiment, plan, directory)
    return results_of(directory, experiment, records)


def results_of(
    directory: Path, experiment: Experiment, records: Mapping[str, Record], answer: "Answer | None" = None
) -> Results:
    """The results that these records of a directory add up to; `answer`, if known, is not looked for again."""
    trials, failures = tables(experiment, records)
    return Results(directory, experiment, trials, failures, records, answer)


@contextlib.contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """In this block Python does not look for cycles: all that is read stays, and the search takes a tenth of the time.

    It looks for them afterwards, if it did before.
    """
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


def _records(directory: Path) -> dict[str, Record]:
    records: dict[str, Record] = {}
    try:
        for record, _ in read(directory / JOURNAL):
            if isinstance(record, Damage):
                raise ExperimentError(f"{directory / JOURNAL}: {record}; {mended_by_a_run(directory)}")
            records[record.id] = record
    except OSError as error:
        raise ExperimentError(f"{directory / JOURNAL}: cannot be read ({error.strerror})") from None
    return records


def _as_planned(experiment: Experiment, plan: Sequence[Mapping[str, Any]], directory: Path) -> Experiment:
    """The experiment with the cases of its plan; ExperimentError where both do not fit together."""
    cases = experiment.cases
    grown = len(plan) > len(cases) and not experiment.adaptive
    varied = [case["settings"].keys() for case in plan[: len(cases)]]
    if grown or varied != [case.settings.keys() for case in cases]:
        raise ExperimentError(
            f"{directory / PLAN}: has other cases than {EXPERIMENT} beside it; {mended_by_a_run(directory)}"
        )
    try:
        return experiment.recorded(plan)
    except RobocellError as error:
        raise ExperimentError(f"{directory / PLAN}: is damaged ({error}); {mended_by_a_run(directory)}") from None


def tables(experiment: Experiment, records: Mapping[str, Record]) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """The table of finished trials and the table of failed ones."""
    import pandas as pd

    finished = list(_finished(experiment, records))
    cases = [case for case, _, _ in finished]
    found = [record for _, _, record in finished]
    columns: dict[str, Sequence[Any]] = {
        "trial": [record.id for record in found],
        "case": cases,
        "label": [experiment.cases[case].label for case in cases],
        "replication": [replication for _, replication, _ in finished],
        "seed": [trial_seed(experiment.cases[case].seed, replication) for case, replication, _ in finished],
        "status": [record.status.value for record in found],
    }
    failed = [
        {name: column[row] for name, column in columns.items()} | {"error": record.error, "traceback": record.traceback}
        for row, record in enumerate(found)
        if not record.done
    ]
    for key in experiment.keys:
        columns[_column_of(key)] = _column([experiment.cases[case].settings.get(key) for case in cases])
    names = list(dict.fromkeys(name for shared in dict.fromkeys(record.names for record in found) for name in shared))
    trials = pd.DataFrame(_numbers(found, names), columns=names, copy=False)
    for place, (name, column) in enumerate(columns.items()):
        trials.insert(place, name, column)  # joining two tables would copy the figures
    failures = pd.DataFrame(failed, columns=[*COLUMNS, "error", "traceback"])
    return trials, failures


def _numbers(found: Sequence[Record], names: Sequence[str]) -> np.ndarray:
    """(trials, KPIs) NaN where a trial does not have a KPI; column by column, as Parquet takes them without a copy.

    Records that have all KPIs become rows of it, so that each figure is kept once.
    """
    place = {name: column for column, name in enumerate(names)}
    numbers = np.full((len(found), len(names)), np.nan, order="F")
    start = 0
    for shared, alike in itertools.groupby(found, key=lambda record: record.names):
        columns = [place[name] for name in shared]
        while some := list(itertools.islice(alike, ROWS_AT_ONCE)):
            rows = slice(start, start + len(some))
            numbers[rows, columns] = np.array([record.numbers for record in some]).reshape(len(some), len(columns))
            if shared == tuple(names):
                for record, row in zip(some, numbers[rows], strict=True):
                    record.numbers = row
            start = rows.stop
    return numbers


def _finished(experiment: Experiment, records: Mapping[str, Record]) -> Iterator[tuple[int, int, Record]]:
    """Case, replication and record of finished trials; a question may have asked for more replications."""
    for case in experiment.cases:
        for replication in itertools.count():
            record = records.get(trial_id(case.identity, trial_seed(case.seed, replication)))
            if record is not None:
                yield case.index, replication, record
            elif replication >= experiment.config.most_replications:
                break


def write_tables(directory: Path, trials: "pd.DataFrame", failures: "pd.DataFrame") -> None:
    """trials.parquet and failures.parquet, each replaced as a whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name, frame in ((TRIALS, trials), (FAILURES, failures)):
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        write_atomically(directory / name, buffer.getvalue())


def _column_of(key: str) -> str:
    return f"scenario.{key}" if key in COLUMNS else key


def _column(values: Sequence[Any]) -> list[Any]:
    """Numbers stay numbers (NaN for a case that leaves the key as given); numbers mixed with text become text."""
    given = [value for value in values if value is not None]
    if given and all(isinstance(value, int | float) and not isinstance(value, bool) for value in given):
        return [float("nan") if value is None else value for value in values]
    return [text_of(value) for value in values]
