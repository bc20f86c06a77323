"""The quantities of a text that are no part of a date or period."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.language.dates import ANY_YEAR, find_dates
from rag.language.periods import period_spans
from rag.language.quantities import Quantity, QuantityKind, find_quantities
from rag.language.zeros import find_zeros

_COLUMN_UNIT = re.compile(r"[（(](?P<unit>[^（）()：:\d]{1,12})[)）][:：]\s?$")
_CAPTION_UNIT = re.compile(
    r"[（(](?:单位：|unit: )(?P<unit>[^（）()\d]{1,20})[)）] "
    r"(?:.*[；;]\s?)?(?![^；;]*(?:号|名次|排名|[人户个家次]数|数量|number|rank|year|年))[^；;]*[:：]\s?$",
    re.IGNORECASE,
)
"""The unit of a whole table, but for columns that number or count."""


def find_figures(text: str) -> list[Quantity]:
    """Return the quantities of a text, in order, less those inside dates and periods.

    The 11 of 2023年前11个月 is none, nor the "eight months" of "in the first eight months", nor the
    one person of 没有一人.
    """
    found = find_quantities(text)
    if found:
        found = _apart_from(found, find_zeros(text))
    taken = [(start, end) for start, end, _ in find_dates(text, default_year=ANY_YEAR)]
    if any(quantity.kind is QuantityKind.TIME for quantity in found):
        taken += period_spans(text)
    return [
        quantity
        for quantity in found
        if not any(quantity.start < end and start < quantity.end for start, end in taken)
    ]


def find_counts(text: str) -> list[Quantity]:
    """Return the figures of a text, and the words that say zero, in order: 12人 and 无人死亡."""
    return sorted([*find_figures(text), *find_zeros(text)], key=lambda one: one.start)


def _apart_from(found: list[Quantity], zeros: list[Quantity]) -> list[Quantity]:
    return [one for one in found if not any(one.start < z.end and z.start < one.end for z in zeros)]


def with_unit(quote: str, start: int, end: int) -> str:
    """Return words of a quotation, a bare figure in a table with the unit of its column or caption.

    39 behind 产量（万吨）： is 39万吨.
    """
    words = quote[start:end]
    figures = find_figures(words)
    if len(figures) != 1 or figures[0].unit or figures[0].end != len(words):
        return words
    before = quote[: start + figures[0].start]
    unit = _COLUMN_UNIT.search(before) or _CAPTION_UNIT.search(before)
    return words + unit["unit"] if unit else words


def figures_within(quote: str, start: int, end: int) -> list[Quantity]:
    """Return the quantities in a stretch of a quotation, zeros in words among them.

    Offsets count in the stretch. They have their units from ``with_unit``, and their text as it
    stands.
    """
    found = []
    for figure in find_counts(with_unit(quote, start, end)):
        last = min(figure.end, end - start)
        found.append(replace(figure, end=last, text=quote[start + figure.start : start + last]))
    return found
