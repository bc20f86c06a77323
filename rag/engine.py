"""The stages wired together: build, add, delete, search, ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.address import Index
from rag.asking import Asking, search
from rag.embedding import Embedder, open_embedder
from rag.embedding.bundled import BundledEmbedder
from rag.encoder import Encoder
from rag.errors import UsageError
from rag.language.glosses import Glosses
from rag.language.words import Segmenter
from rag.passages import PassageLengths
from rag.questions import QuestionParser
from rag.reading import Reader, SpanReader
from rag.records import Answer, Document, Filters, Hit, Question, SearchMode
from rag.settings import Settings
from rag.store import ModelRecord, StoreReader, has_index, open_reader, open_writer

if TYPE_CHECKING:
    from rag.indexing import AddReport, Progress

MOST_PASSAGES_READ = 100


class Engine:
    """Answers questions from one index, and changes it. Use as a context manager.

    Several threads may ask at once.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.segmenter = Segmenter(settings.cache)
        self.glosses = Glosses(settings.cache, self.segmenter)
        self._reader: StoreReader | None = None
        self._opening, self._writing = Lock(), Lock()

    @classmethod
    def open(cls, index: str | Index | None = None, settings: Settings | None = None) -> Engine:
        """Open an index folder or address, by default the settings' own. Nothing is loaded yet."""
        settings = settings or Settings.load()
        return cls(settings.with_index(index) if index else settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what is open."""
        self.close()

    def close(self) -> None:
        """Close the index."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, loaded at first use."""
        return open_embedder(self.settings.model, self.settings.cache)

    @cached_property
    def questions(self) -> QuestionParser:
        """What makes a question searchable, with the embedding model loaded."""
        return QuestionParser(self.embedder, self.segmenter, self.glosses)

    @cached_property
    def answerer(self) -> Reader:
        """The reader, loaded at first use."""
        return SpanReader(self._encoder(), self.segmenter, self.settings.threshold)

    def _encoder(self) -> Encoder:
        """Return the bundled encoder, shared with the embedder where that is the bundled one."""
        if isinstance(self.embedder, BundledEmbedder):
            return self.embedder.encoder
        return Encoder.open(self.settings.cache)

    @property
    def index(self) -> StoreReader:
        """The current generation of the index, reopened when a newer one was committed.

        Raises:
            IndexFolderError: there is no index, or it cannot be used with this model.
        """
        index = self.contents
        index.manifest.check_model(self._model(), self.settings.index)
        return index

    @property
    def contents(self) -> StoreReader:
        """The same, whatever model it was built with and loading none: to list, show and verify.

        Raises:
            IndexFolderError: there is no index, or it is damaged or of another version.
        """
        with self._opening:
            if self._reader is None or not self._reader.is_current():
                # The one before closes with the last question that is still asked over it.
                self._reader = open_reader(self.settings.index)
            return self._reader

    def search(
        self,
        question: str | Question,
        *,
        mode: SearchMode | str = SearchMode.HYBRID,
        top_k: int | None = None,
        filters: Filters | None = None,
    ) -> list[Hit]:
        """Return the passages nearest to a question, best first.

        Raises:
            UsageError: the question is empty or too long.
            IndexFolderError: the index cannot be used.
        """
        wanted = self.settings.top_k if top_k is None else top_k
        return self._search(self.index, question, SearchMode(mode), wanted, filters)

    def _search(
        self,
        index: StoreReader,
        question: str | Question,
        mode: SearchMode,
        top_k: int,
        filters: Filters | None,
    ) -> list[Hit]:
        if top_k < 1:
            raise UsageError(f"top_k is {top_k}, expected a whole number from 1")
        query = (
            question
            if isinstance(question, Question)
            else self.questions.understand(question, index.vectors)
        )
        return search(index, query, top_k, filters, mode)

    def search_documents(
        self, question: str, *, mode: SearchMode, top_k: int, filters: Filters | None
    ) -> list[tuple[Hit, Document]]:
        """Return the passages nearest to a question with their documents, of one generation.

        Raises what ``search`` does.
        """
        index = self.index
        hits = self._search(index, question, mode, top_k, filters)
        keys = dict.fromkeys(hit.passage.document_key for hit in hits)
        documents = {key: found for key in keys if (found := index.catalog.document(key))}
        return [(hit, documents[hit.passage.document_key]) for hit in hits]

    def ask(
        self, question: str, *, filters: Filters | None = None, top_k: int | None = None
    ) -> Answer:
        """Return the answer with its citations, or the statement that the documents do not say.

        Raises:
            UsageError: the question is empty or too long, ``top_k`` is out of range, or no document
                passes the filters.
            IndexFolderError: the index cannot be used.
        """
        wanted = self.settings.top_k if top_k is None else top_k
        if not 1 <= wanted <= MOST_PASSAGES_READ:
            raise UsageError(f"top_k is {wanted}, expected 1 to {MOST_PASSAGES_READ}")
        # One generation for the whole question: a newer one may lack the documents found.
        asking = Asking(self.questions, self.answerer, self.segmenter, self.index, filters, wanted)
        return asking.answer(question)

    def add(self, paths: Sequence[Path], progress: Progress | None = None) -> AddReport:
        """Add files and folders to the index, or update what changed in them.

        Raises:
            IndexLockedError: another process is writing.
            IndexFolderError: the index cannot be used, or the disk is full; it is as it was last
                committed.
        """
        from rag.indexing import Indexer, explain_full_disk

        lengths = PassageLengths.around(self.settings.passage_tokens)
        index = self.settings.index
        model = self._model()
        with self._writing, explain_full_disk(index), open_writer(index, model) as writer:
            indexer = Indexer(writer, self.embedder, self.segmenter, lengths, progress)
            return indexer.add(paths)

    def similarity(self, subject: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine between a subject and each text, for cleaning to tell what is near."""
        from rag.indexing import similarity

        return similarity(self.embedder, subject, texts)

    def delete(self, keys: Sequence[str]) -> None:
        """Remove documents by key.

        Raises:
            UsageError: there is no document with a key; nothing is removed then.
            IndexFolderError: the index cannot be used, or the disk is full.
        """
        from rag.indexing import explain_full_disk, remove_document

        model = self.contents.manifest.model
        index = self.settings.index
        with self._writing, explain_full_disk(index), open_writer(index, model) as writer:
            for key in dict.fromkeys(keys):
                if writer.catalog.document(key) is None:
                    raise UsageError(f"there is no document {key!r}; `rag list` shows the keys")
                remove_document(writer, key)
            writer.commit(more=False)

    def document(self, key: str) -> Document:
        """Return a document by key.

        Raises:
            UsageError: there is none.
        """
        document = self.contents.catalog.document(key)
        if document is None:
            raise UsageError(f"there is no document {key!r}; `rag list` shows the keys")
        return document

    def documents(self, filters: Filters | None = None) -> Iterator[Document]:
        """Yield the documents of the index, by path."""
        return self.contents.catalog.documents(filters)

    def has_index(self) -> bool:
        """Return whether there is an index at all, usable or not.

        Raises:
            IndexFolderError: that cannot be told.
        """
        return has_index(self.settings.index)

    def warm(self) -> None:
        """Load everything a question needs, the slow parts side by side."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(2) as pool:
            loading: list[Callable[[], object]] = [
                self._warm_words,
                lambda: self.embedder.embed_questions(["warm"]),
            ]
            for task in [pool.submit(load) for load in loading]:
                task.result()

    def _warm_words(self) -> None:
        self.segmenter.warm()
        self.glosses.warm()

    def understand(self, question: str) -> Question:
        """Return a question with its language, vector, words and names.

        Raises:
            UsageError: the question is empty or too long.
        """
        return self.questions.understand(question, self.index.vectors)

    def _model(self) -> ModelRecord:
        identity = self.embedder.identity
        return ModelRecord(identity.name, identity.digest, identity.dimension, identity.precision)
