"""What has the most, or the least, of something: which row of a table, which place, which year."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from rag.evidence.citing import MOST_CITATIONS, cite
from rag.evidence.series import LEAST_SHARE
from rag.evidence.statements import Statement, have_like_extents, statements_of
from rag.evidence.tables import (
    Row,
    columns_of,
    is_of_row,
    is_total,
    label_column,
    measure_column,
    named_values,
    names_value,
    table_at,
)
from rag.evidence.verification import is_about, is_of_period, verified
from rag.language.dates import Period
from rag.language.measures import is_same_measure, measure_of
from rag.language.names import place_spans
from rag.language.periods import named_periods
from rag.language.rendering import as_figure
from rag.language.rows import Cell, row_year
from rag.language.superlatives import Superlative
from rag.language.words import Segmenter
from rag.records import (
    Answer,
    Combined,
    Document,
    Draft,
    Extract,
    Figure,
    Operation,
    Part,
    Question,
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is compared: its label, its figure, and the quotation that has both."""

    label: str
    figure: Figure
    extract: Extract
    document: Document
    as_of: date | None
    year: Period | None = None

    @property
    def value(self) -> Decimal:
        return measure_of(self.figure).value


def rank_rows(
    question: Question,
    asked: Superlative,
    draft: Draft,
    documents: Mapping[str, Document],
    segmenter: Segmenter,
) -> Answer | None:
    """Return which row of a table has the most, or the least, of what a question asks for.

    The table is that of the best extract that stands in one, and all of its rows that are about
    what the question names are compared. None where no table has a column for what is asked.
    """
    if not draft.extracts:
        return None
    least = LEAST_SHARE * draft.extracts[0].score
    tried: list[tuple[str, int, int]] = []
    for extract in draft.extracts:
        document = documents[extract.document_key]
        if extract.score < least or any(
            key == document.key and start <= extract.start < end for key, start, end in tried
        ):
            continue
        rows = table_at(document, extract.start)
        if rows:
            tried.append((document.key, rows[0].start, rows[-1].end))
        entries = _entries(rows, extract, question, asked, segmenter)
        if len(entries) > 1:
            return _ranked(question, asked.operation, entries)
    return None


def compare_places(
    question: Question,
    operation: Operation,
    draft: Draft,
    documents: Mapping[str, Document],
    segmenter: Segmenter,
) -> Answer | None:
    """Return which place has the most, or the least, of what a question asks for.

    Each place counts with its newest figure. None where sources give comparable figures for fewer
    than two places.
    """
    found = _comparable(
        question,
        draft,
        documents,
        segmenter,
        lambda one: one.places if len(one.places) == 1 else None,
    )
    entries = [_entry(one, _place_of(one)) for one in found]
    return _ranked(question, operation, entries) if len(entries) > 1 else None


def compare_years(
    question: Question,
    operation: Operation,
    draft: Draft,
    documents: Mapping[str, Document],
    segmenter: Segmenter,
) -> Answer | None:
    """Return which year has the most, or the least, of what a question asks for.

    None where sources give comparable figures for fewer than two years, or of several places.
    """
    found = _comparable(question, draft, documents, segmenter, _year_of)
    entries = [_entry(one, _year_said(one)) for one in found]
    alone = len({one.places for one in found}) == 1
    return _ranked(question, operation, entries) if alone and len(entries) > 1 else None


def _comparable(
    question: Question,
    draft: Draft,
    documents: Mapping[str, Document],
    segmenter: Segmenter,
    key_of: Callable[[Statement], Hashable],
) -> list[Statement]:
    """Return the statements that count what the best one does, the newest for each key."""
    if not draft.answered:
        return []
    least = LEAST_SHARE * draft.extracts[0].score
    sure = [item for item in verified(draft, documents, question, segmenter) if item.score >= least]
    newest: dict[Hashable, Statement] = {}
    first: Statement | None = None
    for one in statements_of(sure, documents, segmenter):
        key = key_of(one)
        if key is None:
            continue
        first = first or one
        like = is_same_measure(one.figure, first.figure) and have_like_extents(one, first)
        known = newest.get(key)
        if like and (known is None or _is_newer(one, known)):
            newest[key] = one
    return list(newest.values())


def _is_newer(one: Statement, other: Statement) -> bool:
    return one.as_of is not None and other.as_of is not None and one.as_of > other.as_of


def _entry(one: Statement, label: str) -> _Entry:
    return _Entry(label, one.figure, one.extract, one.document, one.as_of)


def _year_of(statement: Statement) -> int | None:
    covers = statement.covers
    return covers.start.year if covers and covers.start.year == covers.end.year else None


def _year_said(statement: Statement) -> str:
    """Return the year of a statement as its quotation or its document writes it."""
    year = str(_year_of(statement))
    document, extract = statement.document, statement.extract
    for text in (document.text[extract.start : extract.end], document.with_heading):
        if found := re.search(rf"{year}(?:\s?年)?", text):
            return found.group()
    return year


def _place_of(statement: Statement) -> str:
    """Return the place that a statement is about, as its quotation or its document writes it."""
    document, extract = statement.document, statement.extract
    for text in (document.text[extract.start : extract.end], document.with_heading):
        spans = place_spans(text, statement.places)
        if spans:
            return text[slice(*spans[0])]
    return ""


def _entries(
    rows: Sequence[Row],
    extract: Extract,
    question: Question,
    asked: Superlative,
    segmenter: Segmenter,
) -> list[_Entry]:
    """Return the rows of a table that a question asks to be compared, each label once.

    Where rows of several years have one label the newest counts; years themselves must be apart.
    """
    label = label_column(rows, asked, segmenter)
    if not label:
        own = [row for row in rows if row.start <= extract.start < row.end]
        if not own or not is_of_row(extract, own[0].document, question.text):
            return []
        return _across(own[0], question, asked, extract.score)
    words = extract.answering[0][0]
    near = next(
        (
            c.name
            for row in rows
            for c in row.cells
            if row.start + c.start <= words < row.start + c.end
        ),
        "",
    )
    measure = measure_column(rows, question, asked, segmenter, near)
    if not measure:
        return []
    periods, entries = named_periods(question.text), dict[str, _Entry]()
    for row in _named_rows(rows, measure, question):
        cell, name = row.cell(measure), row.cell(label)
        if cell is None or name is None or is_total(row.value(label)):
            continue
        spans = sorted(_bounds(row, one) for one in (name, cell))
        made = Extract(row.document.key, row.start, row.end, tuple(spans), extract.score)
        of_cell = replace(made, spans=(_bounds(row, cell),))
        if not is_of_period(of_cell, row.document, periods):
            continue
        if not is_about(made, row.document, question, segmenter):
            continue
        figure = row.figure(measure)
        if figure is None:
            continue
        year = row_year(row.line, cell.start, cell.end)
        day = year.end if year else row.document.published
        entry = _Entry(row.value(label), as_figure(figure), made, row.document, day, year)
        known = entries.get(entry.label)
        if known is None or (known.year and year and year.end > known.year.end):
            entries[entry.label] = entry
        elif known.year == year:
            return []  # Two figures for one thing: something else tells them apart.
    return list(entries.values())


def _named_rows(rows: Sequence[Row], measure: str, question: Question) -> Sequence[Row]:
    """Return the rows that have what a question names of other columns: River: Orva."""
    for name in columns_of(rows):
        values = {row.value(name) for row in rows} - {""}
        if name == measure or len(values) < 2:
            continue
        named = named_values(question.text, values)
        if named and not all(map(str.isdigit, named)):
            rows = [row for row in rows if row.value(name) in named]
    return rows


def _across(row: Row, question: Question, asked: Superlative, score: float) -> list[_Entry]:
    """Return the years of a row whose columns are years, where a question names the row."""
    series = [cell for cell in row.cells if cell.year]
    others = [cell.value(row.line) for cell in row.cells if not cell.year]
    if not asked.years or not any(names_value(question.text, value) for value in others):
        return []
    entries = []
    for cell in series:
        figure = row.figure(cell.name)
        if figure is not None and cell.year and cell.is_series_of(series[0]):
            made = Extract(row.document.key, row.start, row.end, (_bounds(row, cell),), score)
            label = str(cell.year.start.year)
            day = cell.year.end
            entries.append(_Entry(label, as_figure(figure), made, row.document, day, cell.year))
    return entries if len(entries) == len(series) else []


def _bounds(row: Row, cell: Cell) -> tuple[int, int]:
    return row.start + cell.start, row.start + cell.end


def _ranked(question: Question, operation: Operation, entries: Sequence[_Entry]) -> Answer | None:
    """Return the answer that entries amount to; None where they count different things."""
    if not all(is_same_measure(one.figure, entries[0].figure) for one in entries):
        return None
    ranked = sorted(entries, key=lambda one: one.value, reverse=operation is Operation.MOST)
    first = [one for one in ranked if one.value == ranked[0].value]
    shown = ranked[:MOST_CITATIONS]
    # A row with several years is quoted once.
    proofs: dict[tuple[str, int, int], Extract] = {}
    for one in shown:
        key = (one.extract.document_key, one.extract.start, one.extract.end)
        known = proofs.get(key, one.extract)
        spans = tuple(sorted({*known.spans, *one.extract.spans}))
        proofs[key] = replace(known, spans=spans)
    documents = {one.document.key: one.document for one in shown}
    numbers = {key: number for number, key in enumerate(proofs, 1)}
    parts = tuple(
        Part(
            one.label, one.figure, one.as_of,
            numbers[one.extract.document_key, one.extract.start, one.extract.end],
        )
        for one in shown
    )  # fmt: skip
    texts = tuple(dict.fromkeys(one.label for one in first[:MOST_CITATIONS]))
    return Answer(
        question.as_typed, texts[0], texts, True, cite(list(proofs.values()), documents), (),
        (parts[0].figure,), warnings=shown[0].document.warnings,
        combined=Combined(operation, parts, compared=len(entries)),
    )  # fmt: skip
