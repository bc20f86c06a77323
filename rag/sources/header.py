"""The head of an article on a page: title, publisher, date, and the lines that say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.sources.base import Block
from rag.sources.datelines import DateLine, parse_dateline, parse_source_line
from rag.sources.furniture import Kind, bare, is_prose, is_title, kind, width
from rag.sources.pieces import Piece

_REACH = 5
"""A title stands at most this many lines above its date line."""
_WITHIN = 8
"""The article's first paragraph stands at most this many lines below the date line."""
_OPENING = 4
"""A document that is no page has its date line among so many lines."""
_APART = re.compile(
    r"[|｜·•,，—–]\s?(?:updated |published )?(?=\d|[A-Z][a-z]{2,8}\.? \d)|"
    r"^[\u4e00-\u9fff]{2,12}(?<![至到于为期自从])\s+(?=\d{4})",
    re.IGNORECASE,
)
"""What stands between a publisher's name and a date."""
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Header:
    """Title and metadata, and the lines that gave them; the article begins at ``end``.

    ``title_at`` is None when no line is the title, and ``dateline_at`` likewise.
    """

    title: str
    publisher: str
    published: date | None
    title_at: int | None
    dateline_at: int | None
    end: int


def squeeze(text: str) -> str:
    """Return a line as titles are compared: without bullet, blanks and a site's path."""
    return _SPACES.sub("", bare(text))


def repeats(title: str, text: str) -> bool:
    """Say whether a line says the title again, alone or behind "now reading:" and the like."""
    short, line = squeeze(title), squeeze(text)
    return bool(short) and short in line and len(line) <= len(short) + 16


def _prose_after(blocks: Sequence[Block], at: int) -> int:
    """Return the columns of running text between a date line and the next one."""
    total = 0
    for offset, item in enumerate(blocks[at + 1 :], start=1):
        if parse_dateline(item.text):
            break
        if is_prose(item.text):
            total += width(item.text)
        elif total == 0 and offset > _WITHIN:
            break
    return total


def _title_near(blocks: Sequence[Block], at: int) -> int | None:
    """Return the line that is the title of the date line at ``at``: above it, else right below."""
    above = [
        n
        for n in range(at - 1, max(-1, at - 1 - _REACH), -1)
        if is_title(blocks[n].text) and not parse_source_line(blocks[n].text)
    ]
    # The line nearest above may be a subtitle; the one the page prints twice is the title.
    others = [item.text for item in blocks[: at + 6]]
    for n in above:
        if sum(repeats(blocks[n].text, text) for text in others) > 1:
            return n
    if above:
        return above[0]
    for n in range(at + 1, min(len(blocks), at + 3)):
        if is_title(blocks[n].text) and not is_prose(blocks[n].text):
            return n
    return None


def _source_near(blocks: Sequence[Block], at: int) -> str:
    """Return the publisher that a line beside the date line at ``at`` says."""
    near = (*blocks[max(0, at - 1) : at], *blocks[at + 1 : at + 2])
    return next(filter(None, (parse_source_line(item.text) for item in near)), "")


def _by_dateline(blocks: Sequence[Block], limit: int) -> Header | None:
    """Find the date line with the most running text below it, and its title."""
    best: tuple[int, int, DateLine] | None = None
    for at, item in enumerate(blocks[:limit]):
        line = parse_dateline(item.text)
        if line and (line.published or line.labelled or not line.pure):
            prose = _prose_after(blocks, at)
            if prose and (best is None or prose > best[0]):
                best = (prose, at, line)
    if best is None:
        return None
    _, at, line = best
    title_at = _title_near(blocks, at)
    if title_at is None:
        return None
    before = sum(width(item.text) for item in blocks[:title_at] if is_prose(item.text))
    if before > best[0]:
        # More text stands above than below: the line signs or interrupts a text, it heads none.
        return None
    return Header(
        title=bare(blocks[title_at].text),
        publisher=line.publisher or _source_near(blocks, at),
        published=line.published,
        title_at=title_at,
        dateline_at=at,
        end=max(title_at, at) + 1,
    )


def _by_position(blocks: Sequence[Block]) -> Header | None:
    """Take the title from the lines above the first paragraph, when no date line tells."""
    first = next(
        (n for n, item in enumerate(blocks) if is_prose(item.text) and kind(item.text) is None),
        None,
    )
    if first is None:
        return None
    above = [n for n in range(max(0, first - 6), first) if is_title(blocks[n].text)]
    if not above:
        return None
    texts = [item.text for item in blocks[: first + 3]]
    repeated = [n for n in above if sum(repeats(blocks[n].text, text) for text in texts) > 1]
    at = (repeated or [max(above, key=lambda n: width(blocks[n].text))])[0]
    return Header(bare(blocks[at].text), "", None, at, None, at + 1)


def find_header(blocks: Sequence[Block], limit: int) -> Header | None:
    """Find the article's head among the first ``limit`` blocks, or None when there is none."""
    return _by_dateline(blocks, limit) or _by_position(blocks[:limit])


def with_dateline(piece: Piece) -> Piece:
    """Return a document with publisher and date from a date line among its first lines, if any.

    The line says "Mail, 5 May 2024" or labels its parts; "born 5 May 1950" is none, and no heading.
    What the file says of itself comes first, and the line stays in the text.
    """
    for item in piece.blocks[:_OPENING]:
        if piece.published:
            break
        line = parse_dateline(item.text) if item.text != piece.title else None
        if line and line.published and (line.pure or line.labelled or _APART.search(item.text)):
            piece = replace(
                piece, published=line.published, publisher=piece.publisher or line.publisher
            )
    return with_publisher(piece)


def with_publisher(piece: Piece) -> Piece:
    """Return a document with the publisher that one of its first lines says and nothing else."""
    named = (parse_source_line(item.text) for item in piece.blocks[:_OPENING])
    return replace(piece, publisher=piece.publisher or next(filter(None, named), ""))


def is_repeat(header: Header, text: str) -> bool:
    """Say whether a line below the header only says its title or author once more."""
    return repeats(header.title, text) or kind(text) is Kind.BYLINE
