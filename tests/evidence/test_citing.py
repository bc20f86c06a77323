"""Drafts as answers with citations."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from rag.evidence import answer_from
from rag.records import Document, Draft, Extract, Language, Origin, PlaceUnit, Question

TEXT = "The mill closed. It employed 40 people."
DOCUMENT = Document(
    "mill", "0", TEXT, title="The mill", warnings=("copied page",),
    origin=(Origin(0, 16, PlaceUnit.LINE, "3"), Origin(17, 39, PlaceUnit.LINE, "4")),
)  # fmt: skip
CLOSED = Extract("mill", 0, 16, ((9, 15),), 0.6)
EMPLOYED = Extract("mill", 17, 39, ((29, 38),), 0.9)


def asked(text: str, *places: str) -> Question:
    vector = np.zeros(2, np.float32)
    return Question(text, Language.ENGLISH, vector, (), (), places=frozenset(places))


def test_the_answer_is_the_words_of_the_best_extract() -> None:
    draft = Draft((EMPLOYED, CLOSED), True)
    answer = answer_from(asked("What of the mill?"), draft, {"mill": DOCUMENT})
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
    answer = answer_from(asked("How many?"), Draft((EMPLOYED,), True), {"mill": DOCUMENT})
    [figure] = answer.figures
    assert (figure.text, figure.value, figure.unit) == ("40 people", Decimal(40), "people")
    assert (figure.kind, figure.translated) == ("count", "40人")
    assert answer_from(asked("Who?"), Draft((CLOSED,), True), {"mill": DOCUMENT}).figures == ()


def test_a_count_of_months_in_a_date_is_no_figure() -> None:
    document = Document("mill", "0", "2023年前11个月磨坊关闭。")
    extract = Extract("mill", 0, len(document.text), ((0, 10),), 0.9)
    answer = answer_from(asked("何时?"), Draft((extract,), True), {"mill": document})
    assert answer.text == "2023年前11个月"
    assert answer.figures == ()


def test_an_extract_that_is_much_less_sure_is_not_cited() -> None:
    unsure = replace(CLOSED, score=0.5)
    draft = Draft((EMPLOYED, unsure), True)
    answer = answer_from(asked("What of the mill?"), draft, {"mill": DOCUMENT})
    assert [c.quote for c in answer.citations] == ["It employed 40 people."]


def test_what_does_not_answer_is_given_as_nearest_and_not_as_an_answer() -> None:
    answer = answer_from(asked("Who?"), Draft((CLOSED,), False), {"mill": DOCUMENT})
    assert (answer.text, answer.texts, answer.citations) == ("", (), ())
    assert not answer.answered
    assert [c.quote for c in answer.nearest] == ["The mill closed."]


def test_a_source_that_lacks_the_place_of_the_question_does_not_answer() -> None:
    other = Document("other", "0", "The dam holds 40 boats.", "Dams of Qinghai")
    extract = Extract("other", 0, 23, ((14, 22),), 0.99)
    documents = {"mill": DOCUMENT, "other": other}
    draft = Draft((EMPLOYED, extract), True)
    assert answer_from(asked("How many?", "qinghai"), draft, documents).text == "40 boats"
    nowhere = answer_from(asked("How many?", "guangxi"), draft, documents)
    assert not nowhere.answered
    assert [c.quote for c in nowhere.nearest] == ["It employed 40 people.", other.text]


def test_words_of_another_kind_do_not_answer() -> None:
    draft = Draft((EMPLOYED, CLOSED), True)
    documents = {"mill": DOCUMENT}
    assert answer_from(asked("How many worked there?"), draft, documents).text == "40 people"
    assert not answer_from(asked("How much money was lost?"), draft, documents).answered
    unsure = Draft((CLOSED, EMPLOYED), False)
    nearest = answer_from(asked("How many worked there?"), unsure, documents).nearest
    assert nearest[0].quote == "It employed 40 people."
    assert answer_from(asked("When?"), Draft((CLOSED,), True), documents).answered
    assert answer_from(asked("What of the mill?"), Draft((CLOSED,), True), documents).answered


def test_no_extracts_are_no_answer() -> None:
    answer = answer_from(asked("Who?"), Draft((), True), {})
    assert not answer.answered
    assert answer.nearest == ()


def test_a_span_outside_its_quote_cannot_be_cited() -> None:
    outside = Extract("mill", 0, 16, ((29, 38),), 0.9)
    with pytest.raises(ValueError, match="inside the quote"):
        answer_from(asked("Who?"), Draft((outside,), True), {"mill": DOCUMENT})
