"""What reading and writing ask of a store, and the choice of one by where the index lies.

Passages go by numbers of the store's own, below 2**63. Scores are higher where they are better.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from rag.address import Index, MilvusAddress
from rag.passage_set import Allowed
from rag.records import Document, Field, Filters, Language, Passage
from rag.store.catalog import Counts
from rag.store.checking import verify_folder
from rag.store.folder import current_generation
from rag.store.index import IndexReader, IndexWriter, open_folder_catalog
from rag.store.manifest import Manifest, ModelRecord
from rag.store.rows import FileState
from rag.store.vectors import Vectors
from rag.store.words import Entry


class VectorReader(Protocol):
    """Unit vectors of passages; see ``VectorIndex``."""

    def search(
        self, question: Vectors, language: Language, limit: int, allowed: Allowed | None
    ) -> list[tuple[int, float]]:
        """Return the passages nearest to a question with their cosines, best first."""
        ...

    def mean(self, language: Language) -> Vectors | None:
        """Return the mean vector of a language's passages, None when there are none."""
        ...

    def vector(self, passage: int) -> Vectors | None:
        """Return the vector of one passage."""
        ...

    def ids(self) -> set[int]:
        """Return every passage that has a vector."""
        ...


class WordReader(Protocol):
    """BM25 over the words of passages; see ``WordIndex``."""

    def search(
        self,
        words: Sequence[str],
        fields: dict[Field, float],
        limit: int,
        *,
        language: Language | None = None,
        title_language: Language | None = None,
        allowed: Allowed | None = None,
    ) -> list[tuple[int, float]]:
        """Return passages with the sum of their fields' weighted scores, best first."""
        ...

    def search_meanings(
        self,
        meanings: Sequence[Sequence[str]],
        limit: int,
        *,
        language: Language,
        allowed: Allowed | None = None,
    ) -> list[tuple[int, float]]:
        """Return passages by words of which any one form will do, the best one counting."""
        ...

    def search_places(
        self, places: Collection[str], passages: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Return those of some passages that are about places, with the share that they name."""
        ...


class CatalogReader(Protocol):
    """Documents and passages; see ``Catalog``."""

    def document(self, key: str) -> Document | None:
        """Return the document with this key."""
        ...

    def documents(self, filters: Filters | None = None) -> Iterator[Document]:
        """Yield the documents that pass the filters, by path."""
        ...

    def any_document(self, filters: Filters) -> bool:
        """Return whether any document passes the filters."""
        ...

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Return passages by number; those that are not there are left out."""
        ...

    def passage_ids_of(self, key: str) -> list[int]:
        """Return a document's passages, in the order of its text."""
        ...

    def keys_of_file(self, path: str) -> dict[str, str]:
        """Return the keys of the documents that came from a file, with their digests."""
        ...

    def paths_below(self, folder: str) -> list[str]:
        """Return the paths below a folder that documents come from."""
        ...

    def files(self, paths: Iterable[str]) -> dict[str, FileState]:
        """Return the states of those of some files that were read, as they were then."""
        ...

    def documents_of(self, paths: Iterable[str]) -> int:
        """Return how many documents came from some files."""
        ...

    def unknown(self) -> tuple[int, int]:
        """Return how many documents have no date, and how many no publisher."""
        ...


class StoreReader(Protocol):
    """An index open for searching: what was committed, each document whole."""

    @property
    def manifest(self) -> Manifest:
        """What the index says of itself."""
        ...

    @property
    def vectors(self) -> VectorReader:
        """Search by nearness."""
        ...

    @property
    def words(self) -> WordReader:
        """Search by words."""
        ...

    @property
    def catalog(self) -> CatalogReader:
        """Documents and passages."""
        ...

    def allowed(self, filters: Filters) -> Allowed:
        """Return the passages of the documents that pass the filters, to limit searches to."""
        ...

    def is_current(self) -> bool:
        """Return whether nothing newer was committed."""
        ...

    def close(self) -> None:
        """Let go of files or connections."""
        ...


class VectorWriter(Protocol):
    """Where the vectors of passages are put."""

    def add(self, language: Language, ids: Sequence[int], vectors: Vectors) -> None:
        """Add the vectors of passages, shape (len(ids), dimension)."""
        ...

    def remove(self, ids: Iterable[int]) -> None:
        """Remove vectors; passages that are not there are passed over."""
        ...


class WordWriter(Protocol):
    """Where the words of passages are put."""

    def add(self, entries: Iterable[Entry]) -> None:
        """Add the words of passages."""
        ...

    def remove(self, passages: Iterable[int]) -> None:
        """Remove the words of passages."""
        ...


class CatalogWriter(CatalogReader, Protocol):
    """The catalog with what was put into it, committed or not."""

    def passage_with_digest(self, digest: str) -> int | None:
        """Return some passage of exactly this text and context."""
        ...

    def put_document(self, document: Document) -> int:
        """Add a document and return its number."""
        ...

    def put_passages(
        self, document: int, passages: Sequence[Passage], digests: Sequence[str]
    ) -> list[int]:
        """Add the passages of a document and return their numbers."""
        ...

    def remove_document(self, key: str) -> None:
        """Remove a document and its passages."""
        ...

    def put_file(self, path: str, state: FileState) -> None:
        """Remember that a file was read in this state."""
        ...


class StoreWriter(Protocol):
    """An index open for changes, by one writer at a time. Use as a context manager.

    Leaving the block without ``commit`` abandons the changes.
    """

    @property
    def vectors(self) -> VectorWriter:
        """Takes vectors."""
        ...

    @property
    def words(self) -> WordWriter:
        """Takes words."""
        ...

    @property
    def catalog(self) -> CatalogWriter:
        """Takes documents, passages and files."""
        ...

    @property
    def owes_commit(self) -> bool:
        """Whether to commit even without changes: nothing was yet, or a commit broke off."""
        ...

    def known_vectors(self, digests: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of passages that were stored before, by their digests."""
        ...

    def commit(self, *, more: bool = True) -> None:
        """Have the changes served; ``more`` may follow."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def has_index(index: Index) -> bool:
    """Return whether there is an index at all, usable or not.

    Raises:
        IndexFolderError: that cannot be told.
    """
    if isinstance(index, MilvusAddress):
        from rag.store.milvus import has_milvus_index

        return has_milvus_index(index)
    return current_generation(index) is not None


def open_reader(index: Index) -> StoreReader:
    """Open what was committed last.

    Raises:
        IndexFolderError: there is no index, or it cannot be used.
        UsageError: what reading it needs is not installed.
    """
    if isinstance(index, MilvusAddress):
        from rag.store.milvus import MilvusReader

        return MilvusReader.open(index)
    return IndexReader.open(index)


def open_catalog(index: Index, model: ModelRecord) -> AbstractContextManager[CatalogReader]:
    """Open the catalog alone, to see before the lock is taken whether there is anything to write.

    Raises:
        IndexFolderError: there is no index, it cannot be used, or a writer has to look at it.
    """
    if isinstance(index, MilvusAddress):
        from rag.store.milvus import open_milvus_catalog

        return open_milvus_catalog(index, model)
    return open_folder_catalog(index, model)


def open_writer(
    index: Index,
    model: ModelRecord,
    *,
    wait: float = 0.0,
    tell: Callable[[str], None] | None = None,
) -> StoreWriter:
    """Return a writer, which takes its lock when its block is entered.

    Args:
        index: where the index lies.
        model: the embedding model in use.
        wait: seconds to wait for another process that writes.
        tell: is told whom it waits for.

    Raises:
        UsageError: what writing to it needs is not installed.
    """
    if isinstance(index, MilvusAddress):
        from rag.store.milvus import MilvusWriter

        return MilvusWriter(index, model, wait=wait, tell=tell)
    return IndexWriter(index, model, wait=wait, tell=tell)


def verify_index(index: Index) -> tuple[Counts, list[str]]:
    """Return what an index holds, and what is wrong with it; an empty list when all is well.

    Raises:
        IndexFolderError: there is no index, or it cannot be read.
    """
    if isinstance(index, MilvusAddress):
        from rag.store.milvus import verify_milvus

        return verify_milvus(index)
    return verify_folder(index)
