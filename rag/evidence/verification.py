"""Whether a source is about what a question asks, and its words are of the kind asked for."""

from __future__ import annotations

from rag.language.asking import Asked, asked_for, is_of_kind
from rag.language.names import mentions_place
from rag.records import Document, Extract, Question


def is_about(document: Document, question: Question) -> bool:
    """Return whether a document mentions every place of a question, in either script.

    What Guangxi recovered does not answer what Guangdong did, however alike the sentences are.
    """
    return all(mentions_place(document.with_heading, place) for place in question.places)


def answers(extract: Extract, document: Document, question: Question) -> bool:
    """Return whether an extract may stand as an answer: the right place, and the right kind.

    "How many" is answered by a count, "how much money" by money. "When" may be answered by what
    is no date: in spring, after the flood.
    """
    asked = asked_for(question.text)
    if asked is Asked.DATE:
        asked = None
    spans = extract.spans or ((extract.start, extract.end),)
    words = " ".join(document.text[start:end] for start, end in spans)
    return is_about(document, question) and is_of_kind(words, asked)
