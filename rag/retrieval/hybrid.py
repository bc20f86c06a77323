"""Hybrid search: candidates of each language by the lists that work for it, then one order.

Passages in the question's language are found by meaning and by words, fused by reciprocal rank
(Cormack, Clarke and Büttcher 2009). Passages in another language are found by meaning, by names
that cross languages (广西, Guangxi) and by titles in the question's language. A plain fusion of
all lists would bury them, because words hardly ever match across languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.records import Field, Hit, Language, Passage, Question, SearchMode

Ranking = list[tuple[int, float]]
"""Passage ids with scores of one method, best first."""

RANK_CONSTANT = 60
"""The constant of reciprocal rank fusion, as its authors have it."""


class VectorSearch(Protocol):
    """Nearest passages of one language."""

    def search(
        self,
        question: NDArray[np.float32],
        language: Language,
        limit: int,
        allowed: Sequence[int] | None,
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
        allowed: Sequence[int] | None = None,
    ) -> Ranking:
        """Return ids with BM25 scores, best first."""
        ...


class PassageLookup(Protocol):
    """Passages by id."""

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Return the passages that are there."""
        ...


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """The settings that move retrieval's scores.

    ``quota`` is how many candidates each list of each language may give. ``names_bonus``
    is the cosine that a passage in another language gains when it has the question's names.
    ``least_share`` is the part of the hits that each language with passages gets at least.
    """

    quota: int = 50
    title_weight: float = 0.5
    names_bonus: float = 0.02
    least_share: float = 0.25


class Retriever:
    """Searches one open index."""

    def __init__(
        self,
        vectors: VectorSearch,
        words: WordSearch,
        passages: PassageLookup,
        settings: RetrievalSettings | None = None,
    ) -> None:
        self._vectors = vectors
        self._words = words
        self._passages = passages
        self._settings = settings or RetrievalSettings()

    def search(
        self,
        question: Question,
        *,
        top_k: int = 10,
        mode: SearchMode = SearchMode.HYBRID,
        allowed: Sequence[int] | None = None,
    ) -> list[Hit]:
        """Return the best passages, best first.

        ``allowed`` limits every list, before it is ranked, to these passage ids. Scores of
        DENSE are cosines, of LEXICAL BM25's, of HYBRID cosines carried over to the fused order.
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

    def _dense(self, question: Question, limit: int, allowed: Sequence[int] | None) -> Ranking:
        found = [
            item
            for language in Language
            for item in self._vectors.search(question.vector, language, limit, allowed)
        ]
        return _sorted(found)

    def _hybrid(self, question: Question, top_k: int, allowed: Sequence[int] | None) -> Ranking:
        least = int(self._settings.least_share * top_k)
        sure: Ranking = []
        rest: Ranking = []
        for language in Language:
            candidates = self._own if language is question.language else self._other
            found = candidates(question, language, allowed)
            sure.extend(found[:least])
            rest.extend(found[least:])
        open_places = max(0, top_k - len(sure))
        return _sorted([*sure, *_sorted(rest)[:open_places]])

    def _own(
        self, question: Question, language: Language, allowed: Sequence[int] | None
    ) -> Ranking:
        """Return the candidates in the question's language: meaning and words, fused."""
        quota = self._settings.quota
        dense = self._vectors.search(question.vector, language, quota, allowed)
        fields = {Field.BODY: 1.0, Field.TITLE: self._settings.title_weight}
        words = self._words.search(
            question.words, fields, quota, language=language, allowed=allowed
        )
        return carry_scores(fuse([dense, words]), dict(dense), -question.own_language_bonus)

    def _other(
        self, question: Question, language: Language, allowed: Sequence[int] | None
    ) -> Ranking:
        """Return the candidates in another language: meaning, and names that cross languages."""
        quota, bonus = self._settings.quota, self._settings.names_bonus
        scores = dict(self._vectors.search(question.vector, language, quota, allowed))
        if not scores:
            return []
        field = Field.NAMES if language is Language.CHINESE else Field.BODY
        names = self._words.search(
            question.names, {field: 1.0}, quota, language=language, allowed=allowed
        )
        titles = self._words.search(
            question.words, {Field.TITLE: 1.0}, quota,
            language=language, title_language=question.language, allowed=allowed,
        )  # fmt: skip
        for ranking in (names, titles):
            for number, score in ranking:
                if number in scores:
                    scores[number] += bonus * score / ranking[0][1]
        return _sorted(list(scores.items()))


def fuse(rankings: Sequence[Ranking]) -> Ranking:
    """Fuse rankings by reciprocal rank; equal scores in a list share the better rank."""
    fused: dict[int, float] = {}
    for ranking in rankings:
        rank, last = 0, None
        for place, (number, score) in enumerate(ranking, 1):
            if score != last:
                rank, last = place, score
            fused[number] = fused.get(number, 0.0) + 1 / (RANK_CONSTANT + rank)
    return _sorted(list(fused.items()))


def carry_scores(order: Ranking, cosines: dict[int, float], offset: float) -> Ranking:
    """Give the fused order the cosines of its members, sorted, so that languages can be compared.

    Fused scores say nothing across lists; the best cosine goes to the best fused passage, and so
    on. A passage the dense list did not reach gets the list's lowest cosine.
    """
    lowest = min(cosines.values(), default=0.0)
    scores = sorted((cosines.get(number, lowest) for number, _ in order), reverse=True)
    return [(number, score + offset) for (number, _), score in zip(order, scores, strict=True)]


def _sorted(ranking: Ranking) -> Ranking:
    return sorted(ranking, key=lambda item: (-item[1], item[0]))
