"""Figures that several sources give for what was asked, brought side by side.

Sources differ because they count to different days, or because they disagree. Copies of one report
are one source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rag.evidence.verification import answer_figures
from rag.language.dates import Period
from rag.language.measures import is_same_measure, measure_of
from rag.language.names import local_places
from rag.language.periods import (
    is_reported_then,
    named_periods,
    overlaps,
    periods_beside,
    stated_periods,
    titled_periods,
)
from rag.language.rendering import as_figure
from rag.language.words import Segmenter
from rag.records import Document, Extract, Figure, Question, Relation

LEAST_SHARE = 0.5
"""Of the first extract's score, the part that one with another figure must have."""

MOST_FIGURES = 5
_NEIGHBOURS = 150
_COPY = 90
"""From what likeness of the words around two quotations, of 100, one is a copy of the other."""

_ALIKE = 2
"""How many times as long as another a period may be, to be of the same series."""

_AT_ONCE = timedelta(days=7)
"""Reports without a period of their own are of one time when they came out within this."""


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
    def as_of(self) -> date | None:
        """The last day that the figure covers, not after its publication; None when unknown."""
        published = self.document.published
        if self.covers is None:
            return published
        end = min(self.covers.end, published) if published else self.covers.end
        return None if end == date.max else end

    @property
    def is_clean(self) -> bool:
        """Whether nothing speaks against the source: no warning, and the whole report."""
        return not self.document.warnings and not self.document.excerpt


@dataclass(frozen=True, slots=True)
class Group:
    """The statements of one figure, the first the one to quote."""

    statements: tuple[Statement, ...]
    relation: Relation

    @property
    def sources(self) -> int:
        """How many sources there are, copies of one counted once."""
        kept: list[Statement] = []
        for one in self.statements:
            if not any(_is_copy(one, other) for other in kept):
                kept.append(one)
        return len(kept)


def compare(
    extracts: Sequence[Extract],
    documents: Mapping[str, Document],
    question: Question,
    segmenter: Segmenter,
) -> list[Group]:
    """Return what the sources say, by figure, the group to lead with first.

    Args:
        extracts: what answers the question, best first.
        documents: those that the extracts are of, by key.
        question: what was asked.
        segmenter: to find the places in Chinese text.

    Returns:
        No groups where the first extract's answer is not one figure.
    """
    said = statements_of(extracts, documents, segmenter)
    if not said or said[0].extract is not extracts[0]:
        return []
    first, periods = said[0], named_periods(question.text)
    alike = {first.document.key: first}
    for one in said[1:]:
        if _fits(one, periods) and _is_comparable(one, first, question):
            alike.setdefault(one.document.key, one)
    groups: dict[Decimal, list[Statement]] = {}
    for one in alike.values():
        groups.setdefault(one.value, []).append(one)
    leading = max(alike.values(), key=_day)
    rest = [group for value, group in groups.items() if value != leading.value]
    rest.sort(key=lambda group: _day(group[0]), reverse=True)
    found = [Group(_best_first(groups[leading.value]), Relation.ANSWER)]
    return found + [
        Group(_best_first(group), _relation(group[0], leading))
        for group in rest[: MOST_FIGURES - 1]
    ]


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
    covers = max(stated, key=lambda period: period.end - period.start, default=None)
    named = local_places(quote, segmenter.words(quote))
    heading = document.title or document.text[:_NEIGHBOURS]
    places = named or local_places(heading, segmenter.words(heading))
    return Statement(extract, document, as_figure(figures[0]), named, places, covers)


def _is_comparable(one: Statement, first: Statement, question: Question) -> bool:
    """Return whether a statement gives a figure for the same thing as the first one."""
    same_place = (
        not one.named or question.places <= one.named
        if question.places
        else one.places == first.places
    )
    return (
        one.extract.score >= LEAST_SHARE * first.extract.score
        and same_place
        and one.figure.comparison == first.figure.comparison
        and is_same_measure(one.figure, first.figure)
        and have_like_extents(one, first)
    )


def _fits(statement: Statement, asked: Sequence[Period]) -> bool:
    """Return whether a statement tells of the periods asked about, or is of soon after them."""
    if not asked:
        return True
    if statement.covers is not None:
        return any(overlaps(one, statement.covers) for one in asked)
    return is_reported_then(statement.document.published, asked)


def _best_first(group: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements of one figure, sources that nothing speaks against first."""
    return tuple(sorted(group, key=lambda one: not one.is_clean))


def _relation(one: Statement, leading: Statement) -> Relation:
    if one.covers is not None and leading.covers is not None:
        same = one.covers == leading.covers
    elif one.covers is None and leading.covers is None and one.as_of and leading.as_of:
        same = abs(one.as_of - leading.as_of) <= _AT_ONCE
    else:
        same = one.as_of == leading.as_of
    return Relation.CONFLICT if same else Relation.OVER_TIME


def _day(statement: Statement) -> date:
    return statement.as_of or date.min


def _is_copy(one: Statement, other: Statement) -> bool:
    from rapidfuzz import fuzz

    return fuzz.partial_ratio(_around(one), _around(other)) >= _COPY


def _around(statement: Statement) -> str:
    extract = statement.extract
    return statement.document.text[max(0, extract.start - _NEIGHBOURS) : extract.end + _NEIGHBOURS]
