"""What every format adapter takes and returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.records import Document, Origin

Similarity = Callable[[str, Sequence[str]], Sequence[float]]
"""``similarity(subject, texts)``: how near each text is to the subject in meaning, cosine 0 to 1.

The engine passes one made from its embedder; a stage never imports another stage.
"""


@dataclass(frozen=True, slots=True)
class Block:
    """One line, paragraph or table row of the original, before cleaning, with its place."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Dropped:
    """Words that cleaning left out: the text, its place in the original, and why."""

    text: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """One file, read: its documents, what cleaning dropped, and the parts that could not be read.

    ``digest`` is the SHA-256 of the file's bytes, so an unchanged file need not be read again.
    """

    path: str
    digest: str
    documents: tuple[Document, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    problems: tuple[str, ...] = ()
