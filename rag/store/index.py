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
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from rag.errors import (
    IndexDamagedError,
    IndexFolderError,
    IndexLockedError,
    IndexMissingError,
)
from rag.store.catalog import Catalog
from rag.store.manifest import NAME as MANIFEST
from rag.store.manifest import Manifest, ModelRecord, describe_files, is_immutable
from rag.store.vectors import VectorIndex
from rag.store.words import WordIndex

_CURRENT = "CURRENT"
_LOCK = "writer.lock"
_HOLDER = "writer.json"
_PART = ".part"
_NUMBER = re.compile(r"\d{6,}")
_OPEN_TRIES = 5


class IndexReader:
    """One generation of an index, open for searching."""

    def __init__(self, folder: Path, generation: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.generation = generation
        self.manifest = manifest
        self.vectors = VectorIndex.load(generation, manifest.model.dimension)
        self.words = WordIndex(generation / "words")
        self.catalog = Catalog.read(generation / "catalog.sqlite")

    @classmethod
    def open(cls, folder: Path, model: ModelRecord | None = None) -> IndexReader:
        """Open the current generation, checking format, model and the length of every file.

        Raises:
            IndexMissingError: there is no index.
            IndexVersionError, IndexModelError, IndexDamagedError: it cannot be used.
        """
        for attempt in range(_OPEN_TRIES):
            generation = _current(folder)
            if generation is None:
                raise IndexMissingError(
                    f"there is no index in {folder}. Make one: rag index PATH... --index {folder}"
                )
            try:
                manifest = Manifest.read(generation)
                if model is not None:
                    manifest.check_model(model, folder)
                manifest.check_lengths(generation)
                return cls(folder, generation, manifest)
            except (FileNotFoundError, IndexDamagedError) as error:
                # A writer may have replaced the generation between the two readings.
                if _current(folder) == generation or attempt == _OPEN_TRIES - 1:
                    if isinstance(error, FileNotFoundError):
                        raise IndexDamagedError(
                            f"{error.filename} is missing from the index. Run `rag index` on your "
                            "documents again, into an empty folder"
                        ) from error
                    raise
        raise AssertionError("unreachable")

    def is_current(self) -> bool:
        """Return whether no newer generation has been published."""
        return _current(self.folder) == self.generation

    def close(self) -> None:
        """Close the catalog; vectors and words go with the object."""
        self.catalog.close()

    def verify(self) -> list[str]:
        """Return what is wrong with the generation; an empty list when all is well.

        Every file is read and compared with its checksum, and the catalog, the vectors and the
        words are compared with each other.
        """
        problems = [f"{name} is altered" for name in self.manifest.damaged_files(self.generation)]
        if problems:
            return problems
        if (state := self.catalog.check()) != "ok":
            problems.append(f"catalog: {state}")
        counts = self.catalog.counts()
        if counts != self.manifest.counts:
            problems.append(f"the catalog holds {counts}, the manifest says {self.manifest.counts}")
        vectors = len(self.vectors.ids())
        if vectors != counts.passages:
            problems.append(f"{vectors} vectors for {counts.passages} passages")
        if self.words.count() != counts.passages:
            problems.append(f"{self.words.count()} word entries for {counts.passages} passages")
        return problems


class IndexWriter:
    """The next generation of an index, being made. Use as a context manager.

    Leaving the block without ``commit`` abandons the changes.
    """

    def __init__(self, folder: Path, model: ModelRecord) -> None:
        self._folder = folder
        self._model = model
        self._lock = FileLock(folder / _LOCK)
        self._part: Path | None = None
        self._number = 0

    def __enter__(self) -> Self:
        """Take the lock and start from the current generation, or from nothing.

        Raises:
            IndexLockedError: another process is writing.
            IndexFolderError: the folder is no place for an index.
        """
        _make_folder(self._folder)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise IndexLockedError(
                f"another process is writing to {self._folder}: {_holder(self._folder)}. "
                "Wait for it to end, or stop it"
            ) from error
        try:
            _write(self._folder / _HOLDER, json.dumps(_self_description()) + "\n")
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

    def commit(self) -> None:
        """Publish the changes as the current generation and start the next from it."""
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
        _sync_tree(part)
        final = self._folder / f"{number:06d}"
        part.rename(final)
        self._part = None
        _sync(self._folder)
        _write(self._folder / _CURRENT, f"{number:06d}\n")
        self._sweep()
        self._begin()

    def _begin(self) -> None:
        current = _current(self._folder)
        self._old = Manifest.read(current) if current else None
        if current and self._old:
            self._old.check_model(self._model, self._folder)
            self._old.check_lengths(current)
        self._number = self._old.generation + 1 if self._old else 1
        part = self._folder / f"{self._number:06d}{_PART}"
        part.mkdir()
        self._part = part
        if current and self._old:
            _copy_generation(current, part, self._old)
            self.catalog = Catalog.edit(part / "catalog.sqlite")
            self.vectors = VectorIndex.load(current, self._model.dimension)
        else:
            self.catalog = Catalog.create(part / "catalog.sqlite")
            self.vectors = VectorIndex(self._model.dimension)
        self.words = WordIndex(part / "words")
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
        current = _current(self._folder)
        for path in list(self._folder.iterdir()):
            if _is_unfinished(path):
                shutil.rmtree(path, ignore_errors=True)
        for path in list(self._folder.iterdir()):
            if _is_generation(path) and path != current:
                # Under its new name it is swept later, should this be interrupted.
                with suppress(OSError):
                    shutil.rmtree(path.rename(path.with_name(path.name + _PART)))

    def _release(self) -> None:
        (self._folder / _HOLDER).unlink(missing_ok=True)
        self._lock.release()


def _current(folder: Path) -> Path | None:
    try:
        name = (folder / _CURRENT).read_text("ascii").strip()
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise IndexFolderError(
            f"{folder} is a file. Name an empty or new folder with --index"
        ) from error
    except UnicodeDecodeError as error:
        raise IndexDamagedError(f"{folder / _CURRENT} is damaged. Delete the folder") from error
    if not name.isdigit():
        raise IndexDamagedError(
            f"{folder / _CURRENT} holds {name!r}, expected a generation's number. Delete the "
            "index folder and run `rag index` on your documents again"
        )
    return folder / name


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexFolderError(
            f"{folder} cannot be made ({error.strerror}). Name another folder with --index"
        ) from error
    if _current(folder) is not None:
        return
    ours = {_LOCK, _HOLDER, "README.md", ".gitignore"}
    strange = [
        path.name
        for path in folder.iterdir()
        if path.name not in ours and not path.name.startswith((".", "CURRENT"))
        and not _is_unfinished(path) and not _is_generation(path)
    ]  # fmt: skip
    if strange:
        raise IndexFolderError(
            f"{folder} holds other files ({strange[0]}, …) and no index. Name an empty or new "
            "folder with --index"
        )


def _is_unfinished(path: Path) -> bool:
    number, dot, rest = path.name.partition(".")
    return dot + rest == _PART and bool(_NUMBER.fullmatch(number)) and path.is_dir()


def _is_generation(path: Path) -> bool:
    """Return whether a folder is a generation, and not, say, somebody's files of 202311."""
    return bool(_NUMBER.fullmatch(path.name)) and (path / MANIFEST).is_file()


def _copy_generation(source: Path, target: Path, manifest: Manifest) -> None:
    """Bring the catalog and the words over; immutable word segments are linked, not copied."""
    (target / "words").mkdir()
    for name in manifest.files:
        if name == "catalog.sqlite" or name.startswith("words/"):
            if is_immutable(name):
                try:
                    os.link(source / name, target / name)
                    continue
                except OSError:
                    pass  # a file system without hard links
            shutil.copyfile(source / name, target / name)


def _self_description() -> dict[str, str | int]:
    return {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}


def _holder(folder: Path) -> str:
    with suppress(OSError, ValueError, KeyError):
        holder = json.loads((folder / _HOLDER).read_text("utf-8"))
        return f"process {holder['pid']}, since {holder['since']}"
    return "a process that did not leave its name"


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync(path.parent)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
