"""What every reader offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rag.records import Document, Draft, Hit, Question


class Reader(Protocol):
    """Finds the words that answer a question in the passages that were retrieved for it."""

    def read(
        self, question: Question, hits: Sequence[Hit], documents: Mapping[str, Document]
    ) -> Draft:
        """Return extracts, best first, and whether the best one answers the question.

        ``documents`` holds, by key, the document of every hit.
        """
        ...
