from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.records import Field, Language, Passage, Question, SearchMode
from rag.retrieval import RetrievalSettings, Retriever
from rag.retrieval.hybrid import Ranking

ZH, EN, OTHER = Language.CHINESE, Language.ENGLISH, Language.OTHER


@dataclass
class Vectors:
    """Gives each language the ranking it was told, within limit and allowed ids."""

    rankings: dict[Language, Ranking]
    calls: list[tuple[Language, int, object]] = field(default_factory=list)

    def search(
        self,
        question: NDArray[np.float32],
        language: Language,
        limit: int,
        allowed: Sequence[int] | None,
    ) -> Ranking:
        self.calls.append((language, limit, allowed))
        found = self.rankings.get(language, [])
        return [item for item in found if allowed is None or item[0] in allowed][:limit]


@dataclass
class Words:
    """Gives each (field, language) the ranking it was told, within limit and allowed ids."""

    rankings: dict[tuple[Field, Language | None], Ranking]
    meanings: dict[Language, Ranking] = field(default_factory=dict)
    places: Ranking = field(default_factory=list)
    calls: list[dict[str, object]] = field(default_factory=list)

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
        self.calls.append(
            {
                "words": tuple(words), "fields": fields, "limit": limit, "language": language,
                "title_language": title_language, "allowed": allowed,
            }
        )  # fmt: skip
        found = self.rankings.get((next(iter(fields)), language), [])
        return [item for item in found if allowed is None or item[0] in allowed][:limit]

    def search_meanings(
        self,
        meanings: Sequence[Sequence[str]],
        limit: int,
        *,
        language: Language,
        allowed: Sequence[int] | None = None,
    ) -> Ranking:
        found = self.meanings.get(language, []) if meanings else []
        return [item for item in found if allowed is None or item[0] in allowed][:limit]

    def search_places(self, places: Collection[str], passages: Sequence[int]) -> Ranking:
        return [item for item in self.places if places and item[0] in passages]


class Passages:
    """Has the passages of every id but those that are missing."""

    def __init__(self, *missing: int) -> None:
        self._missing = missing

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        return {n: Passage(str(n), 0, 1, "x") for n in ids if n not in self._missing}


def question(language: Language = EN, *, bonus: float = 0.0) -> Question:
    vector = np.array([1.0, 0.0], np.float32)
    return Question("q", language, vector, ("how", "many"), ("guangxi",), (), bonus)


def search(
    vectors: Vectors,
    words: Words,
    asked: Question | None = None,
    *,
    settings: RetrievalSettings | None = None,
    top_k: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    allowed: Sequence[int] | None = None,
) -> list[tuple[int, float]]:
    retriever = Retriever(vectors, words, Passages(404), settings)
    hits = retriever.search(asked or question(), top_k=top_k, mode=mode, allowed=allowed)
    return [(int(hit.passage.document_key), round(hit.score, 6)) for hit in hits]


def test_words_raise_passages_in_proportion_to_their_scores() -> None:
    vectors = Vectors({EN: [(1, 0.90), (2, 0.89), (3, 0.70)]})
    words = Words({(Field.BODY, EN): [(2, 8.0), (3, 4.0), (4, 2.0)]})
    settings = RetrievalSettings(words_bonus=0.04)
    # 4 is no candidate by meaning and starts from the lowest cosine.
    assert search(vectors, words, settings=settings) == [(2, 0.93), (1, 0.9), (3, 0.72), (4, 0.71)]


def test_translated_words_raise_passages_of_another_language() -> None:
    vectors = Vectors({EN: [(1, 0.80)], ZH: [(2, 0.79), (3, 0.78)]})
    words = Words({}, meanings={ZH: [(3, 6.0)], EN: [(1, 6.0)]})
    settings = RetrievalSettings(meanings_bonus=0.03)
    asked = replace(question(), translations=(("桥", "大桥"),))
    found = search(vectors, words, asked, settings=settings)
    assert found == [(3, 0.81), (1, 0.8), (2, 0.79)]


def test_titles_weigh_as_the_settings_say() -> None:
    words = Words({})
    vectors = Vectors({EN: [(1, 0.9)]})
    search(vectors, words, settings=RetrievalSettings(title_weight=0.3, quota=7))
    own, _names = [call for call in words.calls if call["language"] is EN]
    assert own["fields"] == {Field.BODY: 1.0, Field.TITLE: 0.3}
    assert (own["words"], own["limit"]) == (("how", "many"), 7)


def test_the_own_language_bonus_is_taken_off_before_languages_are_compared() -> None:
    vectors = Vectors({EN: [(1, 0.85)], ZH: [(2, 0.83)]})
    assert search(vectors, Words({})) == [(1, 0.85), (2, 0.83)]
    assert search(vectors, Words({}), question(bonus=0.05)) == [(2, 0.83), (1, 0.8)]


def test_names_raise_passages_of_another_language() -> None:
    vectors = Vectors({ZH: [(1, 0.80), (2, 0.79), (3, 0.70)]})
    words = Words({(Field.NAMES, ZH): [(2, 8.0), (3, 4.0), (77, 2.0)]})
    settings = RetrievalSettings(names_bonus=0.02)
    # 77 is no candidate by meaning and starts from the lowest cosine.
    found = search(vectors, words, settings=settings)
    assert found == [(2, 0.81), (1, 0.8), (3, 0.71), (77, 0.705)]
    fields = {Field.NAMES: 1.0, Field.BODY: 1.0}
    names = [call for call in words.calls if call["fields"] == fields]
    assert {call["words"] for call in names} == {("guangxi",)}


def test_passages_about_the_places_asked_about_are_raised_in_any_language() -> None:
    vectors = Vectors({EN: [(1, 0.80), (2, 0.79)], ZH: [(3, 0.78), (4, 0.70)]})
    words = Words({}, places=[(2, 1.0), (3, 0.5), (77, 1.0)])
    settings = RetrievalSettings(places_bonus=0.04)
    asked = replace(question(), places=frozenset({"guangxi"}))
    found = search(vectors, words, asked, settings=settings)
    assert found == [(2, 0.83), (1, 0.8), (3, 0.8), (4, 0.7)]
    assert search(vectors, words, settings=settings)[0] == (1, 0.8)


def test_names_of_a_chinese_question_are_looked_for_in_english_bodies() -> None:
    vectors = Vectors({EN: [(1, 0.80), (2, 0.79)]})
    words = Words({(Field.NAMES, EN): [(2, 8.0)]})
    assert search(vectors, words, question(ZH)) == [(2, 0.81), (1, 0.8)]


def test_names_raise_passages_of_the_own_language_too() -> None:
    # An English text may have the name only in its Chinese title.
    vectors = Vectors({EN: [(1, 0.80), (2, 0.79)]})
    words = Words({(Field.NAMES, EN): [(2, 8.0)]})
    assert search(vectors, words) == [(2, 0.81), (1, 0.8)]


def test_titles_in_the_questions_language_raise_passages_of_another() -> None:
    vectors = Vectors({ZH: [(1, 0.80), (2, 0.79)]})
    words = Words({(Field.TITLE, ZH): [(2, 3.0)]})
    assert search(vectors, words) == [(2, 0.81), (1, 0.8)]
    (titles,) = [call for call in words.calls if call["fields"] == {Field.TITLE: 1.0}]
    assert titles["title_language"] is EN
    assert titles["words"] == ("how", "many")


def test_each_language_gets_its_least_share() -> None:
    vectors = Vectors(
        {
            EN: [(n, 0.9 - n / 1000) for n in range(1, 9)],
            ZH: [(n, 0.5 - n / 1000) for n in range(11, 19)],
        }
    )
    found = [n for n, _ in search(vectors, Words({}), top_k=8)]
    assert found == [1, 2, 3, 4, 5, 11, 12, 13]
    none = RetrievalSettings(least_share=0.0)
    assert [n for n, _ in search(vectors, Words({}), top_k=8, settings=none)] == list(range(1, 9))
    half = RetrievalSettings(least_share=0.5)
    found = [n for n, _ in search(vectors, Words({}), top_k=4, settings=half)]
    assert found == [1, 2, 11, 12]


def test_a_language_with_few_passages_leaves_its_places_to_the_others() -> None:
    vectors = Vectors({EN: [(n, 0.9 - n / 1000) for n in range(1, 9)], ZH: [(11, 0.5)]})
    assert [n for n, _ in search(vectors, Words({}), top_k=8)] == [1, 2, 3, 4, 5, 6, 7, 11]


def test_never_more_than_top_k_come_back() -> None:
    rankings = {
        language: [(10 * i + n, 0.5) for n in range(9)] for i, language in enumerate(Language)
    }
    every = RetrievalSettings(least_share=0.9)
    for top_k in (1, 2, 5):
        assert len(search(Vectors(rankings), Words({}), top_k=top_k, settings=every)) == top_k


@pytest.mark.parametrize("mode", list(SearchMode))
def test_filters_limit_every_list_before_it_is_ranked(mode: SearchMode) -> None:
    everything: Ranking = [(n, 1.0 - n / 100) for n in range(1, 60)]
    vectors = Vectors({EN: everything, ZH: [(n + 100, s) for n, s in everything]})
    words = Words({(Field.BODY, EN): everything, (Field.BODY, None): everything})
    found = search(vectors, words, top_k=3, mode=mode, allowed=[58, 59, 158])
    assert {n for n, _ in found} <= {58, 59, 158}
    assert {58, 59} <= {n for n, _ in found}
    assert all(allowed == [58, 59, 158] for *_, allowed in vectors.calls)
    assert all(call["allowed"] == [58, 59, 158] for call in words.calls)


def test_dense_search_merges_the_languages_by_cosine() -> None:
    vectors = Vectors({EN: [(1, 0.9), (2, 0.5)], ZH: [(3, 0.7)], OTHER: [(4, 0.6)]})
    words = Words({})
    found = search(vectors, words, mode=SearchMode.DENSE, top_k=3)
    assert found == [(1, 0.9), (3, 0.7), (4, 0.6)]
    assert words.calls == []


def test_lexical_search_is_by_words_alone_in_all_languages() -> None:
    vectors, words = Vectors({}), Words({(Field.BODY, None): [(2, 7.0), (1, 3.0)]})
    assert search(vectors, words, mode=SearchMode.LEXICAL) == [(2, 7.0), (1, 3.0)]
    assert vectors.calls == []
    assert words.calls[0]["limit"] == 10


def test_a_passage_that_is_gone_is_left_out() -> None:
    vectors = Vectors({EN: [(404, 0.9), (1, 0.8)]})
    assert search(vectors, Words({}), mode=SearchMode.DENSE) == [(1, 0.8)]


def test_an_empty_index_gives_no_hits() -> None:
    for mode in SearchMode:
        assert search(Vectors({}), Words({}), mode=mode) == []


def test_languages_searched_side_by_side_give_the_same() -> None:
    vectors = Vectors({EN: [(1, 0.9), (2, 0.5)], ZH: [(3, 0.7)], OTHER: [(4, 0.6)]})
    words = Words({(Field.BODY, EN): [(2, 3.0)], (Field.BODY, ZH): [(3, 1.0)]})
    retriever = Retriever(vectors, words, Passages(404), is_large=True)
    hits = retriever.search(question())
    found = [(round(hit.score, 5), hit.passage) for hit in hits]
    alone = Retriever(vectors, words, Passages(404)).search(question())
    assert found == [(round(hit.score, 5), hit.passage) for hit in alone]
    assert len(found) == 4
