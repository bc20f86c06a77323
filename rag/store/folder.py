"""What lies in an index folder: generations, finished or not, and the name of the current one."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

from rag.address import Index
from rag.errors import IndexDamagedError, IndexFolderError
from rag.store.manifest import NAME as MANIFEST
from rag.store.manifest import is_immutable

CURRENT = "CURRENT"
CATALOG = "catalog.sqlite"
WORDS = "words/"
SPOOL = "embedded.spool"
"""Vectors that were computed since the last commit."""

UPLOADS, FEEDBACK, RUNS = "uploads", "feedback.jsonl", "runs"
"""What is kept beside the generations: files from the browser, opinions of answers, evaluations."""

LOCK = "writer.lock"
HOLDER = "writer.json"
PART = ".part"

# On macOS fsync leaves the bytes in the drive's own cache.
_FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)
_NUMBER = re.compile(r"\d{6,}")
_NAMED = re.compile(rb"\d{6,}\n")


def current_generation(folder: Path) -> Path | None:
    """Return the current generation's folder, or None where there is no index.

    Raises:
        IndexFolderError, IndexDamagedError: the folder is a file, or the name in it is none.
    """
    try:
        name = (folder / CURRENT).read_bytes()
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise _no_folder(folder) from error
    if not _NAMED.fullmatch(name):
        raise IndexDamagedError(
            f"{folder / CURRENT} holds {name.decode('latin-1')!r}, expected a generation's number. "
            "Run `rag repair`"
        )
    return folder / name.decode().rstrip()


def _no_folder(folder: Path) -> IndexFolderError:
    return IndexFolderError(f"{folder} is a file. Name an empty or new folder with --index")


def make_folder(folder: Path) -> None:
    """Make the folder of an index.

    Raises:
        IndexFolderError: it cannot be made, or holds other files.
    """
    if folder.exists() and not folder.is_dir():
        raise _no_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexFolderError(
            f"{folder} cannot be made ({error.strerror}). Name another folder with --index"
        ) from error
    if (folder / CURRENT).exists():
        return
    ours = {LOCK, HOLDER, SPOOL, UPLOADS, FEEDBACK, RUNS, "README.md", ".gitignore"}
    strange = [
        path.name
        for path in folder.iterdir()
        if path.name not in ours and not path.name.startswith((".", "CURRENT"))
        and not is_unfinished(path) and not is_generation(path)
    ]  # fmt: skip
    if strange:
        raise IndexFolderError(
            f"{folder} holds other files ({strange[0]}, …) and no index. Name an empty or new "
            "folder with --index"
        )


def is_unfinished(path: Path) -> bool:
    """Return whether a folder is a generation that its writer left unfinished."""
    number, dot, rest = path.name.partition(".")
    return dot + rest == PART and bool(_NUMBER.fullmatch(number)) and path.is_dir()


def is_generation(path: Path) -> bool:
    """Return whether a folder is a generation, and not, say, somebody's files of 202311."""
    return bool(_NUMBER.fullmatch(path.name)) and (path / MANIFEST).is_file()


def newest_generation(folder: Path) -> Path | None:
    """Return the generation with the highest number, current or not."""
    return max(
        filter(is_generation, folder.iterdir()), key=lambda path: int(path.name), default=None
    )


def publish(folder: Path, generation: Path) -> None:
    """Make a generation the current one, durably and at once."""
    write_durably(folder / CURRENT, f"{generation.name}\n")


def is_taken(folder: Path, number: int) -> bool:
    """Return whether a generation of this number lies there already, finished or not."""
    return any((folder / f"{number:06d}{end}").exists() for end in ("", PART))


def copy_generation(source: Path, target: Path, names: Iterable[str]) -> None:
    """Bring the catalog and the words over; immutable word segments are linked, not copied."""
    (target / "words").mkdir()
    for name in names:
        if name == CATALOG or name.startswith(WORDS):
            if is_immutable(name):
                link_file(source / name, target / name)
            else:
                shutil.copyfile(source / name, target / name)


def link_file(source: Path, target: Path) -> None:
    """Have a file under another name too, a copy on a file system without hard links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def is_writable(folder: Path) -> bool:
    """Return whether this process may write into a folder."""
    as_effective_user = os.access in os.supports_effective_ids
    return os.access(folder, os.W_OK, effective_ids=as_effective_user)


def mirror(folder: Path, target: Path) -> None:
    """Link a folder's files in another, or copy them where links need a privilege."""
    for path in folder.resolve().iterdir():
        if path.suffix != ".lock":
            try:
                (target / path.name).symlink_to(path)
            except OSError:
                shutil.copyfile(path, target / path.name)


def write_durably(path: Path, text: str) -> None:
    """Write a file so that it is seen whole or not at all, and survives a power cut."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync(path.parent)


def sync_tree(folder: Path) -> None:
    """Have everything below a folder, and the folder, reach the disk."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Have a file or folder reach the disk."""
    if os.name == "nt" and path.is_dir():
        return
    # Windows flushes only what may be written.
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        if _FULL_SYNC is None:
            os.fsync(handle)
        else:
            fcntl.fcntl(handle, _FULL_SYNC)
    finally:
        os.close(handle)


@contextmanager
def explain_full_disk(index: Index) -> Iterator[None]:
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
            f"{reason}, {index} could not be written. Free some space and run the same command "
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
