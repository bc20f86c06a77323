"""The figure or clause of a sentence that is told of what is asked."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.language.asking import Asked
from rag.language.detect import detect_language
from rag.language.words import Segmenter
from rag.reading.focus import (
    change_beside,
    figures_told,
    focus_of,
    nearest_clauses,
    nearest_told,
    of_unit_beside,
)
from rag.records import Question

MEANINGS = (("drown", "溺", "死"), ("hospital", "送医"), ("rescue", "获救"))


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    return Segmenter(tmp_path_factory.mktemp("jieba"))


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return a vector with a place for each meaning that a text has, and one for any text."""
    rows = [[1.0, *(float(any(w in text for w in words)) for words in MEANINGS)] for text in texts]
    vectors = np.array(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("How many people drowned when the ferry sank?", "drowned"),
        ("After the flood, how many of the farms were sold?", "farms sold"),
        ("How many people held in the tower were freed by the king?", "freed"),
        ("How many passengers were on the ferry?", "passengers"),
        ("渡轮沉没死了几个人？", "死"),
        ("渡轮沉没后有多少人获救？", "获救"),
        ("警方抓获多少名嫌疑人？", "抓获嫌疑人"),
        ("Who sank the ferry?", ""),
        ("谁开的船？", ""),
    ],
)
def test_the_words_that_say_what_is_counted(text: str, focus: str, segmenter: Segmenter) -> None:
    question = Question(text, detect_language(text), np.zeros(2, np.float32), (), ())
    assert focus_of(question, segmenter) == focus


def chosen(sentence: str, taken: str, focus: str) -> str:
    start = sentence.index(taken)
    told = figures_told(sentence, Asked.COUNT, "")
    first, last = nearest_told(sentence, (start, start + len(taken)), told, focus, embed)
    return sentence[first:last]


@pytest.mark.parametrize(
    ("sentence", "taken", "focus", "answer"),
    [
        ("渡轮沉没，9人送医，无人溺亡。", "9人", "死", "无人溺亡"),
        ("渡轮沉没，9人送医，2人溺亡。", "9人", "drowned", "2人"),
        ("渡轮沉没，9人送医，2人溺亡。", "9人", "taken to hospital", "9人"),
        ("Nine people went to hospital and nobody drowned.", "Nine people", "溺亡", "nobody"),
        ("Nine people went to hospital and no one drowned.",
         "Nine people went to hospital and no one", "drowned", "no one"),
        ("Nine people went to hospital and no one drowned.", "Nine people", "sang", "Nine people"),
        ("It took 3 hours and 9 people drowned.", "3 hours", "drowned", "3 hours"),
        ("Nine people drowned.", "Nine people", "rescued", "Nine people"),
        ("9 divers from 4 hospitals came.", "9 divers from 4", "hospitals", "4"),
        ("9名获救者来自4家送医机构。", "9名获救者来自4家", "rescued", "9名"),
        ("9名获救者来自4家送医机构。", "9名获救者来自4家", "hospitals", "4家"),
        ("渡轮沉没，9人和7人溺亡，8人和6人送医。", "9人和7人", "死", "9人和7人"),
        ("溺亡者和获救者分别为2人和9人。", "2人和9人", "获救", "9人"),
    ],
)  # fmt: skip
def test_a_figure_of_another_thing_gives_way(
    sentence: str, taken: str, focus: str, answer: str
) -> None:
    assert chosen(sentence, taken, focus) == answer


@pytest.mark.parametrize(
    ("question", "sentence", "told"),
    [
        (
            "Was anybody taken to hospital?",
            "Two boats sank, nobody went to hospital, and the pier stayed open.",
            "nobody went to hospital,",
        ),
        ("有人溺水吗？", "两船相撞，有人溺水，三人溺水者获救，航道封闭。", "有人溺水，"),
        ("Did anyone drown?", "The boat was towed away.", "The boat was towed away."),
        ("有人溺水吗？", "有人落水，溺者两名，均死于低温。", "溺者两名，均死于低温。"),
    ],
)
def test_who_asks_whether_it_is_so_is_told_the_nearest_clauses(
    question: str, sentence: str, told: str
) -> None:
    start, end = nearest_clauses(sentence, question, embed)
    assert sentence[start:end] == told


@pytest.mark.parametrize(
    ("sentence", "taken", "change"),
    [
        ("产茶300吨，同比增长5%，出口8%。", "300吨", "5%"),
        ("企业有93家，比上年多11家。", "93家", "11家"),
        ("Fees rose by 3 million yuan to 19 million yuan.", "19 million yuan", "3 million yuan"),
        ("It had 40 boats, 12 more than before.", "40 boats", "12"),
        ("The hall has 40 seats.", "40 seats", "40 seats"),
        ("产茶300吨，增长5%，用工增长8%。", "8%", "8%"),
        ("产茶300吨，增长5%，用工增长8%。", "300吨，增长5%，用工增长8%", "5%，用工增长8%"),
        ("It sold 40 boats and costs dropped 8%.", "40 boats", "8%"),
    ],
)
def test_a_change_is_told_beside_what_changed(sentence: str, taken: str, change: str) -> None:
    start = sentence.index(taken)
    told = figures_told(sentence, Asked.FIGURE, "")
    first, last = change_beside((start, start + len(taken)), told)
    assert sentence[first:last] == change


@pytest.mark.parametrize(
    ("sentence", "figure", "stretch"),
    [
        ("产茶300吨，同比增长5%，用工增长8%。", "5%", "产茶300吨，同比增长5%，"),
        ("产茶300吨，同比增长5%，用工增长8%。", "8%", "用工增长8%。"),
        ("Tea sales reached 40 tonnes, up 5%, but rents fell 3%.", "5%",
         "Tea sales reached 40 tonnes, up 5%,"),
        ("甲厂和乙厂分别增长5%和8%。", "8%", "乙厂"),
    ],
)  # fmt: skip
def test_a_change_is_told_of_what_stands_before_it(
    sentence: str, figure: str, stretch: str
) -> None:
    told = figures_told(sentence, Asked.FIGURE, "")
    [found] = [one for one in told if one.quantity.text == figure]
    assert sentence[slice(*found.stretch)] == stretch


@pytest.mark.parametrize(
    ("sentence", "taken", "unit", "answer"),
    [
        ("78家银行的200名职员到场。", "200名", "家", "78家"),
        ("78家银行的200名职员到场。", "78家", "家", "78家"),
        ("78家银行、9家商店的200名职员到场。", "200名", "家", "200名"),
        ("银行的200名职员到场。", "200名", "家", "200名"),
    ],
)
def test_the_one_figure_of_the_unit_asked_for_is_told(
    sentence: str, taken: str, unit: str, answer: str
) -> None:
    start = sentence.index(taken)
    told = figures_told(sentence, Asked.COUNT, unit)
    first, last = of_unit_beside((start, start + len(taken)), told)
    assert sentence[first:last] == answer
