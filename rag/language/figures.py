"""The quantities of a text that are no part of a date or period."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.language.dates import ANY_YEAR, find_dates
from rag.language.periods import period_spans
from rag.language.quantities import Quantity, QuantityKind, find_quantities

_COLUMN_UNIT = re.compile(r"[（(](?P<unit>[^（）()：:]{1,12})[)）][:：]\s?$")
_CAPTION_UNIT = re.compile(r"[（(](?:单位：|unit: )(?P<unit>[^（）()]{1,20})[)）] .*[:：]\s?$")


def find_figures(text: str) -> list[Quantity]:
    """Return the quantities of a text, in order, less those inside dates and periods.

    The 11 of 2023年前11个月 is none, nor the "eight months" of "in the first eight months".
    """
    found = find_quantities(text)
    taken = [(start, end) for start, end, _ in find_dates(text, default_year=ANY_YEAR)]
    if any(quantity.kind is QuantityKind.TIME for quantity in found):
        taken += period_spans(text)
    return [
        quantity
        for quantity in found
        if not any(quantity.start < end and start < quantity.end for start, end in taken)
    ]


def figures_within(quote: str, start: int, end: int) -> list[Quantity]:
    """Return the quantities in a stretch of a quotation, with offsets in the stretch.

    A bare figure in the row of a table has the unit of its column or of the table: 39 behind
    产量（万吨）： is 390,000 吨.
    """
    found = []
    for figure in find_figures(quote[start:end]):
        before = quote[: start + figure.start]
        unit = _COLUMN_UNIT.search(before) or _CAPTION_UNIT.search(before)
        with_unit = find_figures(figure.text + unit["unit"]) if unit and not figure.unit else []
        if len(with_unit) == 1:
            figure = replace(with_unit[0], start=figure.start, end=figure.end, text=figure.text)
        found.append(figure)
    return found
