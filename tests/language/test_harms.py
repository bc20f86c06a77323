"""Which harm is told of, and which is asked about."""

import pytest

from rag.language.harms import tells_of_other_harm


@pytest.mark.parametrize(
    ("words", "question", "other"),
    [
        ("没有造成人员死亡", "车间起火有人受伤吗？", True),
        ("无人受伤", "车间起火有人受伤吗？", False),
        ("没有造成人员伤亡", "翻车死了几个人？", False),
        ("no deaths", "How many were injured when the crane fell?", True),
        ("Nobody was hurt", "Was anyone injured?", False),
        ("two killed", "How many people died?", False),
        ("11 workers", "How many were hurt?", False),
        ("无人失踪", "沉船死了多少人", True),
        ("the server was dead", "How many visitors came?", False),
    ],
)
def test_a_harm_answers_for_no_other(words: str, question: str, other: bool) -> None:
    assert tells_of_other_harm(words, question) is other
