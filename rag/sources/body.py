"""Where an article ends on its page: the stretch with the largest sum of line scores.

Lines of running text score by their length, lines of furniture lose; the article is the
contiguous stretch whose sum is largest (maximum subsequence segmentation: Pasternack and Roth,
"Extracting article text from the web with maximum subsequence segmentation", WWW 2009). Scores
here come from the shape of lines instead of a trained classifier, so they hold for both languages.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.sources.base import Block
from rag.sources.datelines import parse_dateline
from rag.sources.furniture import PROSE_WIDTH, Kind, is_prose, kind, truncated, width

_COLUMNS_PER_POINT = 20
_MOST = 20.0
_LONGEST_TEASER = 600
_END_MARKS = (Kind.LABEL, Kind.EDITOR)
"""Lines that usually follow an article's last: what comes after must outweigh half of it."""
_INSIDE = (
    *(Kind.WIDGET, Kind.LABEL, Kind.EDITOR, Kind.BYLINE, Kind.COUNTER),
    *(Kind.IMAGE, Kind.BREADCRUMB, Kind.SYMBOLS, Kind.COMMENTS),
)
"""What is dropped also between two paragraphs. A notice there may be what the article is about."""


def _score(item: Block, gained: float, in_zone: bool) -> float:
    """Return a line's score; ``gained`` is the sum of running text above it."""
    text = item.text
    found = kind(text)
    if found is Kind.COMMENTS and gained > 0:
        return -gained - 8.0
    if found in _END_MARKS:
        return -max(8.0, 0.5 * gained)
    if in_zone:
        return -6.0
    if found is Kind.NOTICE:
        return -8.0
    if found is not None or parse_dateline(text):
        return -2.0
    if is_prose(text):
        points = min(width(text) / _COLUMNS_PER_POINT, _MOST)
        return -min(points, 4.0) if is_teaser(text) else points
    return 0.2 if re.search(r"[\d，。；：！？,;:!?]", text) else -0.5


def is_teaser(text: str) -> bool:
    """Say whether a text is cut off, as teasers are; a very long one is an article's."""
    return truncated(text) and width(text) <= _LONGEST_TEASER


def _plain_short(text: str) -> bool:
    """Say whether a line is a mere phrase, as headings and links are."""
    return width(text) < PROSE_WIDTH and not re.search(r"[。！？.!?；;，,：:]", text)


def _stops(item: Block, in_zone: bool) -> bool:
    """Say whether a line cannot belong to the article's last lines."""
    text = item.text
    return in_zone or kind(text) is not None or is_teaser(text) or parse_dateline(text) is not None


def body_end(blocks: Sequence[Block], start: int, zone: Collection[int]) -> int:
    """Return the index after the article's last line.

    Args:
        blocks: The page's lines.
        start: Where the article begins.
        zone: The lines that belong to lists of teasers.

    Returns:
        The end of the best stretch from ``start``, and of the lines that follow it up to the
        first that is furniture: when nothing marks an end, all is kept.
    """
    total = best = gained = 0.0
    end = start
    for at in range(start, len(blocks)):
        score = _score(blocks[at], gained, at in zone)
        total += score
        gained += max(score, 0.0)
        if total >= best:
            best, end = total, at + 1
    stop = end
    while stop < len(blocks) and not _stops(blocks[stop], stop in zone):
        stop += 1
    if stop < len(blocks):
        # Phrases right above a list of links are the list's heading.
        while stop > end and _plain_short(blocks[stop - 1].text):
            stop -= 1
    return stop


def inside(text: str) -> str | None:
    """Return why a line between paragraphs is dropped, or None when it stays."""
    found = kind(text)
    if found is Kind.COUNTER and not re.search(r"[^\W\d]", text):
        # A figure alone on its line may be the cell of a table that lost its lines.
        return None
    return found.value if found in _INSIDE else None
