"""Candidate sentences of the retrieved passages, and what is known about each.

A feature is a number that says something about how well a sentence answers, computed alike in
training and in use. None of them knows a kind of question: what a question asks for comes from
its embedding.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.language.detect import detect_language
from rag.language.names import romanise
from rag.language.sentences import split_sentences
from rag.language.words import Segmenter
from rag.reading.spans import SpanKind, parts_of
from rag.records import Document, Hit, Language, Question

FloatArray = NDArray[np.float32]

FEATURES = (
    "cosine", "passage_score", "passage_rank", "words_here", "words_near", "names_here",
    "names_near", "numbers_near", "kind", "length", "cross",
)  # fmt: skip

_LATIN_LENGTH = 0.9
"""The logarithm of how many times longer a text is in English than in Chinese."""

_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_LEAST_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what the reader adds: how likely it asks for each kind of words."""

    question: Question
    kinds: Mapping[SpanKind, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: its passage, and its offsets in the document's text."""

    hit: Hit
    rank: int
    start: int
    end: int
    text: str


def candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """Return the sentences of the passages, those of the best passage first."""
    found = []
    for rank, hit in enumerate(hits):
        passage = hit.passage
        for start, end in split_sentences(passage.text):
            if end - start >= _LEAST_CHARACTERS:
                found.append(
                    Candidate(
                        hit, rank, passage.start + start, passage.start + end,
                        passage.text[start:end],
                    )
                )  # fmt: skip
    return found


def features(
    asked: Asked,
    sentences: Sequence[Candidate],
    vectors: FloatArray,
    documents: Mapping[str, Document],
    segmenter: Segmenter,
) -> FloatArray:
    """Return the features of candidate sentences, shape (len(sentences), len(FEATURES)).

    ``vectors`` are the sentences' embeddings with their titles.
    """
    question, bonus = asked.question, asked.question.own_language_bonus
    wanted_words, wanted_names = frozenset(question.words), frozenset(question.names)
    wanted_numbers = _numbers(question.text)
    here = [frozenset(segmenter.words(item.text)) for item in sentences]
    near = {id(item.hit): _surroundings(item.hit, documents, segmenter) for item in sentences}
    weights = _weights(wanted_words, here)
    latin_here = [_latin(words) for words in here]
    latin_near = {key: _latin(words) for key, words in near.items()}
    rows: list[list[float]] = []
    cosines: list[float] = (vectors @ question.vector).tolist()
    for item, cosine, words, latin in zip(sentences, cosines, here, latin_here, strict=True):
        language = detect_language(item.text)
        cross = language is not question.language
        around = near[id(item.hit)]
        context = f"{item.hit.passage.context} {item.hit.passage.text}"
        present = {part.kind for part in parts_of(item.text, segmenter)}
        rows.append([
            cosine - (0.0 if cross else bonus),
            item.hit.score,
            1.0 / (1 + item.rank),
            0.0 if cross else _share(wanted_words, words, weights),
            0.0 if cross else _share(wanted_words, around, weights),
            _share(wanted_names, latin, None),
            _share(wanted_names, latin_near[id(item.hit)], None),
            _share(wanted_numbers, _numbers(context), None),
            sum(p for kind, p in asked.kinds.items() if kind in present),
            math.log(len(item.text)) - _LATIN_LENGTH * (language is Language.ENGLISH),
            float(cross),
        ])  # fmt: skip
    return np.array(rows, np.float32).reshape(len(rows), len(FEATURES))


def _surroundings(
    hit: Hit, documents: Mapping[str, Document], segmenter: Segmenter
) -> frozenset[str]:
    document = documents[hit.passage.document_key]
    text = f"{document.title}\n{document.publisher}\n{hit.passage.text}"
    return frozenset(segmenter.words(text))


def _weights(words: frozenset[str], sentences: Sequence[frozenset[str]]) -> dict[str, float]:
    """Return how telling each word of the question is: rare among the candidates, and long."""
    counts = Counter(word for sentence in sentences for word in words & sentence)
    total = len(sentences)
    return {word: math.log(1 + (total + 1) / (counts[word] + 0.5)) for word in words}


def _share(
    wanted: frozenset[str], there: frozenset[str], weights: dict[str, float] | None
) -> float:
    """Return the share of what is wanted that is there; 1 when nothing is wanted."""
    if not wanted:
        return 1.0
    if weights is None:
        return len(wanted & there) / len(wanted)
    total = sum(weights[word] for word in wanted)
    return sum(weights[word] for word in wanted & there) / total


def _latin(words: frozenset[str]) -> frozenset[str]:
    """Return the words in Latin letters: as they are, or romanised from Chinese."""
    own: set[str] = {word for word in words if word.isascii()}
    return frozenset(own.union(romanise(words)))


def _numbers(text: str) -> frozenset[str]:
    return frozenset(item.replace(",", "") for item in _NUMBER.findall(text))


