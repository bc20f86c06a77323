"""What is known of each candidate sentence, as numbers, alike in fitting and in use.

They compare a question and a sentence, and know of neither but its words and what it asks for.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.language.asking import asked_for, is_of_kind, is_of_unit, unit_asked_for
from rag.language.dates import Period
from rag.language.detect import detect_language
from rag.language.figures import find_figures, with_unit
from rag.language.names import in_latin, local_places, mentions_place
from rag.language.periods import governing_periods, is_reported_then, named_periods, overlaps
from rag.language.words import Segmenter, stem, stem_forms
from rag.reading.windows import Span
from rag.records import Document, Hit, Question

FloatArray = NDArray[np.float32]

FEATURES = (
    "span", "best", "behind", "relevance", "passage_score", "passage_rank", "words_clause",
    "words_here", "words_near", "meanings_clause", "meanings_here", "meanings_near", "names_here",
    "names_near", "numbers_near", "period", "places", "placed", "kind", "echo",
    "repeats", "nearness", "cross",
)  # fmt: skip

_UNDATED, _REPORTED_THEN, _REPORTED_ELSE = 0.4, 0.7, 0.2

_T = TypeVar("_T", int, str)
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with words in it that may answer. Offsets count in the document's text.

    ``answer`` bounds these words, ``clause`` the clauses of the sentence that they stand in.
    ``span`` is what the encoder gives them, ``behind`` how much that is below the best of the
    sentence, ``relevance`` its judgement of the whole passage, ``nearness`` the cosine between the
    question and the sentence alone; ``near`` are the words of the passage, its document's title and
    publisher.
    """

    hit: Hit
    rank: int
    start: int
    end: int
    clause: tuple[int, int]
    answer: tuple[int, int]
    span: Span
    behind: float
    relevance: float
    near: Sequence[str]
    document: Document
    nearness: float = 0.0

    @property
    def text(self) -> str:
        """The sentence."""
        return self.document.text[self.start : self.end]

    @property
    def clause_text(self) -> str:
        """The clauses that the answer stands in."""
        return self.document.text[slice(*self.clause)]

    @property
    def words(self) -> str:
        """The answer's words."""
        return self.document.text[slice(*self.answer)]

    @property
    def figure_words(self) -> str:
        """The answer's words, a bare figure in a table with its unit."""
        start, end = (place - self.start for place in self.answer)
        return with_unit(self.text, start, end)


def features(
    question: Question,
    candidates: Sequence[Candidate],
    segmenter: Segmenter,
) -> FloatArray:
    """Return the features of candidate sentences, shape (len(candidates), len(FEATURES))."""
    wanted, names = frozenset(stem(question.words)), frozenset(question.names)
    numbers = _numbers(question.text)
    said = {(figure.value, figure.unit) for figure in find_figures(question.text)}
    periods = named_periods(question.text)
    asked, unit = asked_for(question.text), unit_asked_for(question.text)
    places = question.places
    documents = {item.document.key: item.document for item in candidates}
    about = {key: _places_of(document, places) for key, document in documents.items()}
    words_of = _Words(candidates, segmenter)
    near = {item.rank: item.near for item in candidates}
    stems_near = {rank: frozenset(stem(words)) for rank, words in near.items()}
    latin_near = {rank: in_latin(words) for rank, words in near.items()}
    passages = {item.rank: item.hit.passage for item in candidates}
    numbers_near = {
        rank: _numbers(f"{passage.context} {passage.text}") for rank, passage in passages.items()
    }
    here = [words_of.stems(item.text) for item in candidates]
    clauses = [words_of.stems(item.clause_text) for item in candidates]
    meanings = [stem_forms(forms) for forms in question.translations]
    means_here = [_meant(meanings, there) for there in here]
    means_near = {rank: _meant(meanings, there) for rank, there in stems_near.items()}
    meanable = frozenset().union(*means_here)
    every = frozenset(range(len(meanings)))
    meaning_weights = _weights(every, means_here)
    weights = _weights(wanted, here)
    # A word that no candidate has cannot tell them apart; "how much" stands in no answer.
    found = wanted & frozenset().union(*here)
    rows: list[list[float]] = []
    for item, stemmed, clause, meant in zip(candidates, here, clauses, means_here, strict=True):
        cross = detect_language(item.text) is not question.language
        own = not cross and not (wanted and not found)
        foreign = cross and bool(meanable)
        answer, said_there = words_of.stems(item.words), item.figure_words
        rows.append([
            item.span.margin,
            item.span.score,
            item.behind,
            item.relevance,
            item.hit.score,
            1.0 / (1 + item.rank),
            _share(found, clause, weights) if own else 0.0,
            _share(found, stemmed, weights) if own else 0.0,
            0.0 if cross else _share(wanted, stems_near[item.rank], weights),
            _share(meanable, _meant(meanings, clause), meaning_weights) if foreign else 0.0,
            _share(meanable, meant, meaning_weights) if foreign else 0.0,
            _share(every, means_near[item.rank], meaning_weights) if cross and every else 0.0,
            _share(names, words_of.latin(item.text), None),
            _share(names, latin_near[item.rank], None),
            _share(numbers, numbers_near[item.rank], None),
            _period_match(periods, item),
            _share(places, about[item.document.key], None),
            _share(places, _told_of(item, places, words_of), None),
            float(is_of_kind(said_there, asked) and is_of_unit(said_there, unit)),
            len(answer & wanted) / max(1, len(answer)),
            float(any((one.value, one.unit) in said for one in find_figures(item.words))),
            item.nearness,
            float(cross),
        ])  # fmt: skip
    return np.array(rows, np.float32).reshape(len(rows), len(FEATURES))


class _Words:
    """The words of candidates' sentences, clauses and answers, each text cut once."""

    def __init__(self, candidates: Sequence[Candidate], segmenter: Segmenter) -> None:
        every = ((item.text, item.clause_text, item.words) for item in candidates)
        texts = dict.fromkeys(text for three in every for text in three)
        self._words = {text: segmenter.words(text) for text in texts}
        self._stems = {text: frozenset(stem(words)) for text, words in self._words.items()}

    def of(self, text: str) -> list[str]:
        """Return a text's words."""
        return self._words[text]

    def stems(self, text: str) -> frozenset[str]:
        """Return the stems of a text's words."""
        return self._stems[text]

    def latin(self, text: str) -> frozenset[str]:
        """Return a text's words in Latin letters."""
        return in_latin(self._words[text])


def _meant(meanings: Sequence[Sequence[frozenset[str]]], there: frozenset[str]) -> frozenset[int]:
    """Return the numbers of the question's words that have a translation among these stems."""
    return frozenset(
        number for number, forms in enumerate(meanings) if any(form <= there for form in forms)
    )


def _weights(words: frozenset[_T], sentences: Sequence[frozenset[_T]]) -> dict[_T, float]:
    """Return how telling each word of the question is: the rarer among the candidates the more."""
    counts = Counter(word for sentence in sentences for word in words & sentence)
    total = len(sentences)
    return {word: math.log(1 + (total + 1) / (counts[word] + 0.5)) for word in words}


def _share(wanted: frozenset[_T], there: frozenset[_T], weights: dict[_T, float] | None) -> float:
    """Return the share of what is wanted that is there; 1 when nothing is wanted."""
    if not wanted:
        return 1.0
    if weights is None:
        return len(wanted & there) / len(wanted)
    total = sum(weights[word] for word in wanted)
    return sum(weights[word] for word in wanted & there) / total


def _period_match(asked: Sequence[Period], candidate: Candidate) -> float:
    """Return how well an answer fits the periods of a question, 1 when it has none.

    A period that the answer is told of decides; else a report of that time or soon after may be
    meant.
    """
    if not asked:
        return 1.0
    document = candidate.document
    published = document.published
    start, end = (place - candidate.start for place in candidate.answer)
    stated = governing_periods(candidate.text, start, end, published, document.title)
    if stated:
        return float(any(overlaps(one, other) for one in asked for other in stated))
    if published is None:
        return _UNDATED
    return _REPORTED_THEN if is_reported_then(published, asked) else _REPORTED_ELSE


def _places_of(document: Document, places: frozenset[str]) -> frozenset[str]:
    """Return those places that a document mentions, in its text or in what is known of it."""
    return frozenset(place for place in places if mentions_place(document.with_heading, place))


def _told_of(candidate: Candidate, places: frozenset[str], words_of: _Words) -> frozenset[str]:
    """Return those of some places that a candidate is told of."""
    if not places:
        return places
    own = local_places(candidate.text, words_of.of(candidate.text))
    told = candidate.document.subject_of(candidate.start, candidate.end, alone=bool(own))
    return frozenset(place for place in places if mentions_place(told, place))


def _numbers(text: str) -> frozenset[str]:
    return frozenset(item.replace(",", "") for item in _NUMBER.findall(text))
