"""What is asked of tantivy: sums of words, words with several forms, places, limits.

A search may look at so many occurrences and no more, and spends them on the rarest words first.
Frequent ones tell passages apart the least and cost the most: with all of them counted, finding the
translations of a Chinese question among a million passages took 25 to 56 ms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from rag.passage_set import PassageSet
from rag.records import Field, Language

_Query = Any
_MOST_IN_SUM = 400_000
_MOST_IN_MEANINGS = 100_000
"""How many occurrences are looked at. tantivy prunes sums, not the best of several forms."""

_ENOUGH = 1_000
"""Words that fewer passages have than this are not enough; the next one is taken at any cost."""

_FREQUENCIES_KEPT = 50_000


class WordQueries:
    """Makes queries for one state of an index."""

    def __init__(self, tantivy: Any, schema: Any, analyzer: Any, searcher: Any) -> None:  # noqa: ANN401
        self._query = tantivy.Query
        self._occur = tantivy.Occur
        self._schema = schema
        self._analyzer = analyzer
        self._frequency = lru_cache(_FREQUENCIES_KEPT)(searcher.doc_freq)

    def sum_of(self, words: Sequence[str], fields: dict[Field, float]) -> _Query | None:
        """Return a query for the weighted sum of the words' scores, None when there are none."""
        terms = dict.fromkeys(self._analyzer.analyze(" ".join(words)))
        pairs = [(field.value, term) for field in fields for term in terms]
        weights = {field.value: weight for field, weight in fields.items()}
        chosen = rarest([self._frequency(*pair) for pair in pairs], _MOST_IN_SUM)
        return self._any(
            self._query.boost_query(self._term(*pairs[at]), weights[pairs[at][0]]) for at in chosen
        )

    def meanings(self, meanings: Sequence[Sequence[str]]) -> _Query | None:
        """Return a query for words with the best of their forms; see ``WordIndex``."""
        body = Field.BODY.value
        forms, words, costs = [], [], []
        for word, ways in enumerate(meanings):
            for way in ways:
                terms = list(dict.fromkeys(self._analyzer.analyze(way)))
                if terms:
                    forms.append(terms)
                    words.append(word)
                    # Where all are needed the rarest one leads.
                    costs.append(min(self._frequency(body, term) for term in terms))
        best: dict[int, list[_Query]] = {}
        for at in sorted(rarest(costs, _MOST_IN_MEANINGS)):
            parts = [(self._occur.Must, self._term(body, term)) for term in forms[at]]
            form = parts[0][1] if len(parts) == 1 else self._query.boolean_query(parts)
            best.setdefault(words[at], []).append(form)
        return self._any(
            ways[0] if len(ways) == 1 else self._query.disjunction_max_query(ways)
            for ways in best.values()
        )

    def places(self, places: Collection[str]) -> _Query | None:
        """Return a query whose score is the share of the places that a passage is about."""
        return self._any(
            self._query.const_score_query(self._term(Field.PLACES.value, place), 1 / len(places))
            for place in places
        )

    def limited(
        self,
        best: _Query,
        language: Language | None,
        title_language: Language | None,
        allowed: PassageSet | None = None,
    ) -> _Query:
        """Return a query whose finds are limited before they are ranked."""
        limits = []
        if language is not None:
            limits.append(self._term("language", language.value))
        if title_language is not None:
            limits.append(self._term("title_language", title_language.value))
        if allowed is not None:
            limits.append(self._query.term_set_query(self._schema, "passage", list(allowed)))
        musts = [(self._occur.Must, self._query.boost_query(item, 0.0)) for item in limits]
        return self._query.boolean_query([(self._occur.Must, best), *musts]) if musts else best

    def passages_in(self, language: Language) -> int:
        """Return how many passages there are in a language."""
        return int(self._frequency("language", language.value))

    def _term(self, field: str, word: str) -> _Query:
        return self._query.term_query(self._schema, field, word)

    def _any(self, queries: Iterable[_Query]) -> _Query | None:
        clauses = [(self._occur.Should, query) for query in queries]
        return self._query.boolean_query(clauses) if clauses else None


def rarest(frequencies: Sequence[int], most: int) -> list[int]:
    """Return which words to look for, the rarest first: those that ``most`` occurrences pay for.

    Words that no passage has are left out.
    """
    chosen: list[int] = []
    spent = 0
    for at in sorted(range(len(frequencies)), key=frequencies.__getitem__):
        frequency = frequencies[at]
        if spent + frequency > most and spent >= _ENOUGH:
            break
        if frequency:
            chosen.append(at)
            spent += frequency
    return chosen
