"""Where an answer begins and ends: whole figures, whole words, closed brackets."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.language.asking import PLURAL
from rag.language.dates import ANY_YEAR, find_dates
from rag.language.periods import period_spans
from rag.language.quantities import Quantity, find_quantities
from rag.language.zeros import find_zeros

Span = tuple[int, int]

_PAIRS = {
    "“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "〈": "〉",
    "(": ")", "（": "）", "[": "]", '"': '"',
}  # fmt: skip
_TRIMMED = " \t\n,，、;；:：。.！!？?…—–-"
_THINGS = re.compile(
    r" (?!(?:always|perhaps|sometimes|besides|towards|afterwards|upwards|thanks|whereas|its|his|"
    rf"hers|ours|theirs|yours|says)\b){PLURAL}"
)
_PARTICLE = re.compile(r"的(?![士确里])")
_LABEL = re.compile(r"\b[A-Z][a-z]+ $")
_CLOSING_NEAR = 12
"""How many characters further a bracket may close and still be brought in."""

_OPENING = frozenset(opening for opening, closing in _PAIRS.items() if opening != closing)
_TITLES = "《〈"
_TITLE_NEAR = 80
"""The same for the marks around a title: no answer is half a title."""


def tidy_span(text: str, start: int, end: int) -> Span:
    """Return the span with what it cuts through completed, and loose punctuation left out.

    A figure keeps its qualifier, scale, unit and what it counts, a date its year, a stretch of time
    both ends, a Latin word its letters, and an open bracket its closing one. Offsets count in
    ``text``.
    """
    for first, last in _figures(text):
        if first < end and start < last:
            start, end = min(start, first), max(end, last)
    end = _counted(text, start, end)
    while start > 0 and _joins(text[start - 1], text[start]):
        start -= 1
    while end < len(text) and _joins(text[end - 1], text[end]):
        end += 1
    start, end = _close(text, start, end)
    return _trim(text, start, end)


@lru_cache(maxsize=256)
def _figures(text: str) -> list[Span]:
    """Return where dates, quantities and words for zero stand, kept for the text's other spans."""
    dates = [(first, last) for first, last, _ in find_dates(text, default_year=ANY_YEAR)]
    said = [*_quantities(text), *find_zeros(text)]
    return dates + period_spans(text) + [(item.start, item.end) for item in said]


@lru_cache(maxsize=256)
def _quantities(text: str) -> list[Quantity]:
    return find_quantities(text)


def _counted(text: str, start: int, end: int) -> int:
    """Return where what an English figure counts ends: "640 pots", where no unit is known of it."""
    for item in _quantities(text):
        if item.end == end and not item.unit and not _LABEL.search(text, 0, item.start):
            match = _THINGS.match(text, end)
            return match.end() if match else end
    return end


def _joins(left: str, right: str) -> bool:
    return all(char.isascii() and (char.isalnum() or char == "'") for char in (left, right))


def _close(text: str, start: int, end: int) -> Span:
    for opening, closing in _PAIRS.items():
        inside = text[start:end]
        near = _TITLE_NEAR if opening in _TITLES else _CLOSING_NEAR
        if opening == closing:
            if inside.count(opening) % 2 == 0:
                continue
            at = text.find(closing, end, end + near)
        elif inside.count(opening) > inside.count(closing):
            at = text.find(closing, end, end + near)
        elif inside.count(closing) > inside.count(opening):
            back = text.rfind(opening, max(0, start - near), start)
            start = back if back >= 0 else start
            continue
        else:
            continue
        end = at + 1 if at >= 0 else end
    return start, end


def _trim(text: str, start: int, end: int) -> Span:
    first, last = start, end
    while first < last and text[first] in _TRIMMED:
        first += 1
    # A particle that belongs to the word before: 兼管的|研究院.
    if _PARTICLE.match(text, first, last) and first > 0 and text[first - 1].isalnum():
        first += 1
    while last > first and (text[last - 1] in _TRIMMED or text[last - 1] in _OPENING):
        last -= 1
    # A quotation that is the whole answer is given without its marks.
    if last - first > 2 and _PAIRS.get(text[first]) == text[last - 1] and text[first] not in "(（[":
        first, last = first + 1, last - 1
    return (first, last) if first < last else (start, end)
