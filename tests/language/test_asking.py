"""What questions ask for."""

import pytest

from rag.language.asking import Asked, asked_for

FIGURE = [
    "追回了多少钱",
    "用了几天",
    "有多长",
    "How many bees?",
    "what percentage of it",
    "how long is it",
]
DATE = ["何时开放", "哪一年建成", "什么时候", "When did it open?", "in which year did it open"]
NEITHER = ["谁是馆长", "几乎没有人来过吗", "why did it close", "whenever it rains", "somehow many"]


@pytest.mark.parametrize("question", FIGURE)
def test_a_question_for_a_figure_is_told(question: str) -> None:
    assert asked_for(question) is Asked.FIGURE


@pytest.mark.parametrize("question", DATE)
def test_a_question_for_a_date_is_told(question: str) -> None:
    assert asked_for(question) is Asked.DATE


@pytest.mark.parametrize("question", NEITHER)
def test_other_questions_do_not_tell(question: str) -> None:
    assert asked_for(question) is None
