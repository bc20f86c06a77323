"""Windows of question and passage, and the best span in a stretch of one."""

from typing import Any, cast

import numpy as np
import pytest

from rag.encoder import WindowScores
from rag.encoder.tokenizer import Tokenizer
from rag.reading.windows import (
    MOST_QUESTION_TOKENS,
    Window,
    best_span,
    make_window,
    make_windows,
)
from rag.records import Passage


class OneTokenACharacter:
    """A tokenizer whose ids are code points."""

    def encode(self, text: str) -> list[int]:
        return [ord(char) for char in text]

    def pieces(self, text: str) -> list[tuple[int, int, int]]:
        return [(ord(char), place, place + 1) for place, char in enumerate(text)]


TOKENIZER = cast(Tokenizer, cast(Any, OneTokenACharacter()))


def scores(spans: list[tuple[float, float]]) -> WindowScores:
    return WindowScores(np.array(spans, np.float32), 0.0)


def test_a_window_holds_question_context_and_passage_in_that_order() -> None:
    passage = Passage("d", 10, 13, "xyz", context="T")
    window = make_window([ord("q")], passage, TOKENIZER, most=512)
    assert window.ids == (0, ord("q"), 2, 2, ord("T"), ord("x"), ord("y"), ord("z"), 2)
    assert window.offset == 5
    assert window.places == ((0, 1), (1, 2), (2, 3))


def test_words_that_say_zero_are_read_as_figures_and_stay_where_they_are() -> None:
    passage = Passage("d", 0, 8, "3伤，无人死亡。")
    [window] = make_windows([1], passage, TOKENIZER, most=512, figures=True)
    assert [chr(piece) for piece in window.ids[4:-1]] == list("3伤，0人死亡。")
    assert window.places == ((0, 1), (1, 2), (2, 3), *[(3, 7)] * 4, (7, 8))
    found = best_span(window, scores([(0, 0)] * 7 + [(5, 0), (0, 5)] + [(0, 0)] * 3), 3, 8)
    assert found is not None
    assert passage.text[found.start : found.end] == "无人死亡"


def test_meanings_stand_before_the_question_and_never_shorten_it() -> None:
    passage = Passage("d", 0, 1, "x")
    [window] = make_windows([1, 1], passage, TOKENIZER, most=512, meanings=["a", "b"])
    assert window.ids == (0, ord("a"), ord(" "), ord("b"), 1, 1, 2, 2, ord("x"), 2)
    asked = [1] * (MOST_QUESTION_TOKENS - 1)
    [window] = make_windows(asked, passage, TOKENIZER, most=512, meanings=["ab"])
    assert window.ids[1 : MOST_QUESTION_TOKENS + 1] == (ord("a"), *asked)


def test_a_passage_that_does_not_fit_is_cut_at_its_end() -> None:
    window = make_window([1, 2], Passage("d", 0, 6, "abcdef"), TOKENIZER, most=10)
    assert len(window.ids) == 10
    assert window.places == ((0, 1), (1, 2), (2, 3), (3, 4))


@pytest.mark.parametrize(
    ("length", "windows"),
    [
        (0, [(0, 0)]),
        (8, [(0, 8)]),
        (9, [(0, 8), (6, 9)]),
        (14, [(0, 8), (6, 14)]),
        (15, [(0, 8), (6, 14), (12, 15)]),
    ],
)
def test_a_long_passage_is_read_in_windows_that_overlap(
    length: int, windows: list[tuple[int, int]]
) -> None:
    passage = Passage("d", 0, length, "x" * length)
    found = make_windows([1], passage, TOKENIZER, most=13)
    shown = [(w.places[0][0], w.places[-1][1]) if w.places else (0, 0) for w in found]
    assert shown == windows
    assert all(len(window.ids) <= 13 for window in found)


def test_the_best_span_is_the_pair_with_the_highest_sum_in_order() -> None:
    window = Window((0, 7, 8, 9, 2), 1, ((0, 1), (1, 2), (2, 3)))
    # The best end stands before the best start: the pair must keep its order.
    found = best_span(window, scores([(1, 1), (0, 9), (5, 0), (0, 2), (0, 0)]), 0, 3)
    assert found is not None
    assert (found.start, found.end, found.score, found.margin) == (0, 1, 0 + 9, 0 + 9 - 2)


def test_edges_are_those_that_most_likely_spans_share() -> None:
    window = Window((0, 7, 8, 9, 6, 2), 1, ((0, 1), (1, 2), (2, 3), (3, 4)))
    # The first word alone is the likeliest; the other two likely ones go on to the third or fourth.
    rows = [(0, 0), (9, 9.2), (-9, -9), (-9, 9), (-9, 9.1), (0, 0)]
    found = best_span(window, scores(rows), 0, 4)
    assert found is not None
    assert (found.start, found.end) == (0, 4)
    assert found.score == pytest.approx(18.2)


def test_a_span_stays_inside_the_stretch_that_was_asked_for() -> None:
    window = Window((0, 7, 8, 9, 2), 1, ((0, 1), (1, 2), (2, 3)))
    found = best_span(window, scores([(0, 0), (9, 9), (1, 1), (2, 3), (0, 0)]), 1, 3)
    assert found is not None
    assert (found.start, found.end, found.score) == (2, 3, 5.0)


def test_a_stretch_without_tokens_has_no_span() -> None:
    window = Window((0, 7, 2), 1, ((0, 1),))
    assert best_span(window, scores([(0, 0), (1, 1), (0, 0)]), 4, 9) is None
