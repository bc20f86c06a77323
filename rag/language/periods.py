"""Periods that a text means from where it stands in time: 今年, last year, 截至11月底."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache

from rag.language.attached import own_periods
from rag.language.dates import (
    ANY_YEAR,
    MONTH_NUMBERS,
    NUMBER,
    QUARTER,
    Period,
    find_dates,
    months,
    number_of,
    quarters,
)
from rag.language.rows import row_year
from rag.language.sentences import stretch_around
from rag.language.units import MEASURES, MONEY

Found = tuple[int, int, Period]

_BACK = {"今年": 0, "去年": 1, "前年": 2, "this year": 0, "last year": 1}
_MONTH = r"(?P<month>1[0-2]|0?[1-9])\s?月"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])\s?日"
_YEAR = r"(?:(?<![如当现])(?P<year>今年|(?<!过)去年|(?<![以目])前年)(?!轻|度|产))"
_COUNT = r"(?P<month>1[0-2]|[1-9]|十[一二]?|[二两三四五六七八九])"
_QUARTER = "第?(?P<quarter>[一二三四1-4])季度"
_ENGLISH_MONTH = (
    r"(?P<month>(?-i:January|February|March|April|May|June|July|August|September|October|November|"
    r"December))\b(?!,?\s\d)"
)
_ENGLISH_YEAR = r"\b(?P<year>this year|last year)\b(?!s)"
_OPEN_BEFORE = re.compile(r"\b(?:since|after|from)\s$", re.IGNORECASE)
_OPEN_AFTER = re.compile(r"以来|以后|之后|起(?![义诉火获草点步飞源])")
_SINCE_BEFORE = re.compile(r"[自从]\s?$")
_SINCE_AFTER = re.compile(r"[^，。；！？,;!?]{0,24}?(?:以来|以后|之后)")
_COMPARED_BEFORE = re.compile(r"[比较]$|\b(?:than|compared (?:with|to))\s(?:in\s)?$", re.IGNORECASE)
_COMPARED_YEAR_BEFORE = re.compile(r"[同与]$|\b(?:from|on|over)\s$", re.IGNORECASE)
_FROM_BEFORE = re.compile(r"[由从自]$|\bfrom\s[^,;]{1,40}?\s(?:in|of)\s$", re.IGNORECASE)
_TO_AFTER = re.compile(
    r"的[^，。；,;]{1,16}?(?:降|升|增|减|缩|涨|跌|提高|扩大|变|改)[^，。；,;]{0,3}?[到至为]|\sto\s\S",
    re.IGNORECASE,
)
_COMPARED_AFTER = re.compile(r"(?:同期|全年)?相比|同期")
_RANGE_WITHIN = re.compile(r"[-—~至到]|\b(?:to|through)\b")
_RANGE = re.compile(r"\s?(?:[-—–~至到]|to|until|through)\s?", re.IGNORECASE)
_FIRST_HALF = ("上", "first")
_FAR = date.max
_PLAN = re.compile(
    r"[“\"「]?十(?P<han>[一二三四五六七八九])五[”\"」]?(?=规划|计划|时期|期间|以来|[初末]|开局|收官)|"
    r"(?<![A-Za-z\d])(?P<number>1?\d)th Five-Year(?![A-Za-z])",
    re.IGNORECASE,
)
_SIXTH_PLAN = 1981
"""The year that the sixth plan began in; those before it did not follow each other so."""

_ANY_DAY = date(ANY_YEAR, 12, 31)
_CLAUSES = re.compile(r"[，；;。！？!?]|(?<!\d),|,(?!\d)")
_PARTS = re.compile(r"[；;]")
_LABEL = re.compile(
    r"(?:^|[；;]\s?|\s)(?:年份|年度|季度|月份|期间|year|quarter|month|period)[:：]\s?$",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(
    r"(?<![\d.,/A-Za-z号第-])(?:19|20)(?!00)\d\d"
    rf"(?:(?=\s?[?？。.!！]?$)|(?<=^.{{4}})(?=\s)|(?<=['’]s .{{4}})(?=\s)|(?=[、和与及])|"
    rf"(?=\s?[\u4e00-\u9fff])(?!\s?(?:[年万亿余多几左款]|{MONEY}|{MEASURES})))"
)
"""A year of a question that is typed as a search: 东港2022产量, exports Norway 2022."""

_REPORTED_WITHIN = timedelta(days=100)
_A_YEAR = timedelta(days=300)


def find_periods(text: str, written: date | None = None) -> list[Found]:
    """Return the dates and periods of a text, in order, each as a period of whole days.

    "Since 2020" has no end, or that of when the text was written; two days with "to" between
    them are one period.

    Args:
        text: Chinese or English text.
        written: when the text was published. What it says of this year, or of a day or month
            without a year, is counted from there, and left out without it.
    """
    found = list(_relative(text, written)) if written else []
    taken = [(start, end) for start, end, _ in found]
    # 2023年1月1日至6月30日: a day without a year is of the one named before.
    named = [_as_period(value, "", None).start.year for *_, value in find_dates(text)]
    year = written.year if written else next(iter(named), None)
    for start, end, value in find_dates(text, year):
        if all(end <= a or b <= start for a, b in taken):
            found.append((start, end, _as_period(value, text[start:end], written)))
    joined: list[Found] = []
    closed = {start for start, end in taken if _RANGE_WITHIN.search(text[start:end])}
    for start, end, period in sorted(found, key=lambda item: item[:2]):
        before = joined[-1] if joined else None
        if before and _RANGE.fullmatch(text[before[1] : start]):
            joined[-1] = (before[0], end, _between(before[2], period))
            closed.add(before[0])
        else:
            joined.append((start, end, period))
    return [
        item if item[0] in closed else (*item[:2], _opened(text, *item, written)) for item in joined
    ]


def period_spans(text: str) -> list[tuple[int, int]]:
    """Return where a text names dates and periods, whatever day it was written."""
    return [(start, end) for start, end, _ in find_periods(text, _ANY_DAY)]


def compared_periods(text: str, found: list[Found]) -> list[Found]:
    """Return those periods that a text only compares with: 比去年同期, up 10% from last year."""
    compared = []
    for start, end, period in found:
        before, year = text[:start], text[start:end].lower() in _BACK
        if (
            _COMPARED_BEFORE.search(before)
            or (year and _COMPARED_YEAR_BEFORE.search(before))
            or _COMPARED_AFTER.match(text[end:])
            or (_FROM_BEFORE.search(before) and _TO_AFTER.match(text[end:]))
        ):
            compared.append((start, end, period))
    return compared


def governing_periods(
    text: str, start: int, end: int, written: date | None = None, title: str = ""
) -> list[Period]:
    """Return the periods that words of a sentence, from ``start`` to ``end``, are told of.

    In a table the year of their column or row; else those right beside the words; else those of
    their own clause; else those of the row's other cells; else the last ones before it, up to a
    semicolon; else those of the clause that opens the sentence; else those of the document's title.
    "A sold 10 tonnes, 9 in 2023; B sold 4" says when A sold 9, and not when B sold 4.
    """
    beside = periods_beside(text, start, end, written)
    if beside:
        return beside
    found = find_periods(text, written)
    compared = compared_periods(text, found)
    told = [one for one in found if one not in compared]
    first, last = stretch_around(text, start, end, _CLAUSES)
    own = [one for one in told if first <= one[0] and one[1] <= last]
    if not own:
        own = [one for one in told if _LABEL.search(text[: one[0]])]
    if not own:
        part, _ = stretch_around(text, start, end, _PARTS)
        before = [one for one in told if part <= one[0] and one[1] <= first]
        last_begin = stretch_around(text, *before[-1][:2], _CLAUSES)[0] if before else 0
        own = [one for one in before if one[0] >= last_begin]
    if not own:
        own = [one for one in told if one[1] <= start and not _CLAUSES.search(text, 0, one[0])]
    if not own and title:
        return list(titled_periods(title, written))
    return [period for *_, period in own]


def periods_beside(text: str, start: int, end: int, written: date | None = None) -> list[Period]:
    """Return the periods that words of a sentence have to themselves: those right beside them.

    In a table the year of their column or row.
    """
    year = row_year(text, start, end)
    found = [] if year else find_periods(text, written)
    return [year] if year else [period for *_, period in own_periods(text, start, end, found)]


def named_periods(question: str) -> list[Period]:
    """Return the periods that a question names, of its own."""
    taken = [(start, end) for start, end, _ in find_periods(question)]

    def as_year(match: re.Match[str]) -> str:
        inside = any(start <= match.start() < end for start, end in taken)
        return match[0] if inside else f"{match[0]}年"

    return [period for *_, period in find_periods(_BARE_YEAR.sub(as_year, question))]


@lru_cache(maxsize=1024)
def titled_periods(title: str, published: date | None) -> tuple[Period, ...]:
    """Return the periods, days left out, that a document with a title reports on.

    They are over when it comes out: a work report titled 2024, of March 2024, tells of the year
    before. Where it is not known when it came out, a whole year says too little.
    """
    return tuple(
        one
        for one in stated_periods(title, published)
        if one.start < one.end
        and (one.end <= published if published else one.end - one.start < _A_YEAR)
    )


def stated_periods(text: str, written: date | None = None) -> list[Period]:
    """Return the periods that a text tells of, less those it only compares with."""
    found = find_periods(text, written)
    compared = compared_periods(text, found)
    return [one[-1] for one in found if one not in compared]


def plan_periods(text: str) -> list[Period]:
    """Return the years of China's five-year plans that a text names: “十四五”期间 is 2021 to 2025.

    These are not among ``find_periods``: what is told of a plan's time is often told of the part of
    it that has passed.
    """
    found = []
    for match in _PLAN.finditer(text):
        number = 10 + number_of(match["han"]) if match["han"] else int(match["number"])
        first = _SIXTH_PLAN + 5 * (number - 6)
        if number >= 6:
            found.append(Period(date(first, 1, 1), date(first + 4, 12, 31)))
    return found


def is_reported_then(published: date | None, asked: Sequence[Period]) -> bool:
    """Return whether a text was published in one of some periods or soon after."""
    return published is not None and any(
        one.start <= published and published - _REPORTED_WITHIN <= one.end for one in asked
    )


def overlaps(one: Period, other: Period) -> bool:
    """Return whether two periods share a day."""
    return one.start <= other.end and other.start <= one.end


def _relative(text: str, written: date) -> list[Found]:
    found: list[Found] = []
    for pattern, read in _RULES:
        for match in pattern.finditer(text):
            start, end = match.span()
            period = read(match, written)
            if period is not None and all(end <= a or b <= start for a, b, _ in found):
                found.append((start, end, period))
    return found


def _as_period(value: date | Period, words: str, written: date | None) -> Period:
    if isinstance(value, Period):
        return value
    # A day without a year lies behind the one who writes of it.
    if written and value > written and not re.search(r"\d{4}|[一二]\S{3}年", words):
        with suppress(ValueError):  # 29 February
            value = value.replace(year=value.year - 1)
    return Period(value, value)


def _between(first: Period, last: Period) -> Period:
    start, end = first.start, last.end
    if end < start:
        # The second day has its year from the first.
        end = end.replace(year=start.year)
    return Period(start, end) if start <= end else first


def _opened(text: str, start: int, end: int, period: Period, written: date | None) -> Period:
    before, after = text[:start], text[end:]
    if period.start.year < period.end.year:
        return period  # from 2016 to 2020
    since = _SINCE_BEFORE.search(before) and _SINCE_AFTER.match(after)
    if since or _OPEN_BEFORE.search(before) or _OPEN_AFTER.match(after):
        return Period(period.start, max(period.start, written or _FAR))
    return period


def _year_to(match: re.Match[str], written: date) -> Period | None:
    """Return a year from its first day to a day or month, or to when the text was written."""
    groups = match.groupdict()
    month = _number(groups["month"]) if groups.get("month") else None
    back = _BACK[groups["year"].lower()] if groups.get("year") else None
    year = written.year - (back or 0)
    if month is None:
        return Period(date(year, 1, 1), date(year, 12, 31) if back else written)
    if back is None and month > written.month:
        year -= 1
    period = months(year, 1, month)
    if period and groups.get("day"):
        return Period(period.start, period.end.replace(day=min(int(groups["day"]), period.end.day)))
    return period


def _part_of_year(match: re.Match[str], written: date) -> Period | None:
    """Return a half, a quarter, a month or a day of a year, the last that had begun by default."""
    groups = match.groupdict()
    named = groups.get("year")
    year = written.year - (_BACK[named.lower()] if named else 0)
    if groups.get("half") or groups.get("quarter"):
        if groups.get("half"):
            period = months(year, *((1, 6) if groups["half"].lower() in _FIRST_HALF else (7, 12)))
        else:
            period = quarters(year, number_of(groups["quarter"]))
        if named or period is None or period.start <= written:
            return period
        return Period(*(day.replace(year=year - 1) for day in (period.start, period.end)))
    month = int(groups["month"])
    period = months(year, month, month)
    if period and groups.get("day"):
        day = period.end.replace(day=min(int(groups["day"]), period.end.day))
        return Period(day, day)
    return period


def _number(month: str) -> int:
    return MONTH_NUMBERS.get(month.lower()) or number_of(month)


_Reader = Callable[[re.Match[str], date], Period | None]


def _rule(pattern: str, read: _Reader) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(pattern, re.IGNORECASE), read


# The most specific form first: a later rule leaves alone what an earlier one has taken.
_RULES: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    _rule(rf"{_YEAR}的?[前头]\s?{_COUNT}\s?个月", _year_to),
    _rule(rf"{_YEAR}1\s?月?(?:份)?\s?[-—~至到]\s?{_MONTH}", _year_to),
    _rule(rf"截至\s?{_YEAR}?{_MONTH}(?:{_DAY}|底|末)?", _year_to),
    _rule(rf"{_YEAR}(?P<half>[上下])半年", _part_of_year),
    _rule(rf"{_YEAR}的?{_QUARTER}", _part_of_year),
    _rule(rf"{_YEAR}{_MONTH}{_DAY}", _part_of_year),
    _rule(rf"{_YEAR}{_MONTH}", _part_of_year),
    _rule(rf"{_YEAR}(?:以来)?", _year_to),
    _rule(rf"(?<![年\d提以目之此])[前头]\s?{_COUNT}\s?个月", _year_to),
    _rule(rf"(?<![年\d])1\s?月?\s?[-—~至到]\s?{_MONTH}(?!\s?\d)", _year_to),
    _rule(r"(?<![年\d])(?P<half>[上下])半年(?!来)", _part_of_year),
    _rule(rf"(?<![年\d度第前]){_QUARTER}", _part_of_year),
    _rule(rf"\bthe first (?P<month>{NUMBER}) months(?: of {_ENGLISH_YEAR})?(?! of \d)", _year_to),
    _rule(rf"\bthe {QUARTER}(?: of {_ENGLISH_YEAR})?(?! of)", _part_of_year),
    _rule(
        rf"\bthe (?P<half>first|second) half(?: of (?:{_ENGLISH_YEAR}|the year))(?! of \d)",
        _part_of_year,
    ),
    _rule(
        rf"\b(?:as of|by) (?:(?:the )?end of |late )?{_ENGLISH_MONTH}(?: {_ENGLISH_YEAR})?",
        _year_to,
    ),
    _rule(rf"\bJanuary (?:to|through) {_ENGLISH_MONTH}", _year_to),
    _rule(_ENGLISH_YEAR, _year_to),
)
