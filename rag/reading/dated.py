"""Figures of a sentence that have the time to themselves that a question asks about."""

from __future__ import annotations

from collections.abc import Sequence

from rag.language.attached import own_periods
from rag.language.dates import Period
from rag.language.figures import find_figures
from rag.language.periods import find_periods, overlaps
from rag.language.rows import cells_of

Span = tuple[int, int]


def figures_then(sentence: str, asked: Sequence[Period], best: Span) -> list[Span]:
    """Return where figures stand that are of the periods asked about and count what the best does.

    Of "rose to 2.01 in 2023 from 1.73 in 2022", or of a row with a column for each year, the reader
    sees that it answers, and not which year is asked about.

    Args:
        sentence: one of a document.
        asked: the periods of a question.
        best: where the sentence's best words stand.
    """
    years = {str(year) for one in asked for year in (one.start.year, one.end.year)}
    if not any(year in sentence for year in years):
        return []
    cells = cells_of(sentence)
    if cells:
        of_best = [cell for cell in cells if cell.start < best[1] and best[0] < cell.end]
        return [
            (cell.start, cell.end)
            for cell in cells
            if any(cell.is_series_of(one) for one in of_best) and _is_then(cell.year, asked)
        ]
    found = find_periods(sentence)
    if len(found) < 2:
        return []
    figures = find_figures(sentence)
    units = {figure.unit for figure in figures if figure.start < best[1] and best[0] < figure.end}
    return [
        (figure.start, figure.end)
        for figure in figures
        if (figure.unit in units or (units and not figure.unit))
        and any(
            _is_then(period, asked)
            for *_, period in own_periods(sentence, figure.start, figure.end, found)
        )
    ]


def _is_then(period: Period | None, asked: Sequence[Period]) -> bool:
    return period is not None and any(overlaps(period, one) for one in asked)
