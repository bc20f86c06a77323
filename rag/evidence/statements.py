"""Quotations whose answer is one figure, with what it is about and the days that it covers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rag.evidence.verification import answer_figures
from rag.language.dates import Period
from rag.language.measures import measure_of
from rag.language.names import local_places
from rag.language.periods import find_periods, periods_beside, stated_periods, titled_periods
from rag.language.rendering import as_figure
from rag.language.sentences import split_clauses
from rag.language.words import Segmenter
from rag.records import Document, Extract, Figure

_NEIGHBOURS = 150
_COPY = 90
"""From what likeness of the words around two quotations, of 100, one is a copy of the other."""

_ALIKE = 2
"""How many times as long as another a period may be, to be of the same series."""

_RUNNING = re.compile(
    r"累计|以来|迄今|至今|截至目前|\b(?:so far|to date|since|cumulative(?:ly)?)\b", re.IGNORECASE
)
_PRESENT = re.compile(
    r"累计|迄今|至今|截至目前|目前|眼下|现在|如今|当前|现有|[升降增减涨跌]至|[升降增减涨跌](?:加|少)?到|"
    r"\b(?:so far|to date|as of now|now|currently|at present|presently)\b|"
    r"\b(?:rise|rose|risen|grow|grew|grown|climb(?:ed)?|increased|fall|fell|fallen|drop(?:ped)?|"
    r"decreased|declined) to\b",
    re.IGNORECASE,
)
"""What says that a figure is of the day it is told, because it moves."""

_CUT_OFF_BEFORE = re.compile(
    r"截[至止](?:到|于)?\s?$|\b(?:as of|as at|by|until|up to)\s(?:the )?(?:end of )?$",
    re.IGNORECASE,
)
_CUT_OFF_AFTER = re.compile(r"[底末]?为止")
_AVERAGE = re.compile(
    r"均|中位|每[日天周月季年]|\b(?:average[ds]?|mean|median|per|(?:a|each|every) "
    r"(?:day|week|month|quarter|year))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """An extract whose answer is one figure, with what it is about and the days it covers.

    ``named`` are the places that the quotation names, ``places`` those or else the title's.
    """

    extract: Extract
    document: Document
    figure: Figure
    named: frozenset[str]
    places: frozenset[str]
    covers: Period | None

    @property
    def value(self) -> Decimal:
        """What the figure says, in its measure's first unit."""
        return measure_of(self.figure).value

    @property
    def cut_off(self) -> date | None:
        """The last day that the figure covers by the source's words; None when they say none.

        The end of a year that was not over when the report came out is none.
        """
        published = self.document.published
        if self.covers is None:
            return published if _PRESENT.search(self.clause) else None
        if self.covers.end > (published or self.covers.end):
            return None
        return None if self.covers.end == date.max else self.covers.end

    @property
    def as_of(self) -> date | None:
        """The last day that the figure can cover: its cut-off, else the day of publication."""
        return self.cut_off or self.document.published

    @property
    def clause(self) -> str:
        """The clause of the quotation that the figure stands in."""
        extract, (first, last) = self.extract, self.extract.answering[0]
        clauses = split_clauses(self.document.text, extract.start, extract.end)
        return next(
            (self.document.text[a:b] for a, b in clauses if a <= first and last <= b),
            self.document.text[extract.start : extract.end],
        )

    @property
    def is_running(self) -> bool:
        """Whether the figure is said to grow from report to report."""
        return _RUNNING.search(self.clause) is not None

    @property
    def is_total(self) -> bool:
        """Whether the figure can only grow while the stretch that it counts over does."""
        figure = self.figure
        plain = figure.kind != "percent" and not figure.comparison
        return plain and _AVERAGE.search(self.clause) is None

    @property
    def is_clean(self) -> bool:
        """Whether nothing speaks against the source: no warning, and the whole report."""
        return not self.document.warnings and not self.document.excerpt


def statements_of(
    extracts: Sequence[Extract], documents: Mapping[str, Document], segmenter: Segmenter
) -> list[Statement]:
    """Return the extracts whose answers are one figure each, as statements, in order."""
    found = (_statement(one, documents[one.document_key], segmenter) for one in extracts)
    return [statement for statement in found if statement is not None]


def have_like_extents(one: Statement, other: Statement) -> bool:
    """Return whether two figures cover stretches of time that can be set side by side.

    They are counted from the same day, or are about as long, or do not say.
    """
    if one.covers is None or other.covers is None or one.covers.start == other.covers.start:
        return True
    days = sorted((s.end - s.start).days + 1 for s in (one.covers, other.covers))
    return days[1] <= _ALIKE * days[0]


def _statement(extract: Extract, document: Document, segmenter: Segmenter) -> Statement | None:
    figures = answer_figures(extract, document)
    if len(figures) != 1:
        return None
    quote = document.text[extract.start : extract.end]
    beside = [
        period
        for start, end in extract.answering
        for period in periods_beside(
            quote, start - extract.start, end - extract.start, document.published
        )
    ]
    stated = (
        beside
        or stated_periods(quote, document.published)
        or titled_periods(document.title, document.published)
    )
    covers = _to_cut_off(
        max(stated, key=lambda period: period.end - period.start, default=None),
        quote,
        document.published,
    )
    named = local_places(quote, segmenter.words(quote))
    heading = document.title or document.text[:_NEIGHBOURS]
    places = named or local_places(heading, segmenter.words(heading))
    return Statement(extract, document, as_figure(figures[0]), named, places, covers)


def _to_cut_off(covers: Period | None, quote: str, published: date | None) -> Period | None:
    """Return a period up to the cut-off that a quotation names within it.

    "By 30 April 31 bridges were built this year" counts to the end of April.
    """
    if covers is None:
        return None
    ends = [
        period.end
        for start, end, period in find_periods(quote, published)
        if covers.start <= period.end < covers.end
        and (
            period.start == covers.start
            or _CUT_OFF_BEFORE.search(quote[:start])
            or _CUT_OFF_AFTER.match(quote, end)
        )
    ]
    return Period(covers.start, max(ends)) if ends else covers


def is_copy(one: Statement, other: Statement) -> bool:
    """Return whether the words around two quotations are so alike that they are one report."""
    from rapidfuzz import fuzz

    return fuzz.partial_ratio(_around(one), _around(other)) >= _COPY


def _around(statement: Statement) -> str:
    extract = statement.extract
    return statement.document.text[max(0, extract.start - _NEIGHBOURS) : extract.end + _NEIGHBOURS]
