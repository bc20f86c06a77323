"""Periods that a text means from where it stands in time: 今年, last year, 截至11月底."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date

from rag.language.dates import Period, find_dates

Found = tuple[int, int, Period]

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = r"(?P<month>1[0-2]|0?[1-9])\s?月"
_ENGLISH_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_YEAR = r"(?P<year>今年|去年|前年)"
_ENGLISH_YEAR = r"(?P<year>this year|last year)"
_COUNT = r"(?P<month>1[0-2]|[1-9])"
_BACK = {"今年": 0, "去年": 1, "前年": 2, "this year": 0, "last year": 1}


def find_periods(text: str, written: date | None = None) -> list[Found]:
    """Return the dates and periods of a text, in order, each as a period of whole days.

    Args:
        text: Chinese or English text.
        written: when the text was published; what it says of this year or of a month without
            a year is counted from there, and left out without it.
    """
    default_year = written.year if written else None
    found = [
        (start, end, value if isinstance(value, Period) else Period(value, value))
        for start, end, value in find_dates(text, default_year)
    ]
    if written is not None:
        for pattern, read in _RULES:
            for match in pattern.finditer(text):
                start, end = match.span()
                if all(end <= a or b <= start for a, b, _ in found):
                    found.append((start, end, read(match, written)))
    return sorted(found, key=lambda item: item[:2])


def overlaps(one: Period, other: Period) -> bool:
    """Return whether two periods share a day."""
    return one.start <= other.end and other.start <= one.end


def _year_to(match: re.Match[str], written: date) -> Period:
    """Return a year from its first day to the end of a month, or to when the text was written."""
    groups = match.groupdict()
    month = _number(groups["month"]) if groups.get("month") else None
    back = _BACK[groups["year"].lower()] if groups.get("year") else None
    year = written.year - (back or 0)
    if month and back is None and month > written.month:
        year -= 1
    if month:
        return Period(date(year, 1, 1), date(year, month, monthrange(year, month)[1]))
    return Period(date(year, 1, 1), date(year, 12, 31) if back else written)


def _month_of(match: re.Match[str], written: date) -> Period:
    year = written.year - _BACK[match["year"].lower()]
    month = _number(match["month"])
    return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _half(match: re.Match[str], written: date) -> Period:
    year = written.year - _BACK[match["year"]]
    first, last = (1, 6) if match["half"] == "上" else (7, 12)
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def _number(month: str) -> int:
    return int(month) if month.isdecimal() else _MONTHS.index(month.lower()) + 1


_Reader = Callable[[re.Match[str], date], Period]


def _rule(pattern: str, read: _Reader) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(pattern, re.IGNORECASE), read


# The most specific form first: a later rule never claims characters an earlier one has taken.
_RULES: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    _rule(rf"{_YEAR}的?前\s?{_COUNT}\s?个月", _year_to),
    _rule(rf"{_YEAR}1\s?月?\s?[-—~至到]\s?{_MONTH}", _year_to),
    _rule(rf"截至\s?(?:{_YEAR})?{_MONTH}(?:底|末|\d{{1,2}}日)?", _year_to),
    _rule(rf"{_YEAR}(?P<half>[上下])半年", _half),
    _rule(rf"{_YEAR}{_MONTH}", _month_of),
    _rule(rf"{_YEAR}(?:以来)?", _year_to),
    _rule(rf"(?<![年\d])前\s?{_COUNT}\s?个月", _year_to),
    _rule(rf"(?<![年\d])1\s?[-—~至到]\s?{_MONTH}", _year_to),
    _rule(rf"the first {_COUNT} months(?: of {_ENGLISH_YEAR})?(?! of \d)", _year_to),
    _rule(rf"(?:as of|by|to) (?:the end of |late )?{_ENGLISH_MONTH}(?!\s\d)\b", _year_to),
    _rule(rf"january (?:to|through) {_ENGLISH_MONTH}(?!\s\d)\b", _year_to),
    _rule(_ENGLISH_YEAR, _year_to),
)
