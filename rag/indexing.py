"""Adding to an index: files to documents to passages to vectors and words, committed as it goes."""

from __future__ import annotations

import errno
import hashlib
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from rag.address import Index
from rag.embedding import Embedder
from rag.errors import IndexFolderError, SourceError
from rag.language.names import chinese_names, local_places, romanise
from rag.language.words import Segmenter
from rag.passages import PassageLengths, split_document
from rag.records import Document, Language, Passage
from rag.sources import MAX_BYTES, Problem, Source, document_path, find_files, load_file
from rag.store import Entry, StoreWriter

Progress = Callable[[str, int, int], None]
"""``progress(file, passages done, passages expected)``; what is expected is an estimate."""

_BATCH = 64
_COMMIT_SECONDS = 60.0
"""Work done is committed about this often, so that an interruption costs little."""


@dataclass(slots=True)
class AddReport:
    """What adding did, in documents, and which files or lines could not be read and why.

    ``passages`` were stored, ``embedded`` are those of them whose vectors had to be computed.
    """

    added: int = 0
    updated: int = 0
    renamed: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    embedded: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Extent:
    """How far the work is, in bytes of the files to read; a part of a file may be done."""

    total: float = 0.0
    done: float = 0.0

    def passages(self, so_far: int) -> int:
        """Estimate how many passages there will be from those there are so far."""
        return max(so_far, round(so_far * self.total / self.done)) if self.done else so_far


class Indexer:
    """Adds sources to an index that is open for writing."""

    def __init__(
        self,
        writer: StoreWriter,
        embedder: Embedder,
        segmenter: Segmenter,
        lengths: PassageLengths,
        progress: Progress | None = None,
    ) -> None:
        self._writer = writer
        self._embedder = embedder
        self._segmenter = segmenter
        self._lengths = lengths
        self._progress = progress or (lambda _file, _done, _expected: None)
        self._extent = _Extent()
        self._done = 0
        self._committed = time.monotonic()
        self.report = AddReport()

    def add(self, paths: Sequence[Path]) -> AddReport:
        """Add or update the documents of files and folders, and commit.

        A file that cannot be read is reported and the rest goes on.
        """
        sizes: dict[Path, int] = {}
        for found in find_files(paths):
            if isinstance(found, Problem):
                self.report.problems.append((str(found.path), found.reason))
            else:
                sizes[found] = _size(found)
        self._extent.total = sum(sizes.values())
        for path, size in sizes.items():
            end = self._extent.done + size
            try:
                self._add_file(path, size)
            except SourceError as error:
                self.report.problems.append((str(path), str(error)))
            self._extent.done = end
            self._show(str(path))
        self._writer.commit(more=False)
        return self.report

    def _add_file(self, path: Path, size: int) -> None:
        name = document_path(path)
        digest = _file_digest(path)
        before = self._writer.catalog.keys_of_file(name)
        if digest and self._writer.catalog.file_digest(name) == digest:
            self.report.unchanged += len(before)
            return
        self._show(name)
        source = _load(path, self._embedder)
        self.report.problems.extend((name, problem) for problem in source.problems)
        self._put_all(source, size)
        if source.problems:
            # What a bad part held before is kept, and the file is read again next time.
            self._writer.catalog.put_file(name, "")
            return
        for key in before.keys() - {document.key for document in source.documents}:
            remove_document(self._writer, key)
            self.report.removed += 1
        # Not the catalog from above: a commit in between opens the next one.
        self._writer.catalog.put_file(name, digest)

    def _put_all(self, source: Source, size: int) -> None:
        changed = [document for document in source.documents if self._is_changed(document)]
        characters = sum(len(document.text) for document in changed)
        split = (
            (document, split_document(document, self._embedder.count_tokens, self._lengths))
            for document in changed
        )
        for group in _groups(split):
            self._put_group(source.path, group, size / max(characters, 1))
            if time.monotonic() - self._committed > _COMMIT_SECONDS:
                self._writer.commit()
                self._committed = time.monotonic()

    def _is_changed(self, document: Document) -> bool:
        before = self._writer.catalog.document(document.key)
        if before is None:
            self.report.added += 1
        elif before == document:
            self.report.unchanged += 1
            return False
        else:
            self.report.updated += 1
            if before.path != document.path and Path(before.path).exists():
                self.report.problems.append((
                    document.path,
                    f"its document {document.key!r} has the id of one in {before.path}, which it "
                    "replaces; give each an id of its own",
                ))  # fmt: skip
        return True

    def _put_group(
        self, path: str, group: list[tuple[Document, list[Passage]]], bytes_each: float
    ) -> None:
        """Embed the passages of some documents together and store them."""
        passages = [passage for _, items in group for passage in items]
        digests = [_passage_digest(passage) for passage in passages]
        vectors = self._vectors(path, passages, digests, bytes_each)
        at = 0
        for document, items in group:
            end = at + len(items)
            self._forget_old_name(document, digests[at:end])
            remove_document(self._writer, document.key)
            row = self._writer.catalog.put_document(document)
            ids = self._writer.catalog.put_passages(row, items, digests[at:end])
            self._store_vectors(ids, items, vectors[at:end])
            self._writer.words.add(self._entries(document, ids, items))
            at = end
        self.report.passages += len(passages)

    def _vectors(
        self, path: str, passages: Sequence[Passage], digests: Sequence[str], bytes_each: float
    ) -> np.ndarray:
        """Return a vector a passage; those that the index already has are not computed again."""
        vectors = np.empty((len(passages), self._embedder.identity.dimension), np.float32)
        new: list[int] = []
        known = self._writer.known_vectors(digests)
        for place, digest in enumerate(digests):
            if digest in known:
                vectors[place] = known[digest]
                self._advance(passages[place], bytes_each)
            else:
                new.append(place)
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            vectors[batch] = self._embedder.embed_passages([_embedded(passages[i]) for i in batch])
            for place in batch:
                self._advance(passages[place], bytes_each)
            self._show(path)
        self.report.embedded += len(new)
        return vectors

    def _advance(self, passage: Passage, bytes_each: float) -> None:
        self._done += 1
        self._extent.done += len(passage.text) * bytes_each

    def _show(self, path: str) -> None:
        self._progress(path, self._done, self._extent.passages(self._done))

    def _forget_old_name(self, document: Document, digests: Sequence[str]) -> None:
        """Take out the document that this one was before its file was renamed or moved.

        It has the same content, and its file is no longer there.
        """
        catalog = self._writer.catalog
        if not digests or catalog.document(document.key) is not None:
            return
        number = catalog.passage_with_digest(digests[0])
        if number is None:
            return
        old = catalog.document(catalog.passages([number])[number].document_key)
        if old is None or old.digest != document.digest or Path(old.path).exists():
            return
        remove_document(self._writer, old.key)
        self.report.added -= 1
        self.report.renamed += 1

    def _store_vectors(
        self, ids: Sequence[int], passages: Sequence[Passage], vectors: np.ndarray
    ) -> None:
        for language in Language:
            places = [i for i, passage in enumerate(passages) if passage.language is language]
            if places:
                self._writer.vectors.add(language, [ids[i] for i in places], vectors[places])

    def _entries(
        self, document: Document, ids: Sequence[int], passages: Sequence[Passage]
    ) -> Iterator[Entry]:
        title = self._segmenter.words(document.title)
        opening = document.opening
        about = local_places(opening, self._segmenter.words(opening))
        for number, passage in zip(ids, passages, strict=True):
            body = self._segmenter.words(passage.text)
            names = romanise(chinese_names([*body, *title]))
            places = about | local_places(passage.text, body)
            languages = (passage.language, passage.title_language)
            yield Entry(number, *languages, body, title, names, places)


def similarity(embedder: Embedder, subject: str, texts: Sequence[str]) -> list[float]:
    """Return the cosine between a subject and each text."""
    if not texts:
        return []
    vectors = embedder.embed_passages([subject, *texts])
    cosines: list[float] = (vectors[1:] @ vectors[0]).tolist()
    return cosines


def remove_document(writer: StoreWriter, key: str) -> None:
    """Take a document's passages out of every part of an index."""
    ids = writer.catalog.passage_ids_of(key)
    writer.vectors.remove(ids)
    writer.words.remove(ids)
    writer.catalog.remove_document(key)


@contextmanager
def explain_full_disk(folder: Index) -> Iterator[None]:
    """Turn the ways in which the libraries say that the disk is full into one error.

    Raises:
        IndexFolderError: the disk is full.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError, RuntimeError, ValueError) as error:
        reason = _why_not_written(error)
        if not reason:
            raise
        raise IndexFolderError(
            f"{reason}, {folder} could not be written. Free some space and run the same command "
            "again; the index is as it was last committed and can be asked"
        ) from error


def _why_not_written(error: BaseException) -> str:
    """Return what an error says of the disk, "" when it is about something else."""
    full = "the disk is full"
    if isinstance(error, OSError) and error.errno is not None:
        return full if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else ""
    # SQLite, FAISS and tantivy give no number for it.
    text = str(error)
    if any(words in text for words in ("disk is full", "No space left", "File too large")):
        return full
    # What SQLite makes of a quota, a limit on a file's size, and a disk that is failing.
    return "the disk is full or failing" if "disk I/O error" in text else ""


def _load(path: Path, embedder: Embedder) -> Source:
    try:
        return load_file(path, similarity=partial(similarity, embedder))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error})") from error


def _groups(
    split: Iterable[tuple[Document, list[Passage]]],
) -> Iterator[list[tuple[Document, list[Passage]]]]:
    """Yield documents in groups of about a batch of passages."""
    group: list[tuple[Document, list[Passage]]] = []
    size = 0
    for item in split:
        group.append(item)
        size += len(item[1])
        if size >= _BATCH:
            yield group
            group, size = [], 0
    if group:
        yield group


def _embedded(passage: Passage) -> str:
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def _passage_digest(passage: Passage) -> str:
    return hashlib.sha256(_embedded(passage).encode()).hexdigest()[:32]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # said when it is read


def _file_digest(path: Path) -> str:
    """Return the SHA-256 of a file; "" for one that is too large to be read at all."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            # Opening a pipe would wait for its other end.
            raise SourceError(f"{path}: is no ordinary file; copy what it gives into one")
        if state.st_size > MAX_BYTES:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error})") from error
