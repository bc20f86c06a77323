"""Reading one file: the checks that come before any format, and the choice of the adapter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from rag.errors import SourceError
from rag.sources.base import Similarity, Source
from rag.sources.files import SUFFIXES, document_path, unsupported
from rag.sources.pieces import Parsed, to_documents

MAX_BYTES = 100 * 1024 * 1024
"""Files larger than this are refused before they are read: 100 MiB of text is some 50,000 pages."""

Parse = Callable[[bytes, str, Similarity | None], Parsed]

_ADAPTERS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "word",
    ".xlsx": "workbook",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


def adapter(suffix: str) -> Parse:
    """Return the function that reads files of a suffix such as ``.pdf``.

    Raises:
        SourceError: No adapter reads this suffix.
    """
    if suffix not in _ADAPTERS:
        known = " ".join(sorted(SUFFIXES))
        raise SourceError(f"no adapter reads {suffix or 'files without suffix'}; known: {known}")
    # By name, so that a library is loaded only for a format that is really read.
    module = import_module(f"rag.sources.{_ADAPTERS[suffix]}")
    parse: Parse = module.parse
    return parse


def _read(path: Path) -> bytes:
    """Return a file's bytes, after the checks that need none of them."""
    try:
        if path.is_dir():
            raise SourceError(f"{path}: is a folder; find_files lists the files in it")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SourceError(
                f"{path}: has {size / 2**20:,.0f} MB, the limit is {MAX_BYTES / 2**20:,.0f} MB; "
                "split it into smaller files"
            )
        return path.read_bytes()
    except PermissionError as error:
        raise SourceError(f"{path}: no permission to read it; check its owner and mode") from error
    except FileNotFoundError as error:
        raise SourceError(f"{path}: there is no such file; check the name") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error})") from error


def load_file(path: Path, *, similarity: Similarity | None = None) -> Source:
    """Read one file into documents.

    Args:
        path: A file of a known format.
        similarity: Tells teasers near the page's subject from others; without it, shared words.

    Returns:
        The documents, what cleaning dropped and the parts that could not be read. ``path`` is
        absolute, with forward slashes.

    Raises:
        SourceError: The file cannot be read, or holds no text. The message names the file, the
            reason and the fix.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise SourceError(f"{path}: {unsupported(path)}")
    data = _read(path)
    if not data.strip():
        raise SourceError(f"{path}: is empty, there is no text in it")
    parsed = adapter(suffix)(data, str(path), similarity)
    name = document_path(path)
    documents = to_documents(parsed.pieces, name)
    if not documents and not parsed.problems:
        raise SourceError(f"{path}: no text was found in it")
    return Source(
        path=name,
        digest=hashlib.sha256(data).hexdigest(),
        documents=documents,
        dropped=parsed.dropped,
        problems=parsed.problems,
    )
