"""Questions as typed, into what search and reading use."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.embedding.bundled import BundledEmbedder
from rag.errors import UsageError
from rag.language.glosses import Glosses
from rag.language.words import Segmenter
from rag.questions import MOST_BONUS, QuestionParser, check_question
from rag.records import Language


class Means:
    """The mean vectors it is told."""

    def __init__(self, **vectors: NDArray[np.float32]) -> None:
        self._vectors = vectors

    def mean(self, language: Language) -> NDArray[np.float32] | None:
        return self._vectors.get(language.value)


@pytest.fixture(scope="module")
def parser(embedder: BundledEmbedder, segmenter: Segmenter, cache: Path) -> QuestionParser:
    return QuestionParser(embedder, segmenter, Glosses(cache, segmenter))


def test_an_english_question_has_names_and_translations(parser: QuestionParser) -> None:
    question = parser.understand("How many bridges did Guangxi build?", Means())
    assert question.language is Language.ENGLISH
    assert question.names == ("guangxi",)
    assert any("桥" in forms for forms in question.translations)


def test_slips_in_words_that_ask_are_put_right_and_right_words_stay(
    parser: QuestionParser,
) -> None:
    assert parser.understand("how mnay poeple came", Means()).text == "how many people came"
    for right in (
        "how many people were there when they were freed",
        "how many cakes were sold to whom, and were more baked then",
        "what mines and caves were named, and whether any casks were left",
        "while it was mine, whose monkey ate my honey",
    ):
        assert parser.understand(right, Means()).text == right


def test_a_chinese_question_has_names_in_latin_letters(parser: QuestionParser) -> None:
    question = parser.understand("广西追回了多少钱", Means())
    assert question.language is Language.CHINESE
    assert question.names == ("guangxi",)
    assert ("recover", "get back") in question.translations


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("How much did Guangxi recover?", {"guangxi"}),
        ("how much did guangxi recover", {"guangxi"}),
        ("广西和青海追回了多少钱", {"guangxi", "qinghai"}),
        ("is reading nice", set()),
        ("What did China recover?", set()),
    ],
)
def test_places_below_countries_are_told(
    parser: QuestionParser, text: str, places: set[str]
) -> None:
    assert parser.understand(text, Means()).places == places


def test_the_bonus_is_the_gap_between_the_languages_and_bounded(parser: QuestionParser) -> None:
    def bonus(index: Means) -> float:
        return parser.understand("晚上几点关门", index).own_language_bonus

    vector = parser.understand("晚上几点关门", Means()).vector
    assert bonus(Means(zh=vector)) == 0.0
    assert bonus(Means(zh=vector, en=vector * 0.95)) == pytest.approx(0.05, abs=0.001)
    assert bonus(Means(zh=vector, en=vector * 0.1)) == MOST_BONUS
    assert bonus(Means(zh=vector * 0.5, en=vector)) == 0.0


@pytest.mark.parametrize(
    ("question", "fault"),
    [("", "is empty"), ("   ", "is empty"), ("?!", "has no words"), ("。…", "has no words")],
)
def test_a_question_without_words_is_refused(question: str, fault: str) -> None:
    with pytest.raises(UsageError, match=f"the question {fault}"):
        check_question(question)


def test_a_question_of_a_thousand_characters_is_the_longest() -> None:
    assert check_question("x" * 1000 + " ") == "x" * 1000
    with pytest.raises(UsageError, match="has 1,001 characters, at most 1,000"):
        check_question("x" * 1001)


def test_half_a_surrogate_pair_in_a_question_is_replaced() -> None:
    assert check_question("tower \udcff") == "tower ?"


def test_a_yes_or_no_question_asks_for_its_figure(parser: QuestionParser) -> None:
    question = parser.understand("Did Guangxi build 40 bridges?", Means())
    assert question.text == "Guangxi build how many bridges?"
    assert question.typed == "Did Guangxi build 40 bridges?"
    assert question.claim is not None
    assert question.claim.value == 40
    assert "40" not in question.words
    plain = parser.understand("How many bridges?", Means())
    assert (plain.claim, plain.typed) == (None, "How many bridges?")
