import io
import os
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from rag.cli.rendering import render
from rag.records import (
    Answer,
    Citation,
    Combined,
    Document,
    Ending,
    Fault,
    Figure,
    Filters,
    Operation,
    Origin,
    Part,
    PlaceUnit,
    Relation,
    Reported,
    Sentence,
    Verdict,
)
from rag.terminal import Screen, columns_of, cut, on_one_line, printable, wrap

ENGLISH = "The ferry from Ostrel to Marn takes 45 minutes and carries 310 passengers a trip."
CHINESE = "云溪图书馆共有藏书25.6万册，每天上午九点开放；馆长是林若溪（2019年到任）。"
COLOUR = re.compile(r"\033\[[0-9;]*m")


def document(text: str, **fields: object) -> Document:
    origin = (Origin(0, len(text), PlaceUnit.LINE, "9"),)
    return Document("k", "d", text, origin=origin, **fields)  # type: ignore[arg-type]


def answer(text: str, words: str, **fields: object) -> Answer:
    start = text.index(words)
    span = (start, start + len(words))
    citation = Citation(1, document(text, **fields), 0, len(text), (span,), 0.9)
    return Answer("how long?", words, (words,), True, (citation,), timings={"reading": 0.25})


def test_an_answer_shows_its_words_marked_in_the_quote_and_the_source() -> None:
    made = answer(
        ENGLISH, "45 minutes", title="Ferry", publisher="Gazette", published=date(2029, 1, 15),
        path="/elsewhere/ferry.txt", warnings=("a page stuffed with keywords",),
    )  # fmt: skip
    assert render(made, Screen()).split("\n") == [
        "45 minutes",
        "",
        "  The ferry from Ostrel to Marn takes ▌45 minutes▐ and carries 310 passengers a trip. [1]",
        "",
        "[1] Ferry · Gazette · 2029-01-15",
        "    /elsewhere/ferry.txt, line 9",
        "    ! a page stuffed with keywords",
        "0.25 s".rjust(80),
    ]


def test_an_excerpt_says_so_below_its_source() -> None:
    lines = render(answer(ENGLISH, "45 minutes", excerpt=True), Screen()).split("\n")
    assert "    ! excerpt of an article, as another page shows it" in lines


def test_one_figure_is_said_in_the_other_language_behind_it() -> None:
    figure = Figure("45 minutes", Decimal(45), "minutes", "time", "", "45分钟")
    made = replace(answer(ENGLISH, "45 minutes"), figures=(figure,))
    assert render(made, Screen()).split("\n")[0] == "45 minutes  (45分钟)"
    coloured = render(made, Screen(80, colour=True)).split("\n")[0]
    assert coloured == "\033[1;32m45 minutes\033[0m  (45分钟)"
    two = replace(made, figures=(figure, figure))
    assert render(two, Screen()).split("\n")[0] == "45 minutes"


def test_a_figure_of_a_table_is_shown_with_the_unit_of_its_column() -> None:
    figure = Figure(
        "45", Decimal(450_000), "人次", "count", "", "450,000 visits", None, "", "万人次"
    )
    made = replace(answer(ENGLISH, "45 minutes"), text="45", texts=("45",), figures=(figure,))
    said = "45万人次  (unit from the table's head; 450,000 visits)"
    assert render(made, Screen()).split("\n")[0] == said
    row = Reported(figure, None, Relation.ANSWER, 1, (1,))
    other = Reported(replace(figure, text="46"), None, Relation.CONFLICT, 1, (1,))
    table = render(replace(made, conflicts=(row, other)), Screen()).split("\n")
    assert "  45万人次  no date  [1]" in table
    chinese = render(replace(made, question="多少？"), Screen()).split("\n")[0]
    assert chinese == "45万人次  (单位据表头；450,000 visits)"


def test_figures_of_differing_sources_stand_in_a_table() -> None:
    def row(text: str, day: date | None, relation: Relation, *citations: int) -> Reported:
        figure = Figure(text, Decimal(1), "", "count", "", "")
        return Reported(figure, day, relation, 1, citations)

    def released(one: Reported, publisher: str, day: date) -> Reported:
        return replace(one, stated=False, as_of=day, publisher=publisher, published=day)

    newest = row("4.2万座", date(2029, 11, 30), Relation.ANSWER, 1, 2)
    series = row("1座", date(2029, 9, 1), Relation.OVER_TIME, 3)
    conflict = row("40座", None, Relation.CONFLICT, 4)
    made = replace(answer(ENGLISH, "45 minutes"), conflicts=(newest, series, conflict))
    assert render(made, Screen()).split("\n")[1:9] == [
        "",
        "Sources differ:",
        "  4.2万座  to 2029-11-30  [1][2] (one report)",
        "  40座     no date        [4]",
        "",
        "Over time:",
        "  4.2万座  to 2029-11-30  [1][2] (one report)",
        "  1座      to 2029-09-01  [3]",
    ]
    chinese = render(replace(made, question="几座？"), Screen()).split("\n")
    assert chinese[6:9] == [
        "不同时间:",
        "  4.2万座  至 2029-11-30  [1][2] (同一报道)",
        "  1座      至 2029-09-01  [3]",
    ]
    assert "  40座     无日期         [4]" in chinese
    other = released(replace(series, relation=Relation.UNDECIDED), "Evening Post", date(2029, 9, 2))
    undecided = replace(made, conflicts=(released(newest, "", date(2029, 12, 1)), other))
    assert render(undecided, Screen()).split("\n")[:5] == [
        "45 minutes: other sources differ",
        "",
        "Sources differ, and not all say as of when:",
        "  4.2万座                published 2029-12-01  [1][2] (one report)",
        "  1座      Evening Post  published 2029-09-02  [3]",
    ]


def test_figures_that_contradict_each_other_stand_on_one_line() -> None:
    two = tuple(
        Figure(f"{n}万座", Decimal(n * 10_000), "", "count", "", f"{n}0,000") for n in (4, 5)
    )
    rows = tuple(
        Reported(figure, date(2029, 9, 1), relation, 1, (1,))
        for figure, relation in zip(two, (Relation.ANSWER, Relation.CONFLICT), strict=True)
    )
    texts = tuple(figure.text for figure in two)
    made = replace(
        answer(ENGLISH, "45 minutes"), text=texts[0], texts=texts, figures=two, conflicts=rows
    )
    first = "4万座  (40,000) or 5万座  (50,000): the sources differ"
    assert render(made, Screen()).split("\n")[0] == first
    coloured = render(made, Screen(80, colour=True)).split("\n")[0]
    assert coloured == first.replace("4万座", "\033[1;32m4万座\033[0m").replace(
        "5万座", "\033[1;32m5万座\033[0m"
    )
    chinese = replace(made, question="几座？")
    assert render(chinese, Screen()).split("\n")[0] == first.replace(" or ", " 或 ").replace(
        ": the sources differ", "：来源不一致"
    )
    three = replace(chinese, texts=(*texts, "6万座"))
    assert "4万座  (40,000)、5万座  (50,000) 或 6万座" in render(three, Screen())
    claimed = replace(made, verdict=Verdict(two[0], agrees=True))
    assert render(claimed, Screen()).split("\n")[:2] == [
        "One source says so, others differ:",
        first,
    ]


@pytest.mark.parametrize(
    ("asked", "agrees", "said"),
    [
        ("Is it 45 minutes?", True, "Yes, the source says:"),
        ("Is it 50 minutes?", False, "No, the source says:"),
        ("要50分钟吗？", False, "不是,原文是:"),
        ("要45分钟吗？", True, "是的,原文是:"),
    ],
)
def test_a_verdict_stands_before_what_the_source_says(asked: str, agrees: bool, said: str) -> None:
    figure = Figure("50", Decimal(50), "", "count", "", "")
    made = replace(answer(ENGLISH, "45 minutes"), question=asked, verdict=Verdict(figure, agrees))
    assert render(made, Screen()).split("\n")[:2] == [said, "45 minutes"]


def test_a_total_is_shown_with_its_parts() -> None:
    one = Figure("12座", Decimal(12), "座", "count", "", "")
    parts = (Part("广西", one, None, 1), Part("Qinghai", one, date(2031, 1, 2), 2))
    total = replace(one, text="24", translated="24座")
    made = replace(answer(ENGLISH, "45 minutes"), combined=Combined(Operation.SUM, parts, total))
    assert render(made, Screen()).split("\n")[1:5] == [
        "", "  广西     12座  [1]", "  Qinghai  12座  [2]", "  Computed: 24 (24座)",
    ]  # fmt: skip
    most = replace(
        made, question="哪里最多？", combined=Combined(Operation.MOST, parts, compared=2)
    )
    assert render(most, Screen()).split("\n")[2:5] == [
        "  广西     12座  无日期         [1]", "  Qinghai  12座  至 2031-01-02  [2]",
        "  比较了文档中的2个数字。",
    ]  # fmt: skip


def test_colours_are_closed_on_every_line_and_take_no_columns() -> None:
    made = answer(ENGLISH, "from Ostrel to Marn takes 45 minutes and carries")
    lines = render(made, Screen(30, colour=True)).split("\n")
    assert any("\033[1;4m" in line for line in lines)
    for line in lines:
        assert wcswidth(COLOUR.sub("", line)) <= 30
        assert line.count("\033[0m") == len(COLOUR.findall(line)) / 2
    assert COLOUR.sub("", "".join(lines)).count("carries") == 2


@pytest.mark.parametrize("width", [8, 20, 33, 40, 80, 200])
@pytest.mark.parametrize("text", [ENGLISH, CHINESE, CHINESE + ENGLISH, "x" * 300, "❤️👍🏽 é" * 30])
@pytest.mark.parametrize("colour", [False, True])
def test_nothing_is_wider_than_the_terminal(width: int, text: str, colour: bool) -> None:
    fields = {"title": text, "publisher": CHINESE, "path": "/a/" + text, "warnings": (text,)}
    made = answer(text, text[5:9], **fields)
    asked = "馆长是谁" if text is CHINESE else "who?"
    nearest = Answer(asked, nearest=made.citations)
    for item in (made, nearest):
        for line in render(item, Screen(width, colour)).split("\n"):
            assert wcswidth(COLOUR.sub("", line)) <= width


@given(
    st.text(st.sampled_from("ab cd—图书，馆 e\u0301\n"), max_size=80),
    st.integers(4, 30),
    st.sampled_from(["", "  ", "    "]),
)
def test_wrapping_loses_no_character_and_keeps_to_the_width(
    text: str, width: int, indent: str
) -> None:
    lines = wrap(text, width, indent)
    assert all(columns_of(line) <= width for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


def test_english_breaks_between_words_and_chinese_anywhere() -> None:
    assert wrap("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert wrap("the quick brown fox", 10, "  ") == ["the quick", "  brown", "  fox"]
    assert wrap("云溪图书馆共有藏书", 8) == ["云溪图书", "馆共有藏", "书"]
    assert wrap("馆长林若溪 since 2019", 12) == ["馆长林若溪", "since 2019"]
    assert wrap("网址是td.example吗", 11) == ["网址是", "td.example", "吗"]


def test_controls_are_replaced_one_for_one() -> None:
    nasty = "a\x1b[31mb\x9b2J\x07c\td\r\ne\x7f\u202ef\u2028g"
    assert printable(nasty) == "a�[31mb�2J�c d \ne��f g"
    assert len(printable(nasty)) == len(nasty)
    assert on_one_line("a\nb\x00") == "a b�"
    assert printable(CHINESE) == CHINESE


def test_no_escape_sequence_of_a_document_reaches_the_terminal() -> None:
    nasty = "\x1b]0;owned\x07 \x9b31m \x00 The \x1b[2Jferry takes 45 minutes.\x85"
    made = answer(
        nasty, "45 minutes.\x85", title=nasty, publisher=nasty, path=f"/{nasty}", warnings=(nasty,)
    )
    for colour in (False, True):
        for item in (made, Answer("who?", nearest=made.citations)):
            shown = COLOUR.sub("", render(item, Screen(60, colour)))
            assert not any(c != "\n" and (c < " " or "\x7f" <= c < "\xa0") for c in shown)


def test_a_text_is_cut_to_columns_with_an_ellipsis() -> None:
    assert cut("library", 7) == "library"
    assert cut("library", 6) == "libra…"
    assert cut("图书馆", 6) == "图书馆"
    assert cut("图书馆", 5) == "图书…"
    assert cut("图书馆", 4) == "图…"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_are_for_terminals_only_and_no_color_is_respected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((47, 20)))
    assert Screen.of(io.StringIO()) == Screen(100, False)
    assert Screen.of(Terminal()) == Screen(47, True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert Screen.of(Terminal()) == Screen(47, False)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert Screen.of(Terminal()) == Screen(47, False)
    assert Screen(10).paint("x", "1") == "x"


def test_what_was_left_out_comes_last_and_filters_are_told() -> None:
    made = replace(
        answer(ENGLISH, "45 minutes", title="Ferry"),
        text="It takes 45 minutes.[1]",
        sentences=(Sentence("It takes 45 minutes.", (1,)),),
        dropped=(Sentence("It takes 90 minutes.", fault=Fault.FIGURE),),
        ending=Ending.LOOPED,
        filters=Filters(publisher="Gazette", since=date(2029, 1, 1)),
    )
    lines = render(made, Screen()).split("\n")
    assert lines[:3] == [
        "The language model repeated itself and was stopped.",
        "It takes 45 minutes.[1]",
        "Looked only in documents whose publisher contains “Gazette”, published since 2029-01-01.",
    ]
    assert lines[-3:-1] == [
        "",
        "left out: It takes 90 minutes. (has a figure that its source lacks)",
    ]
    unsaid = Answer("多久？", filters=Filters(path="*.pdf", until=date(2029, 1, 1)))
    assert render(unsaid, Screen()).split("\n")[:2] == [
        "文档中没有说明。",
        "只查找了这些文档：路径匹配“*.pdf”，发布不晚于 2029-01-01。",
    ]
