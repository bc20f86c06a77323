"""What changed below some paths since they were indexed: files to read, files that are gone.

A file is known by size and time of last change, and by its content where these are others. A time
so recent that the file could have been written again within the clock's resolution says nothing.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.sources import Problem, document_path, find_files
from rag.store import CatalogReader, FileState

_RESOLUTION = 2_000_000_000
"""Nanoseconds; the clock of FAT, the coarsest of file systems in use."""


@dataclass(slots=True)
class Survey:
    """What there is to do.

    ``to_read`` has the files that are new or changed with their sizes in bytes, ``touched`` the new
    state of those whose content is as it was, ``unchanged`` counts the documents of all others, and
    ``gone`` names the files that documents come from and that are no longer there.
    """

    to_read: dict[Path, int] = field(default_factory=dict)
    touched: dict[str, FileState] = field(default_factory=dict)
    unchanged: int = 0
    gone: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def survey_files(catalog: CatalogReader, paths: Sequence[Path]) -> Survey:
    """Compare the files at and below some paths with what a catalog knows of them."""
    survey = Survey()
    found: dict[str, Path] = {}
    for item in find_files(paths):
        if isinstance(item, Problem):
            survey.problems.append((item.path, item.reason))
        else:
            found.setdefault(document_path(item), item)
    # Asked for together: to ask a server for each file takes longer than to read it.
    before = catalog.files(found)
    same = [name for name, path in found.items() if _is_same(path, name, before.get(name), survey)]
    survey.unchanged = catalog.documents_of(same)
    for root in paths:
        _miss(root, found.keys(), catalog, survey)
    return survey


def state_of(path: Path, digest: str = "") -> FileState:
    """Return the state of a file about to be read, with a time only when that tells something.

    Raises:
        OSError: there is no such file.
    """
    now = time.time_ns()
    found = path.stat()
    changed = _changed_at(found)
    return FileState(digest, found.st_size, changed if changed < now - _RESOLUTION else 0)


def _changed_at(found: os.stat_result) -> int:
    """Return when a file or what is said of it changed; a copy may bring its old time along."""
    return max(found.st_mtime_ns, found.st_ctime_ns)


def is_gone(name: str) -> bool:
    """Return whether a file is certainly no longer there.

    It is not, where its folder may not be looked into or hangs on a link that leads nowhere, as one
    to a drive that is not mounted does.
    """
    path = Path(name)
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return not any(parent.is_symlink() and not parent.exists() for parent in path.parents)
    except OSError:
        return False
    return False


def _is_same(path: Path, name: str, before: FileState | None, survey: Survey) -> bool:
    """Return whether a file is as it was read; note in the survey what else there is of it."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            # Opening a pipe would wait for its other end.
            reason = f"{path}: is no ordinary file; copy what it gives into one"
            survey.problems.append((str(path), reason))
            return False
        if before is None or not before.digest or before.size != found.st_size:
            survey.to_read[path] = found.st_size
            return False
        if _changed_at(found) != before.modified:
            state = state_of(path, before.digest)
            if _digest(path) != before.digest:
                survey.to_read[path] = found.st_size
                return False
            survey.touched[name] = state
    except OSError as error:
        reason = f"{path}: cannot be read ({error.strerror or error})"
        survey.problems.append((str(path), reason))
        return False
    return True


def _miss(root: Path, found: Collection[str], catalog: CatalogReader, survey: Survey) -> None:
    """Note the files below a folder that documents come from and that are gone."""
    if not root.is_dir():
        return  # a file is found, or a problem already
    gone = [
        name
        for name in catalog.paths_below(document_path(root))
        if name not in found and is_gone(name)
    ]
    try:
        is_empty = next(root.iterdir(), None) is None
    except OSError:
        return  # a problem already
    if gone and is_empty:
        reason = (
            f"is empty, and {len(gone)} files that documents come from were in it; they are kept, "
            "as the drive may not be mounted. To take them out: rag delete --path "
            f"'{document_path(root)}/*'"
        )
        survey.problems.append((str(root), reason))
    else:
        survey.gone.extend(gone)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
