"""What is known of candidate sentences, on made-up ones worked out by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from rag.language.sentences import split_clauses
from rag.language.words import Segmenter
from rag.reading.features import FEATURES, Candidate, features
from rag.reading.hints import surroundings
from rag.reading.windows import Span
from rag.records import Document, Hit, Language, Passage, Question


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    return Segmenter(tmp_path_factory.mktemp("jieba"))


def question(text: str, words: str, *names: str) -> Question:
    vector = np.zeros(2, np.float32)
    return Question(text, Language.ENGLISH, vector, tuple(words.split()), names)


def candidate(
    segmenter: Segmenter, text: str, rank: int = 0, context: str = "", words: str = ""
) -> Candidate:
    passage = Passage(f"d{rank}", 0, len(text), text, context, Language.ENGLISH)
    hit = Hit(passage, 0.8)
    document = Document(passage.document_key, "", text, context)
    near = surroundings(document, segmenter.words(text), segmenter)
    whole = (0, len(text))
    at = text.index(words)
    answer = (at, at + len(words)) if words else whole
    clause = split_clauses(text, at, len(text))[0] if words else whole
    span = Span(*answer, 2.5, 1.5)
    return Candidate(hit, rank, *whole, clause, answer, span, -0.25, -0.5, near, document)


def feature(name: str, rows: np.ndarray) -> list[float]:
    return [round(float(value), 4) for value in rows[:, FEATURES.index(name)]]


def test_scores_of_the_encoder_and_of_retrieval_come_first(segmenter: Segmenter) -> None:
    one = candidate(segmenter, "The bridge opened.")
    rows = features(question("When?", "when"), [one], segmenter)
    assert feature("span", rows) == [1.5]
    assert feature("best", rows) == [2.5]
    assert feature("behind", rows) == [-0.25]
    assert feature("relevance", rows) == [-0.5]
    assert feature("passage_score", rows) == [0.8]
    assert feature("passage_rank", rows) == [1.0]


def test_a_word_that_few_sentences_have_weighs_more(segmenter: Segmenter) -> None:
    texts = ["the bridge opened", "the mill opened", "the mill closed"]
    made = [candidate(segmenter, text, rank) for rank, text in enumerate(texts)]
    rows = features(question("bridge opened", "bridge opened"), made, segmenter)
    both, one, none = feature("words_here", rows)
    assert (both, none) == (1.0, 0.0)
    assert 0 < one < 0.5


def test_a_name_is_found_in_the_title_and_across_languages(segmenter: Segmenter) -> None:
    here = candidate(segmenter, "河水上涨。", 0, "广西水情")
    there = candidate(segmenter, "河水上涨。", 1, "青海水情")
    rows = features(question("How is Guangxi?", "guangxi", "guangxi"), [here, there], segmenter)
    assert feature("names_near", rows) == [1.0, 0.0]
    assert feature("names_here", rows) == [0.0, 0.0]
    assert feature("cross", rows) == [1.0, 1.0]
    assert feature("words_here", rows) == [0.0, 0.0]


def test_a_translated_word_is_found_in_the_other_language(segmenter: Segmenter) -> None:
    made = [candidate(segmenter, text, n) for n, text in enumerate(("大桥通车。", "磨坊关闭。"))]
    asked = Question(
        "When did the bridge open?", Language.ENGLISH, np.zeros(2, np.float32),
        ("when", "bridge", "open"), (), translations=(("桥", "大桥"), ("开放", "通车")),
    )  # fmt: skip
    rows = features(asked, made, segmenter)
    assert feature("meanings_here", rows) == [1.0, 0.0]


def test_a_translation_of_several_words_needs_them_all(segmenter: Segmenter) -> None:
    texts = ("They got it back.", "They got wet.")
    made = [candidate(segmenter, text, n) for n, text in enumerate(texts)]
    asked = Question(
        "追回了吗", Language.CHINESE, np.zeros(2, np.float32), ("追回",), (),
        translations=(("got back", "recover"),),
    )  # fmt: skip
    assert feature("meanings_here", features(asked, made, segmenter)) == [1.0, 0.0]


def test_a_question_without_names_or_numbers_misses_none(segmenter: Segmenter) -> None:
    one = candidate(segmenter, "The bridge opened.")
    rows = features(question("When?", "when"), [one], segmenter)
    assert feature("names_near", rows) == [1.0]
    assert feature("numbers_near", rows) == [1.0]


def test_the_year_of_the_question_is_looked_for_with_the_date(segmenter: Segmenter) -> None:
    one = candidate(segmenter, "The bridge opened.", 0, "News 2031-05-04")
    rows = features(question("opened in 2031 or 2032", "opened"), [one], segmenter)
    assert feature("numbers_near", rows) == [0.5]


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        ("In 2022 the bridge opened.", date(2024, 1, 1), 1.0),
        ("In 2021 the bridge opened.", date(2022, 1, 1), 0.0),
        ("Last year the bridge opened.", date(2023, 2, 1), 1.0),
        ("The bridge opened.", date(2022, 7, 1), 0.7),
        ("The bridge opened.", date(2023, 3, 1), 0.7),
        ("The bridge opened.", date(2023, 9, 1), 0.2),
        ("The bridge opened.", None, 0.4),
    ],
)
def test_a_sentence_fits_the_period_of_the_question_or_not(
    segmenter: Segmenter, text: str, published: date | None, expected: float
) -> None:
    one = candidate(segmenter, text)
    one = replace(one, document=replace(one.document, published=published))
    rows = features(question("What opened in 2022?", "opened"), [one], segmenter)
    assert feature("period", rows) == [expected]
    assert feature("period", features(question("What opened?", "opened"), [one], segmenter)) == [1]


def test_the_places_of_the_question_are_looked_for_in_the_whole_document(
    segmenter: Segmenter,
) -> None:
    here = candidate(segmenter, "The bridge opened.", 0, "News of Guangxi")
    there = candidate(segmenter, "大桥通车。", 1, "青海要闻")
    asked = replace(question("Did Guangxi build it?", "guangxi"), places=frozenset({"guangxi"}))
    assert feature("places", features(asked, [here, there], segmenter)) == [1.0, 0.0]
    nowhere = question("Did they build it?", "they")
    assert feature("places", features(nowhere, [here, there], segmenter)) == [1.0, 1.0]


def test_what_is_asked_for_must_be_of_its_kind(segmenter: Segmenter) -> None:
    made = [
        candidate(segmenter, text, n)
        for n, text in enumerate(("It has 40 arches.", "It is old.", "It opened in 1931."))
    ]
    many = features(question("How many arches?", "arches"), made, segmenter)
    assert feature("kind", many) == [1.0, 0.0, 0.0]
    when = features(question("When did it open?", "open"), made, segmenter)
    assert feature("kind", when) == [1.0, 0.0, 1.0]
    assert feature("kind", features(question("Who?", "who"), made, segmenter)) == [1.0] * 3


def test_the_clause_of_the_answer_is_told_from_its_sentence(segmenter: Segmenter) -> None:
    text = "They built 40 bridges, and 12 mills."
    made = [candidate(segmenter, text, words=words) for words in ("40", "12")]
    rows = features(question("How many mills?", "mills"), made, segmenter)
    assert feature("words_here", rows) == [1.0, 1.0]
    assert feature("words_clause", rows) == [0.0, 1.0]


def test_what_the_question_says_already_is_marked(segmenter: Segmenter) -> None:
    text = "Of 40 bridges, 12 were mended."
    made = [candidate(segmenter, text, words=words) for words in ("40 bridges", "12")]
    rows = features(question("How many of 40 bridges?", "40 bridges"), made, segmenter)
    assert feature("echo", rows) == [1.0, 0.0]
    assert feature("repeats", rows) == [1.0, 0.0]


def test_a_sentence_is_told_of_the_places_it_names_or_that_stand_near(segmenter: Segmenter) -> None:
    titled = candidate(segmenter, "The bridge opened.", 0, "News of Guangxi")
    other = candidate(segmenter, "Qinghai opened a bridge.", 1, "News of Guangxi and Gansu")
    listed = candidate(segmenter, "Qinghai opened a bridge.", 2, "News of the west")
    near = replace(listed, document=replace(listed.document, text=f"{listed.text} So did Guangxi."))
    asked = replace(question("Did Guangxi build it?", "guangxi"), places=frozenset({"guangxi"}))
    rows = features(asked, [titled, other, near], segmenter)
    # What names a place of its own is not told of the one beside it.
    assert feature("placed", rows) == [1.0, 1.0, 0.0]
    nowhere = features(question("Did they build it?", "they"), [titled, other], segmenter)
    assert feature("placed", nowhere) == [1.0, 1.0]


def test_no_candidates_give_no_rows(segmenter: Segmenter) -> None:
    rows = features(question("When?", "when"), [], segmenter)
    assert rows.shape == (0, len(FEATURES))
