"""Whether a source is about what a question asks, and its words are of the kind asked for."""

from __future__ import annotations

from rag.language.asking import Asked, asked_for, is_of_kind
from rag.language.figures import find_figures
from rag.language.names import mentions_place
from rag.language.periods import find_periods, overlaps, stated_periods
from rag.records import Document, Extract, Question

NEIGHBOURS = 200
"""How many characters before and after a quotation may name what it is about."""

OPENING = 150
"""How many characters at a document's beginning may."""


def answers(extract: Extract, document: Document, question: Question) -> bool:
    """Return whether an extract may stand as an answer.

    It must be about the question's places and period, be of the kind asked for, and say more than
    the question does: "how many" is answered by a count, "how much money" by money, and "how much
    of the 40 million" not by 40 million. "When" may be answered by what is no date: in spring,
    after the flood.
    """
    asked = asked_for(question.text)
    if asked is Asked.DATE:
        asked = None
    spans = extract.spans or ((extract.start, extract.end),)
    words = " ".join(document.text[start:end] for start, end in spans)
    return (
        is_about(extract, document, question)
        and is_of_kind(words, asked)
        and not (asked and _repeats(words, question.text))
        and is_of_period(extract, document, question)
    )


def is_about(extract: Extract, document: Document, question: Question) -> bool:
    """Return whether a quotation, its neighbours or its document's heading name every place asked.

    Either script will do. What Guangxi recovered does not answer what Guangdong did, however
    alike the sentences are.
    """
    text = document.text
    near = text[max(0, extract.start - NEIGHBOURS) : extract.end + NEIGHBOURS]
    shown = "\n".join((document.title, document.publisher, text[:OPENING], near))
    return all(mentions_place(shown, place) for place in question.places)


def is_of_period(extract: Extract, document: Document, question: Question) -> bool:
    """Return whether a quotation does not tell of another time than the question's periods.

    One that names no time is of any.
    """
    asked = [period for *_, period in find_periods(question.text)]
    stated = stated_periods(document.text[extract.start : extract.end], document.published)
    if not asked or not stated:
        return True
    return any(overlaps(one, other) for one in asked for other in stated)


def _repeats(words: str, question: str) -> bool:
    """Return whether the figures of an answer are all in the question already."""
    said = {figure.value for figure in find_figures(question)}
    given = {figure.value for figure in find_figures(words)}
    return bool(given) and given <= said
