"""Hybrid search: candidates of each language by the lists that work for it, then one order.

Every candidate scores its cosine and, for each list of words it is in, a bonus in proportion to its
BM25 score there. Passages in the question's language are found by its words; passages in another
one by what a dictionary gives for them, by names that cross languages (广西, Guangxi) and by titles
in the question's language.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.passage_set import Allowed
from rag.records import Field, Hit, Language, Passage, Question, SearchMode

Ranking = list[tuple[int, float]]
"""Passage ids with scores of one method, best first."""


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
        """Take the parts of an index; in a large one languages are searched side by side."""
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
        candidates = partial(self._candidates, question, allowed)
        if self._is_large:
            # FAISS and tantivy let other threads run while they search.
            with ThreadPoolExecutor(len(Language)) as pool:
                each = list(pool.map(candidates, Language))
        else:
            each = list(map(candidates, Language))
        for found in each:
            sure.extend(found[:least])
            rest.extend(found[least:])
        open_places = max(0, top_k - len(sure))
        return _sorted([*sure, *_sorted(rest)[:open_places]])

    def _candidates(
        self, question: Question, allowed: Allowed | None, language: Language
    ) -> Ranking:
        """Return the candidates in one language by cosine and what words add to it."""
        own = language is question.language
        dense = self._vectors.search(question.vector, language, self._settings.quota, allowed)
        if not dense:
            return []
        offset = -question.own_language_bonus if own else 0.0
        scores = {number: cosine + offset for number, cosine in dense}
        lowest = min(scores.values())
        lists = self._own_lists if own else self._other_lists
        found = [*lists(question, language, allowed), self._names(question, language, allowed)]
        for ranking, bonus in found:
            if not ranking or ranking[0][1] <= 0:
                continue
            for number, score in ranking:
                gain = bonus * score / ranking[0][1]
                scores[number] = scores.get(number, lowest) + gain
        for number, share in self._words.search_places(question.places, list(scores)):
            scores[number] += self._settings.places_bonus * share
        return _sorted(list(scores.items()))

    def _own_lists(
        self, question: Question, language: Language, allowed: Allowed | None
    ) -> Iterator[tuple[Ranking, float]]:
        settings = self._settings
        fields = {Field.BODY: 1.0, Field.TITLE: settings.title_weight}
        words = self._words.search(
            question.words, fields, settings.quota, language=language, allowed=allowed
        )
        yield words, settings.words_bonus

    def _other_lists(
        self, question: Question, language: Language, allowed: Allowed | None
    ) -> Iterator[tuple[Ranking, float]]:
        settings = self._settings
        meanings = self._words.search_meanings(
            question.translations, settings.quota, language=language, allowed=allowed
        )
        yield meanings, settings.meanings_bonus
        titles = self._words.search(
            question.words, {Field.TITLE: 1.0}, settings.quota,
            language=language, title_language=question.language, allowed=allowed,
        )  # fmt: skip
        yield titles, settings.names_bonus

    def _names(
        self, question: Question, language: Language, allowed: Allowed | None
    ) -> tuple[Ranking, float]:
        """Return the passages with the question's names in Latin letters, or romanised."""
        settings = self._settings
        fields = {Field.NAMES: 1.0, Field.BODY: 1.0}
        names = self._words.search(
            question.names, fields, settings.quota, language=language, allowed=allowed
        )
        return names, settings.names_bonus


def _sorted(ranking: Ranking) -> Ranking:
    return sorted(ranking, key=lambda item: (-item[1], item[0]))
