"""Quantities in Chinese and English text: figures with their scale, unit and qualifier.

Years, dates, list numbers and model names are not quantities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from rag.language.numerals import (
    HAN_VALUES,
    LABELS,
    MULTIPLES,
    NUMBER_WORDS,
    SMALL_NUMBERS,
    english_value,
    han_value,
    higher_value,
    is_part,
    scaled_value,
    tells_how_many,
)
from rag.language.units import (
    AFTER,
    BEFORE,
    DIGITS,
    HAN_DIGITS,
    LATIN_MEASURES,
    MEASURES,
    MONEY,
    TIME,
)
from rag.language.words import to_simplified


class QuantityKind(StrEnum):
    """What a quantity counts or measures."""

    MONEY = "money"
    PERCENT = "percent"
    TIME = "time"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in a text. ``value`` is exact, with 万, 亿, million and so on multiplied in.

    ``low`` is the lower end of a range, whose upper end is ``value``. ``comparison`` is what the
    text says it is compared with: 同比, 环比, year on year. ``column_unit`` is, of a bare figure in
    a table, the unit that the head of its column or the table's caption gives, as it stands there.
    """

    start: int
    end: int
    text: str
    value: Decimal
    unit: str
    kind: QuantityKind
    qualifier: str = ""
    comparison: str = ""
    low: Decimal | None = None
    column_unit: str = ""


_BLANK = r"[^\S\n]?"
_CHINESE = re.compile(
    rf"(?P<qualifier>{BEFORE})?{_BLANK}(?P<currency>[$¥￥€£])?"
    # The higher part of 1亿2千万 or 三万五千.
    rf"(?P<higher>(?:(?:{DIGITS}|[{HAN_DIGITS}]+)[万亿])*)"
    rf"(?:(?P<han>(?:\d[千百十]){{2,}}\d?(?!\d)|(?!千[瓦米克伏卡])[{HAN_DIGITS}]+(?:点[{HAN_DIGITS}]+)?(?!(?<=千)[瓦伏卡]))|"
    rf"(?P<digits>{DIGITS})){_BLANK}"
    rf"(?:(?P<among>[多余来几])(?=[百千万亿]))?"
    rf"(?P<scale>万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千(?![瓦米克伏卡])|百)?{_BLANK}(?P<after>{AFTER})?{_BLANK}"
    rf"(?P<unit>%|％|℃|个百分点|{MONEY}|{TIME}|{MEASURES})?(?P<tail>余|以上|以下|左右|以内)?",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    rf"(?:\b(?P<qualifier>{BEFORE})\s+)?"
    rf"(?P<currency>(?:US|RMB|HK)?\s?[$¥€£]|\b(?:RMB|CNY|USD|EUR|GBP|HKD)\s?)?"
    rf"(?<![\d.])(?P<digits>{DIGITS})"
    rf"(?:\s*(?P<scale>thousand|million|billion|trillion|bn)\b|(?P<short>[km])\b)?"
    rf"(?P<after>\+)?(?:\s?(?P<unit>%)|[\s-]?(?P<unit2>percentage points?|percent|{MONEY}|{TIME}|"
    rf"{LATIN_MEASURES})\b)?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"(?:\b(?P<qualifier>{BEFORE})\s+)?"
    rf"(?<!\bof\s)\b(?P<words>(?:(?:half\s+)?an?\s+(?=dozen|hundred|thousand|million|billion)"
    rf"|(?!dozen|hundred|thousand|million|billion|trillion))"
    rf"(?:{NUMBER_WORDS})(?:[\s-](?:{NUMBER_WORDS})|"
    # Two hundred and five, but no two hundred and three hundred.
    rf"(?:(?<=hundred)|(?<=thousand)|(?<=million)|(?<=billion))\s+and\s+"
    rf"(?:{SMALL_NUMBERS})(?![\s-](?:{MULTIPLES}))){{0,8}})\b"
    rf"(?:[\s-](?P<unit>percentage points?|percent|{MONEY}|{TIME}|{LATIN_MEASURES})\b)?",
    re.IGNORECASE,
)
_PERCENT_OF = re.compile(rf"百分之(?P<han>[{HAN_DIGITS}点]+|{DIGITS})")
_PATTERNS = (_PERCENT_OF, _ENGLISH, _IN_WORDS, _CHINESE)
_HAN_WORDS = re.compile(r"一(?:起|度|块|口|头|片|段|字|门|句|面)")
"""Together, once, a piece: mostly adverbs, and no figures."""
_YEAR = re.compile(r"(?:1[89]|20)\d{2}")
_MONTH_NAME = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_DATE_AFTER = re.compile(
    rf"\s*[年月日号/.\-:：时]|\s*[–—~至]\s*\d+月|\s*[–~]\s*\d|(?:st|nd|rd|th)\b|\s(?:{_MONTH_NAME})\b|"
    r"\s?[ap]\.?m\b|世纪|年代",
    re.IGNORECASE,
)
_LOW = re.compile(
    rf"(?P<qualifier>{BEFORE})?{_BLANK}(?<![\d.\-/第])(?P<low>{DIGITS}|[{HAN_DIGITS}]+){_BLANK}"
    rf"(?P<scale>万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|thousand|million|billion)?{_BLANK}"
    rf"(?P<unit>%|％|percent|{MONEY}|{TIME}|{MEASURES}|{LATIN_MEASURES})?"
    r"(?P<mark>\s?[至到]\s?|\s?[-–—~～]{1,2}\s?|\s(?:to|and)\s)$",
    re.IGNORECASE,
)
_LONGEST_LOW = 30
_CHANGED_BY = re.compile(r"\bby\s*$|[增减升降涨跌][加长少升降高低]?了?$", re.IGNORECASE)
"""What stands before a figure that another one follows "to", which is no range: by $3 to $12."""

_BETWEEN = re.compile(r"\bbetween\s*$", re.IGNORECASE)
_DIGITS_ALONE = re.compile(DIGITS)
_NEAR = 14
"""How many characters before a figure may say what it is compared with."""

_COMPARED_BEFORE = re.compile(
    r"(?P<with>同比|环比|比上年|比去年|较上年|较去年|比上月|较上月)[^，。；,;]*$"
)
_COMPARED_AFTER = re.compile(
    r"[\s,]*(?:(?:rise|drop|fall|increase|decrease|growth|up|down|higher|lower|more|fewer)\s*,?\s*)?"
    r"(?P<with>from (?:a year (?:earlier|ago)|the year before)|"
    r"(?:year|month|quarter)[- ]on[- ](?:year|month|quarter)|yoy\b|"
    r"than (?:a year|the year) (?:earlier|before|ago))",
    re.IGNORECASE,
)
_HOUR = r"(?<![a-z\d-])\d{1,2}"
"""What stands before a colon in a time or a ratio, and does not in a table's cell."""

_DATE_BEFORE = re.compile(
    rf"(?:[年月时点\-/]\s?|{_HOUR}\s?[:：]|\b(?:{_MONTH_NAME})\.?\s?)$",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(
    rf"第\s?$|[a-z]-?$|\d[./]$|{_HOUR}[:：]$|\d[-/]\d{{1,2}}-$|\b(?:{LABELS})\.?\s$",
    re.IGNORECASE,
)
_AROUND = 40
"""How many characters beside number words say what they are."""

_NEXT_BELOW = {"万": 3, "亿": 7}
_ORDER_BEFORE = re.compile(r"(?:[第十周点数几]|星期|礼拜)$")
_LIST_MARK = re.compile(r"[.．、)）]\s*\S")


def find_quantities(text: str) -> list[Quantity]:
    """Return the quantities of a text, in order, with offsets in code points.

    A bare number without scale, unit, qualifier or thousands separator is a quantity too, unless
    it reads as a year or a part of a date or a name. A range is one quantity.
    Units are given in simplified characters and lower case.
    """
    found: list[Quantity] = []
    original, text = text, to_simplified(text)
    following = [pattern.search(text) for pattern in _PATTERNS]
    at = 0
    while True:
        for place, match in enumerate(following):
            if match is not None and match.start() < at:
                following[place] = _PATTERNS[place].search(text, at)
        # Of patterns that begin at the same figure the longest reading wins.
        best = min(
            (match for match in following if match is not None),
            key=lambda match: (_figure_at(match), -(match.end() - match.start())),
            default=None,
        )
        if best is None:
            return [_with_comparison(text, one) for one in found]
        quantity = _quantity(text, best)
        if quantity is None:
            at = _figure_end(best)
        else:
            at = quantity.end
            quantity = _with_low(text, quantity, _figure_at(best))
            found = [one for one in found if one.end <= quantity.start]
            found.append(replace(quantity, text=original[quantity.start : quantity.end]))


def _figure_at(match: re.Match[str]) -> int:
    if match.re is _PERCENT_OF:
        return match.start()
    return match.start("higher" if match.groupdict().get("higher") else _figure_group(match))


def _figure_end(match: re.Match[str]) -> int:
    return match.end("han" if match.re is _PERCENT_OF else _figure_group(match))


def _figure_group(match: re.Match[str]) -> str:
    return next(name for name in ("digits", "han", "words") if match.groupdict().get(name))


def _figure_value(groups: dict[str, str | None], scale: str) -> Decimal | None:
    if groups.get("words"):
        return english_value(groups["words"] or "")
    return scaled_value(groups.get("digits") or groups.get("han") or "", scale)


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    groups = match.groupdict()
    if match.re is _PERCENT_OF:
        value = han_value(groups["han"])
        if value is None:
            return None
        return Quantity(match.start(), match.end(), match.group(), value, "%", QuantityKind.PERCENT)
    unit = (groups.get("unit") or groups.get("unit2") or groups.get("currency") or "").strip()
    unit, scale = unit.lower().replace("％", "%"), groups.get("scale") or groups.get("short") or ""
    if scale.lower() == "m" and not unit:
        unit, scale = "m", ""  # metres
    if words := groups.get("words"):
        start, end = match.span("words")
        before, behind = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
        if is_part(before, behind):
            return None
        told = (
            text[max(0, match.start() - _AROUND) : match.start()] if groups["qualifier"] else before
        )
        if not unit and not tells_how_many(told, words, behind):
            return None
    excludes = _is_word if groups.get("han") else _is_date_or_name
    if not groups.get("words") and excludes(text, match, unit, scale):
        return None
    value = _figure_value(groups, scale)
    higher = higher_value(groups.get("higher") or "")
    if value is None or higher is None:
        return None
    if higher:
        figure = groups["digits"] or groups["han"]
        if not scale and len(figure) == 1:
            # 3万5 is 35,000: a single digit is of the next power down.
            value = value.scaleb(_NEXT_BELOW[groups["higher"][-1]])
        value += higher
    start, end = match.start(), match.end()
    while text[end - 1].isspace():
        end -= 1
    while text[start].isspace():
        start += 1
    if _is_negative(text, start):
        start, value = start - 1, -value
    qualifier = " ".join(filter(None, map(groups.get, ("qualifier", "among", "after", "tail"))))
    return Quantity(start, end, text[start:end], value, unit, _kind(unit), qualifier)


def _with_low(text: str, quantity: Quantity, at: int) -> Quantity:
    """Return a quantity with the lower end of its range, where one stands before it.

    Without a scale of its own the lower end has the upper one's: 3至5万.
    """
    match = _LOW.search(text, max(0, at - _LONGEST_LOW), at)
    if match is None:
        return quantity
    mark = match["mark"].strip()
    if mark == "and" and not _BETWEEN.search(text, 0, match.start()):
        return quantity
    whole = match["scale"] or match["unit"]
    if whole and mark in ("to", "至", "到") and _CHANGED_BY.search(text, 0, match.start()):
        return quantity
    own, high = match["scale"] or "", _DIGITS_ALONE.match(text, at)
    low = scaled_value(match["low"], own)
    unit = (match["unit"] or "").lower().replace("％", "%")
    if low is None or (unit and unit != quantity.unit) or _YEAR.fullmatch(match["low"]):
        return quantity
    if high and not own and not unit:
        low *= quantity.value / (Decimal(high.group().replace(",", "").replace("，", "")) or 1)
    if not low < quantity.value:
        return quantity
    qualifier = quantity.qualifier or match["qualifier"] or ""
    start = match.start("qualifier" if match["qualifier"] else "low")
    return replace(quantity, start=start, low=low, qualifier=qualifier)


def _with_comparison(text: str, quantity: Quantity) -> Quantity:
    """Return a quantity with what its clause says it is compared with."""
    before = _COMPARED_BEFORE.search(text, max(0, quantity.start - _NEAR), quantity.start)
    after = _COMPARED_AFTER.match(text, quantity.end)
    found = after or before
    return replace(quantity, comparison=found["with"].lower()) if found else quantity


def _is_word(text: str, match: re.Match[str], unit: str, scale: str) -> bool:
    """Return whether a Chinese numeral is part of a word (一些, 三农, 百度) or of a date."""
    figure = match["han"]
    if _ORDER_BEFORE.search(text[: _figure_at(match)]) or figure in "零〇":
        return True
    if not unit:
        # Alone it is a figure only with a digit and a scale: 三万, but neither 千万 nor 十分.
        return not match["higher"] and not (scale and figure[0] in HAN_VALUES)
    if figure[0] in "百千" and not (match["qualifier"] or match["higher"]):
        return True
    if unit == "年":
        is_year = len(figure) > 1 and all(char in HAN_VALUES for char in figure)
        return is_year or text[match.end() : match.end() + 1] == "代"
    if unit in ("点", "级", "届"):
        return True
    return not match["qualifier"] and bool(_HAN_WORDS.match(text, _figure_at(match)))


def _is_date_or_name(text: str, match: re.Match[str], unit: str, scale: str) -> bool:
    at, after = _figure_at(match), _figure_end(match)
    before = text[max(0, at - 12) : at]
    if not match["currency"] and _NAME_BEFORE.search(before):
        return True
    if unit or scale:
        if unit == "年":
            following = text[match.end() : match.end() + 1]
            return bool(_YEAR.fullmatch(match["digits"])) or following in ("代", "级")
        return unit == "点" and text[after] == "点"
    if _DATE_BEFORE.search(before):
        return not _is_negative(text, at)
    if _DATE_AFTER.match(text, after) and not re.match(r"\.\s|\.$", text[after : after + 2]):
        return True
    line = text[text.rfind("\n", 0, at) + 1 : at]
    if not line.strip(" \t\u3000(（") and _LIST_MARK.match(text, after):
        return True
    following = text[after : after + 1]
    return (following.isascii() and following.isalpha()) or bool(_YEAR.fullmatch(match["digits"]))


def _is_negative(text: str, at: int) -> bool:
    """Return whether the sign before a figure is a minus, and not the dash of a range or name."""
    if text[max(0, at - 1) : at] not in ("-", "−"):
        return False
    return at == 1 or text[at - 2].isspace() or text[at - 2] in "(（:：,，、"


def _kind(unit: str) -> QuantityKind:
    unit = unit.lower()
    if unit in ("%", "percent", "个百分点") or unit.startswith("percentage"):
        return QuantityKind.PERCENT
    if re.fullmatch(MONEY, unit) or any(sign in unit for sign in "$¥￥€£"):
        return QuantityKind.MONEY
    return QuantityKind.TIME if re.fullmatch(TIME, unit) else QuantityKind.COUNT
