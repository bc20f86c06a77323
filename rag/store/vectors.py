"""Passage vectors in FAISS, a flat index for each language, searched exactly.

Each language has an index of its own because retrieval asks each for its own candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamagedError
from rag.records import Language

Vectors = NDArray[np.float32]


class VectorIndex:
    """Unit vectors by passage id and language; scores are cosines."""

    def __init__(self, dimension: int, parts: dict[Language, Any] | None = None) -> None:
        self._dimension = dimension
        self._parts: dict[Language, Any] = parts or {}
        self._means: dict[Language, Vectors] = {}

    @classmethod
    def load(cls, folder: Path, dimension: int) -> VectorIndex:
        """Read the files of a folder.

        Raises:
            IndexDamagedError: a file is not a FAISS index of this dimension.
        """
        import faiss

        parts = {}
        for language in Language:
            path = folder / _name(language)
            if path.is_file():
                try:
                    parts[language] = faiss.read_index(str(path))
                except RuntimeError as error:
                    raise _damaged(path) from error
                if parts[language].d != dimension:
                    raise _damaged(path)
        return cls(dimension, parts)

    def save(self, folder: Path) -> None:
        """Write one file a language into a folder."""
        import faiss

        for language, part in self._parts.items():
            faiss.write_index(part, str(folder / _name(language)))

    def add(self, language: Language, ids: Sequence[int], vectors: Vectors) -> None:
        """Add vectors, shape (len(ids), dimension)."""
        import faiss

        if language not in self._parts:
            self._parts[language] = faiss.IndexIDMap2(faiss.IndexFlatIP(self._dimension))
        self._means.pop(language, None)
        self._parts[language].add_with_ids(vectors, np.asarray(ids, np.int64))

    def remove(self, ids: Iterable[int]) -> None:
        """Remove vectors; ids that are not there are passed over."""
        gone = np.fromiter(ids, np.int64)
        self._means.clear()
        for part in self._parts.values():
            part.remove_ids(gone)

    def vector(self, passage: int) -> Vectors | None:
        """Return the vector of one passage."""
        for part in self._parts.values():
            try:
                vector: Vectors = part.reconstruct(passage)
            except RuntimeError:
                continue
            return vector
        return None

    def count(self, language: Language) -> int:
        """Return how many vectors there are of a language."""
        return int(self._parts[language].ntotal) if language in self._parts else 0

    def mean(self, language: Language) -> Vectors | None:
        """Return the mean vector of a language's passages, None when there are none."""
        import faiss

        if not self.count(language):
            return None
        if language not in self._means:
            flat: Any = faiss.downcast_index(self._parts[language].index)
            rows = faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * flat.d)
            self._means[language] = rows.reshape(-1, flat.d).mean(axis=0)
        return self._means[language]

    def ids(self) -> set[int]:
        """Return every passage id that has a vector."""
        import faiss

        return {int(i) for part in self._parts.values() for i in faiss.vector_to_array(part.id_map)}

    def search(
        self, question: Vectors, language: Language, limit: int, allowed: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """Return the ids nearest to a question vector with their cosines, best first.

        ``allowed`` limits the search to some ids before anything is ranked.
        """
        import faiss

        limit = min(limit, self.count(language))
        if limit == 0 or (allowed is not None and not allowed):
            return []
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.asarray(allowed, np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, ids = self._parts[language].search(question[None], limit, params=parameters)
        return [
            (int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0
        ]


def _name(language: Language) -> str:
    return f"vectors-{language.value}.faiss"


def _damaged(path: Path) -> IndexDamagedError:
    return IndexDamagedError(
        f"{path} is not a whole vector file. Delete the index folder and run `rag index` on "
        "your documents again"
    )
