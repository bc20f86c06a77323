"""Citations: a reader's extracts as numbered quotations of the documents they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.evidence.verification import answers
from rag.language.figures import find_figures
from rag.language.quantities import Quantity
from rag.language.rendering import in_other_language
from rag.records import Answer, Citation, Document, Draft, Extract, Figure, Question

MOST_CITATIONS = 5
MOST_NEAREST = 3
SURE_SHARE = 0.6
"""Of the first citation's score, the part that a further one must have."""


def answer_from(question: Question, draft: Draft, documents: Mapping[str, Document]) -> Answer:
    """Return the answer that a draft amounts to.

    Answered, it is the words of the best extract, with every extract cited that can
    answer the question. Not answered, the best extracts are given as the nearest, clearly not as an
    answer.
    """
    verified = [
        item for item in draft.extracts if answers(item, documents[item.document_key], question)
    ]
    if not draft.answered or not verified:
        others = [item for item in draft.extracts if item not in verified]
        nearest = cite([*verified, *others][:MOST_NEAREST], documents)
        return Answer(question.text, nearest=nearest)
    least = SURE_SHARE * verified[0].score
    also = [item for item in verified[1:MOST_CITATIONS] if item.score >= least]
    citations = cite([verified[0], *also], documents)
    texts = tuple(citations[0].document.text[start:end] for start, end in citations[0].spans) or (
        citations[0].quote,
    )
    warnings = tuple(dict.fromkeys(w for c in citations[:1] for w in c.document.warnings))
    figures = tuple(_figure(item) for text in texts for item in find_figures(text))
    text = question.text
    return Answer(text, texts[0], texts, True, citations, (), figures, warnings=warnings)


def _figure(quantity: Quantity) -> Figure:
    return Figure(
        quantity.text,
        quantity.value,
        quantity.unit,
        quantity.kind.value,
        quantity.qualifier,
        in_other_language(quantity),
    )


def cite(extracts: Sequence[Extract], documents: Mapping[str, Document]) -> tuple[Citation, ...]:
    """Return the extracts as citations, numbered from 1."""
    return tuple(
        Citation(number, documents[item.document_key], item.start, item.end, item.spans, item.score)
        for number, item in enumerate(extracts, 1)
    )
