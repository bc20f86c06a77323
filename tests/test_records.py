from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal

import pytest

from rag.records import Answer, Citation, Document, Figure, Filters, Origin, Passage, PlaceUnit

TEXT = "𠮷田先生🎉 paid 3.5万元。"


def document(text: str = TEXT, *origin: Origin) -> Document:
    return Document("key", "digest", text, origin=origin)


def test_a_quote_is_the_slice_of_the_text_at_its_offsets() -> None:
    citation = Citation(1, document(), 6, 16, ((11, 16),))
    assert citation.quote == TEXT[6:16] == "paid 3.5万元"
    assert [TEXT[start:end] for start, end in citation.spans] == ["3.5万元"]


def test_offsets_count_code_points_with_emoji_and_rare_characters() -> None:
    assert len(TEXT) == 17
    assert Citation(1, document(), 0, 5).quote == "𠮷田先生🎉"
    assert Passage("key", 0, 5, "𠮷田先生🎉").text == TEXT[:5]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 2), (0, 18), (17, 18)])
def test_a_citation_must_quote_words_of_its_document(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="must quote words of its document"):
        Citation(1, document(), start, end)


@pytest.mark.parametrize("span", [(1, 4), (4, 11), (5, 4), (0, 2)])
def test_the_answers_words_must_stand_inside_the_quote(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="must stand inside the quote"):
        Citation(1, document(), 2, 10, (span,))


def test_the_answers_words_may_be_the_whole_quote() -> None:
    assert Citation(1, document(), 2, 10, ((2, 10),)).spans == ((2, 10),)


@pytest.mark.parametrize("text", ["", "ab", "abcd"])
def test_a_passages_text_must_span_its_offsets(text: str) -> None:
    with pytest.raises(ValueError, match="span exactly its offsets"):
        Passage("key", 4, 7, text)


def test_a_place_is_the_last_range_that_begins_at_or_before_the_character() -> None:
    found = document(
        TEXT,
        Origin(0, 6, PlaceUnit.LINE, "1"),
        Origin(6, 12, PlaceUnit.PAGE, "7"),
        Origin(12, 17, PlaceUnit.CELL, "B2"),
    )
    places = [found.place(at) for at in (0, 5, 6, 11, 12, 16)]
    assert places == ["line 1", "line 1", "page 7", "page 7", "cell B2", "cell B2"]
    assert Citation(1, found, 7, 14).place == "page 7"


def test_without_origin_there_is_no_place() -> None:
    assert document().place(3) == ""
    assert document(TEXT, Origin(5, 9, PlaceUnit.LINE, "2")).place(4) == ""


def test_records_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        document().text = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    "filters",
    [
        Filters(publisher="x"),
        Filters(path="*.md"),
        Filters(since=date(2020, 1, 1)),
        Filters(until=date(2020, 1, 1)),
    ],
)
def test_filters_are_true_when_one_of_them_limits(filters: Filters) -> None:
    assert filters
    assert not Filters()


def test_a_figure_inside_another_one_of_an_answer_is_not_taken_for_it() -> None:
    fifteen, five = (
        Figure(text, Decimal(text) * 10_000, "吨", "count", "", f"{text}0,000 tonnes",
               column_unit="万吨")
        for text in ("15", "5")
    )  # fmt: skip
    answer = Answer("收了多少？", "15", ("15", "5"), True, figures=(fifteen, five))
    assert [answer.in_column(text) for text in answer.texts] == [fifteen, five]
    assert [answer.translated(text) for text in answer.texts] == ["150,000 tonnes", "50,000 tonnes"]
    assert answer.translated("5 of 15") == ""
