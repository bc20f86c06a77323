"""The quantities of a text that are no part of a date."""

from __future__ import annotations

from rag.language.dates import ANY_YEAR, find_dates
from rag.language.quantities import Quantity, find_quantities


def find_figures(text: str) -> list[Quantity]:
    """Return the quantities of a text, in order, less those inside dates: 2023年前11个月."""
    dates = find_dates(text, default_year=ANY_YEAR)
    return [
        quantity
        for quantity in find_quantities(text)
        if not any(quantity.start < end and start < quantity.end for start, end, _ in dates)
    ]
