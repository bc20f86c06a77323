"""One question through the stages: understood, searched for, read, and held to its evidence."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

from rag.errors import LLMError, UsageError
from rag.evidence import (
    answer_from,
    combine,
    combine_apart,
    compare_places,
    compare_years,
    is_in_table,
    rank_rows,
    says_extreme,
    settles,
)
from rag.evidence.citing import MOST_NEAREST
from rag.evidence.support import Standard
from rag.evidence.writing import Writing
from rag.language.parts import find_parts
from rag.language.superlatives import Superlative, find_superlative
from rag.language.words import Segmenter
from rag.questions import QuestionParser
from rag.reading import Reader
from rag.reading.generator import Generator
from rag.records import (
    Answer,
    Document,
    Draft,
    Ending,
    Fallback,
    Filters,
    Hit,
    Operation,
    Passage,
    Question,
    SearchMode,
)
from rag.retrieval import Retriever
from rag.store import StoreReader

MOST_SOURCES = 5
"""How many passages a language model is given."""

MOST_PASSAGES_READ = 100
"""How many passages are read for a question at most."""

FURTHER = 2
"""So many times as many passages are read where the first ones do not say."""

MANY_PASSAGES = 50_000
"""Above so many, two threads are worth what it costs to start them."""


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
        author: Author | None = None,
    ) -> None:
        self._questions = questions
        self._reader = reader
        self._segmenter = segmenter
        self._index = index
        self._filters = filters
        self._top_k = top_k
        self._author = author
        self._timings: dict[str, float] = {}
        self._read_all = False
        """Whether no more can be read than the last time."""
        self._found: tuple[Question, list[Passage], dict[str, Document]] | None = None

    def stream(self, question: str, stop: Event | None = None) -> Iterator[Answer]:
        """Yield the answer as it grows, whole at last: sentence by sentence where a model writes.

        A model is cut off once ``stop`` is set.

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
        answer = replace(self._answer(question), filters=self._filters or Filters())
        if self._author is None or self._found is None or not answer.answered or answer.combined:
            yield replace(answer, timings=self._timings)
            return
        start = time.perf_counter()
        for grown in self._author.write(answer, *self._found, stop):
            self._timings["writing"] = round(time.perf_counter() - start, 4)
            yield replace(grown, timings=dict(self._timings), filters=answer.filters)

    def _answer(self, question: str) -> Answer:
        query = self._understand(question)
        parts = find_parts(query.text, query.places, query.language)
        superlative = _superlative(query)
        if superlative is not None and (parts is None or not parts.apart):
            return self._most(query, superlative)
        answer = self._plain(query)
        if parts is None:
            return answer
        if not parts.apart and settles(answer, parts.operation, query, parts.named):
            return answer
        asked = [self._understand(part) for part in parts.questions]
        if not parts.apart:
            if parts.operation in (Operation.MOST, Operation.LEAST):
                return self._places(query, asked[0], parts.operation) or answer
            answers = [(part, self._plain(part)) for part in asked]
            return combine(query, parts.operation, answers, self._segmenter, parts.named)
        answers = [(part, self._one(part)) for part in asked]
        return combine_apart(query, answers, self._segmenter) or answer

    def _one(self, query: Question) -> Answer:
        superlative = _superlative(query)
        return self._most(query, superlative) if superlative else self._plain(query)

    def _understand(self, question: str) -> Question:
        with _timed(self._timings, "retrieval"):
            return self._questions.understand(question, self._index.vectors)

    def _read(self, query: Question, times: int = 1) -> tuple[Draft, dict[str, Document]]:
        """Read passages, so many ``times`` as many as is set."""
        with _timed(self._timings, "retrieval"):
            top_k = min(self._top_k * times, MOST_PASSAGES_READ)
            hits = search(self._index, query, top_k, self._filters, SearchMode.HYBRID)
        self._read_all = len(hits) < top_k or top_k == MOST_PASSAGES_READ
        with _timed(self._timings, "reading"):
            documents = _documents_of(self._index, hits)
            draft = self._reader.read(query, hits, documents)
        if self._found is None or self._found[0] is query:
            self._found = query, _sources(draft, hits), documents
        return draft, documents

    def _plain(self, query: Question) -> Answer:
        """Answer from the passages read, from more where those do not say."""
        answer = self._from(query, *self._read(query))
        if answer.answered or self._read_all:
            return answer
        further = self._from(query, *self._read(query, FURTHER))
        return further if further.answered else answer

    def _from(self, query: Question, draft: Draft, documents: Mapping[str, Document]) -> Answer:
        with _timed(self._timings, "evidence"):
            return answer_from(query, draft, documents, self._segmenter)

    def _places(self, query: Question, asked: Question, operation: Operation) -> Answer | None:
        plain = replace(asked, typed=query.typed)
        draft, documents = self._read(plain)
        with _timed(self._timings, "evidence"):
            return compare_places(plain, operation, draft, documents, self._segmenter)

    def _most(self, query: Question, asked: Superlative) -> Answer:
        """Answer which has most: by a source that says so, by a table's rows, by statements."""
        draft, documents = self._read(query)
        answer = self._from(query, draft, documents)
        with _timed(self._timings, "evidence"):
            proof = answer.citations[0] if answer.answered else None
            in_row = proof is not None and is_in_table(proof.document, proof.start)
            if not in_row and settles(answer, asked.operation, query):
                return answer
            ranked = rank_rows(query, asked, draft, documents, self._segmenter)
        parts = find_parts(query.text, query.places, query.language)
        if ranked is None and asked.years and not in_row:
            plain = replace(self._understand(asked.asked), typed=query.typed)
            found, documents = self._read(plain)
            with _timed(self._timings, "evidence"):
                ranked = compare_years(plain, asked.operation, found, documents, self._segmenter)
        elif ranked is None and parts is not None:
            plain = self._understand(parts.questions[0])
            ranked = self._places(query, plain, asked.operation)
        if ranked is None and in_row:
            if not asked.which and says_extreme(answer.citations[0], query.text):
                return answer
            # One row says nothing of the others.
            return Answer(query.as_typed, nearest=answer.citations[:MOST_NEAREST])
        return ranked or answer


class Author:
    """A language model that writes answers, and what its sentences are held to."""

    def __init__(
        self,
        generator: Generator,
        standard: Standard,
        *,
        mark: bool,
    ) -> None:
        self._generator = generator
        self._standard = standard
        self._mark = mark

    def write(
        self,
        extracted: Answer,
        question: Question,
        sources: Sequence[Passage],
        documents: Mapping[str, Document],
        stop: Event | None = None,
    ) -> Iterator[Answer]:
        """Yield what stands before the first sentence and after each, and the whole answer last.

        That is what stood when ``stop`` was set or the model was cut off for another reason, the
        extracted answer where nothing did.
        """
        writing = Writing(question, extracted, sources, documents, self._standard, mark=self._mark)
        ending = Ending.NONE
        yield writing.so_far()
        written = self._generator.write(question, sources, documents, stop)
        try:
            for said in written:
                if isinstance(said, Ending):
                    ending = said
                elif stop is not None and stop.is_set():
                    ending = Ending.STOPPED
                    break
                else:
                    writing.take(said)
                    yield writing.so_far()
        except LLMError as error:
            yield writing.instead(Fallback.FAILED, str(error))
            return
        finally:
            written.close()
        why = Fallback.STOPPED if ending is Ending.STOPPED else Fallback.UNSUPPORTED
        yield writing.answer(ending) or writing.instead(why, ending=ending)


def _superlative(query: Question) -> Superlative | None:
    return find_superlative(query.text, query.language) if query.claim is None else None


def _sources(draft: Draft, hits: Sequence[Hit]) -> list[Passage]:
    """Return the passages of the best extracts, the best first."""
    found: dict[tuple[str, int], Passage] = {}
    for extract in draft.extracts:
        for hit in hits:
            passage = hit.passage
            inside = passage.start <= extract.start and extract.end <= passage.end
            if passage.document_key == extract.document_key and inside:
                found.setdefault((passage.document_key, passage.start), passage)
    return list(found.values())[:MOST_SOURCES]


def search(
    index: StoreReader, query: Question, top_k: int, filters: Filters | None, mode: SearchMode
) -> list[Hit]:
    """Return the passages nearest to a question, best first, of those that the filters allow."""
    is_large = index.manifest.counts.passages > MANY_PASSAGES
    retriever = Retriever(index.vectors, index.words, index.catalog, is_large=is_large)
    allowed = index.allowed(filters) if filters else None
    return retriever.search(query, top_k=top_k, mode=mode, allowed=allowed)


def _documents_of(index: StoreReader, hits: Sequence[Hit]) -> dict[str, Document]:
    found = (index.catalog.document(hit.passage.document_key) for hit in hits)
    return {document.key: document for document in found if document is not None}


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[stage] = round(timings.get(stage, 0.0) + time.perf_counter() - start, 4)
