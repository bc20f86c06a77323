"""Answers put together from several made-up sources."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from rag.evidence import answer_from, combine, compare_places, settles
from rag.language.words import Segmenter
from rag.records import Answer, Document, Draft, Extract, Language, Operation, Question

NOVEMBER = date(2031, 11, 20)


def asked(text: str, *places: str, language: Language = Language.ENGLISH) -> Question:
    vector = np.zeros(2, np.float32)
    return Question(text, language, vector, (), (), places=frozenset(places))


BOTH = asked("How many did both build?", "guangxi", "qinghai")


def source(key: str, text: str) -> Document:
    return Document(key, "", text, published=NOVEMBER)


def extract(document: Document, words: str, score: float = 0.9) -> Extract:
    at = document.text.index(words)
    return Extract(document.key, 0, len(document.text), ((at, at + len(words)),), score)


def part(segmenter: Segmenter, place: str, text: str, words: str) -> tuple[Question, Answer]:
    """Ask one source how much a place built."""
    question = asked(f"How much did {place.title()} build?", place)
    document = source(place, text)
    draft = Draft((extract(document, words),), True)
    return question, answer_from(question, draft, {place: document}, segmenter)


def test_a_total_shows_its_parts_and_is_computed_beside_them(segmenter: Segmenter) -> None:
    parts = [
        part(segmenter, "guangxi", "Guangxi built 1,200 bridges.", "1,200"),
        part(segmenter, "qinghai", "青海修桥1.1万座。", "1.1万座"),
    ]
    made = combine(BOTH, Operation.SUM, parts, segmenter)
    assert (made.answered, made.text, made.texts) == (True, "1,200 + 1.1万座", ("1,200", "1.1万座"))
    assert [c.number for c in made.citations] == [1, 2]
    assert made.combined is not None
    assert [(p.subject, p.citation) for p in made.combined.parts] == [
        ("Guangxi", 1),
        ("Qinghai", 2),
    ]
    assert made.combined.result is not None
    assert made.combined.result.value == Decimal(12_200)
    assert made.combined.result.text == "12,200"
    assert made.combined.result.translated == "1.22万座"


def test_one_sentence_that_answers_both_is_quoted_once(segmenter: Segmenter) -> None:
    document = source("mills", "In all 40 mills closed and 900 weavers left.")
    parts = []
    for text, words in (("How many mills closed?", "40"), ("How many weavers left?", "900")):
        question = asked(text)
        draft = Draft((extract(document, words),), True)
        parts.append((question, answer_from(question, draft, {"mills": document}, segmenter)))
    made = combine(asked("How many of both?"), Operation.EACH, parts, segmenter)
    assert made.texts == ("40", "900")
    [citation] = made.citations
    assert [document.text[start:end] for start, end in citation.spans] == ["40", "900"]
    assert made.combined is not None
    assert [(part.subject, part.citation) for part in made.combined.parts] == [
        ("How many mills closed?", 1), ("How many weavers left?", 1),
    ]  # fmt: skip


def test_a_difference_says_about_when_a_figure_does(segmenter: Segmenter) -> None:
    parts = [
        part(
            segmenter,
            "guangxi",
            "Guangxi spent nearly 300 million yuan.",
            "nearly 300 million yuan",
        ),
        part(segmenter, "qinghai", "Qinghai spent 1 million yuan.", "1 million yuan"),
    ]
    made = combine(BOTH, Operation.DIFFERENCE, parts, segmenter)
    assert made.combined is not None
    result = made.combined.result
    assert result is not None
    assert (result.text, result.translated) == ("about 299 million yuan", "约2.99亿元")


@pytest.mark.parametrize(
    ("operation", "one", "other"),
    [
        (Operation.EACH, "30 km", "12 km"),
        (Operation.SUM, "30%", "20%"),
        (Operation.SUM, "3 to 5 km", "12 km"),
        (Operation.SUM, "30 km in January 2031", "12 km since 2021"),
    ],
)
def test_nothing_is_computed_where_nothing_can_be(
    operation: Operation, one: str, other: str, segmenter: Segmenter
) -> None:
    parts = [
        part(
            segmenter,
            place,
            f"{place.title()} built {words}.",
            words.split(" in ")[0].split(" s")[0],
        )
        for place, words in (("guangxi", one), ("qinghai", other))
    ]
    made = combine(BOTH, operation, parts, segmenter)
    assert made.answered
    assert made.combined is not None
    assert made.combined.result is None


@pytest.mark.parametrize(
    ("operation", "one", "other"),
    [
        (Operation.SUM, "30 km", "12 people"),
        (Operation.SUM, "30 km", "1,200"),
        (Operation.DIFFERENCE, "30 tonnes", "12 people"),
    ],
)
def test_figures_of_different_things_answer_nothing_together(
    operation: Operation, one: str, other: str, segmenter: Segmenter
) -> None:
    parts = [
        part(segmenter, place, f"{place.title()} built {words}.", words)
        for place, words in (("guangxi", one), ("qinghai", other))
    ]
    made = combine(BOTH, operation, parts, segmenter)
    assert (made.answered, made.text, len(made.nearest)) == (False, "", 2)
    assert made.combined is not None
    assert not made.combined.comparable
    assert [item.figure.text for item in made.combined.parts] == [one, other]
    assert made.combined.result is None


@pytest.mark.parametrize(
    ("one", "other", "comparable"),
    [
        ("广西：鱼苗产量12吨。", "青海：原盐开采30吨。", False),
        ("广西：鱼苗产量12吨。", "青海：鱼苗产量30吨。", True),
        ("地区：广西；鱼苗（吨）：12；公路：8", "地区：青海；原盐（吨）：30；公路：8", False),
        ("地区：广西；鱼苗（吨）：12；公路：8", "地区：青海；鱼苗（吨）：30；公路：8", True),
    ],
)
def test_where_a_question_names_no_thing_the_sources_must_name_the_same(
    one: str, other: str, comparable: bool, segmenter: Segmenter
) -> None:
    parts = []
    for place, text in (("guangxi", one), ("qinghai", other)):
        words = next(words for words in ("12吨", "30吨", "12", "30") if words in text)
        name = "广西" if place == "guangxi" else "青海"
        question = asked(f"2031年{name}多少？", place, language=Language.CHINESE)
        document = source(place, text)
        draft = Draft((extract(document, words),), True)
        parts.append((question, answer_from(question, draft, {place: document}, segmenter)))
    question = asked("2031年青海比广西多多少？", language=Language.CHINESE)
    made = combine(question, Operation.DIFFERENCE, parts, segmenter)
    assert made.answered is comparable
    assert made.combined is not None
    assert (made.combined.result is not None) is comparable


def test_hours_and_minutes_are_added_up(segmenter: Segmenter) -> None:
    parts = [
        part(segmenter, "guangxi", "Guangxi took 2 hours.", "2 hours"),
        part(segmenter, "qinghai", "青海用了30分钟。", "30分钟"),
    ]
    made = combine(BOTH, Operation.SUM, parts, segmenter)
    assert made.combined is not None
    assert made.combined.result is not None
    assert made.combined.result.text == "2.5 hours"


def test_one_figure_for_both_places_is_no_total(segmenter: Segmenter) -> None:
    text = "Guangxi and Qinghai built 12 bridges."
    document = source("both", text)
    answers = []
    for place in ("guangxi", "qinghai"):
        question = asked(f"How much did {place.title()} build?", place)
        draft = Draft((extract(document, "12"),), True)
        answers.append((question, answer_from(question, draft, {"both": document}, segmenter)))
    made = combine(BOTH, Operation.SUM, answers, segmenter)
    assert not made.answered
    assert settles(answers[0][1], Operation.SUM, BOTH)
    assert not settles(answers[0][1], Operation.DIFFERENCE, BOTH)


def test_a_difference_keeps_its_sign(segmenter: Segmenter) -> None:
    parts = [
        part(segmenter, "guangxi", "Guangxi built 12 km.", "12 km"),
        part(segmenter, "qinghai", "Qinghai built 30 km.", "30 km"),
    ]
    made = combine(BOTH, Operation.DIFFERENCE, parts, segmenter)
    assert made.combined is not None
    assert made.combined.result is not None
    assert made.combined.result.value == -18


def test_what_is_told_apart_by_names_is_shown_by_them(segmenter: Segmenter) -> None:
    document = source("works", "Holm has 12 looms and Ostby 30 looms.")
    parts = []
    for name, words in (("Holm", "12 looms"), ("Ostby", "30 looms")):
        question = asked(f"How many looms does {name} have?")
        draft = Draft((extract(document, words),), True)
        parts.append((question, answer_from(question, draft, {"works": document}, segmenter)))
    both = asked("How many looms do Holm and Ostby have together?")
    assert settles(parts[0][1], Operation.SUM, both, ("Holm", "Ostby"))
    assert not settles(parts[0][1], Operation.SUM, both, ("Holm", "Lund"))
    made = combine(both, Operation.SUM, parts, segmenter, ("Holm", "Ostby"))
    assert made.combined is not None
    assert [item.subject for item in made.combined.parts] == ["Holm", "Ostby"]
    assert made.combined.result is not None
    assert made.combined.result.text == "42"


def test_a_part_without_an_answer_leaves_the_whole_without_one(segmenter: Segmenter) -> None:
    known = part(segmenter, "guangxi", "Guangxi built 12 bridges.", "12")
    unknown = part(segmenter, "qinghai", "Hubei built 30 bridges.", "30")
    made = combine(BOTH, Operation.SUM, [known, unknown], segmenter)
    assert (made.answered, made.text, made.combined) == (False, "", None)
    assert [c.document.key for c in made.nearest] == ["guangxi"]


def compare(
    segmenter: Segmenter, operation: Operation, texts: Sequence[tuple[str, str]]
) -> Answer | None:
    documents = {str(n): source(str(n), text) for n, (text, _) in enumerate(texts)}
    extracts = tuple(
        extract(documents[str(n)], words, 0.9 - n / 100) for n, (_, words) in enumerate(texts)
    )
    question = asked("修了多少座桥？", language=Language.CHINESE)
    return compare_places(question, operation, Draft(extracts, True), documents, segmenter)


@pytest.mark.parametrize(
    ("operation", "order"),
    [(Operation.MOST, ["Hubei", "广西", "青海"]), (Operation.LEAST, ["青海", "广西", "Hubei"])],
)
def test_places_are_compared_by_their_figures(
    operation: Operation, order: list[str], segmenter: Segmenter
) -> None:
    made = compare(
        segmenter, operation,
        [("广西修桥1.2万座。", "1.2万座"), ("Hubei built 31,000 bridges.", "31,000"),
         ("青海修桥800座。", "800座"), ("广西修桥9万座。", "9万座"),
         ("青海修路40公里。", "40公里")],
    )  # fmt: skip
    assert made is not None
    assert made.text == order[0]
    assert made.combined is not None
    assert [p.subject for p in made.combined.parts] == order
    assert [p.as_of for p in made.combined.parts] == [NOVEMBER] * 3
    assert order[0] in made.citations[0].quote


def test_one_place_is_no_comparison(segmenter: Segmenter) -> None:
    assert compare(segmenter, Operation.MOST, [("广西修桥12座。", "12座")]) is None
