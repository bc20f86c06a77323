"""Is this the answer: exact match, F1 and figures, for English and for Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

from rag.language.dates import Period, find_dates
from rag.language.quantities import Quantity, QuantityKind, find_quantities

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SEGMENT = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff]"
    r"|\d+(?:\.\d+)?%?"
    r"|(?:(?![\u3400-\u9fff\uf900-\ufaff])[^\W\d_])+"
)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = re.compile(r"(?<!\d)\.|\.(?!\d)|(?<!\d)%|[^\w\s.%]|_")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_DIGITS = re.compile(r"[\d一二三四五六七八九十百千两]+")
_LENIENT_F1 = 0.6

Figure = tuple[Decimal, str]


def fold(text: str) -> str:
    """Return the text with one width, no blanks and no case: for asking whether words stand in it.

    Cleaning may close the gaps in ``3 0 0`` or unwrap a line, so blanks prove nothing.
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def has_words(text: str, words: str) -> bool:
    """Return whether the words stand in the text, whatever the blanks, width and case."""
    wanted = fold(words)
    return bool(wanted) and wanted in fold(text)


def normalise_english(text: str) -> str:
    """Return the text lower-case, without punctuation and articles, single-spaced.

    As in the evaluation script of SQuAD (Rajpurkar, Zhang, Lopyrev and Liang, "SQuAD: 100,000+
    Questions for Machine Comprehension of Text", EMNLP 2016), but a decimal point and a percent
    sign stay: there 1.5 equals 15, and 40% equals 40.
    """
    lower = unicodedata.normalize("NFKC", text).lower()
    return " ".join(_ARTICLES.sub(" ", _PUNCTUATION.sub("", lower)).split())


def segments(text: str) -> list[str]:
    """Return Chinese text as single characters, other letters as words, and figures whole.

    The mixed segmentation of CMRC 2018's evaluation script, punctuation left out: Cui et al., "A
    Span-Extraction Dataset for Chinese Machine Reading Comprehension", EMNLP-IJCNLP 2019.
    """
    lower = unicodedata.normalize("NFKC", text).lower()
    return _SEGMENT.findall(_THOUSANDS.sub("", lower))


def exact_match(answer: str, accepted: Sequence[str]) -> float:
    """Return 1.0 if the answer equals an accepted one after normalisation, else 0.0."""
    return _best(answer, accepted, lambda one, other: float(_parts(one) == _parts(other) != []))


def f1(answer: str, accepted: Sequence[str]) -> float:
    """Return the best F1 against the accepted answers.

    Chinese pairs are scored as CMRC 2018 does, by the longest run of segments they share; others
    as SQuAD does, by the words they share in any order.
    """
    return _best(answer, accepted, _f1)


def figure_match(answer: str, accepted: Sequence[str]) -> float | None:
    """Return 1.0 if the answer gives the figures of an accepted one, else 0.0.

    4.04万起 is 40,400 cases, but 40% is never 40. Dates are compared as dates: 2023年11月 is
    November 2023, and a date the accepted answer does not have is no harm. None if no accepted
    answer has a figure or date.
    """
    wanted = [found for found in map(_figures_and_dates, accepted) if any(found)]
    if not wanted:
        return None
    figures, dates = _figures_and_dates(answer)
    return float(any(figures == one and days <= dates for one, days in wanted))


def figures_of(text: str) -> frozenset[Figure]:
    """Return the figures of a text: value and unit, where the unit is "%" or ""; no dates."""
    return _figures_and_dates(text)[0]


def is_right(answer: str, accepted: Sequence[str]) -> bool:
    """Return whether a reader would take the answer for one of the accepted ones.

    Where an accepted answer has figures, they decide. Otherwise the answer must equal it after
    normalisation, hold it, or share most of it (an F1 of 0.6) with the same digits.
    """
    return bool(answer) and any(_is_same(answer, one) for one in accepted)


def _best(answer: str, accepted: Sequence[str], score: Callable[[str, str], float]) -> float:
    return max((score(answer, one) for one in accepted), default=0.0)


def _is_same(answer: str, accepted: str) -> bool:
    figures = figure_match(answer, [accepted])
    if figures is not None:
        return bool(figures)
    if exact_match(answer, [accepted]) or has_words(answer, accepted):
        return True
    same_digits = _DIGITS.findall(accepted) == _DIGITS.findall(answer)
    return same_digits and f1(answer, [accepted]) >= _LENIENT_F1


def _parts(text: str) -> list[str]:
    return segments(text) if _HAN.search(text) else normalise_english(text).split()


def _f1(answer: str, accepted: str) -> float:
    if _HAN.search(answer) or _HAN.search(accepted):
        one, other = segments(answer), segments(accepted)
        common = _longest_run(one, other)
    else:
        one, other = _parts(answer), _parts(accepted)
        common = (Counter(one) & Counter(other)).total()
    return 2 * common / (len(one) + len(other)) if common else 0.0


def _longest_run(one: Sequence[str], other: Sequence[str]) -> int:
    best = 0
    above = [0] * (len(other) + 1)
    for left in one:
        row = [0] * (len(other) + 1)
        for place, right in enumerate(other, start=1):
            if left == right:
                row[place] = above[place - 1] + 1
        best = max(best, *row)
        above = row
    return best


def _figures_and_dates(text: str) -> tuple[frozenset[Figure], frozenset[str]]:
    rest, days = text, set()
    for start, end, day in reversed(find_dates(text)):
        days.add(f"{day.start}/{day.end}" if isinstance(day, Period) else day.isoformat())
        rest = rest[:start] + " " + rest[end:]
    figures = {
        (quantity.value, "%" if quantity.kind is QuantityKind.PERCENT else "")
        for quantity in find_quantities(unicodedata.normalize("NFKC", rest))
        if not _is_article(quantity)
    }
    return frozenset(figures), frozenset(days)


def _is_article(quantity: Quantity) -> bool:
    """Return whether the quantity is the 一 of 一批 or 另一项, which counts nothing."""
    return quantity.value == 1 and "一" in quantity.text
