"""The catalog of an index on a server, with what a writer put into it since the last commit."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.records import Document, Passage
from rag.store.milvus.connection import Connection, Row
from rag.store.milvus.reading import MilvusCatalog
from rag.store.milvus.rows import (
    Kind,
    document_number,
    document_rows,
    file_number,
    masked,
    passage_row,
    record,
    version_of,
)
from rag.store.rows import FileState
from rag.store.vectors import Vectors

_MANY_DIGESTS = 256


@dataclass(slots=True)
class _Staged:
    document: Document
    version: int
    passages: list[int] = field(default_factory=list)


class StagedCatalog(MilvusCatalog):
    """What is committed, with the changes of one writer on top; see ``Catalog``."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._staged: dict[int, _Staged] = {}
        self._removed: dict[int, str] = {}
        self._passages: dict[int, Passage] = {}
        self._rows: dict[int, Row] = {}
        self._digests: dict[str, int] = {}
        self._files: dict[str, FileState] = {}

    # Reading

    def document(self, key: str) -> Document | None:
        """Return the document with this key."""
        number = document_number(key)
        if number in self._staged:
            return self._staged[number].document
        return None if number in self._removed else super().document(key)

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Return passages by number; those that are not there are left out."""
        found = {number: self._passages[number] for number in ids if number in self._passages}
        stored = super().passages([number for number in ids if number not in found])
        return found | {
            number: passage
            for number, passage in stored.items()
            if document_number(passage.document_key) not in self._removed
        }

    def passage_ids_of(self, key: str) -> list[int]:
        """Return a document's passages, in the order of its text."""
        number = document_number(key)
        if number in self._staged:
            return list(self._staged[number].passages)
        return [] if number in self._removed else super().passage_ids_of(key)

    def keys_of_file(self, path: str) -> dict[str, str]:
        """Return the keys of the documents that came from a file, with their digests."""
        stored = super().keys_of_file(path)
        touched = self._removed.keys() | self._staged.keys()
        kept = {key: d for key, d in stored.items() if document_number(key) not in touched}
        staged = (item.document for item in self._staged.values())
        return kept | {found.key: found.digest for found in staged if found.path == path}

    def passage_with_digest(self, digest: str) -> int | None:
        """Return some passage of exactly this text and context."""
        if digest in self._digests:
            return self._digests[digest]
        where = f'digest == "{masked(digest)}"'
        for row in self._connection.query(self._connection.passages, where, ["id"], limit=100):
            if row["id"] in self.passages([row["id"]]):
                return int(row["id"])
        return None

    def paths_below(self, folder: str) -> list[str]:
        """Return the paths below a folder that documents come from."""
        root = f"{folder.rstrip('/')}/"
        staged = {item.document.path for item in self._staged.values()}
        left = {path for path in self._removed.values() if not self.keys_of_file(path)}
        paths = {path for path in staged if path.startswith(root)} | {*super().paths_below(folder)}
        return sorted(paths - left)

    def files(self, paths: Iterable[str]) -> dict[str, FileState]:
        """Return the states of those of some files that were read, as they were then."""
        names = set(paths)
        staged = {path: self._files[path] for path in names & self._files.keys()}
        return super().files(names - staged.keys()) | staged

    def documents_of(self, paths: Iterable[str]) -> int:
        """Return how many documents came from some files."""
        names = set(paths)
        items = self._staged.values()
        touched = {*self._removed.values(), *(item.document.path for item in items)} & names
        changed = sum(len(self.keys_of_file(path)) for path in touched)
        return super().documents_of(names - touched) + changed

    def known_vectors(self, digests: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of passages that were stored or staged before, by their digests.

        Those of passages that a broken-off commit left behind are as good as any.
        """
        found: dict[str, Vectors] = {}
        wanted: dict[str, str] = {}
        for digest in digests:
            row = self._rows.get(self._digests.get(digest, 0), {})
            if "vector" in row:
                found[digest] = np.array(row["vector"], np.float32)
            else:
                wanted[masked(digest)] = digest
        names = list(wanted)
        for start in range(0, len(names), _MANY_DIGESTS):
            some = ", ".join(f'"{name}"' for name in names[start : start + _MANY_DIGESTS])
            connection = self._connection
            where = f"digest in [{some}]"
            for row in connection.query(connection.passages, where, ["digest", "vector"]):
                found[wanted[row["digest"]]] = np.array(row["vector"], np.float32)
        return found

    # Writing

    def put_document(self, document: Document) -> int:
        """Add a document and return its number."""
        number = document_number(document.key)
        self._staged[number] = _Staged(document, version_of(document))
        return number

    def put_passages(
        self, document: int, passages: Sequence[Passage], digests: Sequence[str]
    ) -> list[int]:
        """Add the passages of a staged document and return their numbers."""
        staged = self._staged[document]
        ids = []
        for passage, digest in zip(passages, digests, strict=True):
            row = passage_row(staged.document, staged.version, passage, digest)
            staged.passages.append(row["id"])
            self._passages[row["id"]] = passage
            self._rows[row["id"]] = row
            self._digests.setdefault(digest, row["id"])
            ids.append(row["id"])
        return ids

    def remove_document(self, key: str) -> None:
        """Remove a document and its passages."""
        number = document_number(key)
        staged = self._staged.pop(number, None)
        if staged is not None:
            for passage in staged.passages:
                del self._rows[passage], self._passages[passage]
            self._digests = {d: n for d, n in self._digests.items() if n in self._rows}
        stored = super().document(key)
        if stored is not None:
            self._removed[number] = stored.path

    def put_file(self, path: str, state: FileState) -> None:
        """Remember that a file was read in this state."""
        self._files[path] = state

    # For the commit

    def row(self, passage: int) -> Row:
        """Return the row of a staged passage, to be filled in."""
        return self._rows[passage]

    @property
    def changed(self) -> set[int]:
        """The numbers of the documents that were put or removed."""
        return {*self._staged, *self._removed}

    @property
    def gone(self) -> list[int]:
        """The numbers of the documents that were removed and not put again."""
        return sorted(self._removed.keys() - self._staged.keys())

    def rows(self) -> tuple[list[Row], list[Row], list[Row]]:
        """Return the rows to write: of passages, of texts, and of documents."""
        texts: list[Row] = []
        documents: list[Row] = []
        for staged in self._staged.values():
            *pieces, own = document_rows(staged.document, len(staged.passages))
            texts.extend(pieces)
            documents.append(own)
        return list(self._rows.values()), texts, documents

    def forget_files(self) -> set[str]:
        """Forget the files whose documents were all removed, and return their paths.

        They are read again next time.
        """
        touched = {*self._files, *self._removed.values()}
        filled = {item.document.path for item in self._staged.values()}
        empty = {path for path in touched - filled if not self.keys_of_file(path)}
        if empty:
            numbers = [file_number(path) for path in empty]
            self._connection.delete(self._connection.records, f"id in {numbers}")
        return empty

    def write_files(self, empty: Collection[str]) -> None:
        """Write which files were read, but for those without documents."""
        rows = [
            record(
                Kind.FILE, file_number(path), digest=state.digest, path=masked(path),
                content=json.dumps([state.size, state.modified]),
            )
            for path, state in self._files.items()
            if path not in empty
        ]  # fmt: skip
        self._connection.upsert(self._connection.records, rows)
