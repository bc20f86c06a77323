"""Sentences that a language model wrote, held to the passages that they cite.

Figures, dates, places and names are compared exactly, and what says the opposite is told; the rest
is judged by a score of how well a passage bears the sentence out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.evidence.contraries import contradicts
from rag.language.dates import Period
from rag.language.figures import find_figures
from rag.language.glosses import Glosses
from rag.language.measures import is_same_measure, measure_of
from rag.language.names import countries, local_places, mentions_place
from rag.language.naming import missing_names
from rag.language.periods import stated_periods
from rag.language.quantities import Quantity
from rag.language.rendering import as_figure
from rag.language.sentences import split_sentences
from rag.language.words import Segmenter, normalise, stem
from rag.records import Document, Fault, Passage

NEIGHBOURS = 200
"""How many characters before and after a passage bear a sentence out as well."""

_BARE = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?!\.?\d)")
_NATIONWIDE = re.compile(r"全国|我国|举国|\bnation(?:al(?:ly)?|wide)?\b|\bcountry\b", re.IGNORECASE)


class Judge(Protocol):
    """Says how well passages bear a statement out."""

    def support(self, statement: str, passages: Sequence[Passage]) -> list[float]:
        """Return a probability for each passage."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a unit vector for each text, in either language; those of like texts are near."""
        ...


@dataclass(frozen=True, slots=True)
class Standard:
    """What a statement is held to, and with what.

    Args:
        judge: scores how well a passage supports a statement.
        least: the score from which it counts as supported.
        segmenter: cuts Chinese words.
        glosses: gives the other language's words for names.
    """

    judge: Judge
    least: float
    segmenter: Segmenter
    glosses: Glosses

    def hold(self, statement: str, passage: Passage, document: Document, score: float) -> Fault:
        """Return what keeps a passage, with its surroundings and title, from bearing it out.

        Args:
            statement: one sentence, without its marks.
            passage: what it cites.
            document: the passage's document.
            score: how well the passage supports it, by the judge.
        """
        near = document.text[max(0, passage.start - NEIGHBOURS) : passage.end + NEIGHBOURS]
        day = document.published.isoformat() if document.published else ""
        source = "\n".join((document.title, document.publisher, day, near))
        if not _has_figures(statement, source):
            return Fault.FIGURE
        if not _has_dates(statement, source, document):
            return Fault.DATE
        if not _has_places(statement, source, self.segmenter):
            return Fault.PLACE
        if any(missing_names(statement, source, self.segmenter, self.glosses)):
            return Fault.NAME
        if score < self.least:
            return Fault.UNSUPPORTED
        opposite = contradicts(statement, passage.text, self.judge.embed)
        return Fault.OPPOSITE if opposite else Fault.NONE


def _has_figures(statement: str, source: str) -> bool:
    """Return whether every quantity of a statement is one of the source's, in either language."""
    there = find_figures(source)
    bare = set(_BARE.findall(normalise(source).replace(",", "")))
    return all(
        any(_same(figure, other) for other in there)
        or (not figure.unit and figure.text.replace(",", "") in bare)
        for figure in find_figures(statement)
    )


def _same(one: Quantity, other: Quantity) -> bool:
    """Return whether two quantities count the same and come to the same, in any unit."""
    first, second = as_figure(one), as_figure(other)
    if not is_same_measure(first, second):
        return False
    values = {measure_of(second).value}
    if second.low is not None:
        values.add(measure_of(replace(second, value=second.low)).value)
    return measure_of(first).value in values


def _has_dates(statement: str, source: str, document: Document) -> bool:
    """Return whether every period of a statement is stated by the source, or holds one that is.

    A year holds its months, but the months from January to October are not those to August, and
    what still goes on when the source is published ("since 2019") begins in the same year.
    """
    now = document.published or date.max
    stated = stated_periods(source, document.published)

    def holds(one: Period, other: Period) -> bool:
        if one.end == now:
            return other.end <= now and one.start.year == other.start.year
        inside = one.start <= other.start and other.end <= one.end
        whole_year = (one.end.month, one.end.day) == (12, 31)
        return inside and (one.start != other.start or one.end == other.end or whole_year)

    return all(
        any(holds(one, other) for other in stated)
        for one in stated_periods(statement, document.published)
    )


def _has_places(statement: str, source: str, segmenter: Segmenter) -> bool:
    """Return whether every place of a statement is in its source, in either script.

    A country may be meant by "nationwide".
    """
    words = segmenter.words(statement)
    wide = _NATIONWIDE.search(source) is not None
    return all(mentions_place(source, place) for place in local_places(statement, words)) and (
        wide or all(mentions_place(source, place) for place in countries(statement, words))
    )


def quoted(statement: str, passage: Passage, segmenter: Segmenter) -> tuple[int, int]:
    """Return the sentence of a passage that says most of what a statement does, in its document.

    Figures count most, then words; the first sentence where nothing is shared.
    """
    values = {figure.value for figure in find_figures(statement)}
    words = frozenset(stem(segmenter.words(statement)))

    def shared(span: tuple[int, int]) -> tuple[int, int]:
        text = passage.text[slice(*span)]
        figures = values & {figure.value for figure in find_figures(text)}
        return len(figures), len(words & frozenset(stem(segmenter.words(text))))

    spans = split_sentences(passage.text) or [(0, len(passage.text))]
    start, end = max(spans, key=shared)
    return passage.start + start, passage.start + end
