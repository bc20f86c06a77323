"""Pieces of a vector index: files that never change, and which of their rows were removed.

A segment's rows are the vectors as they were given, memory-mapped, so that scores are exact
cosines. Once it has more than ``MOST_EXACT`` of them it also has 8-bit codes in inverted lists
(FAISS, IVF), which find the candidates whose cosines are then taken from the rows.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamagedError
from rag.passage_set import PassageSet
from rag.store.folder import link_file

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]

_ALL = PassageSet(())
"""Stands for no limit where a set is a key."""

MOST_EXACT = 32_768
"""With so many rows a question is compared; with the codes of so many where there are more."""

_ROWS, _IDS, _CODES, _STATE = ".rows.npy", ".ids.npy", ".faiss", ".state.npz"
_CHUNK = 16_384
_CANDIDATES = 2
"""How many times as many candidates as results are taken by their codes."""
_TRAINING_EACH, _TRAINING_ROUNDS = 48, 8


@dataclass(frozen=True, slots=True)
class _Choice:
    """How many rows may be found, and which: their numbers, or, for codes, a bit for each row.

    None where all may. ``sizes`` is how many of them each inverted list has.
    """

    count: int
    rows: NDArray[np.int64] | None
    sizes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    bits: NDArray[np.uint8] | None = None


class Segment:
    """Some vectors of one language, by passage id, in files with one stem."""

    def __init__(self, stem: Path, ids: Ids, rows: Vectors, codes: Any = None) -> None:  # noqa: ANN401
        self._stem = stem
        self.ids = ids
        self.rows = rows
        self._codes = codes
        self.removed = np.zeros(len(ids), np.bool_)
        self.total: NDArray[np.float64] = np.zeros(rows.shape[1])
        self._lists: NDArray[np.int32] | None = None
        self._choices: WeakKeyDictionary[PassageSet, _Choice] = WeakKeyDictionary()

    @classmethod
    def unwritten(cls, ids: Ids, rows: Vectors) -> Segment:
        """Return a segment of sorted ids and their vectors that is in memory alone."""
        segment = cls(Path(), ids, rows)
        segment.total = rows.sum(axis=0, dtype=np.float64)
        return segment

    @classmethod
    def open(cls, stem: Path, dimension: int) -> Segment:
        """Map the files of a segment into memory.

        Raises:
            IndexDamagedError: they are no segment's, or of another dimension.
        """
        path = stem
        try:
            path = _with(stem, _IDS)
            ids = np.load(path, mmap_mode="r")
            path = _with(stem, _ROWS)
            rows = np.load(path, mmap_mode="r")
            if rows.dtype != np.float32 or rows.shape != (len(ids), dimension):
                raise ValueError("rows of another shape")
            path = _with(stem, _CODES)
            codes = _read_codes(path, len(ids)) if path.is_file() else None
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
        return None if row is None else np.array(self.rows[row])

    def remove(self, passage: int) -> bool:
        """Remove a vector; return whether it was there."""
        row = self._row(passage)
        if row is None:
            return False
        self.removed[row] = True
        self.total = self.total - self.rows[row]
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

    def search(
        self, question: Vectors, limit: int, allowed: PassageSet | None
    ) -> list[tuple[int, float]]:
        """Return the ids nearest to a question vector with their cosines, best first."""
        choice = self._choice(allowed)
        if not choice.count:
            return []
        rows = choice.rows if self._codes is None else self._nearest(question, limit, choice)
        scores = (self.rows if rows is None else self.rows[rows]) @ question
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
        every = count == len(self.ids)
        if self._codes is None:
            return _Choice(count, None if every else np.flatnonzero(wanted))
        if self._lists is None:
            self._lists = _lists_of(self._codes)
        sizes = np.bincount(self._lists[wanted], minlength=self._codes.nlist)
        bits = None if every else np.packbits(wanted, bitorder="little")
        return _Choice(count, None, sizes, bits)

    def _nearest(self, question: Vectors, limit: int, choice: _Choice) -> NDArray[np.int64]:
        """Return the rows, sorted, whose codes are nearest to the question.

        So many lists are searched, nearest first, as have ``MOST_EXACT`` wanted rows together.
        """
        import faiss

        index = self._codes
        order = index.quantizer.search(question[None], index.nlist)[1][0]
        seen = np.cumsum(choice.sizes[order])
        parameters: Any = faiss.SearchParametersIVF()
        parameters.nprobe = 1 + int(np.searchsorted(seen, min(choice.count, MOST_EXACT)))
        if choice.bits is not None:
            make_selector: Any = faiss.IDSelectorBitmap
            parameters.sel = make_selector(choice.bits)
        found = index.search(question[None], _CANDIDATES * limit, params=parameters)[1][0]
        return np.sort(found[found >= 0])

    def _row(self, passage: int) -> int | None:
        row = int(np.searchsorted(self.ids, passage))
        if row == len(self.ids) or self.ids[row] != passage or self.removed[row]:
            return None
        return row


def write_segment(folder: Path, language: str, segments: Sequence[Segment]) -> Segment:
    """Write one segment of what others keep."""
    stem = folder / f"{language}-{uuid4().hex}"
    dimension = segments[0].rows.shape[1]
    ids = np.concatenate([segment.kept() for segment in segments])
    order = np.argsort(ids)
    total = np.zeros(dimension)
    with _with(stem, _ROWS).open("wb") as file:
        shape = {"descr": "<f4", "fortran_order": False, "shape": (len(ids), dimension)}
        np.lib.format.write_array_header_1_0(file, shape)
        for chunk in _chunks(segments, order):
            total += chunk.sum(axis=0, dtype=np.float64)
            file.write(chunk.tobytes())
    np.save(_with(stem, _IDS), ids[order])
    if len(ids) > MOST_EXACT:
        _write_codes(stem)
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


def _write_codes(stem: Path) -> None:
    """Make the 8-bit codes of a segment's rows, in about three times the root of n lists."""
    import faiss

    rows = np.load(_with(stem, _ROWS), mmap_mode="r")
    count, dimension = rows.shape
    lists = 2 ** round(math.log2(3 * count**0.5))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatL2(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit
    )
    index.cp.niter = _TRAINING_ROUNDS
    index.cp.max_points_per_centroid = _TRAINING_EACH
    sample = np.linspace(0, count - 1, min(count, lists * _TRAINING_EACH)).astype(np.int64)
    index.train(np.array(rows[sample]))
    for start in range(0, count, _CHUNK):
        index.add(np.array(rows[start : start + _CHUNK]))
    faiss.write_index(index, str(_with(stem, _CODES)))


def _read_codes(path: Path, count: int) -> Any:  # noqa: ANN401
    import faiss

    codes = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    if codes.ntotal != count:
        raise ValueError("codes of other rows")
    return codes


def _lists_of(codes: Any) -> NDArray[np.int32]:  # noqa: ANN401
    """Return the inverted list of each row."""
    import faiss

    lists = np.empty(codes.ntotal, np.int32)
    for number in range(codes.nlist):
        size = codes.invlists.list_size(number)
        if size:
            lists[faiss.rev_swig_ptr(codes.invlists.get_ids(number), size)] = number
    return lists


def _write_state(stem: Path, removed: NDArray[np.bool_], total: NDArray[np.float64]) -> None:
    np.savez(_with(stem, _STATE), removed=np.flatnonzero(removed), sum=total)


def _with(stem: Path, end: str) -> Path:
    return stem.with_name(stem.name + end)
