"""What is told "respectively": of 生产米和面分别为3吨和5吨, 面 is what the 5吨 are of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.quantities import Quantity

Span = tuple[int, int]

_RESPECTIVELY = re.compile(r"(?P<before>分别)|\brespectively\b", re.IGNORECASE)
_JOINED = re.compile(
    r"\s*(?:(?:[、，,]|和|与|以?及)\s*|[,，]?\s*\band\b\s*(?:up |down )?)(?:by |to |at )?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[，；;：。]|[,:](?!\d)")
_ITEM = re.compile(r"、|和|与|以?及|\s(?:and|while)\s", re.IGNORECASE)
_FAR = 16
"""Within how many characters of the word the list of figures begins or ends."""


def told_respectively(sentence: str, figures: Sequence[Quantity]) -> dict[int, Span]:
    """Return where a sentence says what each of the figures is of that it lists "respectively".

    These are the items before the word in its own clause, where they are as many, else the last
    stretches before it that have figures themselves: 产米300吨，产面20吨，同比分别增长5%和8%.

    Args:
        sentence: the sentence.
        figures: its figures, in order.

    Returns:
        The stretches by the offsets at which the listed figures begin.
    """
    found: dict[int, Span] = {}
    for match in _RESPECTIVELY.finditer(sentence):
        listed = _listed(sentence, figures, match)
        if len(listed) < 2:
            continue
        end = match.start() if match["before"] else listed[0].start
        clauses = _split(sentence, 0, end, _CLAUSE)
        items = _split(sentence, *clauses[-1], _ITEM) if clauses else []
        if len(items) != len(listed):
            parts = [part for clause in clauses for part in _split(sentence, *clause, _ITEM)]
            counted = [
                (start, stop)
                for start, stop in parts
                if any(start <= one.start < stop for one in figures)
            ]
            items = counted[-len(listed) :]
        elif match["before"]:
            # What belongs to them all stands behind the last: 东厂和西厂的工人.
            start, stop = items[-1]
            own = sentence.find("的", start, stop)
            items[-1] = (start, own if own > start else stop)
        if len(items) == len(listed):
            found |= {one.start: item for one, item in zip(listed, items, strict=True)}
    return found


def _listed(sentence: str, figures: Sequence[Quantity], match: re.Match[str]) -> list[Quantity]:
    """Return the figures of the list that 分别 stands before, or "respectively" behind."""
    if match["before"]:
        rest = [one for one in figures if one.start >= match.end()]
        listed = rest[:1] if rest and rest[0].start - match.end() <= _FAR else []
        for one in rest[1:]:
            if not listed or not _JOINED.fullmatch(sentence, listed[-1].end, one.start):
                break
            listed.append(one)
        return listed
    rest = [one for one in reversed(figures) if one.end <= match.start()]
    listed = rest[:1] if rest and match.start() - rest[0].end <= _FAR else []
    for one in rest[1:]:
        if not listed or not _JOINED.fullmatch(sentence, one.end, listed[-1].start):
            break
        listed.append(one)
    return listed[::-1]


def _split(text: str, start: int, end: int, at: re.Pattern[str]) -> list[Span]:
    """Return what stands between two offsets, parted at a pattern, blank parts left out."""
    edges = [start, *(place for one in at.finditer(text, start, end) for place in one.span()), end]
    spans = zip(edges[::2], edges[1::2], strict=True)
    return [(first, last) for first, last in spans if text[first:last].strip()]
