"""An index on a Milvus server, open for searching."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from threading import Lock

from rag.address import MilvusAddress
from rag.errors import IndexDamagedError, IndexMissingError, IndexVersionError
from rag.records import Document, Filters, Passage
from rag.store.catalog import Counts
from rag.store.manifest import Manifest, ModelRecord
from rag.store.milvus.connection import Connection, Row
from rag.store.milvus.filters import all_of, condition_of
from rag.store.milvus.rows import (
    FORMAT,
    Kind,
    document_number,
    document_of,
    file_number,
    language_of,
    masked,
    number_of,
    pieces_of,
    text_numbers,
    unmasked,
)
from rag.store.milvus.searching import MilvusVectors, MilvusWords
from rag.store.rows import FileState

MANIFEST = number_of(Kind.MANIFEST)
DOCUMENT_FIELDS = ("id", "version", "parts", "content")
PASSAGE_FIELDS = ("id", "document", "version", "start", "stop", "context", "language",
                  "title_language")  # fmt: skip
_MOST_KEPT = 1_000
_AT_ONCE = 100


class MilvusCatalog:
    """The documents of an index. A document that was read once stays as it was read.

    Passages are given with exactly the document they were cut from: one whose document was
    changed or deleted meanwhile is left out.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: OrderedDict[int, tuple[int, Document]] = OrderedDict()
        self._keeping = Lock()

    def document(self, key: str) -> Document | None:
        """Return the document with this key."""
        number = document_number(key)
        _, document = self._documents([number]).get(number, (0, None))
        return document if document is not None and document.key == key else None

    def documents(self, filters: Filters | None = None) -> Iterator[Document]:
        """Yield the documents that pass the filters, by path and key."""
        where = all_of(f'kind == "{Kind.DOCUMENT}"', condition_of(filters or Filters(),
                                                                  self._connection))  # fmt: skip
        rows = self._connection.every(self._connection.records, where, ["id", "path", "key"])
        places = sorted((row["path"], row["key"], row["id"]) for row in rows)
        numbers = [number for _, _, number in places]
        for group in pieces_of(numbers, _AT_ONCE):
            found = self._read(group)
            yield from (found[number][1] for number in group if number in found)

    def any_document(self, filters: Filters) -> bool:
        """Return whether any document passes the filters."""
        where = all_of(f'kind == "{Kind.DOCUMENT}"', condition_of(filters, self._connection))
        return bool(self._connection.query(self._connection.records, where, ["id"], limit=1))

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Return passages by number; those that are not there any more are left out."""
        rows = self._connection.by_ids(self._connection.passages, ids, PASSAGE_FIELDS)
        documents = self._documents({row["document"] for row in rows})
        found = {}
        for row in rows:
            version, document = documents.get(row["document"], (0, None))
            if document is not None and version == row["version"]:
                found[row["id"]] = passage_of(row, document)
        return found

    def passage_ids_of(self, key: str) -> list[int]:
        """Return a document's passages, in the order of its text."""
        number = document_number(key)
        found = self._documents([number]).get(number)
        if found is None:
            return []
        where = f"document == {number} and version == {found[0]}"
        rows = list(self._connection.every(self._connection.passages, where, ["id", "start"]))
        return [row["id"] for row in sorted(rows, key=lambda row: row["start"])]

    def keys_of_file(self, path: str) -> dict[str, str]:
        """Return the keys of the documents that came from a file, with their digests."""
        where = f'kind == "{Kind.DOCUMENT}" and path == "{masked(path)}"'
        rows = self._connection.every(self._connection.records, where, ["key", "digest"])
        return {row["key"]: row["digest"] for row in rows}

    def paths_below(self, folder: str) -> list[str]:
        """Return the paths below a folder that documents come from."""
        root = masked(folder.rstrip("/"))
        where = f'kind == "{Kind.DOCUMENT}" and path like "{root}/%"'
        rows = self._connection.every(self._connection.records, where, ["path"])
        return sorted({unmasked(row["path"]) for row in rows})

    def files(self, paths: Iterable[str]) -> dict[str, FileState]:
        """Return the states of those of some files that were read, as they were then."""
        names = {file_number(path): path for path in paths}
        connection = self._connection
        rows = connection.by_ids(connection.records, list(names), ["id", "digest", "content"])
        return {
            names[row["id"]]: FileState(row["digest"], *json.loads(row["content"])) for row in rows
        }

    def documents_of(self, paths: Iterable[str]) -> int:
        """Return how many documents came from some files."""
        connection = self._connection
        names = [masked(path) for path in paths]
        found = 0
        for start in range(0, len(names), _AT_ONCE):
            some = ", ".join(f'"{name}"' for name in names[start : start + _AT_ONCE])
            where = f'kind == "{Kind.DOCUMENT}" and path in [{some}]'
            found += connection.count(connection.records, where)
        return found

    def unknown(self) -> tuple[int, int]:
        """Return how many documents have no date, and how many no publisher."""
        each = f'kind == "{Kind.DOCUMENT}"'
        undated = self._connection.count(self._connection.records, f"{each} and published == 0")
        unnamed = self._connection.count(self._connection.records, f'{each} and publisher == ""')
        return undated, unnamed

    def _documents(self, numbers: Iterable[int]) -> dict[int, tuple[int, Document]]:
        """Return documents with their versions by number, those kept before as they were."""
        numbers = list(numbers)
        with self._keeping:
            found = {number: self._kept[number] for number in numbers if number in self._kept}
        found |= (read := self._read([number for number in numbers if number not in found]))
        with self._keeping:
            for number, item in read.items():
                found[number] = self._kept.setdefault(number, item)
            for number in found:
                if number in self._kept:
                    self._kept.move_to_end(number)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    def _read(self, numbers: Sequence[int]) -> dict[int, tuple[int, Document]]:
        """Read documents; one that is replaced just now is left out, as its pieces go."""
        connection = self._connection
        rows = connection.by_ids(connection.records, numbers, DOCUMENT_FIELDS)
        wanted = [number for row in rows for number in text_numbers(row)]
        texts = {
            row["id"]: row["content"]
            for group in pieces_of(wanted, _AT_ONCE)
            for row in connection.by_ids(connection.records, group, ["id", "content"])
        }
        found = {}
        for row in rows:
            numbers_of_texts = text_numbers(row)
            if all(number in texts for number in numbers_of_texts):
                document = _whole(row, [texts[number] for number in numbers_of_texts], connection)
                found[row["id"]] = row["version"], document
        return found


class MilvusReader:
    """An index on a server as of one commit; see ``IndexReader``."""

    def __init__(self, connection: Connection, manifest: Manifest) -> None:
        self.manifest = manifest
        self.connection = connection
        self.vectors = MilvusVectors(connection, manifest.counts.languages)
        self.words = MilvusWords(connection, manifest.counts.languages)
        self.catalog = MilvusCatalog(connection)

    @classmethod
    def open(cls, address: MilvusAddress) -> MilvusReader:
        """Connect, and wait until the server shows everything that was committed.

        Raises:
            IndexMissingError: there is no index of this name.
            IndexServerError: the server cannot be reached, or refuses.
            IndexVersionError, IndexDamagedError: the index cannot be used.
        """
        connection = Connection.open(address)
        try:
            manifest = read_manifest(connection) if connection.is_there() else None
            if manifest is None:
                raise IndexMissingError(
                    f"there is no index at {address}. Make one: rag index PATH... --index {address}"
                )
            # Searches may be some seconds behind what others write, but not behind this commit.
            connection.query(connection.passages, "id > 0", ["id"], limit=1, strong=True)
        except BaseException:
            connection.close()
            raise
        return cls(connection, manifest)

    def allowed(self, filters: Filters) -> str:
        """Return the condition that the passages pass the filters; the server checks it."""
        return condition_of(filters, self.connection)

    def is_current(self) -> bool:
        """Return whether nothing newer was committed."""
        now = read_manifest(self.connection, strong=False)
        return now is not None and now.generation == self.manifest.generation

    def close(self) -> None:
        """Disconnect."""
        self.connection.close()


def has_milvus_index(address: MilvusAddress) -> bool:
    """Return whether a server has an index of this name.

    Raises:
        IndexServerError: the server cannot be reached, or refuses.
    """
    connection = Connection.open(address)
    try:
        return connection.is_there() and bool(
            connection.by_ids(connection.records, [MANIFEST], ["id"], strong=True)
        )
    finally:
        connection.close()


@contextmanager
def open_milvus_catalog(address: MilvusAddress, model: ModelRecord) -> Iterator[MilvusCatalog]:
    """Open the catalog of what was committed last, checking format and model.

    Raises:
        IndexMissingError, IndexServerError: there is no index, or it cannot be reached.
        IndexVersionError, IndexModelError, IndexDamagedError: it cannot be used, or a commit broke
            off, which the next writer brings to an end.
    """
    with closing(MilvusReader.open(address)) as reader:
        reader.manifest.check_model(model, address)
        connection = reader.connection
        if connection.query(connection.records, f'kind == "{Kind.PENDING}"', ["id"], limit=1):
            raise IndexDamagedError(
                f"a commit to {address} broke off. Run the same command again when nobody else "
                "writes to it"
            )
        yield reader.catalog


def read_manifest(connection: Connection, *, strong: bool = True) -> Manifest | None:
    """Return what an index says of itself, None before its first commit.

    Raises:
        IndexVersionError, IndexDamagedError: it is of another format, or cannot be parsed.
    """
    rows = connection.by_ids(connection.records, [MANIFEST], ["content"], strong=strong)
    if not rows:
        return None
    try:
        content = json.loads(rows[0]["content"])
        if content["format"] != FORMAT:
            raise IndexVersionError(
                f"the index at {connection.address} has format {content['format']}; this version "
                f"of yinju reads format {FORMAT}. Index your documents again under another name, "
                "or use the version that wrote it"
            )
        return Manifest(
            content["generation"], content["created"], ModelRecord(**content["model"]),
            Counts(**content["counts"]), {}, FORMAT,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(
            f"what {connection.address} says of itself cannot be read ({error}). Index your "
            "documents again under another name"
        ) from error


def passage_of(row: Row, document: Document) -> Passage:
    """Return the passage of a row, cut from its document."""
    start, end = row["start"], row["stop"]
    return Passage(
        document.key, start, end, document.text[start:end], row["context"],
        language_of(row), language_of(row, "title_language"),
    )  # fmt: skip


def _whole(row: Row, texts: Sequence[str], connection: Connection) -> Document:
    try:
        return document_of(row, texts)
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(
            f"a document at {connection.address} cannot be read ({error}). `rag verify` names it"
        ) from error
