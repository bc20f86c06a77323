"""Pages that list several articles: title, "Publisher· date", body, and again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rag.sources.base import Block
from rag.sources.datelines import DateLine, parse_dateline
from rag.sources.furniture import bare, is_prose, is_title, kind, truncated, width

_FULL = 160
"""Columns from which on an item's body is an article and no snippet: 80 Chinese characters."""
_MOST = 0.7
_DOMINANT = 5


@dataclass(frozen=True, slots=True)
class Item:
    """One listed article: where its title, date line and body stand, and what its head says."""

    title_at: int
    line: DateLine
    end: int

    @property
    def start(self) -> int:
        """The first line of the body."""
        return self.title_at + 2


def _can_head(text: str) -> bool:
    """Say whether a line can be an item's title; in a list also very short ones are."""
    return is_title(text) or (2 <= width(text) < 8 and kind(text) is None)


def _shape(text: str) -> str:
    """Return how a line writes its date: digits and letters aside."""
    match = re.search(r"\d[\d\W年月日]*", bare(text))
    return re.sub(r"\d+", "9", match[0]).strip() if match else ""


def _columns(blocks: Sequence[Block], item: Item) -> int:
    """Return the columns of running text in an item's body."""
    return sum(width(b.text) for b in blocks[item.start : item.end] if is_prose(b.text))


def _candidates(blocks: Sequence[Block]) -> list[Item]:
    """Return a would-be item for every dated line under a title."""
    heads = []
    for at in range(1, len(blocks)):
        line = parse_dateline(blocks[at].text)
        if line and line.published and _can_head(blocks[at - 1].text):
            heads.append((at - 1, line))
    ends = [*(title for title, _ in heads[1:]), len(blocks)][: len(heads)]
    return [Item(title, line, end) for (title, line), end in zip(heads, ends, strict=True)]


def find_items(blocks: Sequence[Block]) -> list[Item]:
    """Return the articles of a listing page, or nothing when the page is no listing.

    A listing has at least two items; most of them have a body of an article's length (or, from
    three items on, of running text), write their dates alike, and no other text stands above.
    An article with a few dated teasers below it is none: its own text outweighs the others.
    """
    items = _candidates(blocks)
    if len(items) < 2:
        return []
    dated = sum(bool((d := parse_dateline(b.text)) and d.published) for b in blocks)
    shapes = [_shape(blocks[item.title_at + 1].text) for item in items]
    alike = max(shapes.count(shape) for shape in set(shapes))
    bodies = [_columns(blocks, item) for item in items]
    above = sum(width(b.text) for b in blocks[: items[0].title_at] if is_prose(b.text))
    if min(alike, len(items)) < _MOST * dated or above > 0.3 * (sum(bodies) + above):
        return []
    others = median(bodies[1:])
    if bodies[0] > _DOMINANT * others and others < 2 * _FULL:
        return []
    full = sum(columns >= _FULL for columns in bodies)
    some = sum(columns > 0 for columns in bodies)
    if full >= max(2, _MOST * len(items)) or (len(items) >= 3 and some >= 0.8 * len(items)):
        return items
    return []


def is_snippet(blocks: Sequence[Block], item: Item) -> bool:
    """Say whether an item's body is only the beginning of an article."""
    body = blocks[item.start : item.end]
    return _columns(blocks, item) < 2 * _FULL and any(truncated(b.text) for b in body)
