"""Vectors in a file, read where they are asked for, so that they take no memory.

What is mapped into memory instead counts as the process's own once it was touched, and a page
that is not there yet is waited for alone, one after the other.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamagedError

Vectors = NDArray[np.float32]

_CHUNK = 16_384


class VectorFile:
    """A file of fp32 rows in numpy's format, open as long as it is needed; it never changes.

    Indexed by an array of row numbers, as an array would be. Several threads may read.
    """

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            ValueError: it is no such file, or not whole.
        """
        self._path = path
        # Unbuffered, because rows are read from everywhere.
        self._file = path.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)
        self._turn = Lock()
        if np.lib.format.read_magic(self._file) != (1, 0):
            raise ValueError("a file of another version")
        self.shape, by_column, self.dtype = np.lib.format.read_array_header_1_0(self._file)
        self._start = self._file.tell()
        if self.dtype != np.float32 or by_column or len(self.shape) != 2:
            raise ValueError("a file of something else than rows")
        self._width = 4 * self.shape[1]
        if os.fstat(self._file.fileno()).st_size != self._start + len(self) * self._width:
            raise ValueError("a file of another length")

    @staticmethod
    def write(path: Path, count: int, dimension: int, chunks: Iterator[Vectors]) -> None:
        """Write ``count`` vectors, which come some at a time, each shape (any, dimension)."""
        with path.open("wb") as file:
            shape = {"descr": "<f4", "fortran_order": False, "shape": (count, dimension)}
            np.lib.format.write_array_header_1_0(file, shape)
            for chunk in chunks:
                file.write(chunk.tobytes())

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, rows: NDArray[np.int64]) -> Vectors:
        """Return some rows, shape (len(rows), dimension); sorted ones are read fastest.

        Raises:
            IndexDamagedError: the file has become shorter.
        """
        if not len(rows):
            return np.empty((0, self.shape[1]), np.float32)
        # Rows that follow each other are read as one.
        firsts = np.flatnonzero(np.diff(rows, prepend=rows[0] - 2) != 1)
        starts = (self._start + rows[firsts] * self._width).tolist()
        sizes = (np.diff(firsts, append=len(rows)) * self._width).tolist()
        if hasattr(os, "posix_fadvise") and len(starts) > 1:
            # The disk is asked for all of them before the first is waited for.
            for start, size in zip(starts, sizes, strict=True):
                os.posix_fadvise(self._file.fileno(), start, size, os.POSIX_FADV_WILLNEED)
        content = b"".join(map(self._read, starts, sizes))
        if len(content) != len(rows) * self._width:
            raise IndexDamagedError(f"{self._path} has become shorter. Run `rag repair`")
        return np.frombuffer(content, np.float32).reshape(-1, self.shape[1])

    def chunks(self) -> Iterator[Vectors]:
        """Yield all rows, some at a time."""
        for start in range(0, len(self), _CHUNK):
            yield self[np.arange(start, min(start + _CHUNK, len(self)))]

    def _read(self, start: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), size, start)
        with self._turn:
            self._file.seek(start)
            return self._file.read(size)
