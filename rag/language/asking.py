"""What kind of thing a question asks for, by its interrogatives, and whether words are of it."""

from __future__ import annotations

import re
from enum import StrEnum

from rag.language.dates import ANY_YEAR, find_dates
from rag.language.figures import find_figures
from rag.language.quantities import QuantityKind


class Asked(StrEnum):
    """What an answer must have, where the question tells."""

    MONEY = "money"
    COUNT = "count"
    FIGURE = "figure"
    DATE = "date"


_MEASURE = (
    "个|名|人|起|次|条|家|天|年|成|分|台|项|种|位|户|笔|张|部|岁|小时|分钟|倍|件|份|处|支|批|所|座"
)
_DATE = (
    r"什么时候|什么时间|何时|哪一?年|哪一?天|几月|哪个月|哪一?日|几号|\bwhen\b|"
    r"\b(?:what|which) (?:year|month|day|date)\b"
)
_MONEY = r"多少\w{0,4}?(?:钱|元|资金|款)|\bhow much (?:\w+ )?money\b"
_COUNT = rf"(?:多少|几)(?:{_MEASURE})|\bhow many\b"
_FIGURE = (
    r"多少|几(?:万|亿|百|千)|多(?:长|久|大|高|远|重|快)|"
    r"\bhow (?:much|long|far|often|old|large|big|tall|high|deep)\b|"
    r"\b(?:what|which) (?:percentage|share|proportion|number|amount|sum|volume|rate)\b"
)
_KINDS = tuple(
    (re.compile(pattern, re.IGNORECASE), asked)
    for pattern, asked in (
        (_DATE, Asked.DATE), (_MONEY, Asked.MONEY), (_COUNT, Asked.COUNT), (_FIGURE, Asked.FIGURE),
    )
)  # fmt: skip
_NUMERAL = re.compile(
    r"[\d一二三四五六七八九十百千万亿两数半]|"
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|"
    r"thousands?|millions?|billions?|half|third|quarter|no|none|several)\b",
    re.IGNORECASE,
)


def asked_for(question: str) -> Asked | None:
    """Return what a question asks for, None when its interrogatives do not tell."""
    return next((asked for pattern, asked in _KINDS if pattern.search(question)), None)


def is_of_kind(words: str, asked: Asked | None) -> bool:
    """Return whether words hold what is asked for: a figure, money, a count or a date."""
    if asked is None:
        return True
    dates = find_dates(words, default_year=ANY_YEAR)
    if asked is Asked.DATE:
        return bool(dates) or _NUMERAL.search(words) is not None
    kinds = {figure.kind for figure in find_figures(words)}
    if kinds and asked is Asked.MONEY:
        return QuantityKind.MONEY in kinds
    if kinds and asked is Asked.COUNT:
        return bool(kinds & {QuantityKind.COUNT, QuantityKind.TIME})
    for start, end, _ in reversed(dates):
        words = words[:start] + words[end:]
    return bool(kinds) or _NUMERAL.search(words) is not None
