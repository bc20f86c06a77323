"""Answers put together from several figures: totals, differences, and which place has most."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from rag.evidence.citing import MOST_CITATIONS, MOST_NEAREST, cite, verdict_on
from rag.evidence.series import LEAST_SHARE
from rag.evidence.statements import Statement, have_like_extents, statements_of
from rag.evidence.verification import verified
from rag.language.measures import is_same_measure, measure_of
from rag.language.names import mentions_place, place_spans
from rag.language.rendering import computed
from rag.language.words import Segmenter
from rag.records import (
    Answer,
    Citation,
    Combined,
    Document,
    Draft,
    Extract,
    Figure,
    Language,
    Operation,
    Part,
    Question,
)

_SIGNS = {Operation.SUM: " + ", Operation.DIFFERENCE: " − ", Operation.EACH: "; "}
_COMPARES = re.compile(
    r"比|相差|最|第一|居首|\b(?:than|gap|more|less|fewer|most|least|highest|lowest|largest|first)\b",
    re.IGNORECASE,
)


def settles(answer: Answer, operation: Operation, question: Question) -> bool:
    """Return whether a source says itself what a question puts together.

    Its quotation names every place of the question and, where amounts are to be compared, compares.
    """
    if not answer.answered:
        return False
    quote = answer.citations[0].quote
    compares = operation not in (Operation.SUM, Operation.EACH)
    return (_COMPARES.search(quote) is not None or not compares) and all(
        mentions_place(quote, place) for place in question.places
    )


def combine(
    question: Question,
    operation: Operation,
    parts: Sequence[tuple[Question, Answer]],
    segmenter: Segmenter,
) -> Answer:
    """Return the answer that the answers to a question's parts amount to.

    The answer's words are the figures as the sources have them; what they come to is computed
    beside, where they count the same over like stretches of time. When a part has no answer, or two
    parts have the same one, the documents do not say, and what was found is the nearest.
    """
    found = [(asked, answer) for asked, answer in parts if answer.answered]
    proofs = [answer.citations[0] for _, answer in found]
    citations = _numbered(proofs)
    places = {(item.document.key, item.start, item.spans) for item in proofs}
    if len(found) < len(parts) or len(places) < len(parts):
        return Answer(question.as_typed, nearest=citations[:MOST_NEAREST])
    texts = tuple(answer.text for _, answer in found)
    statements = _statements(proofs, segmenter)
    combined, results = None, []
    if len(statements) == len(found):
        numbers = {_sentence(item): item.number for item in citations}
        shown = tuple(
            Part(subject, statement.figure, statement.as_of, numbers[_sentence(proof)])
            for subject, statement, proof in zip(
                _subjects([asked for asked, _ in found]), statements, proofs, strict=True
            )
        )
        sure = not any(answer.conflicts for _, answer in found)
        result = _result(operation, statements, question.language) if sure else None
        combined = Combined(operation, shown, result)
        results = [result] if result else []
    return Answer(
        question.as_typed, _SIGNS[operation].join(texts), texts, True, citations, (),
        tuple(statement.figure for statement in statements),
        warnings=tuple(dict.fromkeys(w for c in citations for w in c.document.warnings)),
        verdict=verdict_on(question.claim, results),
        combined=combined,
    )  # fmt: skip


def combine_apart(
    question: Question, parts: Sequence[tuple[Question, Answer]], segmenter: Segmenter
) -> Answer | None:
    """Return the answers to the things that a question asks at once, and which have none.

    None where nothing is answered, or where two things have the same answer.
    """
    found = [(asked, answer) for asked, answer in parts if answer.answered]
    unsaid = tuple(asked.as_typed for asked, answer in parts if not answer.answered)
    if not found:
        return None
    if len(found) == 1:
        return replace(found[0][1], question=question.as_typed, unsaid=unsaid)
    made = combine(question, Operation.EACH, found, segmenter)
    return replace(made, unsaid=unsaid) if made.answered else None


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
    if not draft.answered:
        return None
    least = LEAST_SHARE * draft.extracts[0].score
    sure = [item for item in verified(draft, documents, question, segmenter) if item.score >= least]
    by_place: dict[frozenset[str], Statement] = {}
    first: Statement | None = None
    for one in statements_of(sure, documents, segmenter):
        if len(one.places) != 1:
            continue
        first = first or one
        like = is_same_measure(one.figure, first.figure) and have_like_extents(one, first)
        known = by_place.get(one.places)
        if like and (known is None or _is_newer(one, known)):
            by_place[one.places] = one
    if len(by_place) < 2:
        return None
    ranked = sorted(
        by_place.values(), key=lambda one: one.value, reverse=operation is Operation.MOST
    )[:MOST_CITATIONS]
    citations = cite([one.extract for one in ranked], documents)
    parts = tuple(
        Part(_place_of(one), one.figure, one.as_of, citation.number)
        for one, citation in zip(ranked, citations, strict=True)
    )
    return Answer(
        question.as_typed, parts[0].subject, (parts[0].subject,), True, citations, (),
        (parts[0].figure,), warnings=ranked[0].document.warnings,
        combined=Combined(operation, parts),
    )  # fmt: skip


def _is_newer(one: Statement, other: Statement) -> bool:
    return one.as_of is not None and other.as_of is not None and one.as_of > other.as_of


def _statements(citations: Sequence[Citation], segmenter: Segmenter) -> list[Statement]:
    """Return the citations that quote one figure each, as statements."""
    documents = {item.document.key: item.document for item in citations}
    extracts = [
        Extract(item.document.key, item.start, item.end, item.spans, item.score)
        for item in citations
    ]
    return statements_of(extracts, documents, segmenter)


def _subjects(asked: Sequence[Question]) -> list[str]:
    """Return what each question is about: its place, or its words where places do not differ."""
    spans = [(one, place_spans(one.text, one.places)) for one in asked]
    places = [one.text[slice(*found[0])] if found else "" for one, found in spans]
    return places if len(set(places)) == len(places) else [one.text for one in asked]


def _sentence(citation: Citation) -> tuple[str, int, int]:
    return citation.document.key, citation.start, citation.end


def _numbered(proofs: Sequence[Citation]) -> tuple[Citation, ...]:
    """Return quotations with numbers from 1, one for each sentence with all that answers in it."""
    spans: dict[tuple[str, int, int], list[tuple[int, int]]] = {}
    first: dict[tuple[str, int, int], Citation] = {}
    for proof in proofs:
        spans.setdefault(_sentence(proof), []).extend(proof.spans)
        first.setdefault(_sentence(proof), proof)
    return tuple(
        replace(proof, number=number, spans=tuple(sorted(set(spans[key]))))
        for number, (key, proof) in enumerate(first.items(), 1)
    )


def _place_of(statement: Statement) -> str:
    """Return the place that a statement is about, as its quotation or its document writes it."""
    document, extract = statement.document, statement.extract
    for text in (document.text[extract.start : extract.end], document.with_heading):
        spans = place_spans(text, statement.places)
        if spans:
            return text[slice(*spans[0])]
    return ""


def _result(
    operation: Operation, statements: Sequence[Statement], language: Language
) -> Figure | None:
    """Return the sum of figures, or how much more the first is than the second.

    None where they are shares or ranges, count different things or cover unlike times.
    """
    first, figures = statements[0], [one.figure for one in statements]
    counted = next((one for one in figures if one.unit), figures[0])
    same = all(is_same_measure(counted, one) for one in figures)
    plain = all(one.kind != "percent" and one.low is None for one in figures)
    like = all(have_like_extents(first, one) for one in statements)
    if operation is Operation.EACH or not same or not plain or not like:
        return None
    factor = measure_of(replace(counted, value=Decimal(1))).value
    values = [one.value / factor for one in statements]
    value = sum(values, Decimal(0)) if operation is Operation.SUM else values[0] - values[1]
    about = any(one.qualifier for one in figures)
    return computed(value, counted, "about" * about, language)
