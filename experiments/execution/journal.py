"""The journal of a run: one JSON line per finished trial, appended by the driver alone.

The journal is authoritative; every table is made from it. A line counts when it is complete: a tail truncated by a
crash or a full disk is cut off before the next line is written, and a trial whose line is missing is run again. The
last line of a trial counts, so a retried trial replaces its failure. A line ends with a checksum of the text before it,
so that a changed figure is detected; lines of earlier versions of robocell have none.
"""

import errno
import hashlib
import json
import os
import time
from array import array
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from ..design.trials import Trial
from ..errors import ExperimentError, LostFolderError
from .attempts import Status, TrialResult
from .durable import write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SYNC_EVERY_S = 1.0  # a power cut loses at most this much; killing the process loses nothing
CHECK = b',"check":"'
CHECK_BYTES = 6
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(slots=True)
class Record:
    """The record of a trial in the journal.

    100 000 trials stay small: values are an array under shared names, later a row of the table of all trials.
    """

    id: str
    status: Status
    seed: int
    names: tuple[str, ...]
    numbers: "array[float] | NDArray[np.float64]"
    error: str = ""
    traceback: str = ""
    wall_s: float = 0.0
    attempts: int = 1
    log: str = ""  # digest of the event log that was kept

    @property
    def done(self) -> bool:
        return self.status is Status.DONE

    @property
    def values(self) -> dict[str, float]:
        return dict(zip(self.names, self.numbers.tolist(), strict=True))


@dataclass(frozen=True)
class Damage:
    """A complete line that is not a record, or differs from what was written."""

    number: int  # of the line, from 1
    problem: str

    def __str__(self) -> str:
        return f"line {self.number} {self.problem}"


class Journal:
    """An open journal: the records so far, and the end of the file where the next one goes.

    Damaged lines are removed from the file, and the original is kept beside it; `damages` lists them.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: dict[str, Record] = {}
        self.damages: list[Damage] = []
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._end = 0
            for record, end in read(path):
                self._end = end
                if isinstance(record, Damage):
                    self.damages.append(record)
                else:
                    self._take(record)
            os.ftruncate(self._file, self._end)
            if self.damages:
                self._leave_out_damages()
        except BaseException:
            os.close(self._file)
            raise
        self._synced_s = time.monotonic()

    def append(self, trial: Trial, result: TrialResult) -> Record:
        """Adds one line.

        Raises ExperimentError when the disk is full, with the journal unchanged, and LostFolderError when the file no
        longer exists.
        """
        record = Record(
            id=result.id,
            status=result.status,
            seed=trial.seed,
            names=tuple(result.values),
            numbers=array("d", result.values.values()),
            error=result.error,
            traceback=result.traceback,
            wall_s=round(result.wall_s, 6),
            attempts=result.attempts,
            log=digest(result.log) if result.log is not None else "",
        )
        self.write(record)
        return record

    def write(self, record: Record) -> None:
        """Adds the line of a record, as `append` does."""
        line = _line(record)
        try:
            written = os.pwrite(self._file, line, self._end)
            if written < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if time.monotonic() - self._synced_s > SYNC_EVERY_S:
                os.fsync(self._file)
                self._synced_s = time.monotonic()
        except OSError as error:
            if error.errno not in NO_ROOM:
                self._take(record)
                raise LostFolderError(f"{self.path}: cannot be written any more ({error.strerror})") from None
            os.ftruncate(self._file, self._end)
            raise ExperimentError(
                f"{self.path}: cannot be written ({error.strerror}); {len(self.records)} trials are safe: "
                "make room and run the same command again"
            ) from None
        self._end += len(line)
        self._take(record)
        self.check_present()

    def check_present(self) -> None:
        """Raises LostFolderError when the path no longer refers to the open file, or cannot be written to."""
        try:
            found = os.stat(self.path)
        except OSError:
            raise LostFolderError(f"{self.path} was deleted or moved while the run went on") from None
        if not os.path.samestat(found, os.fstat(self._file)):
            raise LostFolderError(f"{self.path} was replaced by another file while the run went on")
        if not os.access(self.path.parent, os.W_OK):
            raise LostFolderError(f"{self.path.parent} was made read-only while the run went on")

    def close(self) -> None:
        try:
            os.fsync(self._file)
        finally:
            os.close(self._file)

    def _leave_out_damages(self) -> None:
        content = self.path.read_bytes()
        damaged = {damage.number for damage in self.damages}
        kept = [line for number, line in enumerate(content.splitlines(keepends=True), 1) if number not in damaged]
        write_atomically(self.path.with_suffix(".damaged"), content)
        write_atomically(self.path, b"".join(kept))
        os.close(self._file)
        self._file = os.open(self.path, os.O_RDWR)
        self._end = sum(map(len, kept))

    def _take(self, record: Record) -> None:
        record.names = self._shared.setdefault(record.names, record.names)
        self.records[record.id] = record


def read(path: Path) -> Iterator[tuple[Record | Damage, int]]:
    """Every complete line as a record or a Damage, with the offset of its end; a truncated tail is skipped.

    Records with the same KPIs share one tuple of names.
    """
    end = 0
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            end += len(line)
            record = _record(line, number)
            if isinstance(record, Record):
                record.names = shared.setdefault(record.names, record.names)
            yield record, end


def digest(content: bytes) -> str:
    """Short fingerprint of a kept log."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _line(record: Record) -> bytes:
    document = asdict(record) | {"values": record.values}
    del document["names"], document["numbers"]
    told = {key: value for key, value in document.items() if value != ""}
    text = json.dumps(told, separators=(",", ":")).encode()[:-1]
    return text + CHECK + _check(text) + b'"}\n'


def _check(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=CHECK_BYTES).hexdigest().encode()


def _record(line: bytes, number: int) -> Record | Damage:
    text, mark, check = line.rstrip().rpartition(CHECK)
    try:
        document = _document(line)
        document.pop("check", None)
        values = document.pop("values")
        document["status"] = Status(document["status"])
        record = Record(names=tuple(values), numbers=_numbers(values.values()), **document)
        texts = (record.id, record.error, record.traceback, record.log)
        if not all(isinstance(text, str) for text in texts) or not isinstance(record.seed, int):
            raise TypeError
        for value in (record.seed, record.wall_s, record.attempts):
            _number(value)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Damage(number, "is damaged")
    if mark and check != _check(text) + b'"}':
        return Damage(number, f"(trial {record.id}) was changed after it was written")
    return record


def _document(line: bytes) -> Any:
    """The JSON of a line; ValueError for another text."""
    try:
        return from_json(line)  # three times as fast as `json`
    except ValueError:
        return json.loads(line)  # an error may tell a text with half a surrogate pair, which only this one takes


def _numbers(values: Collection[Any]) -> "array[float]":
    """The values, if all are numbers that a float can hold; else TypeError or ValueError."""
    if set(map(type, values)) != {float}:  # almost always it is
        return array("d", map(_number, values))
    return array("d", values)


def _number(value: Any) -> float:
    """The value if it is a number that a float can hold; else TypeError or ValueError."""
    if type(value) is float or (type(value) is int and abs(value) < 1 << 64):
        return value
    raise TypeError
