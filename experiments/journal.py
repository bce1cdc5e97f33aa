"""The journal of a run: one JSON line per finished trial, appended by the driver alone.

The journal is the truth; every table is made from it. A line counts when it is complete: a tail torn by a crash or a
full disk is cut off before the next line is written, and a trial whose line is missing is simply run again. The last
line of a trial wins, so a retried failure replaces the failure.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import ExperimentError
from .trials import Status, Trial, TrialResult

SYNC_EVERY_S = 1.0  # a power cut loses at most this much; a killed process loses nothing


@dataclass(slots=True)
class Record:
    """What the journal says about a trial. Values are kept as a tuple under shared names: 10 000 trials are small."""

    id: str
    status: Status
    seed: int
    names: tuple[str, ...]
    numbers: tuple[float, ...]
    error: str = ""
    traceback: str = ""
    wall_s: float = 0.0
    attempts: int = 1

    @property
    def done(self) -> bool:
        return self.status is Status.DONE

    @property
    def values(self) -> dict[str, float]:
        return dict(zip(self.names, self.numbers, strict=True))


class Journal:
    """An open journal: the records so far, and the end of the file where the next one goes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: dict[str, Record] = {}
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._end = 0
            for record, end in read(path):
                self._end = end
                if record is not None:
                    self._take(record)
            os.ftruncate(self._file, self._end)
        except BaseException:
            os.close(self._file)
            raise
        self._synced_s = time.monotonic()

    def append(self, trial: Trial, result: TrialResult) -> Record:
        """Adds one line; ExperimentError when the disk takes no more, with the journal as it was before."""
        record = Record(
            id=result.id,
            status=result.status,
            seed=trial.seed,
            names=tuple(result.values),
            numbers=tuple(result.values.values()),
            error=result.error,
            traceback=result.traceback,
            wall_s=round(result.wall_s, 6),
            attempts=result.attempts,
        )
        line = (json.dumps(_document(record), separators=(",", ":")) + "\n").encode()
        try:
            written = os.pwrite(self._file, line, self._end)
            if written < len(line):
                raise OSError(28, "No space left on device")
            if time.monotonic() - self._synced_s > SYNC_EVERY_S:
                os.fsync(self._file)
                self._synced_s = time.monotonic()
        except OSError as error:
            os.ftruncate(self._file, self._end)
            raise ExperimentError(
                f"{self.path}: cannot be written ({error.strerror}); {len(self.records)} trials are safe: "
                "make room and run the same command again"
            ) from None
        self._end += len(line)
        self._take(record)
        return record

    def close(self) -> None:
        os.fsync(self._file)
        os.close(self._file)

    def _take(self, record: Record) -> None:
        record.names = self._shared.setdefault(record.names, record.names)
        self.records[record.id] = record


def read(path: Path) -> Iterator[tuple[Record | None, int]]:
    """Every complete line as a record (None if damaged) with the offset of its end; a torn tail is left out.

    Records with the same KPIs share one tuple of names.
    """
    end = 0
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            end += len(line)
            record = _record(line)
            if record is not None:
                record.names = shared.setdefault(record.names, record.names)
            yield record, end


def _document(record: Record) -> dict[str, Any]:
    document = asdict(record) | {"values": record.values}
    del document["names"], document["numbers"]
    return {key: value for key, value in document.items() if value != ""}


def _record(line: bytes) -> Record | None:
    try:
        document = json.loads(line)
        values = document.pop("values")
        document["status"] = Status(document["status"])
        return Record(names=tuple(values), numbers=tuple(values.values()), **document)
    except (ValueError, KeyError, TypeError):
        return None
