"""Answers put together from several figures: totals and differences."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from decimal import Decimal

from rag.evidence.citing import MOST_NEAREST, verdict_on
from rag.evidence.statements import Statement, have_like_extents, statements_of
from rag.language.figures import find_figures
from rag.language.measures import is_same_measure, measure_of
from rag.language.names import mentions_place, place_spans
from rag.language.periods import period_spans
from rag.language.rendering import computed
from rag.language.rows import cells_of
from rag.language.superlatives import SUPERLATIVE
from rag.language.words import Segmenter, stem
from rag.records import (
    Answer,
    Citation,
    Combined,
    Extract,
    Figure,
    Language,
    Operation,
    Part,
    Question,
)

_SIGNS = {Operation.SUM: " + ", Operation.DIFFERENCE: " − ", Operation.EACH: "; "}
_COMPARES = re.compile(
    rf"{SUPERLATIVE.pattern}|比|相差|第一|居首|\b(?:than|gap|more|less|fewer|first)\b",
    re.IGNORECASE,
)

_SMALL_WORDS = frozenset(
    """the is are was were in on at of for by from to and or than with how much many more less fewer
    did do does has had have it its what there between higher lower bigger smaller larger
    多少 相差 相比 哪里 达到 一个 为了 以及 其中""".split()  # noqa: SIM905
)


def settles(
    answer: Answer, operation: Operation, question: Question, named: Sequence[str] = ()
) -> bool:
    """Return whether a source says itself what a question puts together.

    Its quotation names every place of the question, and the other things that are ``named``, and,
    where amounts are to be compared, compares.
    """
    if not answer.answered:
        return False
    quote = answer.citations[0].quote
    compares = operation not in (Operation.SUM, Operation.EACH)
    return (
        (_COMPARES.search(quote) is not None or not compares)
        and all(mentions_place(quote, place) for place in question.places)
        and all(name.casefold() in quote.casefold() for name in named)
    )


def combine(
    question: Question,
    operation: Operation,
    parts: Sequence[tuple[Question, Answer]],
    segmenter: Segmenter,
    named: Sequence[str] = (),
) -> Answer:
    """Return the answer that the answers to a question's parts amount to.

    The parts are told apart by places, or by what is ``named``, one thing for each. The answer's
    words are the figures as the sources have them; what they come to is computed beside, where they
    count the same over like stretches of time. When a part has no answer, or two parts have the
    same one, the documents do not say, and what was found is the nearest; nor where figures to be
    set against each other are of different things, which is said.
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
                named or _subjects([asked for asked, _ in found]), statements, proofs, strict=True
            )
        )
        if operation is not Operation.EACH and not _are_alike(
            statements, [asked for asked, _ in found], named, segmenter
        ):
            unlike = Combined(operation, shown, comparable=False)
            return Answer(question.as_typed, nearest=citations, combined=unlike)
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


def _are_alike(
    statements: Sequence[Statement],
    parts: Sequence[Question],
    named: Sequence[str],
    segmenter: Segmenter,
) -> bool:
    """Return whether figures are of one thing: of one measure, and of what the question names.

    Where it names nothing but what is told apart, places and times, what they stand with must: the
    columns' names, or the words of the quotations.
    """
    counted = next((one.figure for one in statements if one.figure.unit), statements[0].figure)
    if not all(is_same_measure(counted, one.figure) for one in statements):
        return False
    names = re.compile("|".join(map(re.escape, named)) or r"(?!)")
    if any(_things(names.sub(" ", asked.text), asked.places, segmenter) for asked in parts):
        return True
    told = [_things(_beside(one), one.named, segmenter) for one in statements]
    return bool(frozenset.intersection(*told))


def _beside(statement: Statement) -> str:
    """Return the words that say what a figure counts: its column's name, else its quotation."""
    document, extract = statement.document, statement.extract
    start = extract.answering[0][0] - extract.start
    line = document.text[extract.start : extract.end]
    own = (cell for cell in cells_of(line) if cell.start <= start < cell.end)
    return next((cell.name for cell in own), line)


def _things(text: str, places: Set[str], segmenter: Segmenter) -> frozenset[str]:
    """Return the stems of a text that name things: no places, times, figures or small words."""
    for start, end in sorted((*place_spans(text, places), *period_spans(text)), reverse=True):
        text = f"{text[:start]} {text[end:]}"
    for figure in reversed(find_figures(text)):
        text = f"{text[: figure.start]} {text[figure.end :]}"
    words = (word for word in segmenter.words(text) if word not in _SMALL_WORDS)
    return frozenset(stem(word for word in words if len(word) > 1))


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
