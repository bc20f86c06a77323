"""Which documents to ask over, as people say it: part of a publisher, a glob, days."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from rag.errors import UsageError
from rag.records import Document, Filters


def filters_from(publisher: str, path: str, since: date | None, until: date | None) -> Filters:
    """Return filters; an empty text or None leaves that one out.

    Raises:
        UsageError: no date can be both.
    """
    if since and until and since > until:
        raise UsageError(f"--since {since} is after --until {until}")
    return Filters(publisher.strip(), path_filter(path.strip()), since, until)


def is_found(document: Document, text: str) -> bool:
    """Return whether a text is in the title, publisher or key of a document, in any case."""
    return text.strip().casefold() in (
        f"{document.title}\n{document.publisher}\n{document.key}".casefold()
    )


def parse_day(text: str) -> date | None:
    """Return the day that a text names, None for an empty one.

    Raises:
        UsageError: it names none.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text.strip()!r} is not a date of the form 2025-12-31") from error


def path_filter(glob: str) -> str:
    """Return a glob as the index matches it: ./ and ../ made absolute, a folder for what is in it.

    >>> path_filter("reports/")
    'reports/*'
    """
    if glob.startswith(("./", "../", "~/")):
        absolute = os.path.normpath(Path(glob).expanduser().absolute())
        glob = Path(absolute).as_posix() + ("/" if glob.endswith("/") else "")
    return f"{glob}*" if glob.endswith("/") else glob
