"""The manifest: what one generation of an index consists of, and the checks made against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.address import Index
from rag.errors import IndexDamagedError, IndexModelError, IndexVersionError
from rag.store.catalog import Counts

FORMAT = 4
"""Raised whenever an index written before cannot be read as one written now."""

NAME = "manifest.json"
_AGAIN = "Run `rag index` on your documents again, into an empty folder"
_REPAIR = "Run `rag repair`"
_QUICKLY_HASHED = 64 * 2**20
"""Bytes of files that opening compares with their checksums: some 50 ms of hashing."""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """The embedding model an index was built with."""

    name: str
    digest: str
    dimension: int
    precision: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file's length in bytes, SHA-256, and time of last change in nanoseconds."""

    size: int
    digest: str
    modified: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of one generation."""

    generation: int
    created: str
    model: ModelRecord
    counts: Counts
    files: dict[str, FileRecord]
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write the manifest into its generation's folder."""
        (folder / NAME).write_bytes(self._to_text().encode())

    def _to_text(self) -> str:
        content = asdict(self)
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        return json.dumps({**content, "digest": digest}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a generation.

        Raises:
            IndexVersionError: it is of another format.
            IndexDamagedError: it is missing, or not as it was written.
        """
        path = folder / NAME
        try:
            text = path.read_bytes().decode()
            content: dict[str, Any] = json.loads(text)
            found = content["format"]
            if found != FORMAT:
                raise IndexVersionError(
                    f"the index {folder.parent} has format {found}; this version of yinju reads "
                    f"format {FORMAT}. {_AGAIN}, or use the version that wrote it"
                )
            manifest = cls(
                content["generation"],
                content["created"],
                ModelRecord(**content["model"]),
                Counts(**content["counts"]),
                {name: FileRecord(**record) for name, record in content["files"].items()},
            )
            # Every byte counts: what is written is a function of the content and its digest.
            if manifest._to_text() != text:
                raise ValueError("it is not as it was written")
            return manifest
        except FileNotFoundError as error:
            raise IndexDamagedError(f"{path} is missing. {_REPAIR}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexDamagedError(f"{path} is damaged ({error}). {_REPAIR}") from error

    def check_model(self, model: ModelRecord, index: Index) -> None:
        """Raise IndexModelError unless the index was built with this model."""
        if self.model != model:
            raise IndexModelError(
                f"the index {index} was built with {_describe(self.model)}, but the model in use "
                f"is {_describe(model)}. Ask with --model {self.model.name}, or build another "
                "index: rag index PATH... --index NEW_FOLDER --model " + model.name
            )

    def check_files(self, folder: Path, *, thoroughly: bool = False) -> None:
        """Check every file's length, and the content of those with another time of change.

        A file that was altered is not handed to the libraries, one of which takes the process with
        it. Bytes that rot on the disk leave the time as it was, so the content of files is checked
        all the same, ``thoroughly`` or where hashing them takes no time: see ``damaged_files``.

        Raises:
            IndexDamagedError: a file is missing, shorter or longer, or altered.
        """
        size = sum(record.size for record in self.files.values())
        hashed = thoroughly or size <= _QUICKLY_HASHED
        for name, record in self.files.items():
            path = folder / name
            found = path.stat().st_size if path.is_file() else -1
            if found != record.size:
                state = "is missing" if found < 0 else f"has {found:,} bytes"
                raise IndexDamagedError(
                    f"{path} {state}, expected {record.size:,} bytes. {_REPAIR}"
                )
            suspect = hashed or path.stat().st_mtime_ns != record.modified
            if suspect and _digest(path) != record.digest:
                raise IndexDamagedError(f"{path} is altered. {_REPAIR}")

    def damaged_files(self, folder: Path) -> Iterator[str]:
        """Yield the names of files whose content is not what was written."""
        for name, record in self.files.items():
            path = folder / name
            if not path.is_file() or _digest(path) != record.digest:
                yield name


def stray_files(folder: Path, manifest: Manifest) -> list[str]:
    """Return the files below a generation's folder that its manifest does not have.

    Hidden files are those of the system that keeps the folder.
    """
    found = (
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith(".lock")
    )
    return [name for name in found if name != NAME and name not in manifest.files]


def describe_files(folder: Path, known: Mapping[str, FileRecord]) -> dict[str, FileRecord]:
    """Return the record of every file below a folder; immutable files in ``known`` keep theirs."""
    records = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name == NAME or path.name.endswith(".lock"):
            continue
        state = path.stat()
        old = known.get(name)
        # A linked file is the one that was read before; a copy is not.
        linked = state.st_nlink > 1 and is_immutable(name)
        same = old is not None and old.size == state.st_size and linked
        digest = old.digest if same and old else _digest(path)
        records[name] = FileRecord(state.st_size, digest, state.st_mtime_ns)
    return records


def is_immutable(name: str) -> bool:
    """Return whether a file is a segment's of words or vectors, never changed under its name."""
    folder, _, file = name.rpartition("/")
    if folder == "vectors":
        return not file.endswith(".state.npz")
    return folder == "words" and len(file.partition(".")[0]) == 32


def _describe(model: ModelRecord) -> str:
    return f"{model.name} ({model.precision}, {model.digest[:8]})"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
