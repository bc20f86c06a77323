"""Drafts as answers with citations."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from rag.evidence import answer_from as answer_from_words
from rag.language.words import Segmenter
from rag.records import (
    Answer,
    Document,
    Draft,
    Extract,
    Figure,
    Language,
    Origin,
    PlaceUnit,
    Question,
    Verdict,
)

Answering = Callable[[Question, Draft, Mapping[str, Document]], Answer]

TEXT = "The mill closed. It employed 40 people."
DOCUMENT = Document(
    "mill", "0", TEXT, title="The mill", warnings=("copied page",),
    origin=(Origin(0, 16, PlaceUnit.LINE, "3"), Origin(17, 39, PlaceUnit.LINE, "4")),
)  # fmt: skip
CLOSED = Extract("mill", 0, 16, ((9, 15),), 0.85)
EMPLOYED = Extract("mill", 17, 39, ((29, 38),), 0.9)


@pytest.fixture(scope="module")
def answer_from(segmenter: Segmenter) -> Answering:
    def answer(question: Question, draft: Draft, documents: Mapping[str, Document]) -> Answer:
        return answer_from_words(question, draft, documents, segmenter)

    return answer


def asked(text: str, *places: str) -> Question:
    vector = np.zeros(2, np.float32)
    return Question(text, Language.ENGLISH, vector, (), (), places=frozenset(places))


@pytest.mark.parametrize(
    ("question", "text", "words", "answered"),
    [
        ("By what percentage did sales fall?", "Sales fell by 12%, staff rose by 4%.", "12%", True),
        ("By what percentage did sales fall?", "Sales fell by 12%, staff rose by 4%.", "4%", False),
        ("By what percentage did staff grow?", "Sales fell by 12%, staff rose by 4%.", "4%", True),
        ("How much money did sales bring?", "Sales rose to 4 euros.", "4 euros", True),
        ("How much money will it be?", "It will be 5 million euros for 2027.", "2027", False),
        ("How many looms in total?", "Mill: Ost; Looms: 12\nMill: West; Looms: 30", "12", False),
        ("How many has Ost in total?", "Mill: Ost; Looms: 12\nMill: West; Looms: 30", "12", True),
        ("How many looms in total?", "Mill: Ost; Looms: 12\nMill: Total; Looms: 42", "42", True),
    ],
)  # fmt: skip
def test_what_is_told_the_other_way_round_of_a_year_or_of_a_part_is_no_answer(
    question: str, text: str, words: str, answered: bool, answer_from: Answering
) -> None:
    document = Document("mill", "0", text)
    at = text.index(words)
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at) if "\n" in text[at:] else len(text)
    draft = Draft((Extract("mill", start, end, ((at, at + len(words)),), 0.9),), True)
    assert answer_from(asked(question), draft, {"mill": document}).answered is answered


def test_the_answer_is_the_words_of_the_best_extract(answer_from: Answering) -> None:
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


def test_another_figure_of_the_same_source_bears_nothing_out(answer_from: Answering) -> None:
    text = "It employed 40 people. Of them 40 people were poor, and 12 people ill."
    document = Document("mill", "", text)
    found = [
        Extract("mill", text.index(words) - 12, text.index(words) + len(words), (span,), 0.9)
        for words in ("40 people.", "40 people were", "12 people")
        for span in [(text.index(words), text.index(words) + len("40 people"))]
    ]
    answer = answer_from(asked("How many?"), Draft(tuple(found), True), {"mill": document})
    assert [one.words for one in answer.citations] == [("40 people",), ("40 people",)]


def test_figures_of_the_answer_are_read_and_said_in_the_other_language(
    answer_from: Answering,
) -> None:
    answer = answer_from(asked("How many?"), Draft((EMPLOYED,), True), {"mill": DOCUMENT})
    [figure] = answer.figures
    assert (figure.text, figure.value, figure.unit) == ("40 people", Decimal(40), "people")
    assert (figure.kind, figure.translated) == ("count", "40人")
    assert answer_from(asked("Who?"), Draft((CLOSED,), True), {"mill": DOCUMENT}).figures == ()


def test_a_count_of_months_in_a_date_is_no_figure(answer_from: Answering) -> None:
    document = Document("mill", "0", "2023年前11个月磨坊关闭。")
    extract = Extract("mill", 0, len(document.text), ((0, 10),), 0.9)
    answer = answer_from(asked("何时?"), Draft((extract,), True), {"mill": document})
    assert answer.text == "2023年前11个月"
    assert answer.figures == ()


def test_an_extract_that_is_much_less_sure_is_not_cited(answer_from: Answering) -> None:
    unsure = replace(CLOSED, score=0.5)
    draft = Draft((EMPLOYED, unsure), True)
    answer = answer_from(asked("What of the mill?"), draft, {"mill": DOCUMENT})
    assert [c.quote for c in answer.citations] == ["It employed 40 people."]


def test_a_question_for_several_things_has_several_answers(answer_from: Answering) -> None:
    draft = Draft((EMPLOYED, CLOSED), True)
    answer = answer_from(asked("Which things are known?"), draft, {"mill": DOCUMENT})
    assert (answer.text, answer.texts) == ("40 people", ("40 people", "closed"))


def test_what_does_not_answer_is_given_as_nearest_and_not_as_an_answer(
    answer_from: Answering,
) -> None:
    answer = answer_from(asked("Who?"), Draft((CLOSED,), False), {"mill": DOCUMENT})
    assert (answer.text, answer.texts, answer.citations) == ("", (), ())
    assert not answer.answered
    assert [c.quote for c in answer.nearest] == ["The mill closed."]


def test_a_source_that_lacks_the_place_of_the_question_does_not_answer(
    answer_from: Answering,
) -> None:
    other = Document("other", "0", "The dam holds 40 boats.", "Dams of Qinghai")
    extract = Extract("other", 0, 23, ((14, 22),), 0.99)
    documents = {"mill": DOCUMENT, "other": other}
    draft = Draft((EMPLOYED, extract), True)
    assert answer_from(asked("How many?", "qinghai"), draft, documents).text == "40 boats"
    nowhere = answer_from(asked("How many?", "guangxi"), draft, documents)
    assert not nowhere.answered
    assert [c.quote for c in nowhere.nearest] == ["It employed 40 people.", other.text]


def test_words_of_another_kind_do_not_answer(answer_from: Answering) -> None:
    draft = Draft((EMPLOYED, CLOSED), True)
    documents = {"mill": DOCUMENT}
    assert answer_from(asked("How many worked there?"), draft, documents).text == "40 people"
    assert not answer_from(asked("How much money was lost?"), draft, documents).answered
    unsure = Draft((CLOSED, EMPLOYED), False)
    nearest = answer_from(asked("How many worked there?"), unsure, documents).nearest
    assert nearest[0].quote == "It employed 40 people."
    assert answer_from(asked("When?"), Draft((CLOSED,), True), documents).answered
    assert answer_from(asked("What of the mill?"), Draft((CLOSED,), True), documents).answered


def test_a_place_that_is_named_elsewhere_in_the_document_does_not_count(
    answer_from: Answering,
) -> None:
    text = "Forty ferries sail." + " The river is wide." * 40 + " Guangxi has a dam. It rains."
    document = Document("long", "", text)
    far = Extract("long", 0, 19, ((0, 5),), 0.9)
    near = Extract("long", text.index("It rains"), len(text), (), 0.9)
    for extract, answered in ((far, False), (near, True)):
        draft = Draft((extract,), True)
        found = answer_from(asked("What of Guangxi?", "guangxi"), draft, {"long": document})
        assert found.answered is answered


@pytest.mark.parametrize(
    ("text", "title", "answered"),
    [
        ("Qinghai built 12 mills. Guangxi built 40 mills.", "", False),
        ("Qinghai built 12 mills. They built 40 mills.", "", True),
        ("Qinghai built 12 mills. Xining built 40 mills.", "Mills of Qinghai", True),
        ("廣西修了12座。青海修了40座。", "", True),
    ],
)
def test_a_quotation_that_names_another_place_is_not_about_this_one(
    text: str, title: str, answered: bool, answer_from: Answering
) -> None:
    document = Document("mills", "", text, title)
    at = text.index("40")
    start = max(text.rfind(". ", 0, at), text.rfind("。", 0, at)) + 1
    draft = Draft((Extract("mills", start, len(text), ((at, at + 2),), 0.9),), True)
    question = asked("How many mills did Qinghai build?", "qinghai")
    assert answer_from(question, draft, {"mills": document}).answered is answered


@pytest.mark.parametrize(
    ("question", "text", "answered"),
    [
        ("全国修了多少座桥？", "当年全省修了40座桥。", False),
        ("全国修了多少座桥？", "当年全国修了40座桥，全省修了2座。", True),
        ("全国修了多少座桥？", "当年修了40座桥。", True),
        ("How many bridges were built nationwide?", "Province-wide 40 bridges rose.", False),
        ("How many bridges were built?", "Province-wide 40 bridges rose.", True),
    ],
)
def test_what_is_told_of_a_part_of_a_nation_is_not_told_of_it(
    question: str, text: str, answered: bool, answer_from: Answering
) -> None:
    at = text.index("40")
    draft = Draft((Extract("bridges", 0, len(text), ((at, at + 2),), 0.9),), True)
    found = answer_from(asked(question), draft, {"bridges": Document("bridges", "", text)})
    assert found.answered is answered


@pytest.mark.parametrize(
    ("question", "title", "text", "answered"),
    [
        ("全国修了多少座桥？", "贵州交通年报", "当年修了40座桥。", False),
        ("全国修了多少座桥？", "贵州交通年报", "当年全国修了40座桥。", True),
        ("全国修了多少座桥？", "交通年报", "当年修了40座桥。", True),
        ("修了多少座桥？", "贵州交通年报", "当年修了40座桥。", True),
        ("全国哪里修桥最勤？", "贵州交通年报", "当年修了40座桥。", True),
        ("How many bridges rose nationwide?", "Roads in Guizhou", "It built 40 of them.", False),
    ],
)
def test_a_figure_under_a_title_of_a_part_is_not_the_nations(
    question: str, title: str, text: str, answered: bool, answer_from: Answering
) -> None:
    at = text.index("40")
    draft = Draft((Extract("bridges", 0, len(text), ((at, at + 2),), 0.9),), True)
    document = Document("bridges", "", text, title)
    assert answer_from(asked(question), draft, {"bridges": document}).answered is answered


@pytest.mark.parametrize(
    ("question", "answered"),
    [("How many in Q3 2024?", True), ("How many in 2023?", False), ("How many in Q2 2024?", False)],
)
def test_what_names_no_time_is_of_that_in_its_documents_title(
    question: str, answered: bool, answer_from: Answering
) -> None:
    document = Document("mill", "", "It sold 40 pots.", "The mill in the third quarter of 2024")
    draft = Draft((Extract("mill", 0, 16, ((8, 15),), 0.9),), True)
    assert answer_from(asked(question), draft, {"mill": document}).answered is answered


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("How many worked there in 2022?", True),
        ("How many worked there in 2021?", False),
        ("How many of the 40 people?", False),
        ("Who worked there when there were 40?", True),
    ],
)
def test_another_time_or_the_questions_own_figure_is_no_answer(
    question: str, answered: bool, answer_from: Answering
) -> None:
    document = Document("mill", "", "In 2022 it employed 40 people.")
    draft = Draft((Extract("mill", 0, 30, ((20, 29),), 0.9),), True)
    assert answer_from(asked(question), draft, {"mill": document}).answered is answered


@pytest.mark.parametrize(
    ("question", "text", "answered"),
    [
        ("How many dams rose in 2018?", "Under the 13th Five-Year Plan 40 dams rose.", False),
        ("How many dams rose from 2016 to 2020?", "Under the 13th Five-Year Plan 40 rose.", True),
        ("How many dams rose in 2024?", "Under the 13th Five-Year Plan 40 dams rose.", False),
        ("How many dams rose?", "Under the 13th Five-Year Plan 40 dams rose.", True),
        ("2018年建了多少座坝？", "2016—2020年，全县建坝40座。", False),
        ("2018年建了多少座坝？", "2018年，全县建坝40座。", True),
        ("2018年6月建了多少座坝？", "2018年，全县建坝40座。", True),
    ],
)
def test_what_several_years_came_to_is_not_told_of_one(
    question: str, text: str, answered: bool, answer_from: Answering
) -> None:
    at = text.index("40")
    draft = Draft((Extract("dams", 0, len(text), ((at, at + 2),), 0.9),), True)
    found = answer_from(asked(question), draft, {"dams": Document("dams", "", text)})
    assert found.answered is answered


@pytest.mark.parametrize(
    ("question", "text", "answered"),
    [
        ("茶厂雇了多少人？", "各厂情况：茶厂雇40人；纸厂停产。", True),
        ("纸厂雇了多少人？", "各厂情况：茶厂雇40人；纸厂停产。", False),
        ("紙廠雇了多少人？", "各厂情况：纸厂停产；茶厂雇40人。", False),
        ("How many has the Kestrel?", "The Heron has 40 seats; Kestrel was sold.", False),
        ("How many has the Heron?", "The Heron has 40 seats; Kestrel was sold.", True),
        ("How many has the ferry?", "Heron, a ferry, has 40 seats; the others have none.", True),
        ("How many people has the Heron?", "Ship: Heron; People: 40", True),
    ],
)
def test_of_several_things_each_has_its_own_part(
    question: str, text: str, answered: bool, answer_from: Answering
) -> None:
    at = text.index("40")
    draft = Draft((Extract("list", 0, len(text), ((at, at + 2),), 0.9),), True)
    found = answer_from(asked(question), draft, {"list": Document("list", "", text)})
    assert found.answered is answered


@pytest.mark.parametrize(
    ("question", "words", "answered"),
    [
        ("Who is Lin Wei?", "林薇", False),
        ("谁是林薇？", "林薇", False),
        ("谁是林薇？", "纸厂厂长", True),
        ("Who runs the mill?", "林薇", True),
        ("你好", "纸厂厂长", False),
    ],
)
def test_a_name_is_not_told_by_itself_nor_a_greeting_answered(
    question: str, words: str, answered: bool, answer_from: Answering
) -> None:
    text = "会上，纸厂厂长林薇发言。"
    at = text.index(words)
    draft = Draft((Extract("mill", 0, len(text), ((at, at + len(words)),), 0.9),), True)
    found = answer_from(asked(question), draft, {"mill": Document("mill", "", text)})
    assert found.answered is answered


@pytest.mark.parametrize(("value", "agrees"), [(40, True), (50, False)])
def test_the_figure_of_a_question_is_judged(
    value: int, agrees: bool, answer_from: Answering
) -> None:
    claim = Figure(f"{value} people", Decimal(value), "people", "count", "", "")
    question = replace(asked("It employ how many people?"), claim=claim, typed="Did it?")
    answer = answer_from(question, Draft((EMPLOYED,), True), {"mill": DOCUMENT})
    assert (answer.question, answer.text) == ("Did it?", "40 people")
    assert answer.verdict == Verdict(claim, agrees)


def test_the_number_of_a_group_counts_nothing(answer_from: Answering) -> None:
    document = Document("mill", "", "Group 1: mills. It has 4.")
    label = Extract("mill", 0, 15, ((6, 7),), 0.9)
    figure = Extract("mill", 16, 25, ((23, 24),), 0.8)
    answer = answer_from(asked("How many mills?"), Draft((label, figure), True), {"mill": document})
    assert answer.text == "4"


def test_a_question_in_a_document_answers_nothing(answer_from: Answering) -> None:
    text = "Why did the mill close? The river fell dry."
    document = Document("mill", "", text)
    at = text.index("The river")
    draft = Draft(
        (Extract("mill", 0, at - 1, (), 0.9), Extract("mill", at, len(text), (), 0.8)), True
    )
    documents = {"mill": document}
    answer = answer_from(asked("Why did the mill close?"), draft, documents)
    assert answer.text == "The river fell dry."
    answer = answer_from(asked("What did the paper ask about the mill?"), draft, documents)
    assert answer.text == "Why did the mill close?"


def test_no_extracts_are_no_answer(answer_from: Answering) -> None:
    answer = answer_from(asked("Who?"), Draft((), True), {})
    assert not answer.answered
    assert answer.nearest == ()


def test_a_span_outside_its_quote_cannot_be_cited(answer_from: Answering) -> None:
    outside = Extract("mill", 0, 16, ((29, 38),), 0.9)
    with pytest.raises(ValueError, match="inside the quote"):
        answer_from(asked("Who?"), Draft((outside,), True), {"mill": DOCUMENT})


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("The dam of Nanning holds 40 boats. Rain fell on its towers and its walls. " * 6
         + "It belongs to Guangxi.", True),
        ("The dam of Nanning holds 40 boats. Rain fell on its towers and its walls. " * 6, False),
        ("The dam holds 40 boats. Rain fell on its towers and its walls. " * 8
         + "It lies near Nanning in Guangxi.", False),
        ("The dam of Guangxi holds 40 boats. Rain fell on its towers and its walls. " * 6
         + "A lecture was held in Nanning.", False),
    ],
)  # fmt: skip
def test_a_town_stands_near_and_its_province_anywhere(
    answer_from: Answering, text: str, answered: bool
) -> None:
    document = Document("dam", "0", text)
    extract = Extract("dam", 0, text.index(".") + 1, (), 0.9)
    question = asked("What does the dam of Nanning in Guangxi hold?", "nanning", "guangxi")
    answer = answer_from(question, Draft((extract,), True), {"dam": document})
    assert answer.answered is answered


@pytest.mark.parametrize(
    ("text", "excerpt", "answered"),
    [
        ("Cases rose by 34.4% and 47", True, False),
        ("Cases rose by 34.4% and 47", False, True),
        ("Cases rose by 34.4% and 47.3%", True, True),
    ],
)
def test_a_figure_at_which_a_snippet_breaks_off_is_no_answer(
    text: str, excerpt: bool, answered: bool, answer_from: Answering
) -> None:
    document = Document("cases", "", text, excerpt=excerpt)
    draft = Draft((Extract("cases", 0, len(text), ((14, len(text)),), 0.9),), True)
    assert (
        answer_from(asked("How much did it rise?"), draft, {"cases": document}).answered is answered
    )


def test_titles_and_bylines_are_not_the_nearest_text(answer_from: Answering) -> None:
    for lines in (
        ["The mill of Ostby", "By Ada Quill, our reporter", "It ground rye.", "2019 | 40 tonnes"],
        ["奥斯比磨坊", "本报记者 周禾", "磨坊去年磨了黑麦。", "2019 | 40吨"],
    ):
        text = "\n".join(lines)
        document = Document("mill", "0", text, lines[0])
        starts = [text.index(line) for line in lines]
        extracts = tuple(
            Extract("mill", start, start + len(line), (), 0.1)
            for start, line in zip(starts, lines, strict=True)
        )
        answer = answer_from(asked("Who?"), Draft(extracts, False), {"mill": document})
        assert [item.quote for item in answer.nearest] == lines[2:]
        # Where nothing else is there, they are better than nothing.
        answer = answer_from(asked("Who?"), Draft(extracts[:2], False), {"mill": document})
        assert [item.quote for item in answer.nearest] == lines[:2]
