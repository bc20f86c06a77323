"""Pieces of a vector index: files that never change, and which of their rows were removed.

A segment's rows are the vectors as they were given, so that scores are exact cosines. Up to
``MOST_EXACT`` of them are memory-mapped, and a question is compared with all. Where there are more
there are codes as well (see ``codes.py``), which find the candidates whose rows are then read.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamagedError
from rag.passage_set import PassageSet
from rag.store.codes import Codes, sample_rows
from rag.store.folder import link_file
from rag.store.vector_file import VectorFile

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]

_ALL = PassageSet(())
"""Stands for no limit where a set is a key."""

MOST_EXACT = 16_384
"""With so many rows a question is compared; of more it is compared with those of near codes."""

_ROWS, _IDS, _CODES, _STATE = ".rows.npy", ".ids.npy", ".pq.faiss", ".state.npz"
_CHUNK = 16_384
_CANDIDATES = 4
"""How many times as many candidates as results are taken by their codes."""
_LEAST_CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class _Choice:
    """How many rows may be found, and which: their numbers, or a bit for each, None where all."""

    count: int
    rows: NDArray[np.int64] | None = None
    bits: NDArray[np.uint8] | None = None


class Segment:
    """Some vectors of one language, by passage id, in files with one stem."""

    def __init__(
        self, stem: Path, ids: Ids, rows: Vectors | VectorFile, codes: Codes | None = None
    ) -> None:
        self._stem = stem
        self.ids = ids
        self.rows = rows
        self._codes = codes
        self.removed = np.zeros(len(ids), np.bool_)
        self.total: NDArray[np.float64] = np.zeros(rows.shape[1])
        self._choices: WeakKeyDictionary[PassageSet, _Choice] = WeakKeyDictionary()

    @classmethod
    def unwritten(cls, ids: Ids, rows: Vectors) -> Segment:
        """Return a segment of sorted ids and their vectors that is in memory alone."""
        segment = cls(Path(), ids, rows)
        segment.total = rows.sum(axis=0, dtype=np.float64)
        return segment

    @classmethod
    def open(cls, stem: Path, dimension: int) -> Segment:
        """Open the files of a segment.

        Raises:
            IndexDamagedError: they are no segment's, or of another dimension.
        """
        path = stem
        try:
            path = _with(stem, _IDS)
            ids = np.load(path, mmap_mode="r")
            path = _with(stem, _ROWS)
            has_codes = _with(stem, _CODES).is_file()
            rows = VectorFile(path) if has_codes else np.load(path, mmap_mode="r")
            if rows.shape != (len(ids), dimension) or rows.dtype != np.float32:
                raise ValueError("rows of another shape")
            path = _with(stem, _CODES)
            codes = Codes.open(path, len(ids)) if has_codes else None
            found = cls(stem, ids, rows, codes)
            path = _with(stem, _STATE)
            with path.open("rb") as file, np.load(file) as state:
                found.removed[state["removed"]] = True
                found.total = state["sum"]
        except (ValueError, RuntimeError, EOFError, KeyError, IndexError, zipfile.BadZipFile) as e:
            raise IndexDamagedError(f"{path} is not a whole vector file. Run `rag repair`") from e
        return found

    def __len__(self) -> int:
        return len(self.ids) - int(np.count_nonzero(self.removed))

    @property
    def is_sparse(self) -> bool:
        """Whether more than half of its rows were removed."""
        return 2 * len(self) < len(self.ids)

    @property
    def is_written(self) -> bool:
        """Whether it is in files."""
        return bool(self._stem.name)

    def kept(self) -> Ids:
        """Return the ids of the vectors, sorted."""
        return self.ids[~self.removed]

    def vector(self, passage: int) -> Vectors | None:
        """Return the vector of one passage."""
        row = self._row(passage)
        return None if row is None else np.array(self.rows[np.array([row])][0])

    def remove(self, passage: int) -> bool:
        """Remove a vector; return whether it was there."""
        row = self._row(passage)
        if row is None:
            return False
        self.removed[row] = True
        self.total = self.total - self.rows[np.array([row])][0]
        self._choices.clear()
        return True

    def link(self, folder: Path) -> Segment:
        """Have the same files in another folder, with what was removed since."""
        for end in (_ROWS, _IDS, _CODES):
            path = _with(self._stem, end)
            if path.is_file():
                link_file(path, folder / path.name)
        stem = folder / self._stem.name
        _write_state(stem, self.removed, self.total)
        return Segment.open(stem, self.rows.shape[1])

    def candidates(
        self, question: Vectors, most: int, allowed: PassageSet | None
    ) -> tuple[NDArray[np.int64] | None, Vectors | None]:
        """Return the rows to compare with a question vector, None for all of them.

        Where codes found them, at most so many, their distances stand beside them.
        """
        choice = self._choice(allowed)
        if self._codes is None or choice.rows is not None:
            return choice.rows, None
        return self._codes.nearest(question, most, choice.bits)

    def compare(
        self, question: Vectors, rows: NDArray[np.int64] | None, limit: int
    ) -> list[tuple[int, float]]:
        """Return the ids of those rows that are nearest with their cosines, best first."""
        vectors = self.rows if rows is None else self.rows[rows]
        assert not isinstance(vectors, VectorFile), "rows of a file are found by their codes"
        scores = vectors @ question
        best = best_places(scores, limit)
        numbers = self.ids[best if rows is None else rows[best]]
        return list(zip(numbers.tolist(), scores[best].tolist(), strict=True))

    def _choice(self, allowed: PassageSet | None) -> _Choice:
        """Return which rows may be found, worked out once for a set of passages."""
        key = _ALL if allowed is None else allowed
        found = self._choices.get(key)
        if found is None:
            found = self._choices[key] = self._choose(allowed)
        return found

    def _choose(self, allowed: PassageSet | None) -> _Choice:
        wanted = ~self.removed
        if allowed is not None:
            wanted &= allowed.holds(self.ids)
        count = int(np.count_nonzero(wanted))
        if count == len(self.ids):
            return _Choice(count)
        if self._codes is None or count <= _LEAST_CANDIDATES:
            return _Choice(count, np.flatnonzero(wanted))
        return _Choice(count, bits=np.packbits(wanted, bitorder="little"))

    def _row(self, passage: int) -> int | None:
        row = int(np.searchsorted(self.ids, passage))
        if row == len(self.ids) or self.ids[row] != passage or self.removed[row]:
            return None
        return row


def search_segments(
    segments: Sequence[Segment], question: Vectors, limit: int, allowed: PassageSet | None
) -> list[tuple[int, float]]:
    """Return the ids nearest to a question vector with their cosines, best first.

    Of what codes find in all segments together, only the nearest are read.
    """
    most = max(_LEAST_CANDIDATES, _CANDIDATES * limit)
    found = [(one, *one.candidates(question, most, allowed)) for one in segments]
    every = np.concatenate([np.empty(0), *(near for _, _, near in found if near is not None)])
    furthest = np.partition(every, most - 1)[most - 1] if len(every) > most else np.inf
    nearest: list[tuple[int, float]] = []
    for segment, rows, near in found:
        kept = rows if rows is None or near is None else rows[near <= furthest]
        nearest += segment.compare(question, kept, limit)
    return sorted(nearest, key=lambda item: (-item[1], item[0]))[:limit]


def write_segment(folder: Path, language: str, segments: Sequence[Segment]) -> Segment:
    """Write one segment of what others keep."""
    stem = folder / f"{language}-{uuid4().hex}"
    dimension = segments[0].rows.shape[1]
    ids = np.concatenate([segment.kept() for segment in segments])
    order = np.argsort(ids)
    total = np.zeros(dimension)

    def chunks() -> Iterator[Vectors]:
        for chunk in _chunks(segments, order):
            total[:] += chunk.sum(axis=0, dtype=np.float64)
            yield chunk

    VectorFile.write(_with(stem, _ROWS), len(ids), dimension, chunks())
    np.save(_with(stem, _IDS), ids[order])
    if len(ids) > MOST_EXACT:
        rows = VectorFile(_with(stem, _ROWS))
        Codes.write(_with(stem, _CODES), rows[sample_rows(len(rows))], rows.chunks())
    _write_state(stem, np.zeros(len(ids), np.bool_), total)
    return Segment.open(stem, dimension)


def segment_stems(folder: Path, language: str) -> list[Path]:
    """Return the stems of a language's segments in a folder."""
    return [
        path.with_name(path.name[: -len(_ROWS)]) for path in folder.glob(f"{language}-*{_ROWS}")
    ]


def best_places(scores: Vectors, limit: int) -> NDArray[np.int64]:
    """Return where the highest scores stand, best first; of equal ones the first."""
    places = np.arange(len(scores))
    if limit < len(scores):
        least = np.partition(scores, -limit)[-limit]
        places = np.flatnonzero(scores >= least)
    return places[np.argsort(-scores[places], kind="stable")[:limit]]


def _chunks(segments: Sequence[Segment], order: NDArray[np.int64]) -> Iterator[Vectors]:
    """Yield what segments keep, end to end, in an order, some rows at a time."""
    kept = [np.flatnonzero(~segment.removed) for segment in segments]
    starts = np.cumsum([0, *map(len, kept)])
    for at in range(0, len(order), _CHUNK):
        places = order[at : at + _CHUNK]
        chunk = np.empty((len(places), segments[0].rows.shape[1]), np.float32)
        for segment, start, rows in zip(segments, starts, kept, strict=False):
            here = (places >= start) & (places < start + len(rows))
            chunk[here] = segment.rows[rows[places[here] - start]]
        yield chunk


def _write_state(stem: Path, removed: NDArray[np.bool_], total: NDArray[np.float64]) -> None:
    np.savez(_with(stem, _STATE), removed=np.flatnonzero(removed), sum=total)


def _with(stem: Path, end: str) -> Path:
    return stem.with_name(stem.name + end)
