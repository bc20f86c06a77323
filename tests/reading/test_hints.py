"""What the reader is told where question and passage are in different languages."""

import numpy as np
import pytest

from rag.language.detect import detect_language
from rag.reading.hints import Meanings, shared_names
from rag.records import Language, Question


def question(text: str, *names: str, words: tuple[str, ...] = ()) -> Question:
    return Question(text, detect_language(text), np.zeros(2, np.float32), words, names)


def test_a_name_that_only_the_title_has_is_told_in_the_questions_script() -> None:
    asked = question("How is Guangxi?", "guangxi")
    assert shared_names(asked, ["河水"], ["广西", "河水"]) == ["Guangxi"]
    assert shared_names(asked, ["guangxi"], ["guangxi", "广西"]) == []
    assert shared_names(asked, ["河水"], ["青海", "河水"]) == []


def test_a_latin_name_is_told_to_a_chinese_question_in_chinese() -> None:
    asked = question("广西怎么样", "guangxi", words=("广西", "怎么样"))
    assert shared_names(asked, ["river"], ["river", "guangxi"]) == ["广西"]
    assert shared_names(asked, ["river"], ["river", "qinghai"]) == []


FORMS = (("灯", "灯塔"), ("守", "看守", "看守人"), ("人",))


@pytest.mark.parametrize(
    ("text", "body", "told"),
    [
        ("灯塔有看守。", ("灯塔", "有", "看守"), ["灯塔", "看守"]),
        ("看守人走了。", ("看守", "看守人", "走", "了"), ["看守人"]),
        ("人走了。", ("人", "走", "了"), []),
        ("河水上涨。", ("河水", "上涨"), []),
        ("The keeper left.", ("the", "keeper", "left"), []),
    ],
)
def test_words_that_a_chinese_passage_has_are_told(
    text: str, body: tuple[str, ...], told: list[str]
) -> None:
    assert Meanings(Language.ENGLISH, FORMS).shared(text, body) == told


def test_words_that_an_english_passage_has_in_any_inflection_are_told() -> None:
    forms = (("can", "will"), ("rescue", "save"), ("fisherman",))
    body = ("they", "will", "have", "rescued", "two", "fisherman")
    text = "They will have rescued two fishermen."
    assert Meanings(Language.CHINESE, forms).shared(text, body) == ["rescue", "fisherman"]
    cars = Meanings(Language.CHINESE, (("car",), ("carpet",)))
    assert cars.shared("The car hit a carpet.", ("car", "hit", "carpet")) == ["car", "carpet"]
