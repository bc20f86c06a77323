"""The index folder: whole generations, one of them current.

    CURRENT         the number of the current generation
    000007/         a generation: manifest, catalog, vectors, words; never changed once published
    writer.lock     held by the one process that writes, named in writer.json

A writer makes the next generation beside the current one and publishes it by replacing CURRENT,
so a process killed at any moment leaves the last complete one. Readers keep what they opened.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from rag.errors import IndexDamagedError, IndexLockedError, IndexMissingError
from rag.records import Filters
from rag.store.catalog import Catalog, Counts
from rag.store.folder import (
    CURRENT,
    HOLDER,
    LOCK,
    PART,
    copy_generation,
    current_generation,
    is_generation,
    is_taken,
    is_unfinished,
    make_folder,
    sync,
    sync_tree,
    write_durably,
)
from rag.store.manifest import Manifest, ModelRecord, describe_files
from rag.store.vectors import VectorIndex, Vectors
from rag.store.words import WordIndex

_OPEN_TRIES = 5


class IndexReader:
    """One generation of an index, open for searching until it is closed or nobody has it."""

    def __init__(self, folder: Path, generation: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.generation = generation
        self.manifest = manifest
        self.vectors = VectorIndex.load(generation, manifest.model.dimension)
        self.words = WordIndex(generation / "words")
        self.catalog = Catalog.read(generation / "catalog.sqlite")

    @classmethod
    def open(cls, folder: Path, model: ModelRecord | None = None) -> IndexReader:
        """Open the current generation, checking format, model and files.

        Raises:
            IndexMissingError: there is no index.
            IndexVersionError, IndexModelError, IndexDamagedError: it cannot be used.
        """
        for attempt in range(_OPEN_TRIES):
            generation = _require_generation(folder)
            try:
                manifest = Manifest.read(generation)
                if model is not None:
                    manifest.check_model(model, folder)
                manifest.check_files(generation)
                return cls(folder, generation, manifest)
            except (FileNotFoundError, IndexDamagedError) as error:
                # A writer may have replaced the generation between the two readings.
                if current_generation(folder) == generation or attempt == _OPEN_TRIES - 1:
                    if isinstance(error, FileNotFoundError):
                        raise IndexDamagedError(
                            f"{error.filename} is missing from the index. Run `rag index` on your "
                            "documents again, into an empty folder"
                        ) from error
                    raise
        raise AssertionError("unreachable")

    def is_current(self) -> bool:
        """Return whether no newer generation has been published."""
        return current_generation(self.folder) == self.generation

    def close(self) -> None:
        """Close the catalog; vectors and words go with the object."""
        self.catalog.close()

    def mismatches(self) -> list[str]:
        """Return where catalog, vectors, words and manifest do not fit together."""
        problems = []
        if (state := self.catalog.check()) != "ok":
            problems.append(f"catalog: {state}")
        counts = self.catalog.counts()
        if counts != self.manifest.counts:
            problems.append(f"the catalog holds {counts}, the manifest says {self.manifest.counts}")
        vectors = self.vectors.ids()
        if len(vectors) != counts.passages:
            problems.append(f"{len(vectors)} vectors for {counts.passages} passages")
        elif vectors != set(self.catalog.passage_ids(Filters())):
            problems.append("the vectors are those of other passages")
        if self.words.count() != counts.passages:
            problems.append(f"{self.words.count()} word entries for {counts.passages} passages")
        return problems


def verify_index(folder: Path) -> tuple[Counts, list[str]]:
    """Return what an index holds, and what is wrong with it; an empty list when all is well.

    Every file is compared with its checksum before any library opens it.

    Raises:
        IndexFolderError: there is no index, or its manifest cannot be read.
    """
    while True:
        generation = _require_generation(folder)
        try:
            manifest = Manifest.read(generation)
            problems = [f"{name} is altered" for name in manifest.damaged_files(generation)]
            if not problems:
                with closing(IndexReader(folder, generation, manifest)) as reader:
                    return manifest.counts, reader.mismatches()
        except (FileNotFoundError, IndexDamagedError):
            # A writer may have replaced the generation meanwhile.
            if current_generation(folder) == generation:
                raise
        else:
            if current_generation(folder) == generation:
                return manifest.counts, problems


class IndexWriter:
    """The next generation of an index, being made. Use as a context manager.

    Leaving the block without ``commit`` abandons the changes.
    """

    def __init__(self, folder: Path, model: ModelRecord) -> None:
        self._folder = folder
        self._model = model
        self._lock = FileLock(folder / LOCK)
        self._part: Path | None = None
        self._number = 0

    def __enter__(self) -> Self:
        """Take the lock and start from the current generation, or from nothing.

        Raises:
            IndexLockedError: another process is writing.
            IndexFolderError: the folder is no place for an index.
        """
        make_folder(self._folder)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise IndexLockedError(
                f"another process is writing to {self._folder}: {_holder(self._folder)}. "
                "Wait for it to end, or stop it"
            ) from error
        try:
            write_durably(self._folder / HOLDER, json.dumps(_self_description()) + "\n")
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
        records = describe_files(part, self._old.files if self._old else {})
        now = datetime.now(UTC).isoformat(timespec="seconds")
        Manifest(number, now, self._model, counts, records).write(part)
        sync_tree(part)
        final = self._folder / f"{number:06d}"
        part.rename(final)
        self._part = None
        sync(self._folder)
        write_durably(self._folder / CURRENT, f"{number:06d}\n")
        self._sweep()
        if more:
            self._begin()

    def _begin(self) -> None:
        current = current_generation(self._folder)
        self._old = Manifest.read(current) if current else None
        if current and self._old:
            self._old.check_model(self._model, self._folder)
            self._old.check_files(current)
        self._number = self._old.generation + 1 if self._old else 1
        # A folder that could not be removed keeps its number.
        while is_taken(self._folder, self._number):
            self._number += 1
        part = self._folder / f"{self._number:06d}{PART}"
        part.mkdir()
        self._part = part
        if current and self._old:
            copy_generation(current, part, self._old)
            self.vectors = VectorIndex.load(current, self._model.dimension)
        else:
            self.vectors = VectorIndex(self._model.dimension)
        self.words = WordIndex(part / "words")
        open_catalog = Catalog.edit if current else Catalog.create
        self.catalog = open_catalog(part / "catalog.sqlite")
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
        """Remove generations that are not current, and unfinished ones of writers that died."""
        current = current_generation(self._folder)
        for path in list(self._folder.iterdir()):
            if is_unfinished(path):
                shutil.rmtree(path, ignore_errors=True)
        for path in list(self._folder.iterdir()):
            if is_generation(path) and path != current:
                # Under its new name it is swept later, should this be interrupted.
                with suppress(OSError):
                    shutil.rmtree(path.rename(path.with_name(path.name + PART)))

    def _release(self) -> None:
        (self._folder / HOLDER).unlink(missing_ok=True)
        self._lock.release()


def _require_generation(folder: Path) -> Path:
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
