"""Questions over made-up tables, whose rows are alike in all but a cell or two.

A row stands in a text as ``Name: Ost; Head: Ida``, and the words of a question mostly stand in
every row: only the name that it asks about tells the right one. Names are titles of the sets'
articles, figures are drawn.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.records import Language

LEAST_ROWS, MOST_ROWS = 4, 10
LEAST_COLUMNS, MOST_COLUMNS = 2, 4

_Draw = Callable[[random.Random, Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """A question and where its answer stands in the table's text."""

    question: str
    start: int
    end: int


def _name(draw: random.Random, names: Sequence[str]) -> str:
    return draw.choice(names)


def _number(most: int, unit: str = "") -> _Draw:
    def drawn(draw: random.Random, _names: Sequence[str]) -> str:
        value = draw.randrange(1, most)
        return f"{value:,}{unit}" if draw.random() < 0.5 else f"{value}{unit}"

    return drawn


def _decimal(unit: str) -> _Draw:
    return lambda draw, _names: f"{draw.uniform(0.1, 99):.1f}{unit}"


def _year(suffix: str) -> _Draw:
    return lambda draw, _names: f"{draw.randrange(1900, 2031)}{suffix}"


_KEYS = {
    Language.CHINESE: ("名称", "项目", "部门", "单位", "地区", "站点"),
    Language.ENGLISH: ("Name", "Project", "Department", "Office", "Region", "Station"),
}
_COLUMNS: dict[Language, tuple[tuple[str, str, _Draw], ...]] = {
    Language.CHINESE: (
        ("负责人", "{key}的负责人是谁", _name),
        ("地点", "{key}在哪里", _name),
        ("承办方", "{key}由谁承办", _name),
        ("预算", "{key}的预算是多少", _number(9000, "万元")),
        ("人数", "{key}有多少人", _number(5000, "人")),
        ("面积", "{key}有多大", _decimal("平方公里")),
        ("成立时间", "{key}是哪一年成立的", _year("年")),
        ("电话", "{key}的电话是多少", _number(9_999_999)),
        ("增长", "{key}增长了百分之几", _decimal("%")),
        ("价格", "{key}多少钱", _number(900, "元")),
    ),
    Language.ENGLISH: (
        ("Head", "Who heads {key}?", _name),
        ("Location", "Where is {key}?", _name),
        ("Contractor", "Who built {key}?", _name),
        ("Budget", "How much is the budget of {key}?", _decimal(" million")),
        ("Staff", "How many people work at {key}?", _number(5000)),
        ("Area", "How large is {key}?", _decimal(" km²")),
        ("Founded", "When was {key} founded?", _year("")),
        ("Phone", "What is the phone number of {key}?", _number(9_999_999)),
        ("Growth", "By how much did {key} grow?", _decimal("%")),
        ("Price", "How much does {key} cost?", _number(900, " yuan")),
    ),
}


def make_table(
    names: Sequence[str], language: Language, draw: random.Random
) -> tuple[str, list[TableQuestion]]:
    """Return the text of a table, a row a line, and a question for each row.

    Args:
        names: what rows and their people and places may be called, in the language.
        language: Chinese or English.
        draw: where chance comes from.
    """
    chinese = language is Language.CHINESE
    colon, stop = ("：", "；") if chinese else (": ", "; ")
    first = draw.choice(_KEYS[language])
    columns = draw.sample(_COLUMNS[language], draw.randint(LEAST_COLUMNS, MOST_COLUMNS))
    keys = draw.sample(names, min(len(names), draw.randint(LEAST_ROWS, MOST_ROWS)))
    text, questions = "", []
    for key in keys:
        text += f"{first}{colon}{key}"
        chosen = draw.randrange(len(columns))
        for number, (name, asked, value) in enumerate(columns):
            text += f"{stop}{name}{colon}"
            cell = value(draw, names)
            if number == chosen:
                start = len(text)
                questions.append(
                    TableQuestion(_asked(name, asked, key, draw), start, start + len(cell))
                )
            text += cell
        text += "\n"
    return text, questions


def _asked(column: str, asked: str, key: str, draw: random.Random) -> str:
    """Return a question for a cell, now and then as short as a search."""
    return f"{key} {column}" if draw.random() < 0.3 else asked.format(key=key)
