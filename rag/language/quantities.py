"""Quantities in Chinese and English text: figures with their scale, unit and qualifier.

Years, dates, list numbers and model names are not quantities.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from rag.language.words import to_simplified


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
    "美元|港元|欧元|日元|英镑|人民币|元|块钱|块|yuan|rmb|cny|us dollars|dollars?|usd|euros?|"
    "pounds?|yen"
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
LATIN_MEASURES = (
    "people|persons?|cases?|accounts?|users?|households?|suspects?|individuals?|members?|banks?|"
    "messages?|domains?|clues?|leads?|numbers?|cards?|times|percentage points?|points?|km|"
    "kilometers?|kilometres?|metres?|meters?|miles?|feet|tons?|tonnes?|kg|kilograms?|grams?|"
    "square kilomet(?:er|re)s?|acres?|hectares?|degrees?|victims?|students?|employees?|items?"
)
LATIN_UNITS = rf"{LATIN_MEASURES}|{_MONEY}|{_TIME}"
_BEFORE = (
    "近|将近|接近|超|超过|超出|约|大约|约为|逾|多达|高达|至少|不到|不足|突破|仅|nearly|almost|about|"
    "around|approximately|over|more than|at least|up to|some|fewer than|less than|under"
)
_AFTER = "余|多|来|以上|左右|上下|以内"
_DIGITS = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN_DIGITS = "〇零一二两三四五六七八九十百千"
_BLANK = r"[^\S\n]?"
_CHINESE = re.compile(
    rf"(?P<qualifier>{_BEFORE})?{_BLANK}(?P<currency>[$¥￥€£])?"
    # The higher part of 1亿2千万 or 三万五千.
    rf"(?P<higher>(?:(?:{_DIGITS}|[{_HAN_DIGITS}]+)[万亿])*)"
    rf"(?:(?P<digits>{_DIGITS})|(?P<han>[{_HAN_DIGITS}]+(?:点[{_HAN_DIGITS}]+)?)){_BLANK}"
    rf"(?:(?P<among>[多余来几])(?=[百千万亿]))?"
    rf"(?P<scale>万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百)?{_BLANK}(?P<after>{_AFTER})?{_BLANK}"
    rf"(?P<unit>%|％|℃|个百分点|{_MONEY}|{_TIME}|{_MEASURE})?(?P<tail>余|以上|左右|以内)?",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    rf"(?:\b(?P<qualifier>{_BEFORE})\s+)?"
    rf"(?P<currency>(?:US|RMB|HK)?\s?[$¥€£]|\b(?:RMB|CNY|USD|EUR|GBP|HKD)\s?)?"
    rf"(?<![\d.])(?P<digits>{_DIGITS})"
    rf"(?:\s*(?P<scale>thousand|million|billion|trillion|bn)\b|(?P<short>[km])\b)?"
    rf"(?P<after>\+)?(?:\s?(?P<unit>%)|[\s-]?(?P<unit2>percentage points?|percent|{_MONEY}|{_TIME}|"
    rf"{LATIN_MEASURES})\b)?",
    re.IGNORECASE,
)
_PERCENT_OF = re.compile(rf"百分之(?P<han>[{_HAN_DIGITS}点]+|{_DIGITS})")
_PATTERNS = (_PERCENT_OF, _ENGLISH, _CHINESE)
_HAN_VALUES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
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
_DATE_BEFORE = re.compile(rf"(?:[年月时点\-/:：]\s?|\b(?:{_MONTH_NAME})\.?\s?)$", re.IGNORECASE)
_NAME_BEFORE = re.compile(
    r"第\s?$|[a-z]-?$|\d[.:：/]$|\d[-/]\d{1,2}-$|"
    r"\b(?:no|chapter|article|section|figure|table|page|room|step)\.?\s$",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"[.．、)）]\s*\S")


def find_quantities(text: str) -> list[Quantity]:
    """Return the quantities of a text, in order, with offsets in code points.

    A bare number without scale, unit, qualifier or thousands separator is a quantity too, unless
    it reads as a year or a part of a date or a name. Of a range the end that has the unit is one.
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
            return found
        quantity = _quantity(text, best)
        if quantity is None:
            at = _figure_end(best)
        else:
            found.append(replace(quantity, text=original[quantity.start : quantity.end]))
            at = quantity.end


def _figure_at(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if match.re is _PERCENT_OF:
        return match.start()
    if groups.get("higher"):
        return match.start("higher")
    return match.start("digits" if groups["digits"] else "han")


def _figure_end(match: re.Match[str]) -> int:
    return match.end("digits" if match.groupdict().get("digits") else "han")


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
    excludes = _is_word if groups.get("han") else _is_date_or_name
    if excludes(text, match, unit, scale):
        return None
    value = _value(groups["digits"] or groups["han"], scale)
    higher = _higher_value(groups.get("higher") or "")
    if value is None or higher is None:
        return None
    if higher:
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


def _is_word(text: str, match: re.Match[str], unit: str, scale: str) -> bool:
    """Return whether a Chinese numeral is part of a word (一些, 三农, 百度) or of a date."""
    figure, before = match["han"], text[: _figure_at(match)][-1:]
    if (before and before in "第十星期周点数几") or figure in "零〇":
        return True
    if not unit:
        # Alone it is a figure only with a digit and a scale: 三万, but neither 千万 nor 十分.
        return not match["higher"] and not (scale and figure[0] in _HAN_VALUES)
    if figure[0] in "百千" and not (match["qualifier"] or match["higher"]):
        return True
    if unit == "年":
        is_year = len(figure) > 1 and all(char in _HAN_VALUES for char in figure)
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


def _value(figure: str, scale: str) -> Decimal | None:
    value = han_value(unicodedata.normalize("NFKC", figure))
    return value.scaleb(_SCALES[scale.lower()]) if value is not None and scale else value


def _higher_value(text: str) -> Decimal | None:
    """Return the sum of figures with 万 or 亿, or None when one of them is no figure."""
    total = Decimal(0)
    for figure, scale in re.findall(r"([^万亿]+)([万亿])", text):
        value = _value(figure, scale)
        if value is None:
            return None
        total += value
    return total


def han_value(text: str) -> Decimal | None:
    """Return the value of a figure or of a Chinese numeral under ten thousand, None when none."""
    if text[:1].isdecimal():
        return Decimal(text.replace(",", "").replace("，", ""))
    whole, point, fraction = text.partition("点")
    if not whole or (point and not fraction) or any(c not in _HAN_VALUES for c in fraction):
        return None
    value = _han_integer(whole)
    if value is None:
        return None
    if fraction:
        value += Decimal("0." + "".join(str(_HAN_VALUES[char]) for char in fraction))
    return value


def _han_integer(text: str) -> Decimal | None:
    if all(char in _HAN_VALUES for char in text) and len(text) > 2:
        return Decimal("".join(str(_HAN_VALUES[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _HAN_VALUES:
            if digit:
                return None  # 三五 is three to five, and 二三十 twenty to thirty
            digit = _HAN_VALUES[char]
        else:
            total += (1 if digit is None else digit) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = None
    return Decimal(total + (digit or 0))


def _kind(unit: str) -> QuantityKind:
    unit = unit.lower()
    if unit in ("%", "percent", "个百分点") or unit.startswith("percentage"):
        return QuantityKind.PERCENT
    if re.fullmatch(_MONEY, unit) or any(sign in unit for sign in "$¥￥€£"):
        return QuantityKind.MONEY
    return QuantityKind.TIME if re.fullmatch(_TIME, unit) else QuantityKind.COUNT
