"""Rows of tables, read from the lines that they are written as."""

import pytest

from rag.language.rows import cells_of, row_year
from rag.sources.tables import lines


def test_a_row_that_was_written_is_read_again() -> None:
    _, rows = lines(
        [
            (1, ("Dams (unit: m)", "", "")),
            (2, ("Dam", "Height", "Length")),
            (3, ("Ost", "40", "310")),
        ]
    )
    cells = cells_of(rows[0].text)
    assert [(cell.name, cell.value(rows[0].text)) for cell in cells] == [
        ("Dam", "Ost"),
        ("Height", "40"),
        ("Length", "310"),
    ]
    assert [cell.name for cell in cells_of("堤坝（单位：米） 水库：东湖；坝高：40；坝长：310")] == [
        "水库",
        "坝高",
        "坝长",
    ]


@pytest.mark.parametrize(
    "line", ["", "The board met: it was late.", "报告：完；", "He saw: a fox; a hare; an owl"]
)
def test_a_sentence_is_no_row(line: str) -> None:
    assert cells_of(line) == ()


@pytest.mark.parametrize(
    ("line", "words", "year"),
    [
        ("县：东岭；年份：2022；收获：30", "30", 2022),
        ("Farm: Ost; 2021: 40; 2022: 50", "40", 2021),
        ("Farm: Ost; Sacks 2021: 40; Sacks 2022: 50", "50", 2022),
        ("县：东岭；2021年收获：12；2022年收获：13", "12", 2021),
        ("县：东岭；2020-2022年均：12；人口：13", "12", None),
        ("Farm: Ost; Founded: 1931; Sacks: 40", "40", None),
        ("Farms of the valley Year: 2021; Sacks: 40", "40", 2021),
    ],
)
def test_a_figure_of_a_row_is_of_the_year_of_its_column_or_row(
    line: str, words: str, year: int | None
) -> None:
    start = line.index(words)
    found = row_year(line, start, start + len(words))
    assert (found.start.year if found else None) == year
