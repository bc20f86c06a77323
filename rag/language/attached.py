"""Periods that a figure has to itself: 1.73 of 2022, in "2.01 in 2023, up from 1.73 in 2022"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

_THEN = re.compile(
    r"(?:\s(?!(?:and|but|or|from|to|than|against|versus|with|while|up|down)\b)[^\W\d]+){0,4}?"
    r"\s(?:in|for|during|of)\s(?:the\s(?:whole\s)?(?:year\s)?(?:of\s)?)?|\s?[（(]",
    re.IGNORECASE,
)
"""What stands between a figure and its period after it: tonnes per hectare in 2022."""

_THING = r"(?:(?![高低多少大小增减升降长涨跌提扩缩])[\u4e00-\u9fff])"
_OF = re.compile(
    rf"(?:全年|同期)?(?:的(?:{_THING}{{1,8}}?)??(?:约?为|是|达到?)?)?\s?|\s(?:[a-z]+\s){{1,3}}?of\s",
    re.IGNORECASE,
)
"""What stands between a figure and its period before it: 2022年的, in 2022 a total of.

By how much something changed since then is no figure of then.
"""

_AND = re.compile(r"\s?(?:、|和|及|与|,|\band\b)\s?(?:in\s)?")

_Found = TypeVar("_Found", bound=tuple[int, int, object])


def own_periods(text: str, start: int, end: int, found: Sequence[_Found]) -> list[_Found]:
    """Return the periods that words from ``start`` to ``end`` have to themselves, often none.

    They stand right behind the words or before them, or within, whatever else their clause tells
    of: also where the clause only compares with them.

    Args:
        text: a sentence.
        start: where the words begin.
        end: where they end.
        found: the periods of the sentence, in order, each with its start and end first.
    """
    within = [one for one in found if start <= one[0] and one[1] <= end]
    if within:
        return within
    after = [one for one in found if one[0] >= end]
    if after and _THEN.fullmatch(text[end : after[0][0]]):
        return _joined(text, after)
    before = [one for one in found if one[1] <= start]
    if before and _OF.fullmatch(text[before[-1][1] : start]):
        return _joined(text, before[::-1])
    return []


def _joined(text: str, found: Sequence[_Found]) -> list[_Found]:
    """Return the first period and those that are joined to it in a row: 2021年和2022年."""
    kept = [found[0]]
    for one in found[1:]:
        first, last = sorted((kept[-1][:2], one[:2]))
        if not _AND.fullmatch(text[first[1] : last[0]]):
            break
        kept.append(one)
    return kept
