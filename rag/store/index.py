"""The index folder: whole generations, one of them current.

    CURRENT         the number of the current generation
    000007/         a generation: manifest, catalog, vectors, words; never changed once published
    writer.lock     held by the one process that writes, named in writer.json

A writer makes the next generation beside the current one and publishes it by replacing CURRENT,
so a process killed at any moment leaves the last complete one. Readers keep what they opened.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from rag.errors import IndexDamagedError, IndexLockedError, IndexMissingError
from rag.passage_set import PassageSet
from rag.records import Filters
from rag.store.catalog import Catalog
from rag.store.folder import (
    CATALOG,
    HOLDER,
    LOCK,
    PART,
    copy_generation,
    current_generation,
    is_generation,
    is_taken,
    is_unfinished,
    make_folder,
    publish,
    sync,
    sync_tree,
    write_durably,
)
from rag.store.manifest import Manifest, ModelRecord, describe_files
from rag.store.source import Source, Start, whole_source
from rag.store.vectors import VectorIndex, Vectors
from rag.store.words import WordIndex

_FILTERS_KEPT = 16


class IndexReader:
    """One generation of an index, open for searching until it is closed or nobody has it."""

    def __init__(self, folder: Path, generation: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.generation = generation
        self.manifest = manifest
        self.vectors = VectorIndex.load(generation, manifest.model.dimension)
        self.words = WordIndex(generation / "words")
        self.catalog = Catalog.read(generation / CATALOG)
        self._allowed = lru_cache(_FILTERS_KEPT)(self.catalog.passage_ids)

    @classmethod
    def open(cls, folder: Path, model: ModelRecord | None = None) -> IndexReader:
        """Open the current generation, checking format, model and files.

        Raises:
            IndexMissingError: there is no index.
            IndexVersionError, IndexModelError, IndexDamagedError: it cannot be used.
        """
        while True:
            generation = require_generation(folder)
            try:
                manifest = Manifest.read(generation)
                if model is not None:
                    manifest.check_model(model, folder)
                manifest.check_files(generation)
                reader = cls(folder, generation, manifest)
            except (FileNotFoundError, IndexDamagedError) as error:
                # A writer may have replaced the generation meanwhile.
                if current_generation(folder) == generation:
                    if isinstance(error, FileNotFoundError):
                        raise IndexDamagedError(
                            f"{error.filename} is missing from the index. Run `rag repair`"
                        ) from error
                    raise
                continue
            if reader.is_current():
                return reader
            # Some of its files may have been swept away before they were opened.
            reader.close()

    def is_current(self) -> bool:
        """Return whether no newer generation has been published."""
        return current_generation(self.folder) == self.generation

    def close(self) -> None:
        """Close the catalog; vectors and words go with the object."""
        self.catalog.close()

    def allowed(self, filters: Filters) -> PassageSet:
        """Return the passages of the documents that pass the filters, once looked up kept."""
        return self._allowed(filters)

    def mismatches(self) -> list[str]:
        """Return where catalog, vectors, words and manifest do not fit together."""
        problems = []
        if (state := self.catalog.check()) != "ok":
            problems.append(f"catalog: {state}")
        counts = self.catalog.counts()
        if counts != self.manifest.counts:
            problems.append(f"the catalog holds {counts}, the manifest says {self.manifest.counts}")
        passages = set(self.catalog.passage_ids(Filters()))
        for what, ids in (("vectors", self.vectors.ids()), ("word entries", self.words.ids())):
            if len(ids) != len(passages):
                problems.append(f"{len(ids)} {what} for {len(passages)} passages")
            elif set(ids) != passages:
                problems.append(f"the {what} are those of other passages")
        return problems


@contextmanager
def open_folder_catalog(folder: Path, model: ModelRecord) -> Iterator[Catalog]:
    """Open the current generation's catalog alone, checking format, model and files.

    Raises:
        IndexFolderError: there is no index, or it cannot be used.
    """
    generation = require_generation(folder)
    manifest = Manifest.read(generation)
    manifest.check_model(model, folder)
    manifest.check_files(generation)
    with closing(Catalog.read(generation / CATALOG)) as catalog:
        yield catalog


class IndexWriter:
    """The next generation of an index, being made. Use as a context manager.

    Leaving the block without ``commit`` abandons the changes.
    """

    def __init__(
        self,
        folder: Path,
        model: ModelRecord,
        *,
        wait: float = 0.0,
        tell: Callable[[str], None] | None = None,
        start: Start = whole_source,
    ) -> None:
        """Prepare for a folder; nothing is touched yet.

        Args:
            folder: the index folder.
            model: the embedding model in use.
            wait: seconds to wait for another process that writes.
            tell: is told whom it waits for.
            start: says what to start from, None being nothing; asked under the lock.
        """
        self.folder = folder
        self._model = model
        self._wait = wait
        self._tell = tell or (lambda _text: None)
        self._start = start
        self._lock = FileLock(folder / LOCK)
        self._source: Source | None = None
        self._part: Path | None = None
        self._number = 0

    def __enter__(self) -> Self:
        """Take the lock and start from the current generation, or from nothing.

        Raises:
            IndexLockedError: another process is still writing after the time to wait.
            IndexFolderError: the folder is no place for an index, or what is in it is damaged.
        """
        make_folder(self.folder)
        self._take_lock()
        try:
            write_durably(self.folder / HOLDER, json.dumps(_self_description()) + "\n")
            # Before anything is swept away: the one whole generation may not be the current one.
            self._source = self._start(self.folder, self._model)
            self._sweep()
            self._begin()
        except BaseException:
            self._drop_part()
            self._release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop what was not committed and let go of the lock."""
        self._abandon()
        self._release()

    def _take_lock(self) -> None:
        """Wait for the lock. That of a process that died is free: the system lets go of it."""
        if self._wait > 0:
            with suppress(Timeout):
                self._lock.acquire(timeout=0)
                return
            seconds = "" if self._wait == math.inf else f" (at most {self._wait:g} s)"
            self._tell(
                f"another process is writing to {self.folder}: {_holder(self.folder)}; waiting "
                f"for it to end{seconds}"
            )
        try:
            self._lock.acquire(timeout=-1 if self._wait == math.inf else self._wait)
        except Timeout as error:
            raise IndexLockedError(
                f"another process is writing to {self.folder}: {_holder(self.folder)}. "
                "Wait for it to end, longer with --wait SECONDS, or stop it"
            ) from error

    @property
    def owes_commit(self) -> bool:
        """Whether nothing has been committed to this folder yet."""
        return self._source is None

    def known_vectors(self, digests: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of passages that were stored before, by their digests."""
        found = {}
        for digest in digests:
            number = self.catalog.passage_with_digest(digest)
            if number is not None and (vector := self.vectors.vector(number)) is not None:
                found[digest] = vector
        return found

    def commit(self, *, more: bool = True) -> None:
        """Publish the changes as the current generation; where ``more`` come, start the next."""
        part, number = self._part, self._number
        if part is None:
            raise RuntimeError("commit outside of the with block")
        self.catalog.forget_files_without_documents()
        counts = self.catalog.counts()
        self.catalog.end()
        self.catalog.close()
        self.vectors.save(part)
        self.words.commit()
        records = describe_files(part, self._source.files if self._source else {})
        now = datetime.now(UTC).isoformat(timespec="seconds")
        Manifest(number, now, self._model, counts, records).write(part)
        sync_tree(part)
        final = self.folder / f"{number:06d}"
        part.rename(final)
        self._part = None
        sync(self.folder)
        publish(self.folder, final)
        self._source = Source(final, records)
        self._sweep()
        if more:
            self._begin()

    def _begin(self) -> None:
        source = self._source
        self._number = int(source.generation.name) + 1 if source else 1
        # A folder that could not be removed keeps its number.
        while is_taken(self.folder, self._number):
            self._number += 1
        part = self.folder / f"{self._number:06d}{PART}"
        part.mkdir()
        self._part = part
        if source:
            copy_generation(source.generation, part, {CATALOG, *source.files})
        if source and source.has_vectors:
            self.vectors = VectorIndex.load(source.generation, self._model.dimension)
        else:
            self.vectors = VectorIndex(self._model.dimension)
        self.words = WordIndex(part / "words")
        self.catalog = (Catalog.edit if source else Catalog.create)(part / CATALOG)
        self.catalog.begin()

    def _abandon(self) -> None:
        if self._part is not None:
            self.catalog.close()
            del self.words
            self._drop_part()

    def _drop_part(self) -> None:
        if self._part is not None:
            shutil.rmtree(self._part, ignore_errors=True)
            self._part = None

    def _sweep(self) -> None:
        """Remove generations but that to start from, and unfinished ones of writers that died."""
        kept = self._source.generation if self._source else None
        for path in list(self.folder.iterdir()):
            if is_unfinished(path):
                shutil.rmtree(path, ignore_errors=True)
        for path in list(self.folder.iterdir()):
            if is_generation(path) and path != kept:
                # Under its new name it is swept later, should this be interrupted.
                with suppress(OSError):
                    shutil.rmtree(path.rename(path.with_name(path.name + PART)))

    def _release(self) -> None:
        (self.folder / HOLDER).unlink(missing_ok=True)
        self._lock.release()


def require_generation(folder: Path) -> Path:
    """Return the current generation.

    Raises:
        IndexMissingError: there is none.
    """
    generation = current_generation(folder)
    if generation is None:
        raise IndexMissingError(
            f"there is no index in {folder}. Make one: rag index PATH... --index {folder}"
        )
    return generation


def _self_description() -> dict[str, str | int]:
    return {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}


def _holder(folder: Path) -> str:
    with suppress(OSError, ValueError, KeyError):
        holder = json.loads((folder / HOLDER).read_text("utf-8"))
        return f"process {holder['pid']}, since {holder['since']}"
    return "a process that did not leave its name"
