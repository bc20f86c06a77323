"""What numerals are worth: figures, Chinese numerals and English number words."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from rag.language.words import FUNCTION_WORDS

_SCALES = {
    "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10,
    "千亿": 11, "万亿": 12, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3,
    "m": 6, "bn": 9,
}  # fmt: skip
_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_MULTIPLES = {
    "dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9,
    "trillion": 10**12,
}  # fmt: skip
MULTIPLES = "|".join(_MULTIPLES)
SMALL_NUMBERS = "|".join(sorted(_WORDS, key=len, reverse=True))
NUMBER_WORDS = f"{SMALL_NUMBERS}|{MULTIPLES}"
_PART_BEFORE = re.compile(
    r"\b(?:several|few|many|couple of|or|point|and a half|quarter of an?|between [a-z -]+ and|"
    r"between|"
    rf"(?:{NUMBER_WORDS}) to|(?:{NUMBER_WORDS}|\d) in)\s$",
    re.IGNORECASE,
)
_PART_BEHIND = re.compile(rf"\s(?:to|or)\s(?:{NUMBER_WORDS})\b", re.IGNORECASE)
_KNOWN_BEFORE = re.compile(
    r"\b(?:the|these|those|all|other|first|last|its|their|his|her|our|your|my)\s$", re.IGNORECASE
)
_NAMED_BEFORE = re.compile(r"\w['’]?s?\s$")
LABELS = (
    "no|chapter|article|section|figure|table|page|room|step|group|part|phase|level|grade|stage|"
    "round|item|type|volume|version|route|line"
)
_LABEL_BEFORE = re.compile(
    rf"\b(?:{LABELS}|week|act|scene|platform|terminal|channel|area|flight|gate|lane|zone|"
    r"district|episode|season|aged?)\.?\s$",
    re.IGNORECASE,
)
_OF_MANY = re.compile(rf"\b(?:{MULTIPLES})\b", re.IGNORECASE)
_UNCOUNTED = frozenset(
    """halves thirds quarters times ways sides always perhaps sometimes afterwards towards besides
    news says sees""".split()  # noqa: SIM905
)
"""What ends as a plural does behind a number word, and is none of so many things."""

_GOES_ON = re.compile(r"\s(?!of\b)[a-z]|[.,;:!?)]|$")
_COUNTED = re.compile(r"\s[a-z-]+(?:\s[a-z-]+){0,2}")
_MOST = 10**15
"""No number in words is larger."""

HAN_VALUES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_DIGIT_VALUES = HAN_VALUES | {str(value): value for value in range(10)}
_MIXED = re.compile(r"\d[千百十]")


def scaled_value(figure: str, scale: str) -> Decimal | None:
    """Return the value of a figure or Chinese numeral times its scale word, None when none."""
    value = han_value(unicodedata.normalize("NFKC", figure))
    return value.scaleb(_SCALES[scale.lower()]) if value is not None and scale else value


def higher_value(text: str) -> Decimal | None:
    """Return the sum of figures with 万 or 亿, or None when one of them is no figure."""
    total = Decimal(0)
    for figure, scale in re.findall(r"([^万亿]+)([万亿])", text):
        value = scaled_value(figure, scale)
        if value is None:
            return None
        total += value
    return total


def han_value(text: str) -> Decimal | None:
    """Return the value of a figure or of a Chinese numeral under ten thousand, None when none.

    3千5百 is such a numeral as well.
    """
    if text[:1].isdecimal() and not _MIXED.search(text):
        return Decimal(text.replace(",", "").replace("，", ""))
    whole, point, fraction = text.partition("点")
    if not whole or (point and not fraction) or any(c not in HAN_VALUES for c in fraction):
        return None
    value = _han_integer(whole)
    if value is None:
        return None
    if fraction:
        value += Decimal("0." + "".join(str(HAN_VALUES[char]) for char in fraction))
    return value


def _han_integer(text: str) -> Decimal | None:
    if all(char in HAN_VALUES for char in text) and len(text) > 2:
        return Decimal("".join(str(HAN_VALUES[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _DIGIT_VALUES:
            if digit:
                return None  # 三五 is three to five, and 二三十 twenty to thirty
            digit = _DIGIT_VALUES[char]
        else:
            total += (1 if digit is None else digit) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = None
    return Decimal(total + (digit or 0))


def english_value(words: str) -> Decimal | None:
    """Return the value of English number words: half a million, thirty-five, two dozen."""
    total, part, half = Decimal(0), Decimal(0), False
    for word in re.findall(r"[a-z]+", words.lower()):
        if word == "half":
            half = True
        elif word in _WORDS:
            if part % 10 or (part and part % 100 and _WORDS[word] >= 10):
                return None  # two three
            part += _WORDS[word]
        elif word in _MULTIPLES:
            if total and not part and not half:
                return None  # million million
            times = Decimal("0.5") if half else part or Decimal(1)
            part, half = times * _MULTIPLES[word], False
            if part > _MOST:
                return None
            if _MULTIPLES[word] >= 1000:
                total, part = total + part, Decimal(0)
        elif word not in ("a", "an", "and"):
            return None
    return None if half else total + part


def is_part(before: str, behind: str) -> bool:
    """Return whether number words are no figure of their own, by what stands around them.

    Such are one in five people, two and a half million people, ten to twelve boats.
    """
    return bool(_PART_BEFORE.search(before) or _PART_BEHIND.match(behind))


def tells_how_many(before: str, words: str, behind: str) -> bool:
    """Return whether number words without a unit tell how many there are of what stands behind.

    They are all there is, or large, or have a plural up to three words behind. "One" may be a
    pronoun; Channel Four and chapter two are names, and the number of the two boats, or of all
    three boats, is taken for known.
    """
    if not before.strip(" (\"'“‘") and not behind.strip(" .,;:!?)\"'”’"):
        return True
    is_name = words[:1].isupper() and _NAMED_BEFORE.search(before)
    if is_name or _LABEL_BEFORE.search(before) or _KNOWN_BEFORE.search(before):
        return False
    if _OF_MANY.search(words) and _GOES_ON.match(behind):
        return True
    counted = _COUNTED.match(behind)
    return counted is not None and words.lower() != "one" and _has_plural(counted, words)


def _has_plural(behind: re.Match[str], words: str) -> bool:
    for place, word in enumerate(behind.group().split()):
        if word in FUNCTION_WORDS or word in _UNCOUNTED or word.endswith("ths"):
            return False
        if word.endswith("s") and not word.endswith(("ss", "us", "is")):
            # Zero deaths, but no zero carbon homes.
            return place == 0 or words.lower() != "zero"
    return False
