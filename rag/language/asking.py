"""What kind of thing a question asks for, by its interrogatives alone."""

from __future__ import annotations

import re
from enum import StrEnum


class Asked(StrEnum):
    """What an answer must have, where the question tells."""

    FIGURE = "figure"
    DATE = "date"


_DATE = re.compile(
    r"什么时候|什么时间|何时|哪一?年|哪一?天|几月|哪个月|哪一?日|几号|\bwhen\b|"
    r"\b(?:what|which) (?:year|month|day|date)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"多少|几(?:个|名|人|起|次|条|家|天|年|成|分|台|万|亿|项|种|位|户|笔|张|部|岁|小时|分钟|倍|百|千)|"
    r"多(?:长|久|大|高|远|重|快)|\bhow (?:many|much|long|far|often|old|large|big|tall|high|deep)\b|"
    r"\b(?:what|which) (?:percentage|share|proportion|number|amount|sum|volume|rate)\b",
    re.IGNORECASE,
)


def asked_for(question: str) -> Asked | None:
    """Return what a question asks for, None when its interrogatives do not tell."""
    if _DATE.search(question):
        return Asked.DATE
    return Asked.FIGURE if _FIGURE.search(question) else None
