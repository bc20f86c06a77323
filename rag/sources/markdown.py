"""Markdown, by markdown-it-py: a CommonMark parser whose block tokens carry their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.language.dates import parse_date
from rag.records import PlaceUnit
from rag.sources import tables
from rag.sources.base import Block, Similarity
from rag.sources.encoding import decode
from rag.sources.furniture import width
from rag.sources.header import with_dateline
from rag.sources.pieces import EDGES, SENTENCE_ENDS, Parsed, Piece, block, join_lines

if TYPE_CHECKING:
    from markdown_it.token import Token

_FIELD = re.compile(r"^(?P<name>[A-Za-z_][\w-]*)\s*:\s*(?P<value>.*?)\s*$")
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_MAX_NESTING = 100
_LEAST_WIDTH, _FULL = 40, 0.75
"""A line that an editor broke has so many columns, and so much of the widest of its paragraph."""


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """Return the ``key: value`` fields between two ``---`` lines at the top, and how many lines.

    Quotes around a value are taken off. Lists and nested values, which YAML would allow, are
    left alone: the tool reads four plain fields.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return {}, 0
    fields: dict[str, str] = {}
    for number, line in enumerate(lines[1:200], start=1):
        if line.rstrip() in ("---", "..."):
            return fields, number + 1
        match = _FIELD.match(line)
        if match:
            value = match["value"]
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            fields[match["name"].lower()] = value
        elif line.strip() and not line.startswith((" ", "\t", "-", "#")):
            return {}, 0
    return {}, 0


def _plain(token: Token) -> Iterator[tuple[int, str]]:
    """Yield an inline token's text without markup, by line from 0."""
    line = 0
    parts: list[str] = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            yield line, "".join(parts)
            parts = []
            line += 1
        elif child.type in ("text", "code_inline", "text_special", "image"):
            parts.append(child.content)
    yield line, "".join(parts)


def _unwrapped(token: Token) -> Iterator[tuple[int, str]]:
    """Yield the lines of an inline token, those joined that an editor has broken.

    To Markdown every single break is a blank. Many who write it do not know that, so only a line
    that is about as wide as the widest and ends no sentence goes on in the next.
    """
    breaks = [child.type for child in token.children or [] if child.type.endswith("break")]
    lines = list(_plain(token))
    least = max(_LEAST_WIDTH, _FULL * max(width(text) for _, text in lines))
    first, joined = lines[0]
    for (_, before), (line, text), kind in zip(lines, lines[1:], breaks, strict=False):
        ended = before.rstrip(EDGES).endswith(SENTENCE_ENDS)
        if kind == "softbreak" and width(before) >= least and not ended:
            joined = join_lines(joined, text)
        else:
            yield first, joined
            first, joined = line, text
    yield first, joined


def _table(tokens: list[Token], skipped: int) -> list[Block]:
    """Return a table's rows as blocks."""
    rows: list[tables.Row] = []
    cells: list[str] = []
    for token in tokens:
        if token.type == "inline":
            cells.append(" ".join(text for _, text in _plain(token)))
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            rows.append((rows[-1][0] + 1 if rows else 0, tuple(cells)))
        if token.type == "tr_open" and token.map and not rows:
            start = token.map[0]
    # The line of dashes under the header is a line of the file, too.
    numbered = [(skipped + start + 1 + n + (n > 0), row) for n, (_, row) in enumerate(rows)]
    return [block(line.text, PlaceUnit.LINE, line.number) for line in tables.lines(numbered)[1]]


def _blocks(tokens: list[Token], skipped: int) -> Iterator[Block]:
    """Yield a block for each line of text; ``skipped`` lines stood above the parsed text."""
    at = 0
    number = ""
    while at < len(tokens):
        token = tokens[at]
        start = skipped + (token.map[0] if token.map else 0) + 1
        if token.type == "table_open":
            end = next(n for n in range(at, len(tokens)) if tokens[n].type == "table_close")
            yield from _table(tokens[at:end], skipped)
            at = end
        elif token.type == "inline":
            for line, text in _unwrapped(token):
                yield block(number + text, PlaceUnit.LINE, start + line)
                number = ""
        elif token.type == "list_item_open":
            # A step's number is content ("see step 3"), a bullet is not.
            number = f"{token.info}{token.markup} " if token.info else ""
        elif token.type in ("fence", "code_block"):
            first = start + (token.type == "fence")
            for line, text in enumerate(token.content.split("\n")):
                yield block(text, PlaceUnit.LINE, first + line)
        elif token.type == "html_block":
            for line, text in enumerate(_TAG.sub("", token.content).split("\n")):
                yield block(text, PlaceUnit.LINE, start + line)
        at += 1


def _title(tokens: list[Token]) -> str:
    """Return the text of the first heading of the first level."""
    for token, following in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            return " ".join(text for _, text in _plain(following)).strip()
    return ""


def parse(data: bytes, name: str, similarity: Similarity | None = None) -> Parsed:
    """Read a Markdown file into one document; markup goes, words stay, each with its line."""
    from markdown_it import MarkdownIt

    text = decode(data, name)
    fields, skipped = front_matter(text)
    body = "\n".join(text.split("\n")[skipped:])
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
    tokens = parser.parse(body)
    blocks = tuple(item for item in _blocks(tokens, skipped) if item.text)
    piece = Piece(
        blocks=blocks,
        title=fields.get("title", "") or _title(tokens),
        publisher=fields.get("publisher", "") or fields.get("source", ""),
        published=parse_date(fields.get("published", "") or fields.get("date", "")),
        url=fields.get("url", ""),
    )
    return Parsed((with_dateline(piece),))
