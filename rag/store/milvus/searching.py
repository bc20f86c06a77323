"""Search in Milvus: nearest vectors, BM25 over words, and what is put together from both here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from threading import Lock

import numpy as np

from rag.records import Field, Language
from rag.store.milvus.connection import Connection
from rag.store.milvus.filters import all_of
from rag.store.milvus.rows import SEARCHED, bm25, query_terms
from rag.store.vectors import Vectors

_SAMPLE = 2_000
"""The mean of so many unit vectors is off by 0.02 at most, and a cosine to it by 0.001."""

_LAST_NUMBER = 2**63 - 1
_WIDER = 4
"""So many times what is wanted is ranked by the server before it is ranked again here."""

Ranking = list[tuple[int, float]]


class MilvusVectors:
    """The vectors of an index, by language."""

    def __init__(self, connection: Connection, languages: dict[str, int]) -> None:
        self._connection = connection
        self._languages = languages
        self._means: dict[Language, Vectors | None] = {}
        self._meaning = Lock()

    def search(
        self, question: Vectors, language: Language, limit: int, allowed: str | None
    ) -> Ranking:
        """Return the passages nearest to a question vector with their cosines, best first."""
        if not self._languages.get(language.value) or limit < 1:
            return []
        where = all_of(f'language == "{language}"', allowed)
        connection = self._connection
        asked = [question.tolist()]
        return connection.search(connection.passages, "vector", asked, limit, where)[0]

    def mean(self, language: Language) -> Vectors | None:
        """Return the mean vector of a language's passages, None when there are none.

        It is that of an even sample where there are many: numbers are hashes, so any range of
        them is one.
        """
        with self._meaning:
            if language not in self._means:
                self._means[language] = self._mean(language)
            return self._means[language]

    def _mean(self, language: Language) -> Vectors | None:
        count = self._languages.get(language.value, 0)
        if not count:
            return None
        last = _LAST_NUMBER if count <= _SAMPLE else _LAST_NUMBER * _SAMPLE // count
        where = f'language == "{language}" and id <= {last}'
        connection = self._connection
        rows = connection.query(connection.passages, where, ["vector"])
        if not rows:
            return None
        mean: Vectors = np.array([row["vector"] for row in rows], np.float32).mean(axis=0)
        return mean

    def vector(self, passage: int) -> Vectors | None:
        """Return the vector of one passage."""
        connection = self._connection
        rows = connection.by_ids(connection.passages, [passage], ["vector"])
        return np.array(rows[0]["vector"], np.float32) if rows else None

    def ids(self) -> set[int]:
        """Return every passage."""
        connection = self._connection
        return {row["id"] for row in connection.every(connection.passages, "id > 0", ["id"])}


class MilvusWords:
    """The words of an index, by field."""

    def __init__(self, connection: Connection, languages: dict[str, int]) -> None:
        self._connection = connection
        self._languages = languages

    def search(
        self,
        words: Sequence[str],
        fields: dict[Field, float],
        limit: int,
        *,
        language: Language | None = None,
        title_language: Language | None = None,
        allowed: str | None = None,
    ) -> Ranking:
        """Return passages with the sum of their fields' weighted BM25 scores, best first.

        Milvus ranks each field alone. What only one field's list has is looked up in the others,
        so that sums are whole.
        """
        terms = query_terms(words)
        if not terms or (language and not self._languages.get(language.value)):
            return []
        where = all_of(
            f'language == "{language}"' if language else "",
            f'title_language == "{title_language}"' if title_language else "",
            allowed,
        )
        asked = " ".join(terms)
        wide = limit if len(fields) == 1 else limit * _WIDER
        lists = {field: dict(self._ranked(field, [asked], wide, where)[0]) for field in fields}
        found = {number for scores in lists.values() for number in scores}
        for field, scores in lists.items():
            if len(scores) == wide and (missing := sorted(found - scores.keys())):
                more = self._ranked(field, [asked], len(missing), f"id in {missing}")
                scores.update(more[0])
        sums = {
            number: sum(weight * lists[field].get(number, 0.0) for field, weight in fields.items())
            for number in found
        }
        return _best(sums, limit)

    def search_meanings(
        self,
        meanings: Sequence[Sequence[str]],
        limit: int,
        *,
        language: Language,
        allowed: str | None = None,
    ) -> Ranking:
        """Return passages with BM25 scores for words of which any one form will do.

        Milvus adds up the scores of all terms. It gives the candidates by that sum, then the score
        of each term apart, of which the best form of each word counts here.
        """
        forms = [[query_terms([form]) for form in word] for word in meanings]
        terms = list(dict.fromkeys(term for word in forms for form in word for term in form))
        if not terms or not self._languages.get(language.value):
            return []
        where = all_of(f'language == "{language}"', allowed)
        candidates = self._ranked(Field.BODY, [" ".join(terms)], limit * _WIDER, where)[0]
        if not candidates:
            return []
        numbers = [number for number, _ in candidates]
        lists = self._ranked(Field.BODY, terms, len(numbers), f"id in {numbers}")
        scores = {term: dict(found) for term, found in zip(terms, lists, strict=True)}
        sums = {
            number: sum(max(_form_score(form, number, scores) for form in word) for word in forms)
            for number in numbers
        }
        return _best(sums, limit)

    def search_places(self, places: Collection[str], passages: Sequence[int]) -> Ranking:
        """Return those of some passages that are about places, with the share that they name."""
        wanted = {one_word(place) for place in places}
        if not wanted or not passages:
            return []
        connection = self._connection
        rows = connection.by_ids(connection.passages, list(passages), ["places"])
        shares = {row["id"]: len(wanted.intersection(row["places"].split())) for row in rows}
        return _best({number: n / len(wanted) for number, n in shares.items()}, len(rows))

    def _ranked(self, field: Field, asked: Sequence[str], limit: int, where: str) -> list[Ranking]:
        if field not in SEARCHED:
            raise ValueError(f"{field} is not ranked by its words")
        connection = self._connection
        found = connection.search(connection.passages, bm25(field), asked, limit, where)
        # Milvus Lite gives BM25 the sign of a distance.
        return [[(number, abs(score)) for number, score in hits] for hits in found]


def one_word(place: str) -> str:
    """Return a place as it is stored, whose names of several words are one."""
    return place.replace(" ", "")


def _form_score(form: Sequence[str], number: int, scores: dict[str, dict[int, float]]) -> float:
    """Return the score of a form in a passage, which needs all of its terms."""
    if not form or not all(number in scores[term] for term in form):
        return 0.0
    return sum(scores[term][number] for term in form)


def _best(scores: dict[int, float], limit: int) -> Ranking:
    found = [(number, score) for number, score in scores.items() if score > 0]
    return sorted(found, key=lambda item: (-item[1], item[0]))[:limit]
