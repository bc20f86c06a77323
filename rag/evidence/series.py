"""Figures that several sources give for what was asked, brought side by side.

Sources differ because they count to different days, or because they disagree. Copies of one report
are one source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.language.dates import Period
from rag.language.figures import find_figures
from rag.language.names import local_places
from rag.language.periods import find_periods, overlaps, stated_periods
from rag.language.rendering import as_figure, is_same_unit
from rag.language.words import Segmenter
from rag.records import Document, Extract, Figure, Question, Relation

LEAST_SHARE = 0.5
"""Of the first extract's score, the part that one with another figure must have."""

MOST_FIGURES = 5
_REPORTED_WITHIN = timedelta(days=100)
_NEIGHBOURS = 150
_COPY = 90
"""From what likeness of the words around two quotations, of 100, one is a copy of the other."""


@dataclass(frozen=True, slots=True)
class Statement:
    """An extract whose answer is one figure, with what it is about and the days it covers."""

    extract: Extract
    document: Document
    figure: Figure
    places: frozenset[str]
    covers: Period | None

    @property
    def as_of(self) -> date | None:
        """The last day that the figure covers, not after its publication."""
        published = self.document.published
        if self.covers is None:
            return published
        return min(self.covers.end, published) if published else self.covers.end

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
    first = said[0]
    alike = [first, *(one for one in said[1:] if _is_comparable(one, first, question))]
    groups: dict[object, list[Statement]] = {}
    for one in alike:
        groups.setdefault(one.figure.value, []).append(one)
    leading = max(alike, key=_day)
    rest = [group for value, group in groups.items() if value != leading.figure.value]
    rest.sort(key=lambda group: _day(group[0]), reverse=True)
    found = [Group(_best_first(groups[leading.figure.value]), Relation.ANSWER)]
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


def _statement(extract: Extract, document: Document, segmenter: Segmenter) -> Statement | None:
    words = " ".join(document.text[start:end] for start, end in extract.spans)
    figures = find_figures(words)
    if len(figures) != 1:
        return None
    quote = document.text[extract.start : extract.end]
    stated = stated_periods(quote, document.published)
    covers = max(stated, key=lambda period: period.end - period.start, default=None)
    named = (quote, document.title or document.text[:_NEIGHBOURS], document.publisher)
    places = (local_places(text, segmenter.words(text)) for text in named)
    about = next(filter(None, places), frozenset())
    return Statement(extract, document, as_figure(figures[0]), about, covers)


def _is_comparable(one: Statement, first: Statement, question: Question) -> bool:
    """Return whether a statement gives a figure for the same thing as the first one."""
    return (
        one.extract.score >= LEAST_SHARE * first.extract.score
        and one.document.key != first.document.key
        and is_same_unit(one.figure, first.figure)
        and (bool(question.places) or one.places == first.places)
        and _fits(one, question)
    )


def _fits(statement: Statement, question: Question) -> bool:
    """Return whether a statement tells of the question's periods, or is of soon after them."""
    asked = [period for *_, period in find_periods(question.text)]
    if not asked:
        return True
    if statement.covers is not None:
        return any(overlaps(one, statement.covers) for one in asked)
    published = statement.document.published
    return published is not None and any(
        one.start <= published and published - _REPORTED_WITHIN <= one.end for one in asked
    )


def _best_first(group: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements of one figure, sources that nothing speaks against first."""
    return tuple(sorted(group, key=lambda one: not one.is_clean))


def _relation(one: Statement, leading: Statement) -> Relation:
    if one.covers is not None and leading.covers is not None:
        same = one.covers == leading.covers
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
