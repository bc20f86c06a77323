"""Adding to an index: files to documents to passages to vectors and words, committed as it goes."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from rag.ahead import ReadAhead, ReadFile
from rag.embedding import Batches, Embedder, OwnBatches
from rag.errors import SourceError
from rag.language.words import Segmenter
from rag.passages import PassageLengths
from rag.records import Document, Passage
from rag.sources import document_path
from rag.store import SPOOL, CatalogReader, ModelRecord, Spool, StoreWriter
from rag.storing import remove_document, store_vectors, text_to_embed, word_entries
from rag.supply import VectorSupply
from rag.survey import is_gone, survey_files

Progress = Callable[[str, int, int], None]
"""``progress(file, passages done, passages expected)``; what is expected is an estimate."""

_BATCH = 64
_COMMIT_SECONDS = 60.0
"""Work done is committed about this often, so that an interruption costs little."""


@dataclass(slots=True)
class AddReport:
    """What adding did, in documents, and which files or lines could not be read and why.

    ``passages`` were stored, ``embedded`` are those of them whose vectors had to be computed.
    ``changes`` counts documents by what was done with them and their file; ``gone`` has the files
    that are no longer there and whose documents still are.
    """

    added: int = 0
    updated: int = 0
    renamed: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    embedded: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    gone: list[str] = field(default_factory=list)


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
        folder: Path,
        progress: Progress | None = None,
        batches: Batches | None = None,
    ) -> None:
        """Prepare to add; the spool lies in ``folder``.

        Passages are embedded by ``batches``, by default in this process.
        """
        self._writer = writer
        self._embedder = embedder
        self._batches = batches or OwnBatches(embedder)
        self._segmenter = segmenter
        self._lengths = lengths
        self._folder = folder
        self._progress = progress or (lambda _file, _done, _expected: None)
        self._extent = _Extent()
        self._done = 0
        self._committed = time.monotonic()
        self._supply: VectorSupply
        self._ahead: ReadAhead
        self.report = AddReport()

    def add(self, paths: Sequence[Path], *, prune: bool = False) -> AddReport:
        """Add or update the documents of files and folders, and commit when there is anything new.

        A file that cannot be read is reported and the rest goes on. Files below the folders that
        are gone are reported, or with ``prune`` their documents are removed.
        """
        survey = survey_files(self._writer.catalog, paths)
        self.report.problems.extend(survey.problems)
        self.report.unchanged += survey.unchanged
        for name, state in survey.touched.items():
            self._writer.catalog.put_file(name, state)
        self._extent.total = sum(survey.to_read.values())
        identity = self._embedder.identity
        model = ModelRecord(identity.name, identity.digest, identity.dimension, identity.precision)
        with closing(Spool(self._folder / SPOOL, model)) as spool:
            self._supply = VectorSupply(self._writer, spool, self._batches)
            try:
                self._add_files(survey.to_read)
                self._take_leave(survey.gone, prune=prune)
                if self.report.changes or self._writer.owes_commit:
                    self._commit(more=False)
            finally:
                self._supply.keep_arrived()
        return self.report

    def _add_files(self, files: Mapping[Path, int]) -> None:
        self._ahead = ReadAhead(
            files, self._embedder, self._lengths, lambda: self._writer.catalog, self._ask,
            self._batches.ahead,
        )  # fmt: skip
        for file in self._ahead:
            end = self._extent.done + file.size
            try:
                self._add_file(file)
            except SourceError as error:
                self.report.problems.append((str(file.path), str(error)))
            self._extent.done = end
            self._show(str(file.path))

    def _commit(self, *, more: bool) -> None:
        self._writer.commit(more=more)
        self._supply.clear_spool()
        self._committed = time.monotonic()

    def _add_file(self, file: ReadFile) -> None:
        name = document_path(file.path)
        self._show(name)
        if isinstance(file.loaded, SourceError):
            raise file.loaded
        source, state = file.loaded
        before = self._writer.catalog.keys_of_file(name)
        self.report.problems.extend((name, problem) for problem in source.problems)
        self._put_all(file)
        if source.problems:
            # What a bad part held before is kept, and the file is read again next time.
            self._writer.catalog.put_file(name, replace(state, digest=""))
            return
        for key in before.keys() - {document.key for document in source.documents}:
            self._remove(key, name)
        # Not the catalog from above: a commit in between opens the next one.
        self._writer.catalog.put_file(name, state)

    def _take_leave(self, gone: Sequence[str], *, prune: bool) -> None:
        """Remove the documents of files that are gone, or note that they are still there."""
        for name in gone:
            # Those of a renamed file have found another one.
            keys = self._writer.catalog.keys_of_file(name)
            if keys and not prune:
                self.report.gone.append(name)
            else:
                for key in keys:
                    self._remove(key, name)

    def _remove(self, key: str, name: str) -> None:
        remove_document(self._writer, key)
        self.report.removed += 1
        self.report.changes["removed", name] += 1

    def _put_all(self, file: ReadFile) -> None:
        documents = enumerate(file.documents)
        changed = {place: document for place, document in documents if self._is_changed(document)}
        characters = sum(len(document.text) for document in changed.values())
        split = ((changed[place], self._ahead.passages(file, place)) for place in changed)
        for group in _groups(split):
            self._put_group(document_path(file.path), group, file.size / max(characters, 1))
            if time.monotonic() - self._committed > _COMMIT_SECONDS:
                self._commit(more=True)

    def _is_changed(self, document: Document) -> bool:
        before = self._writer.catalog.document(document.key)
        if before is None:
            self.report.added += 1
            self.report.changes["added", document.path] += 1
        elif before == document:
            self.report.unchanged += 1
            return False
        else:
            self.report.updated += 1
            self.report.changes["updated", document.path] += 1
            if before.path != document.path and not is_gone(before.path):
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
            store_vectors(self._writer, ids, items, vectors[at:end])
            self._writer.words.add(word_entries(self._segmenter, document, ids, items))
            at = end
        self.report.passages += len(passages)

    def _vectors(
        self, path: str, passages: Sequence[Passage], digests: Sequence[str], bytes_each: float
    ) -> np.ndarray:
        """Return a vector a passage; those that the index already has are not computed again."""
        vectors = np.empty((len(passages), self._embedder.identity.dimension), np.float32)
        places = defaultdict(list)
        for place, digest in enumerate(digests):
            places[digest].append(place)
        for found in self._supply.take(digests, [text_to_embed(passage) for passage in passages]):
            for digest, vector in found.items():
                for place in places[digest]:
                    vectors[place] = vector
                    self._advance(passages[place], bytes_each)
            self._show(path)
        self.report.embedded = self._supply.embedded
        return vectors

    def _ask(self, passages: Sequence[Passage]) -> None:
        """Say that passages will be stored soon."""
        texts = [text_to_embed(passage) for passage in passages]
        self._supply.ask([_passage_digest(passage) for passage in passages], texts)

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
        if old is None or old.digest != document.digest or not is_gone(old.path):
            return
        remove_document(self._writer, old.key)
        self.report.added -= 1
        self.report.renamed += 1
        self.report.changes["added", document.path] -= 1
        self.report.changes["renamed", document.path] += 1


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


def _passage_digest(passage: Passage) -> str:
    return hashlib.sha256(text_to_embed(passage).encode()).hexdigest()[:32]


def nothing_to_do(
    catalog: CatalogReader, paths: Sequence[Path], *, prune: bool
) -> AddReport | None:
    """Return what adding these paths would report if it had nothing to change, else None."""
    survey = survey_files(catalog, paths)
    if survey.to_read or (prune and survey.gone):
        return None
    return AddReport(unchanged=survey.unchanged, gone=survey.gone, problems=survey.problems)
