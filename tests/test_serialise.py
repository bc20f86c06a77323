import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from rag.records import (
    Answer,
    Citation,
    Combined,
    Document,
    Figure,
    Operation,
    Part,
    Relation,
    Reported,
    Verdict,
)
from rag.serialise import answer_to_dict, citation_to_dict, document_to_dict, to_json

NASTY = "red \x1b[31m, \x9b2J, \x7f, \u202e, 中文 and \udcff\n\t"


def test_json_cannot_steer_a_terminal_and_gives_back_what_went_in() -> None:
    text = to_json({"quote": NASTY})
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in text)
    assert "\u202e" not in text
    assert "中文" in text
    assert text.encode("utf-8")
    assert json.loads(text) == {"quote": NASTY}


def test_an_answer_that_was_not_found_has_every_list_empty() -> None:
    assert answer_to_dict(Answer("who?")) == {
        "question": "who?", "answered": False, "answer": "", "answers": [], "citations": [],
        "nearest": [], "figures": [], "conflicts": [], "verdict": None, "combined": None,
        "unsaid": [], "warnings": [], "sentences": [], "dropped": [], "unknown_citations": 0,
        "fallback": "", "ending": "", "error": "", "filters": None, "timings": {},
    }  # fmt: skip


def test_a_citation_quotes_its_document_and_says_null_for_an_unknown_date() -> None:
    document = Document("k", "d", "It rains. It pours.", "Weather", path="/w.txt")
    made = citation_to_dict(Citation(2, document, 10, 19, ((13, 18),), 0.123456))
    assert made["quote"] == "It pours."
    assert (made["start"], made["end"], made["spans"]) == (10, 19, [[13, 18]])
    assert (made["number"], made["key"], made["title"]) == (2, "k", "Weather")
    assert made["published"] is None
    assert made["score"] == 0.1235


def test_a_figures_value_is_exact_text() -> None:
    figure = Figure("4.04万起", Decimal("40400.0"), "起", "count", "", "40,400 cases")
    [made] = answer_to_dict(Answer("q", figures=(figure,)))["figures"]
    assert made["value"] == "40400.0"
    assert made["translated"] == "40,400 cases"
    assert made["column_unit"] == ""


def test_a_differing_figure_has_its_day_and_its_citations() -> None:
    figure = Figure("4座", Decimal(4), "座", "count", "", "")
    row = Reported(figure, date(2031, 5, 6), Relation.OVER_TIME, 1, (2, 3))
    [made, undated] = answer_to_dict(Answer("q", conflicts=(row, replace(row, as_of=None))))[
        "conflicts"
    ]
    assert (made["text"], made["value"], made["as_of"]) == ("4座", "4", "2031-05-06")
    assert (made["relation"], made["sources"], made["citations"]) == ("over time", 1, [2, 3])
    assert undated["as_of"] is None
    assert (made["stated"], made["publisher"], made["published"]) == (True, "", None)


def test_a_verdict_gives_the_figure_of_the_question() -> None:
    figure = Figure("5亿元", Decimal(500_000_000), "元", "money", "", "500 million yuan")
    made = answer_to_dict(Answer("q", verdict=Verdict(figure, agrees=False)))["verdict"]
    assert (made["claim"]["value"], made["agrees"]) == ("500000000", False)


def test_a_combined_answer_has_its_parts_and_what_they_come_to() -> None:
    figure = Figure("4座", Decimal(4), "座", "count", "", "")
    parts = (Part("广西", figure, date(2031, 5, 6), 1), Part("青海", figure, None, 2))
    combined = Combined(Operation.SUM, parts, replace(figure, text="8座", value=Decimal(8)))
    made = answer_to_dict(Answer("q", combined=combined))["combined"]
    assert (made["operation"], made["result"]["value"]) == ("sum", "8")
    assert [(p["subject"], p["as_of"], p["citation"]) for p in made["parts"]] == [
        ("广西", "2031-05-06", 1), ("青海", None, 2),
    ]  # fmt: skip
    none = answer_to_dict(Answer("q", combined=Combined(Operation.EACH, parts)))["combined"]
    assert none["result"] is None


def test_a_listed_document_has_its_length_and_not_its_text() -> None:
    made = document_to_dict(Document("k", "d", "It rains."))
    assert made["characters"] == 9
    assert "text" not in made
