"""The manifest: what one generation of an index consists of, and the checks made against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.address import Index
from rag.errors import IndexDamagedError, IndexModelError, IndexVersionError
from rag.store.catalog import Counts

FORMAT = 3
"""Raised whenever an index written before cannot be read as one written now."""

NAME = "manifest.json"
_AGAIN = "Run `rag index` on your documents again, into an empty folder"


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
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / NAME).write_text(text + "\n", "utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a generation.

        Raises:
            IndexVersionError: it is of another format.
            IndexDamagedError: it is missing or cannot be parsed.
        """
        path = folder / NAME
        try:
            content: dict[str, Any] = json.loads(path.read_text("utf-8"))
            found = content["format"]
            if found != FORMAT:
                raise IndexVersionError(
                    f"the index {folder.parent} has format {found}; this version of yinju reads "
                    f"format {FORMAT}. {_AGAIN}, or use the version that wrote it"
                )
            return cls(
                content["generation"],
                content["created"],
                ModelRecord(**content["model"]),
                Counts(**content["counts"]),
                {name: FileRecord(**record) for name, record in content["files"].items()},
            )
        except FileNotFoundError as error:
            raise IndexDamagedError(f"{path} is missing. {_AGAIN}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexDamagedError(f"{path} is damaged ({error}). {_AGAIN}") from error

    def check_model(self, model: ModelRecord, index: Index) -> None:
        """Raise IndexModelError unless the index was built with this model."""
        if self.model != model:
            raise IndexModelError(
                f"the index {index} was built with {_describe(self.model)}, but the model in use "
                f"is {_describe(model)}. Ask with --model {self.model.name}, or build another "
                "index: rag index PATH... --index NEW_FOLDER --model " + model.name
            )

    def check_files(self, folder: Path) -> None:
        """Check every file's length, and the content of those with another time of change.

        A file that was altered is not handed to the libraries, one of which takes the process with
        it. Bytes that rot on the disk leave the time as it was: only ``damaged_files`` finds them.

        Raises:
            IndexDamagedError: a file is missing, shorter or longer, or altered.
        """
        for name, record in self.files.items():
            path = folder / name
            found = path.stat().st_size if path.is_file() else -1
            if found != record.size:
                state = "is missing" if found < 0 else f"has {found:,} bytes"
                raise IndexDamagedError(f"{path} {state}, expected {record.size:,} bytes. {_AGAIN}")
            if path.stat().st_mtime_ns != record.modified and _digest(path) != record.digest:
                raise IndexDamagedError(f"{path} is altered. {_AGAIN}")

    def damaged_files(self, folder: Path) -> Iterator[str]:
        """Yield the names of files whose content is not what was written."""
        for name, record in self.files.items():
            path = folder / name
            if not path.is_file() or _digest(path) != record.digest:
                yield name


def describe_files(folder: Path, known: dict[str, FileRecord]) -> dict[str, FileRecord]:
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
    """Return whether a file is a word segment, which never changes under its name."""
    folder, _, file = name.rpartition("/")
    return folder == "words" and len(file.partition(".")[0]) == 32


def _describe(model: ModelRecord) -> str:
    return f"{model.name} ({model.precision}, {model.digest[:8]})"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
