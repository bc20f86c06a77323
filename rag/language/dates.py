"""Dates and periods in Chinese and English text: pure functions, no time zone, no clock."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rag.language.units import LATIN_UNITS, MEASURES

MONTH_NUMBERS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH_NAMES = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
_MONTH = rf"(?P<name>{_MONTH_NAMES})\b\.?"
_NUMBER_WORDS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
NUMBER = rf"\d{{1,2}}|{'|'.join(_NUMBER_WORDS)}"
"""A count of months in English."""

_ORDINALS = ("first", "second", "third", "fourth")
QUARTER = rf"(?P<quarter>{'|'.join(_ORDINALS)})\squarter"
"""A quarter of a year in English."""

_BEFORE_YEAR = "|".join(
    rf"(?<=\b{word} )"
    for word in (
        "in", "since", "during", "until", "throughout", "before", "after", "year", "by", "from",
        "for", "of", "and", "to",
    )
)  # fmt: skip
_HAN = "〇零○一二三四五六七八九十"
_HAN_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
}
_YEAR = rf"(?<!\d)(?:(?P<year>(?:19|20)\d\d)|(?P<hanyear>[一二][{_HAN}]{{3}}))\s?年"
_NUMBER = rf"(?:\d{{1,2}}|[{_HAN}]{{1,3}})"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, both ends included: a year, a month, "the first 11 months of 2023"."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a period cannot end before it starts")


ANY_YEAR = 2000
"""Stands in for the year of a date without one where only the date's place in the text counts."""

Found = tuple[int, int, date | Period]
"""Where a date stands in the text (start, end, in code points), and the date or period."""


def _han_number(text: str) -> int:
    """Read ``12``, ``二〇二三`` (digits in a row) or ``十二`` (up to 99) as a number."""
    if text.isdecimal():
        return int(text)
    if "十" not in text:
        return int("".join(str(_HAN_DIGITS[char]) for char in text))
    tens, ones = text.split("十", 1)
    return 10 * (_HAN_DIGITS[tens] if tens else 1) + (_HAN_DIGITS[ones] if ones else 0)


def _day(year: int, month: int, day: int) -> date | None:
    """Return the date, or None when the calendar has no such day."""
    if not (1 <= month <= 12 and 1900 <= year <= 2100):
        return None
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None


def months(year: int, first: int, last: int) -> Period | None:
    """Return the period from the first day of one month to the last day of another."""
    if not 1 <= first <= last <= 12:
        return None
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def quarters(year: int, number: int) -> Period | None:
    """Return a quarter of a year, from 1."""
    return months(year, 3 * number - 2, 3 * number)


def _year_of(match: re.Match[str], default: int | None = None) -> int | None:
    """Return the year a pattern found, in either script, or the default."""
    groups = match.groupdict()
    if groups.get("hanyear"):
        try:
            return _han_number(groups["hanyear"])
        except KeyError:
            return None
    return int(groups["year"]) if groups.get("year") else default


def _numeric(match: re.Match[str], _default: int | None) -> date | Period | None:
    return _day(int(match["year"]), int(match["month"]), int(match["day"]))


def _chinese_day(match: re.Match[str], default: int | None) -> date | Period | None:
    year = _year_of(match, default)
    try:
        month, day = _han_number(match["month"]), _han_number(match["day"])
    except (KeyError, ValueError):
        return None
    return None if year is None else _day(year, month, day)


def _english_day(match: re.Match[str], default: int | None) -> date | Period | None:
    year = _year_of(match, default)
    return (
        None
        if year is None
        else _day(year, MONTH_NUMBERS[match["name"].lower()], int(match["day"]))
    )


def _span(match: re.Match[str], _default: int | None) -> date | Period | None:
    year = _year_of(match)
    if year is None:
        return None
    first = int(match["first"]) if match["first"] else 1
    return months(year, first, int(match["last"]))


def _month(match: re.Match[str], _default: int | None) -> date | Period | None:
    year = _year_of(match)
    try:
        month = _han_number(match["month"])
    except (KeyError, ValueError):
        return None
    return None if year is None else months(year, month, month)


def _english_month(match: re.Match[str], _default: int | None) -> date | Period | None:
    month = MONTH_NUMBERS[match["name"].lower()]
    return months(int(match["year"]), month, month)


def _english_span(match: re.Match[str], _default: int | None) -> date | Period | None:
    groups = match.groupdict()
    first = MONTH_NUMBERS[groups["first"].lower()] if groups.get("first") else 1
    count = groups.get("count")
    last = number_of(count) if count else MONTH_NUMBERS[match["name"].lower()]
    return months(int(match["year"]), first, last)


def number_of(text: str) -> int:
    """Return a number up to 99 that is written 8, 八, 两, eight or second.

    Raises:
        KeyError: it is none of these.
    """
    word = text.lower()
    for words in (_NUMBER_WORDS, _ORDINALS):
        if word in words:
            return words.index(word) + 1
    return _han_number(word.replace("两", "二"))


def _english_half(match: re.Match[str], _default: int | None) -> date | Period | None:
    first = match["half"].lower() == "first"
    return months(int(match["year"]), *((1, 6) if first else (7, 12)))


def _half(match: re.Match[str], _default: int | None) -> date | Period | None:
    year = _year_of(match)
    if year is None:
        return None
    return months(year, 1, 6) if match["half"] == "上" else months(year, 7, 12)


def _quarter(match: re.Match[str], _default: int | None) -> date | Period | None:
    year = _year_of(match)
    return None if year is None else quarters(year, number_of(match["quarter"]))


def _first_quarters(match: re.Match[str], _default: int | None) -> date | Period | None:
    year = _year_of(match)
    return None if year is None else months(year, 1, 3 * number_of(match["count"]))


def _years(match: re.Match[str], _default: int | None) -> date | Period | None:
    first, last = int(match["first"]), int(match["last"])
    return Period(date(first, 1, 1), date(last, 12, 31)) if first <= last else None


def _whole_year(match: re.Match[str], _default: int | None) -> date | Period | None:
    year = _year_of(match)
    return None if year is None else months(year, 1, 12)


_Reader = Callable[[re.Match[str], int | None], date | Period | None]


def _rule(pattern: str, read: _Reader) -> tuple[re.Pattern[str], _Reader]:
    return re.compile(pattern, re.IGNORECASE), read


# The most specific form first: a later rule never claims characters an earlier one has taken.
_RULES: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    _rule(
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
        r"(?!\d|[-/]\d|\.\d)",
        _numeric,
    ),
    _rule(rf"{_YEAR}\s?(?P<month>{_NUMBER})\s?月\s?(?P<day>{_NUMBER})\s?[日号]", _chinese_day),
    _rule(
        rf"{_YEAR}\s?(?:(?P<first>\d{{1,2}})\s?[月]?\s?[-—~至到]\s?)(?P<last>\d{{1,2}})\s?月", _span
    ),
    _rule(rf"{_YEAR}(?P<first>)的?前\s?(?P<last>\d{{1,2}})\s?个月", _span),
    _rule(rf"{_YEAR}(?P<half>[上下])半年", _half),
    _rule(rf"{_YEAR}的?第?(?P<quarter>[一二三四1-4])季度", _quarter),
    _rule(rf"{_YEAR}\s?Q(?P<quarter>[1-4])(?![A-Za-z\d])", _quarter),
    _rule(rf"{_YEAR}的?前(?P<count>[二两三23])个?季度", _first_quarters),
    _rule(rf"{_YEAR}\s?(?P<month>{_NUMBER})\s?月(?:份)?", _month),
    _rule(
        r"(?<!\d)(?P<first>(?:19|20)\d\d)\s?年?\s?[-—–~～至到]\s?(?P<last>(?:19|20)\d\d)\s?年"
        r"(?!\s?\d)",
        _years,
    ),
    _rule(
        r"(?:(?<=\bbetween )|(?<=\bfrom ))(?P<first>(?:19|20)\d\d) (?:and|to|through|until) "
        r"(?P<last>(?:19|20)\d\d)(?!\d)",
        _years,
    ),
    _rule(rf"{_YEAR}(?!前)", _whole_year),
    _rule(
        rf"(?<![\d{_HAN}])(?P<month>{_NUMBER})\s?月\s?(?P<day>{_NUMBER})\s?[日号]",
        _chinese_day,
    ),
    _rule(
        rf"(?<![A-Za-z])(?P<first>{_MONTH_NAMES})\.?\s?(?:[-–—]|to|through)\s?{_MONTH},?\s"
        r"(?P<year>(?:19|20)\d\d)(?!\d)",
        _english_span,
    ),
    _rule(
        rf"the\sfirst\s(?P<count>{NUMBER})\smonths\sof\s(?P<year>(?:19|20)\d\d)(?!\d)",
        _english_span,
    ),
    _rule(r"the\s(?P<half>first|second)\shalf\sof\s(?P<year>(?:19|20)\d\d)(?!\d)", _english_half),
    _rule(rf"(?:the\s)?{QUARTER}\sof\s(?P<year>(?:19|20)\d\d)(?!\d)", _quarter),
    _rule(r"(?<![A-Za-z])Q(?P<quarter>[1-4]),?\s(?P<year>(?:19|20)\d\d)(?!\d)", _quarter),
    _rule(
        rf"(?<![A-Za-z]){_MONTH}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(?P<year>(?:19|20)\d\d))?(?!\d)",
        _english_day,
    ),
    _rule(
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s{_MONTH}(?:,?\s(?P<year>(?:19|20)\d\d))?(?!\d)",
        _english_day,
    ),
    _rule(rf"(?<![A-Za-z]){_MONTH}\s(?P<year>(?:19|20)\d\d)(?!\d)", _english_month),
    # The cell of a table: 年份：2022, Year: 2022.
    _rule(
        r"(?:(?<=年[份度][:：])(?<![\u4e00-\u9fff]年[份度][:：])|"
        r"(?<=\byear: )(?<![a-z] year: ))(?P<year>(?:19|20)\d\d)"
        rf"(?![\d,.]\d|\d|\s?(?:{LATIN_UNITS}|{MEASURES})\b)",
        _whole_year,
    ),
    _rule(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-\s]?Q(?P<quarter>[1-4])(?![A-Za-z\d])", _quarter),
    # The year of a table's column: "Visitors 2023: 12,680".
    _rule(r"(?<=[a-z] )(?P<year>(?:19|20)\d\d)(?=[:：])", _whole_year),
    _rule(
        rf"(?:{_BEFORE_YEAR}|(?<=\b(?:19|20)\d\d[-–]))(?P<year>(?:19|20)\d\d)"
        rf"(?![\d,.]\d|\d|\s(?:{LATIN_UNITS})\b)",
        _whole_year,
    ),
)


def find_dates(text: str, default_year: int | None = None) -> list[Found]:
    """Return every date and period in the text, by position, without overlaps.

    Args:
        text: Chinese or English text.
        default_year: The year of dates that name none, such as 11月27日; without it they are
            left out.

    Returns:
        ``(start, end, date or Period)`` each. Days the calendar does not have are left out, and
        their digits are not read as some other date.
    """
    found: list[Found] = []
    taken = bytearray(len(text))
    for pattern, read in _RULES:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            value = read(match, default_year)
            if value is not None:
                found.append((start, end, value))
    return sorted(found, key=lambda item: item[0])


def parse_date(text: str, default_year: int | None = None) -> date | None:
    """Return the first single day in the text, or None: a month or a year alone is no day."""
    for _, _, value in find_dates(text, default_year):
        if isinstance(value, date):
            return value
    return None
