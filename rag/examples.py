"""Questions to begin with, made of the documents themselves."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator

from rag.engine import Engine
from rag.language.clozes import Cloze, make_clozes
from rag.language.dates import find_dates
from rag.language.detect import detect_language
from rag.language.figures import find_figures
from rag.language.sentences import split_sentences
from rag.records import Document, Language

_TRIES = 3
"""How many questions are tried for each one wanted."""

_DRAWN = 200
"""How many documents are looked at."""

_LEAST_SHARE = 0.8
"""How much of its sentence a question keeps at least."""

_QUOTING = re.compile(r"[\"“”「」『』()（）\[\]:：]")

_BEGINNING = 4_000
"""How many characters of a document are looked at."""


def example_questions(
    engine: Engine, most: int, pause: Callable[[], None] = lambda: None
) -> list[str]:
    """Return at most so many questions, each on another document, that the tool answers rightly.

    They are made of sentences that hold a figure, and tried: each is answered with its figure, from
    its sentence. ``pause`` is called before each trial.

    Raises:
        IndexFolderError: the index cannot be used.
    """
    draw = random.Random(1)
    documents = _sample(engine.documents(), draw)
    found: list[str] = []
    for tries, (document, cloze) in enumerate(_one_of_each(documents, draw)):
        if len(found) == most or tries == most * _TRIES:
            break
        pause()
        if _is_answered(engine, document, cloze):
            found.append(cloze.question)
    return found


def _sample(documents: Iterable[Document], draw: random.Random) -> list[Document]:
    """Return some of the documents in random order, without holding the others (Vitter's R)."""
    drawn: list[Document] = []
    for number, document in enumerate(documents):
        if len(drawn) < _DRAWN:
            drawn.append(document)
        elif (place := draw.randrange(number + 1)) < _DRAWN:
            drawn[place] = document
    draw.shuffle(drawn)
    return drawn


def _one_of_each(
    documents: list[Document], draw: random.Random
) -> Iterator[tuple[Document, Cloze]]:
    for document in documents:
        text = document.text[:_BEGINNING]
        language = detect_language(text)
        if language is not Language.OTHER:
            made = [
                cloze for cloze in make_clozes(text, "", language, draw) if _reads_well(cloze, text)
            ]
            if made:
                yield document, min(made, key=lambda cloze: len(cloze.question))


def _reads_well(cloze: Cloze, text: str) -> bool:
    """Return whether a question is a whole sentence, asks for its one figure, and quotes nobody."""
    sentence = next(text[a:b] for a, b in split_sentences(text) if a <= cloze.start < b)
    whole = len(cloze.question) >= _LEAST_SHARE * len(sentence)
    alone = len(find_figures(sentence)) == 1 and not find_dates(sentence)
    in_a_compound = "-" in text[cloze.start : cloze.end]
    return whole and alone and not in_a_compound and not _QUOTING.search(sentence)


def _is_answered(engine: Engine, document: Document, cloze: Cloze) -> bool:
    answer = engine.ask(cloze.question)
    return any(
        citation.document.key == document.key
        and any(start < cloze.end and cloze.start < end for start, end in citation.spans)
        for citation in answer.citations[:1]
    )
