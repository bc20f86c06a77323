"""What leaves the page: Markdown that shows exactly what it is given, and answers as text."""

import itertools
import random
from datetime import date
from html import unescape

import pytest
from markdown_it import MarkdownIt

from rag.records import Answer, Citation, Document, Origin, PlaceUnit
from rag.web import markup
from rag.web.chat import Turn
from rag.web.phrases import ENGLISH
from rag.web.saving import as_json, as_markdown, copied, escaped

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
WHERE = {
    "## {}": ("<h2>", "</h2>"),
    "* **{}**": ("<ul>\n<li><strong>", "</strong></li>\n</ul>"),
    "* {} [1]": ("<ul>\n<li>", " [1]</li>\n</ul>"),
    "> {}\n>\n> x": ("<blockquote>\n<p>", "</p>\n<p>x</p>\n</blockquote>"),
    "{}": ("<p>", "</p>"),
}
SIGNS = [
    *"\\`*_~[](){}<>#+-=!|&:;.$^\"'", "a", "é", "9", "铁", " ", "  ", "**", "__", "~~", "---",
    "<b>", "</b>", "<!--", "&lt;", "&#60;", "](x)", "[a]: b", "![", "1. ", "# ", "> ", "```", "http://a.b",
]  # fmt: skip


def shows(text: str, where: str) -> None:
    before, after = WHERE[where]
    html = RENDERER.render(where.format(escaped(text))).rstrip("\n")
    assert html.startswith(before), (text, html)
    assert html.endswith(after), (text, html)
    inside = html.removeprefix(before).removesuffix(after)
    assert unescape(inside) == text.strip(), (text, html)
    assert "<" not in inside


@pytest.mark.parametrize("where", WHERE)
def test_markdown_shows_exactly_the_text(where: str) -> None:
    chosen = random.Random(7)
    texts = ["".join(pair) for pair in itertools.product(SIGNS, repeat=2)]
    texts += ["".join(chosen.choices(SIGNS, k=chosen.randint(3, 12))) for _ in range(500)]
    for text in texts:
        if text.strip():
            shows(text, where)


@pytest.mark.parametrize(
    "text",
    [
        "It rose by 12.5% (2019-2020), i.e. 3,200 tonnes: well-known!",
        "snake_case names, a - b, 3 < 4 > 2, R&D, #5, 5 * 3, {x} + y | z, f(x)[0]",
        "约300~400万元，同比增长8.2%；（详见附件）",
        "~300 people at half past 9; wait... [sic]",
    ],
)
def test_what_is_no_markup_is_not_escaped(text: str) -> None:
    assert escaped(text).replace("300\\~", "300~") == text


TEXT = "The ferry carries 48 cars.\nIn winter 12."
DOCUMENT = Document(
    "/srv/secret/lund.md#2", "", TEXT, "The ferry * of Lund", "Lund Post", date(2022, 5, 6),
    "/srv/secret/lund.md", origin=(Origin(0, len(TEXT), PlaceUnit.LINE, "10"),),
)  # fmt: skip
CITATION = Citation(1, DOCUMENT, 0, 26, ((18, 25),))


def test_no_folder_of_the_server_is_in_an_export() -> None:
    untitled = Citation(2, Document("/srv/secret/a.csv", "", TEXT, path="/srv/secret/a.csv"), 0, 26)
    answer = Answer("How many?", "48 cars", ("48 cars",), True, (CITATION, untitled))
    turns = (Turn("How many?", "How many?", answer),)
    assert "secret" not in as_markdown(turns) + as_json(turns) + copied(answer)
    assert "> [1] The ferry * of Lund · Lund Post · 2022-05-06, lund.md, line 10" in as_markdown(
        turns
    )
    assert "> [2] a.csv\n" in as_markdown(turns) + "\n"


def test_a_copied_answer_has_its_quotation_and_source() -> None:
    answer = Answer("How many?", "48 cars", ("48 cars",), True, (CITATION,))
    assert copied(answer) == (
        "48 cars\n\n[1] “The ferry carries 48 cars.”\n"
        "    The ferry * of Lund · Lund Post · 2022-05-06, lund.md, line 10"
    )
    nearest = Answer("有多少车？", nearest=(CITATION,))
    assert copied(nearest).startswith("文档中没有说明。\n\n最接近的内容:\n\n[1] “The")
    assert copied(nearest).endswith("lund.md，第 10 行")
    assert copied(Answer("How many?")) == "The documents do not say."
    assert "cars.”\n    The ferry * of Lund" in markup.conversation([("q", "q", answer)], ENGLISH)
