"""Whatever becomes of the file of a log, reading it gives the log or one ValueError that names the file."""

import io
import random
import tracemalloc
import zipfile

import numpy as np
import pytest

from robocell.environments.log import AgentKind, Event, EventLog


@pytest.fixture
def saved(tmp_path):
    log = EventLog("demo", seed=1)
    log.add_agent(1, AgentKind.STATION, "source")
    log.add_agent(2, AgentKind.AGV, "agv_1")
    for number in range(200):
        log.event(float(number), Event.RELEASED, 1, job=2, other=0, value=60.0)
        log.trace(number, np.array([number % 7], np.int32))
    log.close(200.0)
    path = tmp_path / "log.npz"
    log.save(path)
    return path, log.digest()


def members(path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, content: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def test_cut_off_and_garbled_files_are_refused_or_equal_to_what_was_saved(saved):
    path, digest = saved
    content = path.read_bytes()
    chance = random.Random(1)
    refused = 0
    for number in range(300):
        damaged = bytearray(content[: chance.randrange(len(content))] if number % 2 else content)
        for _ in range(chance.choice((1, 1, 4, 40)) if damaged else 0):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            found = EventLog.load(path).digest()
        except ValueError as error:
            found, refused = digest if str(error).startswith(f"{path} is ") else str(error), refused + 1
        assert found == digest
    assert refused > 250


def npy(shape: str, descr: str = "<f8") -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + b"\0" * 16


def short(content: bytes) -> bytes:
    file = io.BytesIO()
    np.save(file, np.load(io.BytesIO(content))[..., :1])
    return file.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        {"events.time_s.npy": None},
        {"events.time_s.npy": npy("(10000000000000,)")},
        {"events.time_s.npy": npy("(-1,)", "|O")},
        {"events.time_s.npy": npy("(2,)", "<U0")},
        {"events.value.npy": short},
        {"trace.moves.npy": short},
        {"trace.ticks.npy": short},
        {"agents.kind.npy": short},
        {"agents.name.npy": npy("(16,)", "|u1")},
        {"header.json": b"[]"},
        {"header.json": b'{"format": 1}'},
        {"header.json": b"\xff"},
        {"header.json": b"null"},
    ],
)
def test_columns_that_do_not_fit_are_refused_without_taking_memory(saved, change):
    path, _ = saved
    content = members(path)
    for name, new in change.items():
        if new is None:
            del content[name]
        else:
            content[name] = new(content[name]) if callable(new) else new
    write(path, content)
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"log\.npz is not an event log: .* Give a file that EventLog\.save wrote\."):
        EventLog.load(path)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
