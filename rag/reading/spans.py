"""The parts of a sentence that can stand alone as an answer: quantities, dates, names, clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.language.dates import find_dates
from rag.language.names import is_place
from rag.language.quantities import find_quantities
from rag.language.words import Segmenter


class SpanKind(StrEnum):
    """What kind of words a part of a sentence is."""

    QUANTITY = "quantity"
    DATE = "date"
    NAME = "name"
    CLAUSE = "clause"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sentence; offsets count in the sentence."""

    kind: SpanKind
    start: int
    end: int


_ANY_YEAR = 2000
"""Stands in for the year of a date without one; only the date's place in the text is used."""

_HAN_NAME = re.compile(r"[\u4e00-\u9fff·]{2,6}")
_QUOTED = re.compile(r"“[^”]{2,40}”|「[^」]{2,40}」|《[^》]{2,40}》|\"[^\"]{2,60}\"")
_LATIN_NAME = re.compile(
    r"(?<![\w.])(?:[A-Z][\w'’&.-]*\w|[A-Z]{2,})"
    r"(?:\s+(?:(?:of|the|and|for|de|van)\s+)?(?:[A-Z][\w'’&-]*|[A-Z]{2,}))*"
)
_COMMA = re.compile(r"(?<!\d)[,，、]|[,，、](?!\d)|[；;：:。！？!?]|\.(?=\s|$)|\s[—–-]\s|——")
_ORGANISATION = re.compile(
    r"[\u4e00-\u9fff]{2,14}?(?:分行|支行|银行|公司|集团|大学|学院|医院|法院|检察院|公安局|公安厅|"
    r"公安部|分局|支队|派出所|委员会|办公室|中心|协会|研究院|研究所|部门|管理局|网信办)"
)


def parts_of(sentence: str, segmenter: Segmenter) -> list[Part]:
    """Return the parts of a sentence, each once; a name may lie inside a clause."""
    dates = [(start, end) for start, end, _ in find_dates(sentence, default_year=_ANY_YEAR)]
    quantities = [(q.start, q.end) for q in find_quantities(sentence)]
    names = list(dict.fromkeys(_names(sentence, segmenter)))
    found = [Part(SpanKind.DATE, *span) for span in dates]
    found += [Part(SpanKind.QUANTITY, *span) for span in quantities if not _within(span, dates)]
    found += [Part(SpanKind.NAME, *span) for span in names if not _within(span, dates)]
    found += [Part(SpanKind.CLAUSE, *span) for span in _clauses(sentence)]
    return found


def _within(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _names(sentence: str, segmenter: Segmenter) -> Iterator[tuple[int, int]]:
    start = 0
    for word in segmenter.cut(sentence):
        if _HAN_NAME.fullmatch(word) and (is_place(word) or not segmenter.knows(word)):
            yield start, start + len(word)
        start += len(word)
    for match in _QUOTED.finditer(sentence):
        yield match.start() + 1, match.end() - 1
    for match in _LATIN_NAME.finditer(sentence):
        yield match.span()
    for match in _ORGANISATION.finditer(sentence):
        yield match.span()


def _clauses(sentence: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in [*_COMMA.finditer(sentence), None]:
        end = match.start() if match else len(sentence)
        a, b = start, end
        while a < b and sentence[a].isspace():
            a += 1
        while b > a and sentence[b - 1].isspace():
            b -= 1
        if b - a > 1:
            yield a, b
        if match:
            start = match.end()
