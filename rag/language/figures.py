"""The quantities of a text that are no part of a date or period."""

from __future__ import annotations

from rag.language.dates import ANY_YEAR, find_dates
from rag.language.periods import period_spans
from rag.language.quantities import Quantity, QuantityKind, find_quantities


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
