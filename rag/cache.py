"""Files made once from the weights and kept in the user's cache folder.

A file appears under its final name only when it is complete, so two processes that start at the
same moment may both make it and neither reads half of it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from rag.errors import ModelError


def cached(folder: Path, name: str, make: Callable[[], bytes]) -> Path:
    """Return the path of ``name`` in ``folder``, made by ``make`` when it is not there yet.

    Raises:
        ModelError: the folder cannot be written to.
    """
    path = folder / name
    if path.is_file():
        return path
    content = make()
    try:
        write_atomically(path, content)
    except OSError as error:
        if path.is_file():
            return path  # made by another process meanwhile, which Windows keeps us from replacing
        raise ModelError(
            f"cannot keep {name} in {folder}: {error.strerror or error}. "
            "Free some space, or name another folder in YINJU_CACHE"
        ) from error
    return path


def damaged(path: Path) -> ModelError:
    """Return the error that says that a file of the cache cannot be used."""
    return ModelError(f"{path} is damaged. Delete it, and it is made again")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is seen whole or not at all, and survives a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
