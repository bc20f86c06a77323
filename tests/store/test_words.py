import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.errors import IndexDamagedError
from rag.passage_set import PassageSet
from rag.records import Field, Language
from rag.store import word_queries
from rag.store import words as module
from rag.store.word_queries import rarest
from rag.store.words import Entry, WordIndex

ZH, EN, OTHER = Language.CHINESE, Language.ENGLISH, Language.OTHER
BODY = {Field.BODY: 1.0}


def entry(
    number: int,
    body: str,
    *,
    title: str = "",
    names: Sequence[str] = (),
    language: Language = EN,
    title_language: Language = EN,
) -> Entry:
    return Entry(number, language, title_language, body.split(), title.split(), names)


@pytest.fixture
def words(tmp_path: Path) -> WordIndex:
    index = WordIndex(tmp_path / "words")
    index.add(
        [
            entry(1, "the keeper climbed the tower", title="lighthouse"),
            entry(2, "the bees made honey and more honey", title="keeper of bees"),
            entry(3, "茶园 采茶 丰收", title="tea harvest", language=ZH),
            entry(
                4, "大桥 通车", title="云溪 大桥", names=["yunxi"], language=ZH, title_language=ZH
            ),
        ]
    )
    index.commit()
    return index


def ids(found: list[tuple[int, float]]) -> list[int]:
    return [number for number, _ in found]


def test_passages_are_found_by_their_words(words: WordIndex) -> None:
    assert ids(words.search(["honey"], BODY, 9)) == [2]
    assert ids(words.search(["茶园"], BODY, 9)) == [3]
    assert words.search(["pears"], BODY, 9) == []
    assert words.search([], BODY, 9) == []
    assert words.count() == 4


def test_english_words_are_stemmed_alike_in_question_and_text(words: WordIndex) -> None:
    assert ids(words.search(["climbing"], BODY, 9)) == [1]
    assert ids(words.search(["towers"], BODY, 9)) == [1]
    assert ids(words.search(["bee"], BODY, 9)) == [2]


def test_any_form_of_a_word_will_do_and_the_best_one_counts(words: WordIndex) -> None:
    forms = [("beekeeper", "keeper", "climber")]
    assert ids(words.search_meanings(forms, 9, language=EN)) == [1]
    alone = words.search(["honey"], BODY, 9, language=EN)
    both = words.search_meanings([("honey", "bees")], 9, language=EN)
    assert both[0][1] == pytest.approx(alone[0][1])


def test_a_form_of_several_words_needs_them_all(words: WordIndex) -> None:
    assert ids(words.search_meanings([("made honey",)], 9, language=EN)) == [2]
    assert words.search_meanings([("sold honey",)], 9, language=EN) == []


def test_meanings_are_looked_for_in_one_language_and_the_allowed_ids(words: WordIndex) -> None:
    forms = [("大桥", "honey")]
    assert ids(words.search_meanings(forms, 9, language=ZH)) == [4]
    assert words.search_meanings(forms, 9, language=ZH, allowed=PassageSet([3])) == []
    assert words.search_meanings([], 9, language=ZH) == []
    assert words.search_meanings([("?",)], 9, language=ZH) == []


def test_each_field_is_searched_alone(words: WordIndex) -> None:
    assert ids(words.search(["keeper"], BODY, 9)) == [1]
    assert ids(words.search(["keeper"], {Field.TITLE: 1.0}, 9)) == [2]
    assert ids(words.search(["yunxi"], {Field.NAMES: 1.0}, 9)) == [4]
    assert words.search(["yunxi"], BODY, 9) == []


def test_places_are_found_among_given_passages_by_the_share_that_is_named(tmp_path: Path) -> None:
    index = WordIndex(tmp_path / "words")
    about = (("guangxi",), ("guangxi", "new york"), ("york",), ("guangxi",))
    index.add(
        Entry(number, EN, EN, ["word"] * number, [], [], places)
        for number, places in enumerate(about, start=1)
    )
    index.commit()
    assert index.search_places(["guangxi"], [1, 2, 3]) == [(1, 1.0), (2, 1.0)]
    assert index.search_places(["new york", "guangxi"], [1, 2, 3]) == [(2, 1.0), (1, 0.5)]
    assert index.search_places([], [1, 2, 3]) == []
    assert index.search_places(["guangxi"], []) == []


def test_a_fields_weight_multiplies_its_scores(words: WordIndex) -> None:
    ((_, one),) = words.search(["keeper"], {Field.TITLE: 1.0}, 9)
    ((_, half),) = words.search(["keeper"], {Field.TITLE: 0.5}, 9)
    assert one > 0
    assert half == pytest.approx(one / 2)
    both = dict(words.search(["keeper"], {Field.BODY: 1.0, Field.TITLE: 0.5}, 9))
    assert both[2] == pytest.approx(half)
    assert set(both) == {1, 2}


def test_a_word_asked_for_twice_counts_once(words: WordIndex) -> None:
    assert words.search(["honey", "honey"], BODY, 9) == words.search(["honey"], BODY, 9)


def test_bm25_scores_are_those_of_the_formula(tmp_path: Path) -> None:
    index = WordIndex(tmp_path / "words")
    index.add([entry(1, "tea tea tea milk"), entry(2, "tea milk"), entry(3, "milk milk")])
    index.commit()
    ((first, one), (second, two)) = index.search(["tea"], BODY, 9)
    # idf = ln(1 + (3 - 2 + 0.5) / (2 + 0.5)), k1 = 1.2, b = 0.75, mean length 8/3.
    assert (first, second) == (1, 2)
    idf = 0.470003629
    assert one == pytest.approx(idf * 3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 4 / (8 / 3))), rel=1e-4)
    assert two == pytest.approx(idf * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / (8 / 3))), rel=1e-4)


def test_languages_and_allowed_ids_limit_without_changing_scores(words: WordIndex) -> None:
    everything = dict(words.search(["keeper", "大桥", "tea"], {Field.TITLE: 1.0}, 9))
    assert set(everything) == {2, 3, 4}

    def limited(**limits: object) -> dict[int, float]:
        found = words.search(["keeper", "大桥", "tea"], {Field.TITLE: 1.0}, 9, **limits)  # type: ignore[arg-type]
        return dict(found)

    assert limited(language=ZH) == {n: pytest.approx(everything[n]) for n in (3, 4)}
    assert limited(title_language=EN) == {n: pytest.approx(everything[n]) for n in (2, 3)}
    assert set(limited(language=ZH, title_language=EN)) == {3}
    assert limited(language=OTHER) == {}
    assert limited(allowed=PassageSet([4, 2, 77])) == {
        n: pytest.approx(everything[n]) for n in (2, 4)
    }
    assert limited(allowed=PassageSet([])) == {}


def test_allowed_ids_limit_before_ranking(words: WordIndex) -> None:
    best = ids(words.search(["the", "honey"], BODY, 1))
    assert best == [2]
    assert ids(words.search(["the", "honey"], BODY, 1, allowed=PassageSet([1]))) == [1]


def test_equal_scores_come_in_the_order_of_ids(tmp_path: Path) -> None:
    index = WordIndex(tmp_path / "words")
    for number in (5, 3, 4):
        index.add([entry(number, "same words")])
        index.commit()
    assert ids(index.search(["words"], BODY, 9)) == [3, 4, 5]


def test_removed_passages_are_gone_after_the_commit(words: WordIndex) -> None:
    words.remove([2, 99])
    assert ids(words.search(["honey"], BODY, 9)) == [2]
    words.commit()
    assert words.search(["honey"], BODY, 9) == []
    assert words.count() == 3


def test_removing_before_adding_again_keeps_the_new_one(words: WordIndex) -> None:
    words.remove([2])
    words.add([entry(2, "nothing but wax")])
    words.commit()
    assert ids(words.search(["wax"], BODY, 9)) == [2]
    assert words.search(["honey"], BODY, 9) == []


def test_the_folder_can_be_opened_again(words: WordIndex, tmp_path: Path) -> None:
    again = WordIndex(tmp_path / "words")
    assert again.search(["honey"], BODY, 9) == words.search(["honey"], BODY, 9)


def test_words_with_signs_of_a_query_language_are_only_words(words: WordIndex) -> None:
    assert words.search(["+", "-honey", 'a"b', "(", "*", "body:honey", "\\"], BODY, 9) == []


def test_a_damaged_folder_is_told(words: WordIndex, tmp_path: Path) -> None:
    del words
    (tmp_path / "words" / "meta.json").write_text("{", "utf-8")
    with pytest.raises(IndexDamagedError, match=r"word index in .* cannot be read"):
        WordIndex(tmp_path / "words")


@pytest.mark.parametrize("most_taken", [50_000, 30])
def test_a_large_index_is_limited_after_ranking_and_finds_the_best_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_taken: int
) -> None:
    chance = random.Random(5)
    index = WordIndex(tmp_path / "words")
    vocabulary = [f"w{n}" for n in range(40)]
    for number in range(600):
        body = " ".join(chance.choices(vocabulary, range(1, 41), k=12))
        own, title = chance.choice([EN, ZH]), chance.choice([EN, ZH])
        index.add([entry(number, body, title=body[:6], language=own, title_language=title)])
    index.commit()

    def everything() -> list[list[tuple[int, float]]]:
        found = []
        fields = {Field.BODY: 1.0, Field.TITLE: 0.5}
        for share in (1, 2, 30, 300):
            allowed = None if share == 1 else PassageSet(range(0, 600, share))
            for asked in (["w1", "w30"], ["w39", "w38", "w2"], ["w0"]):
                for limits in ({}, {"language": EN}, {"language": ZH, "title_language": EN}):
                    found.append(index.search(asked, fields, 10, **limits, allowed=allowed))
                forms = [(asked[0], asked[-1]), ("w20 w21", "w7")]
                found.append(index.search_meanings(forms, 10, language=ZH, allowed=allowed))
        return found

    small = everything()
    monkeypatch.setattr(module, "_LARGE", 0)
    monkeypatch.setattr(module, "_FEW", 5)
    monkeypatch.setattr(module, "_MOST_TAKEN", most_taken)
    for ours, theirs in zip(everything(), small, strict=True):
        assert min(3, len(theirs)) <= len(ours) <= len(theirs)
        best = [score for _, score in theirs[: len(ours)]]
        assert [score for _, score in ours] == pytest.approx(best)
        # Scores that differ by rounding alone may stand in another order.
        assert len({number for number, _ in ours} - {number for number, _ in theirs}) <= 1


@pytest.mark.parametrize(
    ("frequencies", "chosen"),
    [
        ([], []),
        ([0, 0], []),
        ([5, 3, 0, 9], [1, 0, 3]),
        ([5000, 70_000, 2000, 30_000], [2, 0, 3]),
        ([900_000, 800_000], [1]),
        ([900_000, 3, 800_000], [1, 2]),
        ([900_000, 3000, 800_000], [1]),
    ],
)
def test_the_rarest_words_are_looked_for(frequencies: list[int], chosen: list[int]) -> None:
    assert rarest(frequencies, 100_000) == chosen


def test_frequent_forms_are_left_out_where_rare_ones_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = WordIndex(tmp_path / "words")
    index.add(entry(n, "often rare" if n == 7 else "often") for n in range(30))
    index.commit()
    assert len(index.search_meanings([("often",), ("rare",)], 50, language=EN)) == 30
    monkeypatch.setattr(word_queries, "_MOST_IN_MEANINGS", 20)
    monkeypatch.setattr(word_queries, "_MOST_IN_SUM", 20)
    monkeypatch.setattr(word_queries, "_ENOUGH", 1)
    assert ids(index.search_meanings([("often", "rare")], 50, language=EN)) == [7]
    assert ids(index.search(["often", "rare"], BODY, 50)) == [7]
    assert len(index.search_meanings([("often",)], 50, language=EN)) == 30
    assert len(index.search(["often"], BODY, 50)) == 30


def test_a_language_with_few_passages_is_searched_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGE", 0)
    index = WordIndex(tmp_path / "words")
    index.add(entry(n, "tea", language=OTHER if n == 77 else EN) for n in range(100))
    index.commit()
    assert ids(index.search(["tea"], BODY, 5, language=OTHER)) == [77]
    assert ids(index.search(["tea"], BODY, 5, language=EN)) == [0, 1, 2, 3, 4]
