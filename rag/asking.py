"""One question through the stages: understood, searched for, read, and held to its evidence."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from rag.errors import UsageError
from rag.evidence import answer_from, combine, combine_apart, compare_places, settles
from rag.language.parts import find_parts
from rag.language.words import Segmenter
from rag.questions import QuestionParser
from rag.reading import Reader
from rag.records import Answer, Document, Draft, Filters, Hit, Operation, Question, SearchMode
from rag.retrieval import Retriever
from rag.store import StoreReader


class Asking:
    """One question through the stages, over one generation of the index."""

    def __init__(
        self,
        questions: QuestionParser,
        reader: Reader,
        segmenter: Segmenter,
        index: StoreReader,
        filters: Filters | None,
        top_k: int,
    ) -> None:
        self._questions = questions
        self._reader = reader
        self._segmenter = segmenter
        self._index = index
        self._filters = filters
        self._top_k = top_k
        self._timings: dict[str, float] = {}

    def answer(self, question: str) -> Answer:
        """Return the answer, put together from several where the question asks for that.

        Raises:
            UsageError: the question is empty or too long, or the filters let nothing through.
        """
        catalog = self._index.catalog
        if self._filters and not catalog.any_document(self._filters):
            undated, unpublished = catalog.unknown()
            raise UsageError(
                "no document passes the filters. `rag list` shows paths, dates and publishers; "
                f"{undated} of the documents have no date, {unpublished} no publisher"
            )
        return replace(self._answer(question), timings=self._timings)

    def _answer(self, question: str) -> Answer:
        query = self._understand(question)
        parts = find_parts(query.text, query.places, query.language)
        answer = self._plain(query)
        if parts is None or (not parts.apart and settles(answer, parts.operation, query)):
            return answer
        asked = [self._understand(part) for part in parts.questions]
        if parts.operation in (Operation.MOST, Operation.LEAST):
            return self._compared(replace(asked[0], typed=query.typed), parts.operation) or answer
        answers = [(part, self._plain(part)) for part in asked]
        if not parts.apart:
            return combine(query, parts.operation, answers, self._segmenter)
        return combine_apart(query, answers, self._segmenter) or answer

    def _understand(self, question: str) -> Question:
        with _timed(self._timings, "retrieval"):
            return self._questions.understand(question, self._index.vectors)

    def _read(self, query: Question) -> tuple[Draft, dict[str, Document]]:
        with _timed(self._timings, "retrieval"):
            hits = search(self._index, query, self._top_k, self._filters, SearchMode.HYBRID)
        with _timed(self._timings, "reading"):
            documents = _documents_of(self._index, hits)
            return self._reader.read(query, hits, documents), documents

    def _plain(self, query: Question) -> Answer:
        draft, documents = self._read(query)
        with _timed(self._timings, "evidence"):
            return answer_from(query, draft, documents, self._segmenter)

    def _compared(self, query: Question, operation: Operation) -> Answer | None:
        draft, documents = self._read(query)
        with _timed(self._timings, "evidence"):
            return compare_places(query, operation, draft, documents, self._segmenter)


def search(
    index: StoreReader, query: Question, top_k: int, filters: Filters | None, mode: SearchMode
) -> list[Hit]:
    """Return the passages nearest to a question, best first, of those that the filters allow."""
    retriever = Retriever(index.vectors, index.words, index.catalog)
    allowed = index.catalog.passage_ids(filters) if filters else None
    return retriever.search(query, top_k=top_k, mode=mode, allowed=allowed)


def _documents_of(index: StoreReader, hits: Sequence[Hit]) -> dict[str, Document]:
    found = (index.catalog.document(hit.passage.document_key) for hit in hits)
    return {document.key: document for document in found if document is not None}


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[stage] = round(timings.get(stage, 0.0) + time.perf_counter() - start, 4)
