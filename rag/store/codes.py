"""Short codes of vectors, which tell the few that are worth comparing exactly.

A product quantiser gives every two numbers of a vector four bits (of one of sixteen points of the
plane), and FAISS adds up a table's entries for 32 vectors at once (fast scan): all are looked at
in less time than lists of near ones would be found, read and cut down to those a filter allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_BITS = 4
_MOST_TRAINED = 32_768


class Codes:
    """The codes of a segment's rows, in memory: an eighth of a float a number."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401
        self._index = index

    @classmethod
    def open(cls, path: Path, count: int) -> Codes:
        """Read the codes of so many rows.

        Raises:
            ValueError, RuntimeError: they are those of other rows, or no codes.
        """
        import faiss

        index = faiss.read_index(str(path))
        if not isinstance(index, faiss.IndexIVFPQFastScan) or index.ntotal != count:
            raise ValueError("codes of other rows")
        return cls(index)

    @staticmethod
    def write(path: Path, sample: Vectors, chunks: Iterator[Vectors]) -> None:
        """Write codes by points that suit a sample of the rows, which come some at a time."""
        import faiss

        dimension = sample.shape[1]
        # FAISS takes a choice of rows for inverted lists alone, so there is one with all of them.
        one_list = faiss.IndexFlatL2(dimension)
        one_list.add(np.zeros((1, dimension), np.float32))
        index = faiss.IndexIVFPQFastScan(one_list, dimension, 1, _numbers(dimension), _BITS)
        index.by_residual = False
        index.train(sample)
        for chunk in chunks:
            index.add(chunk)
        faiss.write_index(index, str(path))

    def nearest(
        self, question: Vectors, limit: int, allowed: NDArray[np.uint8] | None
    ) -> tuple[NDArray[np.int64], Vectors]:
        """Return the rows whose codes are nearest to the question, at most ``limit``, sorted.

        Beside them stand their distances, squared, which compare with those of other codes.
        ``allowed`` has a bit, the lowest first, for each row that may be found; None where all may.
        """
        import faiss

        parameters: Any = faiss.SearchParametersIVF()
        if allowed is not None:
            make_selector: Any = faiss.IDSelectorBitmap
            parameters.sel = make_selector(allowed)
        # The threads are the caller's: those of OpenMP would be made for each of them, and spin.
        faiss.omp_set_num_threads(1)
        distances, rows = self._index.search(question[None], limit, params=parameters)
        order = np.argsort(rows[0])[np.count_nonzero(rows[0] < 0) :]
        return rows[0][order], distances[0][order]


def sample_rows(count: int) -> NDArray[np.int64]:
    """Return the rows of so many by which codes are made, evenly spread."""
    return np.linspace(0, count - 1, min(count, _MOST_TRAINED)).astype(np.int64)


def _numbers(dimension: int) -> int:
    """Return how many codes a vector has: one for two numbers, for each where they are odd."""
    return dimension // 2 if dimension % 2 == 0 else dimension
