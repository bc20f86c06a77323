"""What the catalog keeps as rows: documents, the states of files, the checksums of rows."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rag.records import Document, Origin, PlaceUnit


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was when it was read: SHA-256, bytes, and time of last change in nanoseconds.

    ``modified`` is 0 where the time tells nothing, ``digest`` "" for a file to be read again.
    """

    digest: str
    size: int
    modified: int


def document_row(document: Document) -> tuple[object, ...]:
    """Return a document's values and their checksum, in the order of the catalog's columns."""
    origin = [[o.start, o.end, o.unit.value, o.value] for o in document.origin]
    facts = (
        document.key, document.digest, document.text, document.title, document.publisher,
        document.published.isoformat() if document.published else None, document.path,
        document.url, int(document.excerpt), json.dumps(document.warnings, ensure_ascii=False),
        json.dumps(origin, ensure_ascii=False),
    )  # fmt: skip
    return (*facts, checksum_of(facts))


def checksum_of(values: Sequence[object]) -> int:
    """Return the CRC-32 of a row's values, which tells any one altered byte."""
    return zlib.crc32(json.dumps(values).encode())


def document_from(row: Sequence[Any]) -> Document:
    """Return the document of a row without its checksum."""
    key, digest, text, title, publisher, published, path, url, excerpt, warnings, origin = row
    return Document(
        key, digest, text, title, publisher,
        date.fromisoformat(published) if published else None, path, url, bool(excerpt),
        tuple(json.loads(warnings)),
        tuple(Origin(start, end, PlaceUnit(unit), value) for start, end, unit, value
              in json.loads(origin)),
    )  # fmt: skip
