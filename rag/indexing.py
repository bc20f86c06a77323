"""Adding to an index: files to documents to passages to vectors and words, committed as it goes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from rag.embedding import Embedder
from rag.errors import SourceError
from rag.language.names import chinese_names, romanise
from rag.language.words import Segmenter
from rag.passages import PassageLengths, split_document
from rag.records import Document, Language, Passage
from rag.sources import Problem, Source, find_files, load_file
from rag.store import Entry, IndexWriter

Progress = Callable[[str, int, int], None]
"""``progress(file, passages embedded, passages known so far)``."""

_BATCH = 64
_COMMIT_SECONDS = 60.0
"""Work done is committed about this often, so that an interruption costs little."""


@dataclass(slots=True)
class AddReport:
    """What adding did, in documents, and which files or lines could not be read and why."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


class Indexer:
    """Adds sources to an index that is open for writing."""

    def __init__(
        self,
        writer: IndexWriter,
        embedder: Embedder,
        segmenter: Segmenter,
        lengths: PassageLengths,
        progress: Progress | None = None,
    ) -> None:
        self._writer = writer
        self._embedder = embedder
        self._segmenter = segmenter
        self._lengths = lengths
        self._progress = progress or (lambda _file, _done, _known: None)
        self._known = 0
        self._committed = time.monotonic()
        self.report = AddReport()

    def add(self, paths: Sequence[Path]) -> AddReport:
        """Add or update the documents of files and folders, and commit.

        A file that cannot be read is reported and the rest goes on.
        """
        for found in find_files(paths):
            if isinstance(found, Problem):
                self.report.problems.append((str(found.path), found.reason))
                continue
            try:
                self._add_file(found)
            except SourceError as error:
                self.report.problems.append((str(found), str(error)))
        self._writer.commit()
        return self.report

    def _add_file(self, path: Path) -> None:
        name = path.absolute().as_posix()
        digest = _file_digest(path)
        catalog = self._writer.catalog
        before = catalog.keys_of_file(name)
        if catalog.file_digest(name) == digest:
            self.report.unchanged += len(before)
            return
        source = load_file(path, similarity=partial(similarity, self._embedder))
        self.report.problems.extend((name, problem) for problem in source.problems)
        for key in before.keys() - {document.key for document in source.documents}:
            self._remove(key)
            self.report.removed += 1
        self._put_all(source)
        catalog.put_file(name, "" if source.problems else digest)

    def _put_all(self, source: Source) -> None:
        changed = [document for document in source.documents if self._is_changed(document)]
        split = [
            (document, split_document(document, self._embedder.count_tokens, self._lengths))
            for document in changed
        ]
        self._known += sum(len(passages) for _, passages in split)
        for group in _groups(split):
            self._put_group(source.path, group)
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
        return True

    def _put_group(self, path: str, group: list[tuple[Document, list[Passage]]]) -> None:
        """Embed the passages of some documents together and store them."""
        passages = [passage for _, items in group for passage in items]
        digests = [_passage_digest(passage) for passage in passages]
        vectors = self._vectors(passages, digests)
        at = 0
        for document, items in group:
            end = at + len(items)
            self._remove(document.key)
            row = self._writer.catalog.put_document(document)
            ids = self._writer.catalog.put_passages(row, items, digests[at:end])
            self._store_vectors(ids, items, vectors[at:end])
            self._writer.words.add(self._entries(document, ids, items))
            at = end
        self.report.passages += len(passages)
        self._progress(path, self.report.passages, self._known)

    def _vectors(self, passages: Sequence[Passage], digests: Sequence[str]) -> np.ndarray:
        """Return a vector a passage; those that the index already has are not computed again."""
        vectors = np.empty((len(passages), self._embedder.identity.dimension), np.float32)
        new: list[int] = []
        for place, digest in enumerate(digests):
            number = self._writer.catalog.passage_with_digest(digest)
            vector = None if number is None else self._writer.vectors.vector(number)
            if vector is None:
                new.append(place)
            else:
                vectors[place] = vector
        vectors[new] = self._embedder.embed_passages([_embedded(passages[i]) for i in new])
        return vectors

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
        for number, passage in zip(ids, passages, strict=True):
            body = self._segmenter.words(passage.text)
            names = romanise(chinese_names([*body, *title]))
            yield Entry(
                number, passage.language, passage.title_language, body, title, names
            )

    def _remove(self, key: str) -> None:
        remove_document(self._writer, key)


def similarity(embedder: Embedder, subject: str, texts: Sequence[str]) -> list[float]:
    """Return the cosine between a subject and each text."""
    if not texts:
        return []
    vectors = embedder.embed_passages([subject, *texts])
    cosines: list[float] = (vectors[1:] @ vectors[0]).tolist()
    return cosines


def remove_document(writer: IndexWriter, key: str) -> None:
    """Take a document's passages out of every part of an index."""
    ids = writer.catalog.passage_ids_of(key)
    writer.vectors.remove(ids)
    writer.words.remove(ids)
    writer.catalog.remove_document(key)


def _groups(
    split: list[tuple[Document, list[Passage]]],
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


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
