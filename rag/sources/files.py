"""Finding the files to read: folders are walked, and what cannot be read is reported by name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TEXT_SUFFIXES = (".txt", ".text")
SUFFIXES = frozenset(
    (
        *TEXT_SUFFIXES,
        *(".md", ".markdown"),
        *(".html", ".htm", ".xhtml"),
        *(".pdf", ".docx", ".xlsx", ".csv", ".tsv", ".jsonl", ".ndjson"),
    )
)
"""The suffixes ``load_file`` reads, in lower case."""

_SAVE_AS = "open it in an office program (LibreOffice, Word, WPS) and save it as "
CONVERT = {
    ".doc": f"{_SAVE_AS}.docx, or run: soffice --headless --convert-to docx FILE",
    ".docm": f"{_SAVE_AS}.docx",
    ".rtf": f"{_SAVE_AS}.docx, or run: soffice --headless --convert-to docx FILE",
    ".odt": f"{_SAVE_AS}.docx, or run: soffice --headless --convert-to docx FILE",
    ".wps": f"{_SAVE_AS}.docx",
    ".xls": f"{_SAVE_AS}.xlsx, or run: soffice --headless --convert-to xlsx FILE",
    ".xlsm": f"{_SAVE_AS}.xlsx",
    ".et": f"{_SAVE_AS}.xlsx",
    ".ods": f"{_SAVE_AS}.xlsx, or run: soffice --headless --convert-to xlsx FILE",
    ".ppt": f"{_SAVE_AS}PDF, or run: soffice --headless --convert-to pdf FILE",
    ".pptx": f"{_SAVE_AS}PDF, or run: soffice --headless --convert-to pdf FILE",
    ".dps": f"{_SAVE_AS}PDF",
}
"""Formats of documents that are not read, each with what to do about it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that yields no documents, and why, with what to do."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def unsupported(path: Path) -> str:
    """Say why a file of this suffix is not read and what to convert it to."""
    suffix = path.suffix.lower()
    if suffix in CONVERT:
        return f"{suffix} files are not read; {CONVERT[suffix]}"
    known = " ".join(sorted(SUFFIXES))
    return f"{suffix or 'a file without suffix'} is no format that is read; these are: {known}"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path | Problem]:
    """Yield readable files below a folder, in order, each real folder visited once."""
    try:
        state = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Problem(str(folder), f"the folder cannot be listed ({_reason(error)})")
        return
    # A link to a folder already visited (itself, a parent) would otherwise never end.
    if (state.st_dev, state.st_ino) in seen:
        return
    seen.add((state.st_dev, state.st_ino))
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        path = Path(entry.path)
        if path.is_dir():
            yield from _walk(path, seen)
        elif path.suffix.lower() in CONVERT:
            yield Problem(str(path), unsupported(path))
        elif path.suffix.lower() in SUFFIXES:
            yield path


def find_files(paths: Sequence[Path]) -> Iterator[Path | Problem]:
    """Yield the files to read, in the order named, folders walked in sorted order.

    Inside folders, hidden files are skipped and so are suffixes that mean nothing here; a
    document in a format that is not read (.doc, .pptx ...) is reported, as a user would miss it.
    A file named twice is yielded once.

    Args:
        paths: Files and folders.

    Yields:
        A path that ``load_file`` can try, or a ``Problem`` with a path's name and the reason.
    """
    seen: set[tuple[int, int]] = set()
    given: set[str] = set()
    for path in paths:
        for item in _find(path, seen):
            name = os.path.realpath(item) if isinstance(item, Path) else item.path
            if name not in given:
                given.add(name)
                yield item


def _find(path: Path, seen: set[tuple[int, int]]) -> Iterator[Path | Problem]:
    """Yield what one named path stands for."""
    try:
        is_folder = path.stat() and path.is_dir()
    except OSError as error:
        yield Problem(str(path), f"cannot be opened ({_reason(error)}); check the name")
        return
    if is_folder:
        yield from _walk(path, seen)
    elif path.suffix.lower() not in SUFFIXES:
        yield Problem(str(path), unsupported(path))
    else:
        yield path


def document_path(path: Path) -> str:
    """Return a file's path as documents carry it: absolute, without ``..``, links kept."""
    return Path(os.path.normpath(path.absolute())).as_posix()
