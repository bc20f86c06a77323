"""The stages wired together: build, add, delete, search, ask."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from threading import Event, Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.address import Index
from rag.asking import MOST_PASSAGES_READ, Asking, Author, search
from rag.embedding import Batches, Embedder, OwnBatches, open_embedder, similarity
from rag.embedding.bundled import BundledEmbedder
from rag.encoder import Encoder
from rag.errors import IndexDamagedError, IndexFolderError, IndexMissingError, UsageError
from rag.evidence.support import Standard
from rag.language.glosses import Glosses
from rag.language.words import Segmenter
from rag.passages import PassageLengths
from rag.questions import QuestionParser
from rag.reading import SUPPORTED, Reader, SpanReader, SupportJudge
from rag.records import Answer, Document, Filters, Hit, Question, SearchMode
from rag.settings import Settings
from rag.store import (
    IndexWriter,
    ModelRecord,
    StoreReader,
    StoreWriter,
    explain_full_disk,
    has_index,
    open_catalog,
    open_reader,
    open_writer,
    salvaged_source,
)

if TYPE_CHECKING:
    from rag.indexing import AddReport, Progress
    from rag.repairing import RepairReport

_LOG = logging.getLogger("rag")


class Engine:
    """Answers questions from one index, and changes it. Use as a context manager.

    Several threads may ask at once.
    """

    def __init__(self, settings: Settings, tell: Callable[[str], None] = _LOG.info) -> None:
        """Prepare for an index folder; nothing is loaded yet.

        ``tell`` is told what a change of the index waits for.
        """
        self.settings = settings
        self._tell = tell
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

    @cached_property
    def author(self) -> Author | None:
        """The language model that the settings name, opened at first use; None without one.

        Raises:
            SettingsError, LLMError: it cannot be opened.
        """
        if not self.settings.llm:
            return None
        from rag.chat_models import is_served, open_chat_model
        from rag.reading.generator import Generator

        settings = self.settings
        model = open_chat_model(settings)
        generator = Generator(
            model, settings.llm_timeout, settings.llm_retries, says_end=is_served(settings)
        )
        mark = settings.unsupported == "mark"
        return Author(generator, self.standard, mark=mark)

    @cached_property
    def standard(self) -> Standard:
        """What sentences of a language model are held to, loaded at first use."""
        judge = SupportJudge(self._encoder())
        return Standard(judge, SUPPORTED, self.segmenter, self.glosses)

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
        *_, whole = self.stream(question, filters=filters, top_k=top_k)
        return whole

    def stream(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        top_k: int | None = None,
        stop: Event | None = None,
    ) -> Generator[Answer]:
        """Yield the answer as it grows: at once, or sentence by sentence where a model writes.

        Those before the last are ``writing``, the last one is whole. Once ``stop`` is set, a model
        is cut off, and the last answer is what stood by then. Closing the iterator ends its request
        as well. Raises what ``ask`` does.
        """
        wanted = self.settings.top_k if top_k is None else top_k
        if not 1 <= wanted <= MOST_PASSAGES_READ:
            raise UsageError(f"top_k is {wanted}, expected 1 to {MOST_PASSAGES_READ}")
        # One generation for the whole question: a newer one may lack the documents found.
        asking = Asking(
            self.questions, self.answerer, self.segmenter, self.index, filters, wanted, self.author
        )
        yield from asking.stream(question, stop)

    def add(
        self,
        paths: Sequence[Path],
        progress: Progress | None = None,
        *,
        prune: bool = False,
        bulk: bool = False,
    ) -> AddReport:
        """Add files and folders to the index, or update what changed in them.

        With ``prune`` the documents of files below the folders that are gone are removed. With
        ``bulk`` passages are embedded on the Ray cluster that the settings name, if they do. Where
        nothing changed the index is left as it is, and nobody who writes to it is waited for.

        Raises:
            ClusterError: the Ray cluster cannot be reached, was lost, or has another model; what
                it embedded is used the next time.
            IndexLockedError: another process is writing.
            IndexFolderError: the index cannot be used, or the disk is full; it is as it was last
                committed.
        """
        from rag.indexing import Indexer, nothing_to_do

        model = self._model()
        # A writer may replace what is looked at here, and says itself what is damaged.
        with suppress(FileNotFoundError, IndexDamagedError, IndexMissingError):
            with open_catalog(self.settings.index, model) as catalog:
                report = nothing_to_do(catalog, paths, prune=prune)
            if report is not None:
                return report
        lengths = PassageLengths.around(self.settings.passage_tokens)
        folder = self.settings.folder
        with self._batches(bulk=bulk) as batches, self._changing(model) as writer:
            indexer = Indexer(
                writer, self.embedder, self.segmenter, lengths, folder, progress, batches
            )
            return indexer.add(paths, prune=prune)

    def _batches(self, *, bulk: bool) -> AbstractContextManager[Batches]:
        """Return what embeds passages: this process, or the workers of a cluster."""
        settings = self.settings
        if not bulk or not settings.ray:
            return nullcontext(OwnBatches(self.embedder))
        from rag.embedding.cluster import RayBatches

        return RayBatches(
            settings.ray, settings.model, settings.cache, self.embedder.identity,
            cpus=settings.ray_cpus, tell=self._tell,
        )  # fmt: skip

    @contextmanager
    def _changing(self, model: ModelRecord) -> Iterator[StoreWriter]:
        """Open the index to change it, when nobody else does."""
        index, wait = self.settings.index, self.settings.wait
        writer = open_writer(index, model, wait=wait, tell=self._tell)
        with self._writing, explain_full_disk(index), writer:
            yield writer

    def repair(self, progress: Progress) -> RepairReport:
        """Make vectors and words again where they are damaged, from the catalog, and commit.

        Raises:
            IndexDamagedError: the catalog itself is damaged.
            IndexFolderError: there is no index, it is of another version or model, it is on a
                server, or another process is writing.
        """
        from rag.repairing import rebuild, remedy

        index, wait = self.settings.index, self.settings.wait
        if not isinstance(index, Path):
            raise IndexFolderError(remedy(index))
        writer = IndexWriter(
            index, self._model(), wait=wait, tell=self._tell, start=salvaged_source
        )
        with self._writing, explain_full_disk(index), writer:
            return rebuild(writer, self.embedder, self.segmenter, progress)

    def similarity(self, subject: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine between a subject and each text, for cleaning to tell what is near."""
        return similarity(self.embedder, subject, texts)

    def delete(self, keys: Sequence[str]) -> None:
        """Remove documents by key.

        Raises:
            UsageError: there is no document with a key; nothing is removed then.
            IndexFolderError: the index cannot be used, or the disk is full.
        """
        from rag.storing import remove_document

        with self._changing(self.contents.manifest.model) as writer:
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
