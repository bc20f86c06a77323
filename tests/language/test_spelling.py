"""Slips of the finger in the words that ask."""

import pytest

from rag.language.spelling import mend_asking


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("how much moeny was lost", "how much money was lost"),
        ("how mnay poeple came", "how many people came"),
        ("wehn did it open", "when did it open"),
        ("whihc bridge fell", "which bridge fell"),
        ("what amuont was paid", "what amount was paid"),
        ("how many peopel came", "how many people came"),
        ("how many peoplle came", "how many people came"),
        ("how many peple came", "how many people came"),
        ("what percantage fell", "what percentage fell"),
    ],
)
def test_a_slip_in_a_word_that_asks_is_put_right(typed: str, meant: str) -> None:
    assert mend_asking(typed, lambda word: False) == meant


@pytest.mark.parametrize(
    "typed",
    ["how much honey was sold", "who is Moeny", "the mill of hunnan", "many hands", "那moeny呢"],
)
def test_known_words_and_names_stay(typed: str) -> None:
    assert mend_asking(typed, {"honey", "sold", "mill", "hands"}.__contains__) == typed
