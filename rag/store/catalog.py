"""The catalog: documents, passages and files read, in one SQLite database.

A database belongs to one generation of an index folder. It is written by one process before the
generation is published and never changes afterwards, so readers open it as immutable. Each document
and passage has a checksum, compared whenever it is read: SQLite itself would hand on a byte that
rotted on the disk.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from rag.errors import IndexDamagedError
from rag.passage_set import PassageSet
from rag.records import Document, Filters, Language, Passage
from rag.store.rows import FileState, checksum_of, document_from, document_row

_SCHEMA = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    title TEXT NOT NULL, publisher TEXT NOT NULL, published TEXT, path TEXT NOT NULL,
    url TEXT NOT NULL, excerpt INTEGER NOT NULL, warnings TEXT NOT NULL, text TEXT NOT NULL,
    origin TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE INDEX documents_path ON documents (path);
CREATE INDEX documents_filtered ON documents (published, publisher, path);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, context TEXT NOT NULL,
    language TEXT NOT NULL, title_language TEXT NOT NULL, digest TEXT NOT NULL,
    checksum INTEGER NOT NULL);
CREATE INDEX passages_document ON passages (document);
CREATE INDEX passages_digest ON passages (digest);
CREATE TABLE files (
    path TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL);
"""
_DOCUMENT = (
    "key, digest, text, title, publisher, published, path, url, excerpt, warnings, origin, checksum"
)
_PASSAGE = "start, end, context, language, title_language, digest"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """How much an index holds."""

    documents: int
    passages: int
    languages: dict[str, int]


class Catalog:
    """An open catalog database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        # SQLite's own lower() knows ASCII only.
        connection.create_function("fold", 1, str.casefold, deterministic=True)
        self._connection = connection
        self._path = path
        # SQLite holds a lock while it waits for Python to fold a name; another thread's query would
        # hold Python while it waits for that lock.
        self._asking = Lock()
        weakref.finalize(self, connection.close)

    @classmethod
    def create(cls, path: Path) -> Catalog:
        """Make an empty catalog."""
        return cls._open(path, _SCHEMA)

    @classmethod
    def edit(cls, path: Path) -> Catalog:
        """Open a catalog that no reader has open, to change it."""
        return cls._open(path, "")

    @classmethod
    def _open(cls, path: Path, schema: str) -> Catalog:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            connection.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;"
                + schema
            )
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    @classmethod
    def read(cls, path: Path) -> Catalog:
        """Open a published catalog.

        Raises:
            IndexDamagedError: it is no SQLite database.
        """
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except sqlite3.DatabaseError as error:
            raise _damaged(path, error) from error
        catalog = cls(connection, path)
        try:
            catalog._query("SELECT COUNT(*) FROM sqlite_master")
        except IndexDamagedError:
            catalog.close()
            raise
        return catalog

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    # Reading

    def document(self, key: str) -> Document | None:
        """Return the document with this key.

        Raises:
            IndexDamagedError: it is not what was stored.
        """
        rows = self._query(f"SELECT {_DOCUMENT} FROM documents WHERE key = ?", (key,))
        return self._document(rows[0]) if rows else None

    def documents(self, filters: Filters | None = None) -> Iterator[Document]:
        """Yield the documents that pass the filters, by path and key."""
        where, values = _where(filters or Filters())
        sql = f"SELECT id FROM documents WHERE {where} ORDER BY path, id"
        for (number,) in self._query(sql, values):
            for row in self._query(f"SELECT {_DOCUMENT} FROM documents WHERE id = ?", (number,)):
                yield self._document(row)

    def any_document(self, filters: Filters) -> bool:
        """Return whether any document passes the filters."""
        where, values = _where(filters)
        return bool(self._query(f"SELECT 1 FROM documents WHERE {where} LIMIT 1", values))

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Return passages by id; ids that are not there are left out.

        Raises:
            IndexDamagedError: a passage is not what was stored.
        """
        marks = ",".join("?" * len(ids))
        sql = f"SELECT id, document, checksum, {_PASSAGE} FROM passages WHERE id IN ({marks})"
        rows = self._query(sql, ids)
        # SQLite's substr() stops at a null character, so texts are sliced here.
        own = {row[1] for row in rows}
        sql = f"SELECT id, key, text FROM documents WHERE id IN ({','.join('?' * len(own))})"
        texts = {number: (key, text) for number, key, text in self._query(sql, own)}
        found = {}
        for number, document, checksum, *facts in rows:
            key, text = texts.get(document, ("", ""))
            start, end, context, language, title_language, _ = facts
            words = text[start:end]
            if checksum != checksum_of([*facts, words]):
                raise self._altered(f"a passage of {key!r}")
            found[number] = Passage(
                key, start, end, words, context, Language(language), Language(title_language)
            )
        return found

    def passage_ids(self, filters: Filters) -> PassageSet:
        """Return the ids of all passages of the documents that pass the filters."""
        where, values = _where(filters)
        # One text instead of a row an id, which takes three times as long.
        sql = (
            "SELECT group_concat(p.id) FROM passages p WHERE p.document IN "
            f"(SELECT id FROM documents WHERE {where})"
        )
        ((ids,),) = self._query(sql, values)
        return PassageSet(np.fromstring(ids or "", np.int64, sep=","))

    def passage_ids_of(self, key: str) -> list[int]:
        """Return the ids of a document's passages, in the order of its text."""
        sql = (
            "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document "
            "WHERE d.key = ? ORDER BY p.id"
        )
        return [row[0] for row in self._query(sql, (key,))]

    def passage_with_digest(self, digest: str) -> int | None:
        """Return some passage of exactly this text and context, whose vector can be used again."""
        rows = self._query("SELECT id FROM passages WHERE digest = ? LIMIT 1", (digest,))
        return rows[0][0] if rows else None

    def files(self, paths: Iterable[str]) -> dict[str, FileState]:
        """Return the states of those of some files that were read, as they were then."""
        sql = "SELECT path, digest, size, modified FROM files WHERE path = ?"
        return {row[0]: FileState(*row[1:]) for path in paths for row in self._query(sql, (path,))}

    def documents_of(self, paths: Iterable[str]) -> int:
        """Return how many documents came from some files."""
        return sum(len(self.keys_of_file(path)) for path in paths)

    def paths_below(self, folder: str) -> list[str]:
        """Return the paths below a folder that documents come from."""
        # "0" comes after "/".
        sql = "SELECT DISTINCT path FROM documents WHERE path >= ? AND path < ? ORDER BY path"
        root = folder.rstrip("/")
        return [row[0] for row in self._query(sql, (f"{root}/", f"{root}0"))]

    def keys_of_file(self, path: str) -> dict[str, str]:
        """Return the keys of the documents that came from a file, with their digests."""
        return dict(self._query("SELECT key, digest FROM documents WHERE path = ?", (path,)))

    def counts(self) -> Counts:
        """Return how many documents and passages there are, and passages by language."""
        languages = dict(self._query("SELECT language, COUNT(*) FROM passages GROUP BY 1"))
        documents = self._query("SELECT COUNT(*) FROM documents")[0][0]
        return Counts(documents, sum(languages.values()), languages)

    def unknown(self) -> tuple[int, int]:
        """Return how many documents have no date, and how many no publisher."""
        sql = "SELECT SUM(published IS NULL), SUM(publisher = '') FROM documents"
        undated, unpublished = self._query(sql)[0]
        return int(undated or 0), int(unpublished or 0)

    def check(self) -> str:
        """Return "ok", or what is wrong: with the database, or with a document or passage in it."""
        try:
            state = str(self._query("PRAGMA integrity_check")[0][0])
            if state != "ok":
                return state
            if self._query("PRAGMA foreign_key_check"):
                return "there are passages without a document"
            for _ in self.documents():
                pass
            ids = list(self.passage_ids(Filters()))
            for start in range(0, len(ids), _AT_ONCE):
                self.passages(ids[start : start + _AT_ONCE])
        except IndexDamagedError as error:
            return str(error)
        return "ok"

    def readable_paths(self) -> list[str]:
        """Return the paths of the files read, as far as a damaged catalog still tells them."""
        found: set[str] = set()
        for sql in ("SELECT path FROM files", "SELECT path FROM documents ORDER BY path"):
            with suppress(sqlite3.DatabaseError):
                for (path,) in self._connection.execute(sql):
                    found.add(str(path))
        return sorted(found)

    # Writing

    def put_document(self, document: Document) -> int:
        """Add a document and return its row id."""
        cursor = self._connection.execute(
            f"INSERT INTO documents ({_DOCUMENT}) VALUES ({','.join('?' * 12)})",
            document_row(document),
        )
        return int(cursor.lastrowid or 0)

    def put_passages(
        self, document: int, passages: Sequence[Passage], digests: Sequence[str]
    ) -> list[int]:
        """Add the passages of a document and return their ids."""
        ids = []
        for passage, digest in zip(passages, digests, strict=True):
            facts = (
                passage.start, passage.end, passage.context,
                passage.language.value, passage.title_language.value, digest,
            )  # fmt: skip
            cursor = self._connection.execute(
                f"INSERT INTO passages (document, checksum, {_PASSAGE}) VALUES (?,?,?,?,?,?,?,?)",
                (document, checksum_of([*facts, passage.text]), *facts),
            )
            ids.append(int(cursor.lastrowid or 0))
        return ids

    def remove_document(self, key: str) -> None:
        """Remove a document and its passages."""
        self._connection.execute("DELETE FROM documents WHERE key = ?", (key,))

    def put_file(self, path: str, state: FileState) -> None:
        """Remember that a file was read in this state."""
        self._connection.execute(
            "REPLACE INTO files VALUES (?, ?, ?, ?)",
            (path, state.digest, state.size, state.modified),
        )

    def forget_files_without_documents(self) -> None:
        """Forget files whose documents were all deleted, so that they are read again."""
        self._connection.execute("DELETE FROM files WHERE path NOT IN (SELECT path FROM documents)")

    def begin(self) -> None:
        """Start a transaction; changes are much faster inside one."""
        self._connection.execute("BEGIN")

    def end(self) -> None:
        """End the transaction."""
        self._connection.execute("COMMIT")

    def _document(self, row: Sequence[Any]) -> Document:
        *facts, checksum = row
        if checksum != checksum_of(facts):
            raise self._altered(f"the document {facts[0]!r}")
        return document_from(facts)

    def _altered(self, what: str) -> IndexDamagedError:
        return IndexDamagedError(
            f"{what} in {self._path} is not what was stored there. Run `rag repair`, which says "
            "which files to index again"
        )

    def _query(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        try:
            with self._asking:
                return self._connection.execute(sql, tuple(values)).fetchall()
        except sqlite3.ProgrammingError:
            raise  # the catalog was closed
        except sqlite3.DatabaseError as error:
            raise _damaged(self._path, error) from error


def _where(filters: Filters) -> tuple[str, list[str]]:
    clauses, values = ["1"], []
    if filters.publisher:
        clauses.append("instr(fold(publisher), fold(?))")
        values.append(filters.publisher)
    if filters.path:
        clauses.append("(path GLOB ? OR path GLOB '*/' || ?)")
        values.extend((filters.path, filters.path))
    if filters.since:
        clauses.append("published >= ?")
        values.append(filters.since.isoformat())
    if filters.until:
        clauses.append("published <= ?")
        values.append(filters.until.isoformat())
    return " AND ".join(clauses), values


def _damaged(path: Path, error: sqlite3.DatabaseError) -> IndexDamagedError:
    return IndexDamagedError(
        f"the catalog {path} cannot be read ({error}). Run `rag repair`, which says which files "
        "to index again"
    )
