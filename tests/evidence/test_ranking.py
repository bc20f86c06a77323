"""Rows of made-up tables, and statements of several years, compared."""

from dataclasses import replace

import numpy as np
import pytest

from rag.evidence import compare_years, is_in_table, rank_rows, says_extreme
from rag.evidence.tables import is_of_row
from rag.language.detect import detect_language
from rag.language.names import local_places
from rag.language.superlatives import find_superlative
from rag.language.words import Segmenter
from rag.records import Answer, Citation, Document, Draft, Extract, Operation, Question

DAMS = "\n".join(
    f"Dam: {name}; River: {river}; Height (m): {height}; Volume (million cubic metres): {volume}"
    for name, river, height, volume in (
        ("Ostra", "Neme", "64", "48.2"), ("Wend", "Orva", "92", "31.5"),
        ("Gate", "Neme", "41", "112"), ("Pell", "Orva", "—", "7"), ("Total", "", "197", "198.7"),
    )
)  # fmt: skip
VISITS = "\n".join(
    f"省份：{place}；年份：{year}；游客（万人次）：{visits}；收入（亿元）：{income}"
    for place, year, visits, income in (
        ("甘肃", 2021, 276, 18), ("甘肃", 2022, 135, 31), ("甘肃", 2023, 388, 27),
        ("青海", 2021, 397, 35), ("青海", 2022, 214, 14), ("青海", 2023, 447, 43),
    )
)  # fmt: skip
WIDE = (
    "县：东岭；人口：8；2021年：12.4；2022年：19；2023年：13.1\n"
    "县：石湾；人口：9；2021年：2.4；2022年：9；2023年：3"
)
FERRIES = "\n".join(
    f"航线：{line}；2023年客运量（万人次）：{before}；2024年客运量（万人次）：{after}"
    for line, before, after in (("东线", 9, 31), ("西线", 40, 29))
)
HEAT = "\n".join(
    f"Month: {month}; Highest temperature (°C): {most}; Lowest temperature (°C): {least}"
    for month, most, least in (("June", 31.5, 9), ("July", 34.1, 12), ("August", 36, 11))
)


def ask(question: str, text: str, segmenter: Segmenter, quoted: str) -> Answer | None:
    """Compare what a question asks for, where the reader quotes the line with some words."""
    document = Document("d", "", text)
    language = detect_language(question)
    words = tuple(segmenter.words(question))
    asked = find_superlative(question, language)
    assert asked is not None
    places = local_places(question, words)
    made = Question(question, language, np.zeros(2, np.float32), words, (), places=places)
    at = text.index(quoted)
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    extract = Extract("d", start, end if end >= 0 else len(text), ((at, at + len(quoted)),), 0.5)
    return rank_rows(made, asked, Draft((extract,), True), {"d": document}, segmenter)


@pytest.mark.parametrize(
    ("text", "quoted", "question", "labels", "figures"),
    [
        (
            DAMS, "Gate", "Which dam is the highest?",
            ["Wend", "Ostra", "Gate"], ["92 m", "64 m", "41 m"],
        ),
        (
            DAMS, "Gate", "Which dam on the Neme is the highest?",
            ["Ostra", "Gate"], ["64 m", "41 m"],
        ),
        (
            DAMS, "Gate", "Which dam has the smallest volume?", ["Pell", "Wend", "Ostra", "Gate"],
            [f"{n} million cubic metres" for n in ("7", "31.5", "48.2", "112")],
        ),
        (
            VISITS, "2021", "甘肃哪一年游客最多？",
            ["2023", "2021", "2022"], ["388万人次", "276万人次", "135万人次"],
        ),
        (
            VISITS, "2021", "甘肃哪一年收入最多？",
            ["2022", "2023", "2021"], ["31亿元", "27亿元", "18亿元"],
        ),
        (VISITS, "甘肃", "2022年哪个省游客最少？", ["甘肃", "青海"], ["135万人次", "214万人次"]),
        (VISITS, "甘肃", "哪个省游客最多？", ["青海", "甘肃"], ["447万人次", "388万人次"]),
        (
            DAMS.replace("Volume", "Number of visits"), "Gate", "Which dam had the fewest visits?",
            ["Pell", "Wend", "Ostra", "Gate"],
            [f"{n} million cubic metres" for n in ("7", "31.5", "48.2", "112")],
        ),
        (
            VISITS.replace("游客", "游客数量"), "2021", "青海哪一年游客最多？",
            ["2023", "2021", "2022"], ["447万人次", "397万人次", "214万人次"],
        ),
        (
            FERRIES, "9", "2024年哪条航线客运量最多？", ["东线", "西线"], ["31万人次", "29万人次"],
        ),
        (
            FERRIES, "31", "哪条航线2023年客运量最多？", ["西线", "东线"], ["40万人次", "9万人次"],
        ),
        (
            "Field: East; Wheat 2023 (t): 4; Wheat 2024 (t): 9\n"
            "Field: West; Wheat 2023 (t): 6; Wheat 2024 (t): 5",
            "4", "Which field had the most wheat in 2024?", ["East", "West"], ["9 t", "5 t"],
        ),
        (WIDE, "12.4", "东岭哪一年最高？", ["2022", "2023", "2021"], ["19", "13.1", "12.4"]),
    ],
)  # fmt: skip
def test_rows_are_compared_in_the_column_that_a_question_names(
    text: str, quoted: str, question: str, labels: list[str], figures: list[str],
    segmenter: Segmenter,
) -> None:  # fmt: skip
    made = ask(question, text, segmenter, quoted)
    assert made is not None
    assert made.combined is not None
    assert made.text == labels[0]
    assert [part.subject for part in made.combined.parts] == labels
    assert [part.figure.shown for part in made.combined.parts] == figures
    assert made.combined.compared == len(labels)
    for part in made.combined.parts:
        citation = made.citations[part.citation - 1]
        assert part.figure.text in citation.words


@pytest.mark.parametrize(
    ("text", "quoted", "question"),
    [
        (DAMS, "Gate", "Which dam is the oldest of all and cost the most money?"),
        (VISITS, "2021", "哪一年游客最多？"),
        (HEAT, "34.1", "What was the highest temperature in July?"),
        (VISITS, "2021", "甘肃哪一年降水最多？"),
        (VISITS, "2021", "甘肃哪一年收获最多？"),
        (VISITS.replace("收入", "旅游收入"), "2021", "甘肃哪一年旅游人数最多？"),
        (
            DAMS.replace("Volume", "Water level"), "Gate",
            "Which dam has the most water behind its wall?",
        ),
        (WIDE.replace("石湾", "北东岭"), "12.4", "北东岭哪一年最高？"),
        (WIDE, "12.4", "哪一年最高？"),
        ("The dam Gate is 41 m.\nThe dam Wend is 92 m.", "Gate", "Which dam is the highest?"),
    ],
)  # fmt: skip
def test_nothing_is_compared_where_no_column_is_named_or_rows_are_not_told_apart(
    text: str, quoted: str, question: str, segmenter: Segmenter
) -> None:
    assert ask(question, text, segmenter, quoted) is None


def test_rows_that_are_level_answer_together(segmenter: Segmenter) -> None:
    made = ask("Which dam is the highest?", DAMS.replace("64", "92"), segmenter, "Gate")
    assert made is not None
    assert made.texts == ("Ostra", "Wend")


@pytest.mark.parametrize(
    ("text", "row", "question", "fits"),
    [
        (WIDE, "县：东岭", "石湾2021年是多少？", False),
        (WIDE, "县：石湾", "石湾2021年是多少？", True),
        (WIDE, "县：东岭", "2021年是多少？", True),
        (DAMS, "Dam: Gate", "How high is Wend?", False),
        (DAMS, "Dam: Gate", "How high is the gateway?", True),
        (DAMS.replace("Wend", "New Gate"), "Dam: Gate", "How high is New Gate?", False),
        (DAMS.replace("Wend", "New Gate"), "Dam: New Gate", "How high is New Gate?", True),
        (WIDE.replace("石湾", "北东岭"), "县：东岭", "北东岭2021年是多少？", False),
        (DAMS, "Dam: Gate", "How high is the gate on the Neme?", True),
        ("Gate is high. Wend is low.", "Gate", "How low is Wend?", True),
    ],
)
def test_a_row_does_not_answer_for_another_that_a_question_names(
    text: str, row: str, question: str, fits: bool
) -> None:
    at = text.index(row)
    end = text.find("\n", at)
    extract = Extract("d", at, end if end >= 0 else len(text), (), 0.5)
    assert is_of_row(extract, Document("d", "", text), question) is fits


@pytest.mark.parametrize(
    ("words", "question", "told"),
    [
        ("34.1", "What was the highest temperature in July?", True),
        ("12", "What was the highest temperature in July?", False),
        ("July", "What was the hottest month?", False),
    ],
)
def test_a_column_may_be_for_the_extreme_itself(words: str, question: str, told: bool) -> None:
    document = Document("heat", "", HEAT)
    at = HEAT.index("Month: July")
    first = HEAT.index(words, at)
    span = (first, first + len(words))
    citation = Citation(1, document, at, HEAT.index("\n", at), (span,), 0.5)
    assert says_extreme(citation, question) is told


def test_a_line_of_a_table_is_a_row() -> None:
    assert is_in_table(Document("d", "", DAMS), 5)
    assert not is_in_table(Document("d", "", "Dam: Gate; Height (m): 41\nIt is old."), 5)


def test_years_of_several_documents_are_compared(segmenter: Segmenter) -> None:
    texts = {str(year): f"In {year} the teams cleared {km} km." for year, km in
             ((2020, 212), (2021, 268), (2022, 241))}  # fmt: skip
    documents = {key: Document(key, "", text) for key, text in texts.items()}
    extracts = []
    for key, text in texts.items():
        at = text.index("cleared ") + len("cleared ")
        extracts.append(Extract(key, 0, len(text), ((at, len(text) - 1),), 0.6))
    question = Question(
        "did the teams clear how much?", detect_language("how"), np.zeros(2, np.float32), (), ()
    )
    draft = Draft(tuple(extracts), True)
    made = compare_years(question, Operation.MOST, draft, documents, segmenter)
    assert made is not None
    assert made.combined is not None
    assert [part.subject for part in made.combined.parts] == ["2021", "2022", "2020"]
    one = replace(draft, extracts=draft.extracts[:1])
    assert compare_years(question, Operation.MOST, one, documents, segmenter) is None
