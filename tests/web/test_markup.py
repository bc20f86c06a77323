"""Texts as HTML, and conversations as files: nothing in them is markup but ours."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from rag.records import (
    Answer,
    Citation,
    Document,
    Ending,
    Fallback,
    Fault,
    Figure,
    Filters,
    Origin,
    PlaceUnit,
    Relation,
    Reported,
    Sentence,
    Verdict,
)
from rag.sources import Dropped
from rag.web import markup
from rag.web.chat import Turn, as_json, as_markdown
from rag.web.phrases import CHINESE, ENGLISH, phrases_for

HOSTILE = (
    "</mark><script>alert(1)</script>{{constructor}} ${alert(1)} `x` \\u003c 'a' \"b\" \x1b[2J"
)
TEXT = f"🎉𠮷 before. It holds 48 cars {HOSTILE}. After 7 days."
DOCUMENT = Document(
    "k", "", TEXT, f"T {HOSTILE}", HOSTILE, path="/a/b.md", url="javascript:alert(1)"
)
START = TEXT.index("It holds")
END = TEXT.index(" After")
CARS = TEXT.index("48 cars")
CITATION = Citation(1, DOCUMENT, START, END, ((CARS, CARS + len("48 cars </mark>")),))


class Reader(HTMLParser):
    """Collects what a browser would make of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.quoted: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not any(name.startswith("on") for name in values)
        self._inside = self._inside or values.get("id") == "yj-quote"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "span"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._inside:
            self.quoted.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_an_opened_source_highlights_exactly_the_quote() -> None:
    reader = read(markup.source(CITATION, ENGLISH))
    assert "".join(reader.quoted) == CITATION.quote.replace("\x1b", "\ufffd")
    assert "".join(reader.texts).endswith(TEXT.replace("\x1b", "\ufffd"))


def test_no_text_becomes_a_tag_a_link_or_a_placeholder() -> None:
    answer = Answer(HOSTILE, HOSTILE, (HOSTILE,), True, (CITATION,))
    turns = [("typed " + HOSTILE, HOSTILE, answer), (HOSTILE, HOSTILE, None)]
    page = markup.conversation(turns, CHINESE) + markup.source(CITATION, ENGLISH)
    reader = read(page)
    assert "script" not in reader.tags
    assert reader.links == []
    for sign in ("{", "}", "$", "`", "\\"):
        assert sign not in page


@pytest.mark.parametrize(
    ("url", "linked"), [("https://example.org/a?b=1&c", True), ("data:text/html,x", False)]
)
def test_only_addresses_of_pages_become_links(url: str, linked: bool) -> None:
    document = Document("k", "", "Some words.", url=url)
    assert read(markup.document(document, ENGLISH)).links == ([url] if linked else [])


def test_figures_of_a_source_are_marked() -> None:
    assert "figure" in markup.source(CITATION, ENGLISH)
    assert "7 days</mark>" in markup.document(DOCUMENT, ENGLISH)


def test_a_conversation_is_exported_with_its_sources() -> None:
    answer = Answer("How many cars?", "48 cars", ("48 cars",), True, (CITATION,))
    turns = (Turn("how many?", "How many cars?", answer), Turn("x", "x"))
    [row] = json.loads(as_json(turns))
    assert row["typed"] == "how many?"
    assert row["citations"][0]["quote"] == CITATION.quote
    text = as_markdown(turns)
    assert "## How many cars?" in text
    assert "**48 cars**" in text
    assert "<script>" not in text.replace("\\<", "")


def test_an_export_says_what_the_page_says() -> None:
    cars, boats = (Figure(f"{n} cars", Decimal(n), "", "count", "", "") for n in (48, 50))
    answer = Answer(
        "Did it hold 50 cars?", "48 cars", ("48 cars",), True, (CITATION,), figures=(cars,),
        conflicts=(
            Reported(cars, date(2030, 1, 2), Relation.ANSWER, 1, (1,)),
            Reported(boats, None, Relation.CONFLICT, 1, (1,)),
        ),
        verdict=Verdict(boats, agrees=False),
    )  # fmt: skip
    text = as_markdown((Turn("x", "Did it hold 50 cars?", answer),))
    for said in ("No, the source says:", "Sources differ:", "* 48 cars · to 2030-01-02 [1]"):
        assert said in text
    assert "* 50 cars · no date [1]" in text
    assert "* **48 cars**: the sources differ" in text.replace("\\", "")


def test_figures_that_contradict_each_other_are_taken_away_together() -> None:
    cars = [Figure(f"{n} cars", Decimal(n), "", "count", "", "") for n in (48, 50)]
    texts = tuple(figure.text for figure in cars)
    rows = tuple(
        Reported(figure, date(2030, 1, 2), relation, 1, (1,))
        for figure, relation in zip(cars, (Relation.ANSWER, Relation.CONFLICT), strict=True)
    )
    answer = Answer("How many?", texts[0], texts, True, (CITATION,), conflicts=rows)
    page = markup.conversation([("x", "How many?", answer)], ENGLISH)
    assert 'data-text="48 cars or 50 cars: the sources differ\n' in page
    assert "48 cars or 50 cars" in page.partition("yj-words")[2]


def test_a_place_is_said_in_the_pages_language() -> None:
    origin = (Origin(0, len(TEXT), PlaceUnit.PAGE, "3"),)
    citation = replace(CITATION, document=replace(DOCUMENT, origin=origin))
    assert "b.md，第 3 页" in markup.source(citation, CHINESE)
    assert "b.md, page 3" in markup.source(citation, ENGLISH)


def test_nothing_left_out_takes_one_line() -> None:
    told = markup.dropped((), "a.csv", ENGLISH)
    assert told == markup.note("Cleaning leaves nothing out of a.csv.")
    left = markup.dropped((Dropped("Home | News", "line 1", "menu"),), "a.csv", CHINESE)
    assert "<td>第 1 行</td>" in left


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("/srv/a b/c.txt cannot be opened", "a b/c.txt cannot be opened"),
        ("there is no index in /srv/data/index. Make one", "there is no index in index. Make one"),
        ("C:\\Users\\ida\\x.pdf: damaged", "x.pdf: damaged"),
        (
            "ask http://host:1/v1/x and/or reports/a.txt",
            "ask http://host:1/v1/x and/or reports/a.txt",
        ),
    ],
)
def test_errors_name_files_without_their_folders(message: str, told: str) -> None:
    assert read(markup.warning(message)).texts == [f"⚠ {told}"]


def test_the_browsers_language_chooses_the_phrases() -> None:
    assert phrases_for("zh-CN,zh;q=0.9") is CHINESE
    assert phrases_for("en-GB") is ENGLISH
    assert phrases_for("") is ENGLISH


def test_what_was_left_out_comes_last_and_folded() -> None:
    answer = Answer(
        "How many cars?", "48 cars[1]", ("48 cars[1]",), True, (CITATION,),
        sentences=(Sentence("It holds 48 cars.", (1,)),),
        dropped=(Sentence(f"It holds 90 {HOSTILE}", fault=Fault.FIGURE),), ending=Ending.LOOPED,
    )  # fmt: skip
    page = markup.conversation([("q", "q", answer)], ENGLISH)
    assert page.index("yj-cited") < page.index("<details") < page.index("It holds 90")
    assert "left out: 1" in page
    assert page.count("repeated itself and was stopped.") == 1
    stopped = Answer("多少车？", "48", ("48",), True, (CITATION,),
                     fallback=Fallback.STOPPED, ending=Ending.STOPPED)  # fmt: skip
    page = markup.conversation([("q", "q", stopped)], CHINESE)
    assert "语言模型已被停止。 以下为文档原文：" in page
    assert "<details" not in page


def test_how_far_the_model_is_and_what_the_documents_were_limited_to() -> None:
    filters = Filters("Herald", "*.pdf", date(2020, 1, 2), date(2021, 3, 4))
    begun = Answer("How many?", writing=True, filters=filters, dropped=(Sentence("No."),))
    page = markup.conversation([("q", "q", begun)], ENGLISH)
    assert "The model is writing; held sentences so far: 0, left out: 1" in page
    assert "do not say" not in page.partition(">")[2].replace('data-text="The documents do', "")
    assert "data-act" not in page
    unsaid = Answer("How many?", filters=filters)
    page = markup.conversation([("q", "q", unsaid)], ENGLISH)
    told = (
        "Looked only in documents whose publisher contains “Herald”, whose path matches “*.pdf”, "
        "published since 2020-01-02, published until 2021-03-04."
    )
    assert page.index("The documents do not say.</p>") < page.index(told)
    chinese = Answer("多少？", "48", ("48",), True, (CITATION,), filters=Filters("日报"))
    assert "只查找了这些文档：发布者包含“日报”。" in markup.conversation(
        [("q", "q", chinese)], CHINESE
    )
    assert "Herald" in as_markdown((Turn("How many?", "How many?", unsaid),))
