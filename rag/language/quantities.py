"""Quantities in Chinese and English text: figures with their scale, unit and qualifier.

Years, dates, list numbers and model names are not quantities.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class QuantityKind(StrEnum):
    """What a quantity counts or measures."""

    MONEY = "money"
    PERCENT = "percent"
    TIME = "time"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in a text. ``value`` is exact, with 万, 亿, million and so on multiplied in."""

    start: int
    end: int
    text: str
    value: Decimal
    unit: str
    kind: QuantityKind
    qualifier: str = ""


_SCALES = {
    "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10,
    "千亿": 11, "万亿": 12, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3,
    "m": 6, "bn": 9,
}  # fmt: skip
_MONEY = (
    "美元|港元|欧元|日元|英镑|人民币|元|块钱|块|yuan|rmb|cny|us dollars|dollars?|usd|euros?|pounds?|yen"
)
_TIME = (
    "分钟|小时|秒钟|秒|个月|个星期|星期|周|天|周年|年|seconds?|minutes?|hours?|days?|weeks?|"
    "months?|years?"
)
_MEASURE = (
    "人次|人|名|起|件|个|家|户|条|次|笔|台|套|部|张|枚|处|座|所|位|项|种|类|批|例|宗|份|本|册|只|头|匹|"
    "辆|艘|架|间|栋|幢|层|级|届|场|篇|首|段|句|字|岁|倍|点|公里|千米|米|厘米|毫米|英里|英尺|吨|公斤|千克|"
    "克|斤|平方公里|平方米|亩|公顷|立方米|升|度|万户|万人|组|支|双|对|颗|粒|棵|株|片|块|幅|副|门|口|"
    "团伙|窝点|账户|号码"
)
_LATIN_MEASURE = (
    "people|persons?|cases?|accounts?|users?|households?|suspects?|individuals?|members?|banks?|"
    "messages?|domains?|clues?|leads?|numbers?|cards?|times|percentage points?|points?|km|"
    "kilometers?|kilometres?|metres?|meters?|miles?|feet|tons?|tonnes?|kg|kilograms?|grams?|"
    "square kilomet(?:er|re)s?|acres?|hectares?|degrees?|victims?|students?|employees?|items?"
)
_BEFORE = (
    "近|将近|接近|超|超过|超出|约|大约|约为|逾|多达|高达|至少|不到|不足|突破|仅|nearly|almost|about|"
    "around|approximately|over|more than|at least|up to|some|fewer than|less than|under"
)
_AFTER = "余|多|来|以上|左右|上下|以内"
_DIGITS = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN_DIGITS = "〇零一二两三四五六七八九十百千"
_CHINESE = re.compile(
    rf"(?P<qualifier>{_BEFORE})?\s*(?P<currency>[$¥￥€£])?"
    rf"(?:(?P<digits>{_DIGITS})|(?P<han>[{_HAN_DIGITS}]+))\s?"
    rf"(?:(?P<among>[多余来几])(?=[百千万亿]))?(?P<scale>万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百)?\s?(?P<after>{_AFTER})?\s?"
    rf"(?P<unit>%|％|个百分点|{_MONEY}|{_TIME}|{_MEASURE})?(?P<tail>余|以上|左右|以内)?",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    rf"(?:\b(?P<qualifier>{_BEFORE})\s+)?(?P<currency>(?:US|RMB|HK)?\s?[$¥€£])?"
    rf"(?<![\w.])(?P<digits>{_DIGITS})(?:\s*(?P<scale>thousand|million|billion|trillion|bn|[km])\b)?"
    rf"(?P<after>\+)?(?:\s?(?P<unit>%)|[\s-]?(?P<unit2>percentage points?|percent|{_MONEY}|{_TIME}|"
    rf"{_LATIN_MEASURE})\b)?",
    re.IGNORECASE,
)
_PERCENT_OF = re.compile(rf"百分之(?P<han>[{_HAN_DIGITS}点]+|{_DIGITS})")
_HAN_VALUES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN = re.compile(r"[\u4e00-\u9fff]")
_YEAR = re.compile(r"(?:1[89]|20)\d{2}")
_MONTH_NAME = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_DATE_AFTER = re.compile(
    rf"\s*[年月日号/.\-:：时]|\s*[–~至]\s*\d+月|\s*[–~]\s*\d|(?:st|nd|rd|th)\b|\s(?:{_MONTH_NAME})\b", re.IGNORECASE
)
_DATE_BEFORE = re.compile(
    rf"(?:[年月时第\-/:：]\s?|\b(?:{_MONTH_NAME})\.?\s?|[a-z]-?)$", re.IGNORECASE
)


def find_quantities(text: str) -> list[Quantity]:
    """Return the quantities of a text, in order, with offsets in code points.

    A bare number without scale, unit, qualifier or thousands separator is a quantity too, unless
    it reads as a year or a part of a date or a name.
    """
    found: list[Quantity] = []
    at = 0
    while at < len(text):
        match = _next(text, at)
        if match is None:
            break
        quantity = _quantity(text, match)
        if quantity is None:
            number = match.group("digits") or match.group("han") or match.group()
            at = max(match.start() + 1, text.find(number, match.start()) + len(number))
        else:
            found.append(quantity)
            at = quantity.end
    return found


def _next(text: str, at: int) -> re.Match[str] | None:
    matches = [m for p in (_PERCENT_OF, _ENGLISH, _CHINESE) if (m := p.search(text, at))]
    # Of patterns that begin at the same figure the longest reading wins.
    return min(matches, key=lambda m: (_figure_at(m), -(m.end() - m.start())), default=None)


def _figure_at(match: re.Match[str]) -> int:
    if match.re is _PERCENT_OF:
        return match.start()
    groups = match.groupdict()
    return min(match.start(name) for name in ("digits", "han") if groups.get(name))


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    groups = match.groupdict()
    if match.re is _PERCENT_OF:
        value = han_value(groups["han"])
        if value is None:
            return None
        return Quantity(
            match.start(), match.end(), match.group(), value, "%", QuantityKind.PERCENT
        )
    unit = (groups.get("unit") or groups.get("unit2") or groups.get("currency") or "").strip()
    figure = groups["digits"] or groups["han"]
    if _is_date_or_name(text, match, figure, unit, groups):
        return None
    value = _value(figure, groups.get("scale"))
    if value is None:
        return None
    end = match.end()
    while end > match.start() and text[end - 1].isspace():
        end -= 1
    start = match.start()
    while text[start].isspace():
        start += 1
    qualifier = " ".join(filter(None, map(groups.get, ("qualifier", "among", "after"))))
    return Quantity(start, end, text[start:end], value, unit.lower(), _kind(unit), qualifier)


def _is_date_or_name(
    text: str, match: re.Match[str], figure: str, unit: str, groups: dict[str, str | None]
) -> bool:
    at = _figure_at(match)
    after = at + len(figure)
    if groups.get("han"):
        # A Chinese numeral alone is mostly part of a word (一些, 三农); a unit makes it a figure.
        return not unit or unit in ("点", "年", "级", "届") or text[at - 1 : at] in ("第", "十", "星", "周")
    if _DATE_BEFORE.search(text[max(0, at - 10) : at]):
        return True
    if unit or groups.get("scale"):
        return bool(unit == "年" and _YEAR.fullmatch(figure)) or unit in ("点",) and text[after] == "点"
    if _DATE_AFTER.match(text, after) and not re.match(r"\.\s|\.$", text[after:]):
        return True
    following = text[after : after + 1]
    if following.isascii() and following.isalpha():
        return True
    return bool(_YEAR.fullmatch(figure))


def _value(figure: str, scale: str | None) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", figure).replace(",", "")
    value = Decimal(plain) if plain[:1].isdigit() and plain.isascii() else han_value(plain)
    if value is None or not scale:
        return value
    return value.scaleb(_SCALES[scale.lower()])


def han_value(text: str) -> Decimal | None:
    """Return the value of a Chinese numeral under ten thousand, or None when it is none."""
    if text[:1].isdigit():
        return Decimal(text.replace(",", "").replace("，", ""))
    whole, _, fraction = text.partition("点")
    if all(char in _HAN_VALUES for char in whole) and len(whole) > 1:
        value = Decimal("".join(str(_HAN_VALUES[char]) for char in whole))
    else:
        total, digit = 0, None
        for char in whole:
            if char in _HAN_VALUES:
                digit = _HAN_VALUES[char]
            else:
                power = {"十": 10, "百": 100, "千": 1000}.get(char)
                if power is None:
                    return None
                total += (1 if digit is None else digit) * power
                digit = None
        value = Decimal(total + (digit or 0))
    if fraction:
        if any(char not in _HAN_VALUES for char in fraction):
            return None
        value += Decimal("0." + "".join(str(_HAN_VALUES[char]) for char in fraction))
    return value


def _kind(unit: str) -> QuantityKind:
    unit = unit.lower()
    if unit in ("%", "％", "percent", "个百分点") or unit.startswith("percentage"):
        return QuantityKind.PERCENT
    if re.fullmatch(_MONEY, unit) or any(sign in unit for sign in "$¥￥€£"):
        return QuantityKind.MONEY
    return QuantityKind.TIME if re.fullmatch(_TIME, unit) else QuantityKind.COUNT
