"""Changes to an index on a Milvus server: gathered here, written by ``commit`` in a safe order.

    1  which documents are about to change (*pending*); files that will have none are forgotten
    2  their passages and texts, under the numbers of their new versions
    3  each document's own row: from here on it is served as it is now; deleted ones lose theirs
    4  passages and texts of versions that no longer stand are deleted
    5  which files were read, the manifest, and nothing is pending any more

Whatever breaks off in between, every document is served as it was or as it is now, whole. The next
writer finds what is pending, and its first commit does 4 and 5 for it; passages that were written
but never served lend their vectors, so that they are not embedded again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import numpy as np

from rag.address import MilvusAddress
from rag.records import Field, Language
from rag.store.catalog import Counts
from rag.store.manifest import Manifest, ModelRecord
from rag.store.milvus.connection import Connection
from rag.store.milvus.lease import Lease
from rag.store.milvus.reading import MANIFEST, read_manifest
from rag.store.milvus.rows import (
    FORMAT,
    Kind,
    create_collections,
    number_of,
    pieces_of,
    record,
    stored_words,
)
from rag.store.milvus.searching import one_word
from rag.store.milvus.staging import StagedCatalog
from rag.store.vectors import Vectors
from rag.store.words import Entry

_AT_ONCE = 1_000
_MOST_PENDING = 2_000
"""Numbers in one row: 20 bytes each."""


class MilvusWriter:
    """The one writer of an index on a server. Use as a context manager; see ``IndexWriter``."""

    def __init__(
        self,
        address: MilvusAddress,
        model: ModelRecord,
        *,
        wait: float = 0.0,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare for an address; no server is asked yet. The arguments are ``IndexWriter``'s."""
        self._address = address
        self._model = model
        self._wait = wait
        self._tell = tell or (lambda _text: None)

    def __enter__(self) -> Self:
        """Connect, make the collections where there are none, and take the lease.

        Raises:
            IndexServerError: the server cannot be reached, or refuses.
            IndexLockedError: another process is still writing after the time to wait.
            IndexFolderError: the index cannot be used.
        """
        self._connection = Connection.open(self._address, writing=True)
        self._lease = Lease(self._connection)
        try:
            create_collections(self._connection, self._model.dimension)
            self._read_manifest()
            self._lease.take(self._wait, self._tell)
            # Strong reads of both collections: nothing that others wrote is missing below.
            self._connection.count(self._connection.passages, "id > 0")
            self._read_manifest()
            self._pending = self._read_pending()
            self._begin()
        except BaseException:
            self._lease.release()
            self._connection.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop what was not committed and let go of the lease."""
        self._lease.release()
        self._connection.close()

    @property
    def owes_commit(self) -> bool:
        """Whether nothing has been committed here yet, or a commit broke off."""
        return self._manifest is None or bool(self._pending)

    def known_vectors(self, digests: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of passages that were stored before, by their digests."""
        return self.catalog.known_vectors(digests)

    def commit(self, *, more: bool = True) -> None:
        """Write the changes.

        Raises:
            IndexLockedError: another process took over the writing.
            IndexServerError: the server cannot be reached, is too slow, or refuses.
        """
        self._lease.check()
        connection, catalog = self._connection, self.catalog
        changed = sorted({*self._pending, *catalog.changed})
        if changed:
            self._write_pending(changed)
        empty = catalog.forget_files()
        if changed:
            rows, texts, documents = catalog.rows()
            connection.upsert(connection.passages, rows)
            connection.upsert(connection.records, texts)
            connection.upsert(connection.records, documents)
            for numbers in pieces_of(catalog.gone, _AT_ONCE):
                connection.delete(connection.records, f"id in {numbers}")
            for numbers in pieces_of(changed, _AT_ONCE):
                self._delete_old_versions(numbers)
        catalog.write_files(empty)
        if changed or self._manifest is None:
            self._write_manifest()
            connection.delete(connection.records, f'kind == "{Kind.PENDING}"')
            self._pending = []
            connection.settle()
        if more:
            self._lease.renew()
            self._begin()

    def _begin(self) -> None:
        self.catalog = StagedCatalog(self._connection)
        self.vectors = StagedVectors(self.catalog)
        self.words = StagedWords(self.catalog)

    def _read_manifest(self) -> None:
        self._manifest = read_manifest(self._connection)
        if self._manifest is not None:
            self._manifest.check_model(self._model, self._address)

    def _read_pending(self) -> list[int]:
        where = f'kind == "{Kind.PENDING}"'
        rows = self._connection.every(self._connection.records, where, ["content"])
        return [number for row in rows for number in json.loads(row["content"])]

    def _write_pending(self, numbers: Sequence[int]) -> None:
        rows = [
            record(Kind.PENDING, number_of(Kind.PENDING, place), content=json.dumps(some))
            for place, some in enumerate(pieces_of(numbers, _MOST_PENDING))
        ]
        self._connection.upsert(self._connection.records, rows)

    def _delete_old_versions(self, documents: Sequence[int]) -> None:
        """Delete what belongs to some documents and to none of the versions that stand."""
        connection = self._connection
        standing = connection.by_ids(connection.records, documents, ["version"], strong=True)
        versions = [row["version"] for row in standing]
        where = f"document in {list(documents)} and version not in {versions}"
        if not versions:
            where = f"document in {list(documents)}"
        connection.delete(connection.passages, where)
        connection.delete(connection.records, f'kind == "{Kind.TEXT}" and {where}')

    def _write_manifest(self) -> None:
        connection = self._connection
        documents = connection.count(connection.records, f'kind == "{Kind.DOCUMENT}"')
        languages = {
            language.value: count
            for language in Language
            if (count := connection.count(connection.passages, f'language == "{language}"'))
        }
        counts = Counts(documents, sum(languages.values()), languages)
        generation = self._manifest.generation + 1 if self._manifest else 1
        created = datetime.now(UTC).isoformat()
        self._manifest = Manifest(generation, created, self._model, counts, {}, FORMAT)
        content = {
            "format": FORMAT, "generation": generation, "created": created,
            "model": {name: getattr(self._model, name) for name in self._model.__slots__},
            "counts": {"documents": documents, "passages": counts.passages, "languages": languages},
        }  # fmt: skip
        row = record(Kind.MANIFEST, MANIFEST, content=json.dumps(content))
        connection.upsert(connection.records, [row])


class StagedVectors:
    """Takes the vectors of staged passages; they go with their document."""

    def __init__(self, catalog: StagedCatalog) -> None:
        self._catalog = catalog

    def add(self, language: Language, ids: Sequence[int], vectors: Vectors) -> None:
        """Add the vectors of staged passages, shape (len(ids), dimension)."""
        for number, vector in zip(ids, vectors, strict=True):
            self._catalog.row(number)["vector"] = np.asarray(vector, np.float32).tolist()

    def remove(self, ids: Iterable[int]) -> None:
        """Do nothing: vectors go with their document."""


class StagedWords:
    """Takes the words of staged passages; they go with their document."""

    def __init__(self, catalog: StagedCatalog) -> None:
        self._catalog = catalog

    def add(self, entries: Iterable[Entry]) -> None:
        """Add the words of staged passages."""
        for entry in entries:
            self._catalog.row(entry.passage).update({
                Field.BODY.value: stored_words(entry.body),
                Field.TITLE.value: stored_words(entry.title),
                Field.NAMES.value: stored_words(entry.names),
                Field.PLACES.value: " ".join(sorted(map(one_word, entry.places))),
            })  # fmt: skip

    def remove(self, passages: Iterable[int]) -> None:
        """Do nothing: words go with their document."""
