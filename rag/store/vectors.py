"""Passage vectors, those of each language apart, in segments that are merged as they become many.

Each language has segments of its own because retrieval asks each for its own candidates. A commit
writes what was added since the last one as a new segment, together with older ones that are less
than twice as large, so that there are few and every vector is written few times.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.passage_set import PassageSet
from rag.records import Language
from rag.store.segments import Segment, search_segments, segment_stems, write_segment

Vectors = NDArray[np.float32]

FOLDER = "vectors"
_SMALL = 4096
"""Segments of fewer vectors are merged with any newer one."""


class VectorIndex:
    """Unit vectors by passage id and language; scores are cosines."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._segments: dict[Language, list[Segment]] = {language: [] for language in Language}
        self._added: dict[Language, dict[int, Vectors]] = {language: {} for language in Language}

    @classmethod
    def load(cls, folder: Path, dimension: int) -> VectorIndex:
        """Open the segments in a folder.

        Raises:
            IndexDamagedError: a file is not a segment's of this dimension.
        """
        index = cls(dimension)
        for language in Language:
            stems = segment_stems(folder / FOLDER, language.value)
            index._segments[language] = [Segment.open(stem, dimension) for stem in stems]
        return index

    def save(self, folder: Path) -> None:
        """Write what was added into a folder, and link there what has not changed."""
        target = folder / FOLDER
        target.mkdir(exist_ok=True)
        for language in Language:
            groups = _groups(self.segments(language))
            self._segments[language] = [
                group[0].link(target)
                if len(group) == 1 and group[0].is_written and not group[0].is_sparse
                else write_segment(target, language.value, group)
                for group in groups
            ]
            self._added[language] = {}

    def add(self, language: Language, ids: Sequence[int], vectors: Vectors) -> None:
        """Add vectors, shape (len(ids), dimension)."""
        self._added[language].update(zip(ids, np.asarray(vectors, np.float32), strict=True))

    def remove(self, ids: Iterable[int]) -> None:
        """Remove vectors; ids that are not there are passed over."""
        for number in ids:
            for language in Language:
                self._added[language].pop(number, None)
                for segment in self._segments[language]:
                    segment.remove(number)

    def vector(self, passage: int) -> Vectors | None:
        """Return the vector of one passage."""
        for language in Language:
            if (added := self._added[language].get(passage)) is not None:
                return added
            for segment in self._segments[language]:
                if (found := segment.vector(passage)) is not None:
                    return found
        return None

    def count(self, language: Language) -> int:
        """Return how many vectors there are of a language."""
        return len(self._added[language]) + sum(map(len, self._segments[language]))

    def mean(self, language: Language) -> Vectors | None:
        """Return the mean vector of a language's passages, None when there are none."""
        count = self.count(language)
        if not count:
            return None
        total = sum(segment.total for segment in self.segments(language))
        return np.asarray(total / count, np.float32)

    def ids(self) -> set[int]:
        """Return every passage id that has a vector."""
        every = (segment for language in Language for segment in self.segments(language))
        return {number for segment in every for number in segment.kept().tolist()}

    def search(
        self, question: Vectors, language: Language, limit: int, allowed: PassageSet | None
    ) -> list[tuple[int, float]]:
        """Return the ids nearest to a question vector with their cosines, best first.

        ``allowed`` limits the search to some ids before anything is ranked.
        """
        return search_segments(self.segments(language), question, limit, allowed)

    def segments(self, language: Language) -> list[Segment]:
        """Return the segments that have vectors, what was added as one."""
        segments = [segment for segment in self._segments[language] if len(segment)]
        if added := self._added[language]:
            ids = np.array(sorted(added), np.int64)
            segments.append(Segment.unwritten(ids, np.stack([added[i] for i in ids.tolist()])))
        return segments


def _groups(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Return which segments are written as one, so that each is twice as large as the next."""
    groups: list[list[Segment]] = []
    for segment in sorted(segments, key=len, reverse=True):
        groups.append([segment])
        while len(groups) > 1 and _size(groups[-2]) < max(_SMALL, 2 * _size(groups[-1])):
            last = groups.pop()
            groups[-1].extend(last)
    return groups


def _size(group: Sequence[Segment]) -> int:
    return sum(map(len, group))
