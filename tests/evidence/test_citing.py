"""Drafts as answers with citations."""

from decimal import Decimal

import pytest

from rag.evidence import answer_from
from rag.records import Document, Draft, Extract, Origin, PlaceUnit

TEXT = "The mill closed. It employed 40 people."
DOCUMENT = Document(
    "mill", "0", TEXT, title="The mill", warnings=("copied page",),
    origin=(Origin(0, 16, PlaceUnit.LINE, "3"), Origin(17, 39, PlaceUnit.LINE, "4")),
)  # fmt: skip
CLOSED = Extract("mill", 0, 16, ((9, 15),), 0.4)
EMPLOYED = Extract("mill", 17, 39, ((29, 38),), 0.9)


def test_the_answer_is_the_words_of_the_best_extract() -> None:
    answer = answer_from("How many?", Draft((EMPLOYED, CLOSED), True), {"mill": DOCUMENT})
    assert answer.text == "40 people"
    assert answer.texts == ("40 people",)
    assert answer.answered
    assert [(c.number, c.quote) for c in answer.citations] == [
        (1, "It employed 40 people."),
        (2, "The mill closed."),
    ]
    assert answer.citations[0].place == "line 4"
    assert answer.nearest == ()
    assert answer.warnings == ("copied page",)


def test_figures_of_the_answer_are_read_and_said_in_the_other_language() -> None:
    answer = answer_from("How many?", Draft((EMPLOYED,), True), {"mill": DOCUMENT})
    [figure] = answer.figures
    assert (figure.text, figure.value, figure.unit) == ("40 people", Decimal(40), "people")
    assert (figure.kind, figure.translated) == ("count", "40人")
    assert answer_from("Who?", Draft((CLOSED,), True), {"mill": DOCUMENT}).figures == ()


def test_a_count_of_months_in_a_date_is_no_figure() -> None:
    document = Document("mill", "0", "2023年前11个月磨坊关闭。")
    extract = Extract("mill", 0, len(document.text), ((0, 10),), 0.9)
    answer = answer_from("何时?", Draft((extract,), True), {"mill": document})
    assert answer.text == "2023年前11个月"
    assert answer.figures == ()


def test_what_does_not_answer_is_given_as_nearest_and_not_as_an_answer() -> None:
    answer = answer_from("Who?", Draft((CLOSED,), False), {"mill": DOCUMENT})
    assert (answer.text, answer.texts, answer.citations) == ("", (), ())
    assert not answer.answered
    assert [c.quote for c in answer.nearest] == ["The mill closed."]


def test_no_extracts_are_no_answer() -> None:
    answer = answer_from("Who?", Draft((), True), {})
    assert not answer.answered
    assert answer.nearest == ()


def test_a_span_outside_its_quote_cannot_be_cited() -> None:
    outside = Extract("mill", 0, 16, ((29, 38),), 0.9)
    with pytest.raises(ValueError, match="inside the quote"):
        answer_from("Who?", Draft((outside,), True), {"mill": DOCUMENT})
