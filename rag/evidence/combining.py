"""Answers put together from several figures: totals, differences, and which place has most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from rag.evidence.citing import MOST_CITATIONS, MOST_NEAREST, cite
from rag.evidence.series import LEAST_SHARE, Statement, statements_of
from rag.evidence.verification import answers
from rag.language.names import place_spans
from rag.language.rendering import computed, is_same_unit
from rag.language.words import Segmenter
from rag.records import (
    Answer,
    Citation,
    Combined,
    Document,
    Draft,
    Figure,
    Language,
    Operation,
    Part,
    Question,
)

_SIGNS = {Operation.SUM: " + ", Operation.DIFFERENCE: " − ", Operation.EACH: "; "}


def combine(
    question: str, operation: Operation, parts: Sequence[tuple[Question, Answer]]
) -> Answer:
    """Return the answer that the answers to a question's parts amount to.

    The answer's words are the figures as the sources have them; what they come to is computed
    beside. When a part has no answer, the documents do not say, and the others are the nearest.
    """
    found = [(asked, answer) for asked, answer in parts if answer.answered]
    citations = _renumbered([answer.citations[0] for _, answer in found])
    if len(found) < len(parts):
        return Answer(question, nearest=citations[:MOST_NEAREST])
    texts = tuple(answer.text for _, answer in found)
    figures = [answer.figures[0] for _, answer in found if len(answer.figures) == 1]
    combined = None
    if len(figures) == len(found):
        shown = tuple(
            Part(_subject(asked), figure, None, citation.number)
            for (asked, _), figure, citation in zip(found, figures, citations, strict=True)
        )
        language = found[0][0].language
        combined = Combined(operation, shown, _result(operation, figures, language))
    return Answer(
        question, _SIGNS[operation].join(texts), texts, True, citations, (), tuple(figures),
        warnings=tuple(dict.fromkeys(w for c in citations for w in c.document.warnings)),
        combined=combined,
    )  # fmt: skip


def compare_places(
    question: Question,
    operation: Operation,
    draft: Draft,
    documents: Mapping[str, Document],
    segmenter: Segmenter,
) -> Answer | None:
    """Return which place has the most, or the least, of what a question asks for.

    None where sources give the figure for fewer than two places.
    """
    if not draft.answered:
        return None
    least = LEAST_SHARE * draft.extracts[0].score
    verified = [
        item
        for item in draft.extracts
        if item.score >= least and answers(item, documents[item.document_key], question)
    ]
    by_place: dict[frozenset[str], Statement] = {}
    for one in statements_of(verified, documents, segmenter):
        first = next(iter(by_place.values()), one)
        if one.places and is_same_unit(one.figure, first.figure):
            by_place.setdefault(one.places, one)
    if len(by_place) < 2:
        return None
    ranked = sorted(
        by_place.values(), key=lambda one: one.figure.value, reverse=operation is Operation.MOST
    )[:MOST_CITATIONS]
    citations = cite([one.extract for one in ranked], documents)
    parts = tuple(
        Part(_place_of(one), one.figure, one.as_of, citation.number)
        for one, citation in zip(ranked, citations, strict=True)
    )
    return Answer(
        question.typed or question.text, parts[0].subject, (parts[0].subject,), True, citations, (),
        (parts[0].figure,), warnings=ranked[0].document.warnings,
        combined=Combined(operation, parts),
    )  # fmt: skip


def _renumbered(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    return tuple(replace(one, number=number) for number, one in enumerate(citations, 1))


def _subject(asked: Question) -> str:
    spans = place_spans(asked.text, asked.places)
    return asked.text[slice(*spans[0])] if spans else ""


def _place_of(statement: Statement) -> str:
    """Return the place that a statement is about, as its quotation or its document writes it."""
    document, extract = statement.document, statement.extract
    for text in (document.text[extract.start : extract.end], document.with_heading):
        spans = place_spans(text, statement.places)
        if spans:
            return text[slice(*spans[0])]
    return ""


def _result(operation: Operation, figures: Sequence[Figure], language: Language) -> Figure | None:
    """Return the sum, or how far apart two figures are; None where units differ."""
    first = figures[0]
    if operation is Operation.EACH or not all(is_same_unit(first, one) for one in figures):
        return None
    values = [one.value for one in figures]
    value = sum(values, Decimal(0)) if operation is Operation.SUM else abs(values[0] - values[1])
    about = any(one.qualifier for one in figures)
    return computed(value, first, "about" * about, language)
