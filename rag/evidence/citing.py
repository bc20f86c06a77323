"""Citations: a reader's extracts as numbered quotations of the documents they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.evidence.series import Group, compare
from rag.evidence.verification import answer_figures, verified
from rag.language.asking import Asked, asked_for, asks_for_several
from rag.language.claims import agrees
from rag.language.figures import find_figures
from rag.language.measures import measure_of
from rag.language.rendering import as_figure
from rag.language.sentences import ends_sentence
from rag.language.words import Segmenter
from rag.records import (
    Answer,
    Citation,
    Document,
    Draft,
    Extract,
    Figure,
    Question,
    Relation,
    Reported,
    Verdict,
)

MOST_CITATIONS = 5
MOST_NEAREST = 3
_FIGURES = (Asked.MONEY, Asked.COUNT, Asked.PERCENT, Asked.FIGURE)
SURE_SHARE, SEVERAL_SHARE = 0.9, 0.75
"""Of the first citation's score, the part that a further one must have; the second where a question
asks for several things."""


def answer_from(
    question: Question, draft: Draft, documents: Mapping[str, Document], segmenter: Segmenter
) -> Answer:
    """Return the answer that a draft amounts to.

    Answered, it is the words of the best extract, with every extract cited that can answer the
    question; where sources give several figures, the newest leads and the others stand beside it,
    those that contradict it among the answer's words; and where the question asks for several
    things, the words of every citation answer. Not answered, the best extracts that say something
    are given as the nearest, clearly not as an answer.
    """
    found = verified(draft, documents, question, segmenter)
    if not draft.answered or not found:
        others = [item for item in draft.extracts if item not in found]
        return Answer(
            question.as_typed, nearest=cite(_nearest([*found, *others], documents), documents)
        )
    groups = compare(found, documents, question, segmenter)
    claim = question.claim
    compared = [one.extract for group in groups for one in group.statements]
    several = asks_for_several(question.text)
    least = (SEVERAL_SHARE if several else SURE_SHARE) * found[0].score
    lead = compared[0] if compared else found[0]
    one_figure = asked_for(question.text) in _FIGURES and not several
    also = [
        item
        for item in found[:MOST_CITATIONS]
        if item.score >= least
        and item not in compared
        and not (one_figure and _tells_another(item, lead, documents))
    ]
    cited = [*compared, *also]
    citations = cite(cited, documents)
    if several and len(groups) < 2:
        shown = list(range(len(cited)))
    else:
        # Of figures that contradict each other none may be taken away alone.
        against = [group for group in groups[1:] if group.relation is Relation.CONFLICT]
        shown = [0, *(cited.index(group.statements[0].extract) for group in against)]
    texts = tuple(dict.fromkeys(text for at in shown for text in citations[at].words))
    read = (
        item
        for at in shown
        for item in answer_figures(cited[at], documents[cited[at].document_key])
    )
    figures = tuple({(item.text, item.unit): as_figure(item) for item in read}.values())
    return Answer(
        question.as_typed, texts[0], texts, True, citations, (), figures,
        verdict=verdict_on(claim, figures[:1] if groups else figures),
        conflicts=_reported(groups, cited) if len(groups) > 1 else (),
        warnings=citations[0].document.warnings,
    )  # fmt: skip


def _nearest(extracts: Sequence[Extract], documents: Mapping[str, Document]) -> Sequence[Extract]:
    """Return the first extracts that say something, any where none does."""
    telling = [item for item in extracts if _says_something(item, documents[item.document_key])]
    return (telling or extracts)[:MOST_NEAREST]


def _says_something(extract: Extract, document: Document) -> bool:
    """Return whether an extract is a sentence or has a figure, and is not the title again."""
    text = document.text[extract.start : extract.end]
    return text not in document.title and (ends_sentence(text) or bool(find_figures(text)))


def _tells_another(one: Extract, lead: Extract, documents: Mapping[str, Document]) -> bool:
    """Return whether an extract's figures are others than those that lead the answer."""
    first, second = (
        {(measure_of(figure).of, measure_of(figure).value) for figure in map(as_figure, figures)}
        for figures in (answer_figures(item, documents[item.document_key]) for item in (lead, one))
    )
    return bool(first and second) and first != second


def _reported(groups: Sequence[Group], cited: Sequence[Extract]) -> tuple[Reported, ...]:
    return tuple(
        Reported(
            first.figure, first.as_of, group.relation, group.sources,
            tuple(cited.index(one.extract) + 1 for one in group.statements),
            first.cut_off is not None, first.document.publisher, first.document.published,
        )
        for group in groups
        for first in group.statements[:1]
    )  # fmt: skip


def verdict_on(claim: Figure | None, figures: Sequence[Figure]) -> Verdict | None:
    """Return whether the one figure of an answer is the question's, None where that is open."""
    if claim is None or len(figures) != 1:
        return None
    same = agrees(claim, figures[0])
    return None if same is None else Verdict(claim, same)


def cite(extracts: Sequence[Extract], documents: Mapping[str, Document]) -> tuple[Citation, ...]:
    """Return the extracts as citations, numbered from 1."""
    return tuple(
        Citation(number, documents[item.document_key], item.start, item.end, item.spans, item.score)
        for number, item in enumerate(extracts, 1)
    )
