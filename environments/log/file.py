"""The file of an event log: a zip of plain columns that `numpy.load` opens too; equal columns give equal bytes."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_RATIO = 1100  # deflate packs at most 1032 to 1
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # keeps the machine's clock out of the file


def write_columns(path: str | Path, header: dict[str, Any], columns: dict[str, NDArray[Any]]) -> None:
    """Write `header` as JSON and each column as a member `name.npy`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        members = {"header.json": json.dumps(header).encode()}
        members |= {f"{name}.npy": _npy_bytes(column) for name, column in columns.items()}
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), content, zipfile.ZIP_DEFLATED, 6)


def read_columns(path: str | Path, format_version: int) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read the header and columns of a file that `write_columns` wrote.

    Raises:
        OSError: the file cannot be opened.
        ValueError: the file is of another kind, damaged, or of another format version.
    """
    content = Path(path).read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            header = json.loads(_member(archive, "header.json", len(content)))
            version = header["format"]
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            columns = {name.removesuffix(".npy"): _column(_member(archive, name, len(content))) for name in names}
    except Exception as error:  # damaged bytes make zipfile, zlib, json and numpy raise a dozen kinds of errors
        problem = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{path} is not an event log: {problem}. Give a file that EventLog.save wrote.") from error
    if version != format_version:
        raise ValueError(
            f"{path} is an event log of format {version}, this version reads {format_version}: "
            "run the experiment again."
        )
    return header, columns


def _member(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    """Content of a member; refuses a length that a file of `size` bytes cannot hold (damaged files)."""
    claimed = archive.getinfo(name).file_size
    if claimed > LARGEST_RATIO * size:
        raise ValueError(f"{name} claims to be {claimed} bytes long")
    return archive.read(name)


def _column(content: bytes) -> NDArray[Any]:
    """The array of a .npy member, limited to its content whatever its header claims."""
    file = io.BytesIO(content)
    np.lib.format.read_magic(file)
    shape, in_columns, kind = np.lib.format.read_array_header_1_0(file)
    if in_columns or kind.hasobject or kind.itemsize == 0:
        raise ValueError("a column is not a plain array")
    return np.frombuffer(content, kind, offset=file.tell()).reshape(shape).copy()


def _npy_bytes(column: NDArray[Any]) -> bytes:
    """The .npy format, version 1.0, written here so that its bytes do not depend on the numpy version."""
    header = f"{{'descr': '{column.dtype.str}', 'fortran_order': False, 'shape': {column.shape}, }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + column.tobytes()


def encode_trace(cells: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[Any]]:
    """Encode paths as moves: one byte per vehicle and tick, unless more than 256 different moves occur.

    Args:
        cells: (R, V) int32.

    Returns:
        The start cells (V,), the table of all cell differences, and the indices (V, R - 1) into that table.
    """
    start = cells[0] if len(cells) else np.zeros(cells.shape[1], np.int32)
    delta = np.diff(cells.T, axis=1)
    deltas = np.unique(delta).astype(np.int32)
    code = np.uint8 if len(deltas) <= 256 else np.uint32
    steps = np.searchsorted(deltas, delta).astype(code) if len(cells) else np.empty((cells.shape[1], 0), code)
    return np.ascontiguousarray(start), deltas, np.ascontiguousarray(steps)


def decode_trace(start: NDArray[np.int32], deltas: NDArray[np.int32], moves: NDArray[Any]) -> NDArray[np.int32]:
    """The cells (R, V) that `encode_trace` took; R >= 1."""
    path = np.concatenate([start[:, None], deltas[moves]], axis=1) if deltas.size else start[:, None]
    return np.ascontiguousarray(np.cumsum(path, axis=1, dtype=np.int32).T)
