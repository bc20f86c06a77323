"""Which document is meant: by its key, by a path, or by the end of either."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.engine import Engine

_MOST_SHOWN = 5


def key_named(given: str, engine: Engine) -> str:
    """Return the key of the one document that was named.

    Raises:
        UsageError: there is none, or there are several; the message lists what comes near.
    """
    keys = keys_named(given, engine)
    if len(keys) > 1:
        raise UsageError(f"{given!r} names {len(keys)} documents; name one: {_listed(keys)}")
    return keys[0]


def keys_named(given: str, engine: Engine) -> list[str]:
    """Return the keys of the document, or of the documents of the file, that was named.

    A key as `rag list` shows it comes first, then the path of a file, relative to the working
    folder or absolute, then the end of a key or path, where only one file has it.

    Raises:
        UsageError: there is none, or an end fits several; the message lists what comes near.
    """
    catalog = engine.contents.catalog
    absolute = Path(os.path.normpath(Path(given).expanduser().absolute())).as_posix()
    for key in (given, absolute):
        if catalog.document(key) is not None:
            return [key]
    if of_file := catalog.keys_of_file(absolute):
        return list(of_file)
    known = {document.key: document.path for document in engine.documents()}
    end = "/" + given.removeprefix("…").removeprefix("./").lstrip("/")
    if keys := [key for key in known if key.endswith(end)]:
        return _only(given, keys)
    paths = sorted({path for path in known.values() if path.endswith(end)})
    if paths:
        path = _only(given, paths)[0]
        return [key for key in known if known[key] == path]
    raise UsageError(_unknown(given, list(known)))


def _only(given: str, found: list[str]) -> list[str]:
    if len(found) > 1:
        raise UsageError(f"{given!r} fits {len(found)} documents; name one: {_listed(found)}")
    return found


def _unknown(given: str, known: list[str]) -> str:
    by_end = {key.rpartition("/")[2]: key for key in reversed(known)}
    wanted = given.rpartition("/")[2]
    near = [by_end[name] for name in get_close_matches(wanted, by_end, _MOST_SHOWN)]
    inside = [key for key in known if wanted and wanted.lower() in key.lower()]
    near = list(dict.fromkeys([*inside, *near]))
    if near:
        return f"there is no document {given!r}; near it: {_listed(near)}"
    return f"there is no document {given!r}; `rag list` shows the {len(known):,} there are"


def _listed(names: list[str]) -> str:
    from rag.terminal import near_path

    shown = ", ".join(near_path(name) for name in names[:_MOST_SHOWN])
    return f"{shown}, …" if len(names) > _MOST_SHOWN else shown
