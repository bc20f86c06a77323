"""Hybrid search: candidates of each language by the lists that work for it, then one order.

Every candidate scores its cosine and, for each list of words it is in, a bonus in proportion to its
BM25 score there. Passages in the question's language are found by its words; passages in another
one by what a dictionary gives for them, by names that cross languages (广西, Guangxi) and by titles
in the question's language.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.passage_set import Allowed
from rag.records import Field, Hit, Language, Passage, Question, SearchMode

Ranking = list[tuple[int, float]]
"""Passage ids with scores of one method, best first."""


@dataclass(frozen=True, slots=True)
class _Searches:
    """The searches among the passages of one language.

    Beside each by words stands the bonus of the best passage that it finds.
    """

    nearest: Callable[[], Ranking]
    by_words: Sequence[tuple[Callable[[], Ranking], float]]


class VectorSearch(Protocol):
    """Nearest passages of one language."""

    def search(
        self,
        question: NDArray[np.float32],
        language: Language,
        limit: int,
        allowed: Allowed | None,
    ) -> Ranking:
        """Return ids with cosines, best first."""
        ...


class WordSearch(Protocol):
    """Best passages by words."""

    def search(
        self,
        words: Sequence[str],
        fields: dict[Field, float],
        limit: int,
        *,
        language: Language | None = None,
        title_language: Language | None = None,
        allowed: Allowed | None = None,
    ) -> Ranking:
        """Return ids with BM25 scores, best first."""
        ...

    def search_meanings(
        self,
        meanings: Sequence[Sequence[str]],
        limit: int,
        *,
        language: Language,
        allowed: Allowed | None = None,
    ) -> Ranking:
        """Return ids with BM25 scores for words of which any one form will do."""
        ...

    def search_places(self, places: Collection[str], passages: Sequence[int]) -> Ranking:
        """Return those of some passages that are about places, with the share that they name."""
        ...


class PassageLookup(Protocol):
    """Passages by id."""

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Return the passages that are there."""
        ...


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """The settings that move retrieval's scores.

    ``quota`` is how many candidates each list of each language may give. The bonuses are the
    cosine that the best passage of a list gains: ``words_bonus`` by the question's own words,
    ``meanings_bonus`` by their translations, ``names_bonus`` by its names, or by its words in a
    title over text in another language; ``places_bonus`` is what any passage gains that is about
    the question's places.
    ``least_share`` is the part of the hits, rounded down, that each language with passages gets
    at least.
    """

    quota: int = 50
    title_weight: float = 0.5
    words_bonus: float = 0.04
    meanings_bonus: float = 0.03
    names_bonus: float = 0.02
    places_bonus: float = 0.03
    least_share: float = 0.375


class Retriever:
    """Searches one open index."""

    def __init__(
        self,
        vectors: VectorSearch,
        words: WordSearch,
        passages: PassageLookup,
        settings: RetrievalSettings | None = None,
        *,
        is_large: bool = False,
    ) -> None:
        """Take the parts of an index; in a large one all lists are searched side by side."""
        self._vectors = vectors
        self._words = words
        self._passages = passages
        self._settings = settings or RetrievalSettings()
        self._is_large = is_large

    def search(
        self,
        question: Question,
        *,
        top_k: int = 10,
        mode: SearchMode = SearchMode.HYBRID,
        allowed: Allowed | None = None,
    ) -> list[Hit]:
        """Return the best passages, best first.

        ``allowed`` limits every list, before it is ranked, to these passages. Scores of
        DENSE are cosines, of LEXICAL BM25's, of HYBRID cosines with what the lists of words add.
        """
        match mode:
            case SearchMode.DENSE:
                ranking = self._dense(question, top_k, allowed)
            case SearchMode.LEXICAL:
                fields = {Field.BODY: 1.0, Field.TITLE: self._settings.title_weight}
                ranking = self._words.search(question.words, fields, top_k, allowed=allowed)
            case SearchMode.HYBRID:
                ranking = self._hybrid(question, top_k, allowed)
        ranking = ranking[:top_k]
        passages = self._passages.passages([number for number, _ in ranking])
        return [Hit(passages[number], score) for number, score in ranking if number in passages]

    def _dense(self, question: Question, limit: int, allowed: Allowed | None) -> Ranking:
        found = [
            item
            for language in Language
            for item in self._vectors.search(question.vector, language, limit, allowed)
        ]
        return _sorted(found)

    def _hybrid(self, question: Question, top_k: int, allowed: Allowed | None) -> Ranking:
        least = math.floor(self._settings.least_share * top_k)
        sure: Ranking = []
        rest: Ranking = []
        searches = {one: self._searches(question, one, allowed) for one in Language}
        if self._is_large:
            each = self._side_by_side(question, searches)
        else:
            each = [self._candidates(question, *item) for item in searches.items()]
        for found in each:
            sure.extend(found[:least])
            rest.extend(found[least:])
        open_places = max(0, top_k - len(sure))
        return _sorted([*sure, *_sorted(rest)[:open_places]])

    def _searches(
        self, question: Question, language: Language, allowed: Allowed | None
    ) -> _Searches:
        settings = self._settings
        nearest = partial(self._vectors.search, question.vector, language, settings.quota, allowed)
        words = partial(
            self._words.search, limit=settings.quota, language=language, allowed=allowed
        )
        names = partial(words, question.names, {Field.NAMES: 1.0, Field.BODY: 1.0})
        if language is question.language:
            fields = {Field.BODY: 1.0, Field.TITLE: settings.title_weight}
            own = partial(words, question.words, fields)
            by_words = [(own, settings.words_bonus), (names, settings.names_bonus)]
            return _Searches(nearest, by_words)
        meanings = partial(
            self._words.search_meanings,
            question.translations, settings.quota, language=language, allowed=allowed,
        )  # fmt: skip
        titles = partial(
            words, question.words, {Field.TITLE: 1.0}, title_language=question.language
        )
        by_words = [
            (meanings, settings.meanings_bonus), (titles, settings.names_bonus),
            (names, settings.names_bonus),
        ]  # fmt: skip
        return _Searches(nearest, by_words)

    def _side_by_side(
        self, question: Question, searches: Mapping[Language, _Searches]
    ) -> list[Ranking]:
        """Return the candidates of each language, all lists searched by as many processors.

        FAISS and tantivy let other threads run while they search.
        """
        submit = _pool().submit
        # Vectors first: they take longest.
        nearest = [submit(one.nearest).result for one in searches.values()]
        by_words = [
            [(submit(search).result, bonus) for search, bonus in one.by_words]
            for one in searches.values()
        ]
        running = [_Searches(*item) for item in zip(nearest, by_words, strict=True)]
        return [self._candidates(question, *item) for item in zip(searches, running, strict=True)]

    def _candidates(self, question: Question, language: Language, searches: _Searches) -> Ranking:
        """Return the candidates in one language by cosine and what words add to it."""
        nearest = searches.nearest()
        if not nearest:
            return []
        offset = -question.own_language_bonus if language is question.language else 0.0
        scores = {number: cosine + offset for number, cosine in nearest}
        lowest = min(scores.values())
        for search, bonus in searches.by_words:
            ranking = search()
            if not ranking or ranking[0][1] <= 0:
                continue
            for number, score in ranking:
                gain = bonus * score / ranking[0][1]
                scores[number] = scores.get(number, lowest) + gain
        for number, share in self._words.search_places(question.places, list(scores)):
            scores[number] += self._settings.places_bonus * share
        return _sorted(list(scores.items()))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), "search")


def _sorted(ranking: Ranking) -> Ranking:
    return sorted(ranking, key=lambda item: (-item[1], item[0]))
