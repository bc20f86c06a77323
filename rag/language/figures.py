"""The quantities of a text that are no part of a date or period."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.language.dates import ANY_YEAR, find_dates
from rag.language.periods import period_spans
from rag.language.quantities import Quantity, QuantityKind, find_quantities
from rag.language.units import (
    LATIN_MEASURES,
    MEASURES,
    MONEY,
    OTHER_MEASURES,
    SCALES,
    SYMBOLS,
    TIME,
)
from rag.language.zeros import find_zeros

_UNIT = (
    rf"(?:{MONEY}|{TIME}|{MEASURES}|{LATIN_MEASURES}|{SYMBOLS}|{OTHER_MEASURES}|%|％|℃|个百分点)"
)
_UNIT_NAME = re.compile(
    rf"(?:{SCALES})|(?:(?:{SCALES})\s?(?:of\s)?)?{_UNIT}"
    rf"(?:\s?(?:/|每|·|\ba\s|\bper\s)\s?[^\W\d]{{1,20}}|标准煤|当量| equivalent)?",
    re.IGNORECASE,
)
"""What stands in brackets behind a column's name and is a unit, and not part of the name."""

_COLUMN_UNIT = re.compile(r"[（(](?P<unit>[^（）()：:]{1,30})[)）][:：]\s?$")
_CAPTION_UNIT = re.compile(
    r"[（(](?:单位：|unit: )(?P<unit>[^（）()\d、，,;；]{1,20})[)）] "
    r"(?:.*[；;]\s?)?(?![^；;]*(?:号|名次|排名|[人户个家次]数|数量|(?<!\d)年[份度]?[:：]|"
    r"\b(?:number|rank|year)\b))[^；;]*[:：]\s?$",
    re.IGNORECASE,
)
"""The unit of a whole table, but for columns that number, count or say the year."""


def find_figures(text: str) -> list[Quantity]:
    """Return the quantities of a text, in order, less those inside dates and periods.

    The 11 of 2023年前11个月 is none, nor the "eight months" of "in the first eight months", nor the
    one person of 没有一人.
    """
    found = find_quantities(text)
    return _figures(text, _apart_from(found, find_zeros(text))) if found else []


def find_counts(text: str) -> list[Quantity]:
    """Return the figures of a text, and the words that say zero, in order: 12人 and 无人死亡."""
    zeros = find_zeros(text)
    figures = _figures(text, _apart_from(find_quantities(text), zeros))
    return sorted([*figures, *zeros], key=lambda one: one.start)


def _figures(text: str, found: list[Quantity]) -> list[Quantity]:
    taken = [(start, end) for start, end, _ in find_dates(text, default_year=ANY_YEAR)]
    if any(quantity.kind is QuantityKind.TIME for quantity in found):
        taken += period_spans(text)
    return [
        quantity
        for quantity in found
        if not any(quantity.start < end and start < quantity.end for start, end in taken)
    ]


def _apart_from(found: list[Quantity], zeros: list[Quantity]) -> list[Quantity]:
    return [one for one in found if not any(one.start < z.end and z.start < one.end for z in zeros)]


def with_unit(quote: str, start: int, end: int) -> str:
    """Return words of a quotation, a bare figure in a table with the unit of its column or caption.

    39 behind 产量（万吨）： is 39万吨.
    """
    return quote[start:end] + column_unit(quote, start, end)


def column_unit(quote: str, start: int, end: int) -> str:
    """Return the unit that the one bare figure of some words has from its column or caption."""
    words = quote[start:end]
    figures = find_figures(words)
    if len(figures) != 1 or figures[0].unit or figures[0].end != len(words):
        return ""
    before = quote[: start + figures[0].start]
    column = _COLUMN_UNIT.search(before)
    if column and _UNIT_NAME.fullmatch(column["unit"].strip()):
        return column["unit"].strip()
    caption = _CAPTION_UNIT.search(before)
    return caption["unit"].strip() if caption else ""


def figures_within(quote: str, start: int, end: int) -> list[Quantity]:
    """Return the quantities in a stretch of a quotation, zeros in words among them.

    A bare one in a table has the unit of its column or caption; its text is as it stands.
    """
    words, unit = quote[start:end], column_unit(quote, start, end)
    if not unit:
        return find_counts(words)
    [bare] = find_figures(words)
    # A unit that is not known, t/ha, must not hide the figure.
    read = [one for one in find_figures(words + unit) if one.end > bare.start] or [
        replace(bare, unit=unit.lower())
    ]
    return [replace(read[0], start=bare.start, end=bare.end, text=bare.text, column_unit=unit)]
