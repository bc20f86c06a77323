"""Plain text, by hand: a file of lines needs no library. Dumps of web pages are cleaned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rag.records import PlaceUnit
from rag.sources.base import Block, Similarity
from rag.sources.cleaning import clean
from rag.sources.encoding import decode
from rag.sources.furniture import width
from rag.sources.pieces import EDGES, SENTENCE_ENDS, Parsed, block, join_lines, line_blocks

_WIDEST = 100
"""Columns up to which a text counts as wrapped: mail and typewriter habits use 65 to 80."""
_FULL = 0.75


def _paragraphs(lines: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """Yield runs of lines between blank ones, numbered from 1."""
    run: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        if line.strip(EDGES):
            run.append((number, line))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _wrapped(runs: Sequence[Sequence[tuple[int, str]]]) -> bool:
    """Say whether lines were broken at a fixed width, as in mails and old text files.

    All lines but each paragraph's last are nearly as wide as the widest, and few of them end a
    sentence. A poem, a log or a list of facts is none of that.
    """
    inner = [line for run in runs for _, line in run[:-1]]
    widest = max((width(line) for run in runs for _, line in run), default=0)
    if len(inner) < 4 or not 40 <= widest <= _WIDEST:
        return False
    starts = Counter(line.strip(EDGES)[:3] for line in inner)
    if max(starts.values()) > len(inner) / 3:
        # Rows of a form or a log begin alike.
        return False
    full = sum(width(line) >= _FULL * widest for line in inner)
    ended = sum(line.rstrip(EDGES).endswith(SENTENCE_ENDS) for line in inner)
    return full >= 0.85 * len(inner) and ended <= 0.3 * len(inner)


def _unwrap(run: Sequence[tuple[int, str]]) -> Block:
    """Join a paragraph's lines; its place is its first line."""
    text = run[0][1].strip(EDGES)
    for _, line in run[1:]:
        text = join_lines(text, line)
    return block(text, PlaceUnit.LINE, run[0][0])


def parse(data: bytes, name: str, similarity: Similarity | None = None) -> Parsed:
    """Read a text file; each line is a paragraph, unless lines are broken at a fixed width."""
    text = decode(data, name)
    runs = list(_paragraphs(text.split("\n")))
    if _wrapped(runs):
        return clean([_unwrap(run) for run in runs], similarity)
    return clean(line_blocks(text), similarity)
