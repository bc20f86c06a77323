"""The spool: vectors computed since the last commit, so that a process killed then loses none.

One file beside the generations, written by the one process that writes: a line that names the
model, then records of a passage's digest, its vector and a checksum. A record cut short or torn by
a crash fails its checksum; it and what follows are cut off.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexFolderError
from rag.store.manifest import ModelRecord

_SYNC_SECONDS = 5.0
"""How often records reach the disk itself; a killed process loses none, a power cut these."""


class Spool:
    """An open spool. Digests are 32 hexadecimal digits."""

    def __init__(self, path: Path, model: ModelRecord) -> None:
        """Open the file, or make it; what another model computed is dropped.

        Raises:
            IndexFolderError: its folder may not be written to.
        """
        self._record = np.dtype([
            ("digest", "V16"), ("vector", "<f4", model.dimension), ("checksum", "<u4"),
        ])  # fmt: skip
        self._path = path
        self._head = f"yinju vectors {model.name} {model.precision} {model.digest}\n".encode()
        self._vectors: dict[str, NDArray[np.float32]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("r+b" if path.exists() else "w+b", buffering=0)
        except PermissionError as error:
            raise IndexFolderError(
                f"{path} cannot be written ({error.strerror}); vectors are kept there until they "
                "are committed. See to the rights of its folder"
            ) from error
        try:
            self._load()
        except BaseException:
            self._file.close()
            raise
        self._synced = time.monotonic()

    def vector(self, digest: str) -> NDArray[np.float32] | None:
        """Return the vector of a passage, None when it was not computed."""
        return self._vectors.get(digest)

    def add(self, digests: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep vectors, shape (len(digests), dimension)."""
        _write(self._file.fileno(), self._records(digests, vectors))
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def clear(self, keep: Mapping[str, NDArray[np.float32]] | None = None) -> None:
        """Drop what the index now has; what was read at opening can still be used.

        ``keep`` has the vectors that it does not have yet, by digest. They are written over the
        first records, all as long as each other, so that whoever is killed here loses none.
        """
        self._file.seek(len(self._head))
        if keep:
            records = self._records(list(keep), np.stack(list(keep.values())))
            _write(self._file.fileno(), records)
        self._file.truncate()

    def close(self) -> None:
        """Close the file, which stays when it has records."""
        is_empty = self._file.tell() == len(self._head)
        self._file.close()
        if is_empty:
            self._path.unlink()

    def _records(self, digests: Sequence[str], vectors: NDArray[np.float32]) -> bytes:
        records = np.zeros(len(digests), self._record)
        records["digest"] = [np.void(bytes.fromhex(digest)) for digest in digests]
        records["vector"] = vectors
        for record in records:
            record["checksum"] = _checksum(record)
        return records.tobytes()

    def _load(self) -> None:
        content = self._file.read()
        good = 0
        if content.startswith(self._head):
            good = len(self._head)
            whole = (len(content) - good) // self._record.itemsize
            for record in np.frombuffer(content, self._record, whole, good):
                if record["checksum"] != _checksum(record):
                    break
                self._vectors[record["digest"].tobytes().hex()] = record["vector"]
                good += self._record.itemsize
        self._file.truncate(good)
        self._file.seek(0, os.SEEK_END)
        if not good:
            _write(self._file.fileno(), self._head)


def _checksum(record: np.void) -> int:
    return zlib.crc32(record.tobytes()[:-4])


def _write(handle: int, data: bytes) -> None:
    """Write all of it: a write to a disk that is nearly full may take a part."""
    while data:
        data = data[os.write(handle, data) :]
