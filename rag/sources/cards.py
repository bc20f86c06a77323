"""Lists of teasers on a page: title, snippet and date, again and again at short intervals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rag.language.sentences import ends_sentence
from rag.records import Origin
from rag.sources.base import Block
from rag.sources.datelines import parse_dateline, split_tail
from rag.sources.furniture import (
    Kind,
    bare,
    is_prose,
    is_title,
    kind,
    truncated,
    width,
)

_GAP = 4
"""At most this many lines stand between the dates of neighbouring teasers."""
_LONGEST = 600
"""Columns of one teaser's longest line; an article's paragraph may be longer."""
_ARTICLE = 150
"""Columns of running text that must stand above a list, else the list is what the page is for."""


@dataclass(frozen=True, slots=True)
class Card:
    """A teaser: which lines it takes, its words, and when what it teases was published."""

    lines: tuple[int, ...]
    title: str
    blocks: tuple[Block, ...]
    published: date | None
    publisher: str = ""

    @property
    def text(self) -> str:
        """The words a reader sees on the card."""
        return " ".join((self.title, *(item.text for item in self.blocks))).strip()


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line that carries a teaser's date, alone or behind the teaser's own words."""

    at: int
    published: date | None
    words: str
    publisher: str = ""


def _mark(at: int, text: str) -> _Mark | None:
    """Return the date mark that a line is."""
    line = parse_dateline(text)
    if line is not None:
        return _Mark(at, line.published, "", line.publisher)
    tail = split_tail(text)
    if tail and width(tail[0]) <= _LONGEST:
        return _Mark(at, tail[1], bare(tail[0]))
    return None


def _breaks(text: str) -> bool:
    """Say whether a line ends a list: a heading of another, comments, a notice."""
    found = kind(text)
    if found in (Kind.LABEL, Kind.COMMENTS, Kind.NOTICE, Kind.EDITOR):
        return True
    return found is None and text.endswith((":", "：")) and width(text) <= 60


def _runs(blocks: Sequence[Block], start: int) -> list[list[_Mark]]:
    """Group date marks that follow each other at short intervals into runs."""
    runs: list[list[_Mark]] = []
    for at in range(start, len(blocks)):
        mark = _mark(at, blocks[at].text)
        if mark is None:
            continue
        between = [] if not runs else blocks[runs[-1][-1].at + 1 : at]
        near = bool(runs) and len(between) <= _GAP
        fits = all(width(item.text) <= _LONGEST for item in between)
        if near and fits and not any(_breaks(item.text) for item in between):
            runs[-1].append(mark)
        else:
            runs.append([mark])
    return runs


def _date_first(blocks: Sequence[Block], run: Sequence[_Mark]) -> bool:
    """Say whether dates stand above their teasers.

    Below is the rule. When the list ends in words, not in a date, and begins with a date right
    under something that is no teaser, dates come first.
    """
    last, first = run[-1].at + 1, run[0].at - 1
    if last >= len(blocks) or kind(blocks[last].text) is not None or _breaks(blocks[last].text):
        return False
    above = blocks[first].text if first >= 0 else ""
    return not above or kind(above) is not None or _breaks(above) or width(above) > _LONGEST


def _own_lines(blocks: Sequence[Block], run: Sequence[_Mark], floor: int) -> list[list[int]]:
    """Return for each date mark the lines of its teaser, without the date's own line."""
    gaps = [after.at - before.at - 1 for before, after in pairwise(run)]
    reach = max(gaps, default=2)
    first_dates = _date_first(blocks, run)
    taken: list[list[int]] = []
    for n, mark in enumerate(run):
        if mark.words:
            taken.append([])
        elif first_dates:
            bound = run[n + 1].at if n + 1 < len(run) else min(len(blocks), mark.at + 1 + reach)
            taken.append(_until_break(blocks, range(mark.at + 1, bound)))
        else:
            bound = run[n - 1].at if n else max(floor, mark.at - reach) - 1
            taken.append(_until_break(blocks, range(mark.at - 1, bound, -1))[::-1])
    return taken


def _until_break(blocks: Sequence[Block], positions: range) -> list[int]:
    """Return positions up to the first line that cannot be a teaser's."""
    lines: list[int] = []
    for at in positions:
        # Walking up from a date, a finished sentence above a title is the article's last line.
        finished = positions.step < 0 and lines and ends_sentence(blocks[at].text)
        if _breaks(blocks[at].text) or finished or width(blocks[at].text) > _LONGEST:
            break
        lines.append(at)
    return lines


def _card(blocks: Sequence[Block], mark: _Mark, lines: Sequence[int]) -> Card | None:
    """Make a card of its lines: a title, if the first can be one, and the snippet."""
    if mark.words:
        origin = blocks[mark.at].origin
        return Card(
            (mark.at,),
            "",
            (Block(mark.words, Origin(0, 0, origin.unit, origin.value)),),
            mark.published,
        )
    kept = [at for at in lines if kind(blocks[at].text) is None]
    if not kept:
        return None
    taken = tuple(sorted({*lines, mark.at}))
    first = blocks[kept[0]].text
    titled = len(kept) > 1 and is_title(first)
    snippet = kept[1:] if titled else kept
    title = bare(first) if titled else ""
    words = tuple(blocks[n] for n in snippet)
    return Card(taken, title, words, mark.published, mark.publisher)


def find_cards(blocks: Sequence[Block], start: int, article: int = _ARTICLE) -> list[Card]:
    """Find dated teasers below an article that begins at ``start``.

    A run counts from three dates on; from two or one when a heading of a list stands above it.
    ``article`` is how many columns of running text must stand above the list.
    """
    cards: list[Card] = []
    for run in _runs(blocks, start):
        own = _own_lines(blocks, run, start)
        top = min([run[0].at, *own[0]])
        labelled = top > 0 and kind(blocks[top - 1].text) is Kind.LABEL
        if len(run) < (1 if labelled else 3):
            continue
        prose = sum(width(item.text) for item in blocks[start:top] if is_prose(item.text))
        if prose < article:
            continue
        made = (_card(blocks, mark, lines) for mark, lines in zip(run, own, strict=True))
        cards += [card for card in made if card is not None]
    return cards


def undated_cards(blocks: Sequence[Block], start: int, taken: set[int]) -> list[Card]:
    """Find teasers without a date below an article's end: a title and a snippet that is cut off."""
    cards: list[Card] = []
    for at in range(start, len(blocks)):
        text = blocks[at].text
        if at in taken or not (truncated(text) and width(text) >= 40) or kind(text):
            continue
        above = at - 1
        titled = above >= start and above not in taken and is_title(blocks[above].text)
        lines = (above, at) if titled else (at,)
        cards.append(Card(lines, bare(blocks[above].text) if titled else "", (blocks[at],), None))
        taken.update(lines)
    return cards


def snippet_page(blocks: Sequence[Block]) -> list[Card]:
    """Return the teasers of a page that holds nothing else, such as results of a search."""
    cards = find_cards(blocks, 0, article=0)
    cut = [card for card in cards if card.title and truncated(card.blocks[-1].text)]
    prose = sum(width(item.text) for item in blocks if is_prose(item.text))
    held = sum(width(b.text) for card in cut for b in card.blocks if is_prose(b.text))
    return (
        cards if len(cut) >= 3 and len(cut) * 4 >= 3 * len(cards) and held * 10 >= 8 * prose else []
    )


def _is_cut(text: str) -> bool:
    """Say whether a snippet is cut off: by an ellipsis, or in the middle of a sentence."""
    return truncated(text) or (is_prose(text) and not ends_sentence(text))


def mostly_pure(blocks: Sequence[Block], cards: Sequence[Card]) -> bool:
    """Say whether teasers look like a page's: dates alone on a line, or words cut off."""
    cut = sum(any(_is_cut(item.text) for item in card.blocks) for card in cards)
    pure = 0
    for card in cards:
        for at in card.lines:
            line = parse_dateline(blocks[at].text)
            pure += bool(line and line.pure and re.search(r"\d[:：]\d|-|/|\.", blocks[at].text))
    return cut * 3 >= len(cards) or pure * 2 >= len(cards)
