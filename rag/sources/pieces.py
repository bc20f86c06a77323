"""What an adapter hands to the loader, and how blocks become a document's text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.records import Document, Origin, PlaceUnit
from rag.sources.base import Block, Dropped

# Blanks at the edges of a paragraph: ideographic and no-break indents, tabs, zero-width marks.
EDGES = " \t\r\n\f\v\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"


SENTENCE_ENDS = tuple("。！？.!?:：;；")
_WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f]")


@dataclass(frozen=True, slots=True)
class Piece:
    """An article, sheet or record before its text is put together. ``key`` "" asks for one."""

    blocks: tuple[Block, ...]
    title: str = ""
    publisher: str = ""
    published: date | None = None
    url: str = ""
    key: str = ""
    excerpt: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """All that an adapter made of one file."""

    pieces: tuple[Piece, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    problems: tuple[str, ...] = ()


def block(text: str, unit: PlaceUnit, value: int | str) -> Block:
    """Return a block at a place of the original; its offsets are set when text is assembled."""
    return Block(text.strip(EDGES), Origin(0, 0, unit, str(value)))


def line_blocks(text: str) -> list[Block]:
    """Return a block for every line that is not blank, with its number from 1."""
    blocks = (block(line, PlaceUnit.LINE, n) for n, line in enumerate(text.split("\n"), start=1))
    return [item for item in blocks if item.text]


def join_lines(before: str, after: str) -> str:
    """Return two lines of a paragraph as one: between Chinese characters there is no blank."""
    before, after = before.rstrip(EDGES), after.strip(EDGES)
    is_wide = _WIDE.match(before[-1:]) and _WIDE.match(after)
    return f"{before}{'' if is_wide else ' '}{after}"


def drop(item: Block, reason: str) -> Dropped:
    """Return the note that a block was left out."""
    return Dropped(item.text, str(item.origin), str(reason))


def content_digest(piece: Piece, text: str) -> str:
    """Return the SHA-256 of what a reader would see: title, publisher, date, address, text."""
    published = piece.published.isoformat() if piece.published else ""
    parts = (piece.title, piece.publisher, published, piece.url, text)
    # A separator that no part can hold keeps ("ab", "c") and ("a", "bc") apart.
    joined = "\x1f".join(part.replace("\x1f", " ") for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def join(blocks: Sequence[Block]) -> tuple[str, tuple[Origin, ...]]:
    """Join blocks with line feeds and say where in the text each of them stands."""
    origins: list[Origin] = []
    parts: list[str] = []
    position = 0
    for item in blocks:
        if not item.text:
            continue
        end = position + len(item.text)
        origins.append(Origin(position, end, item.origin.unit, item.origin.value))
        parts.append(item.text)
        position = end + 1
    return "\n".join(parts), tuple(origins)


def to_documents(pieces: Sequence[Piece], path: str) -> tuple[Document, ...]:
    """Assemble pieces that have text into documents; ordinals count from 1."""
    joined = [(piece, *join(piece.blocks)) for piece in pieces]
    joined = [item for item in joined if item[1]]
    many = len(joined) > 1
    return tuple(
        Document(
            key=piece.key or (f"{path}#{number}" if many else path),
            digest=content_digest(piece, text),
            text=text,
            title=piece.title,
            publisher=piece.publisher,
            published=piece.published,
            path=path,
            url=piece.url,
            excerpt=piece.excerpt,
            warnings=piece.warnings,
            origin=origin,
        )
        for number, (piece, text, origin) in enumerate(joined, start=1)
    )
