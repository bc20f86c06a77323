"""Rows of a table as they stand in a document's text: ``省份：甘肃；游客（万人次）：1350``.

``rag.sources.tables`` writes them so, and this reads the cells again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.language.dates import Period

_CAPTION = re.compile(r"^.*[（(](?:单位：|unit: )[^（）()\n]*[)）] ")
_NAMED = re.compile(r"(?P<name>[^：:]{1,60}?)(?:：\s?|:\s)(?=\S)")
_LEAST_CELLS = 2
_YEAR = r"(?<![\d.A-Za-z-])(?P<year>(?:19|20)\d\d)"
_YEAR_IN_NAME = re.compile(rf"{_YEAR}(?:\s?年度?(?![\d-])|(?![\d.]|\s?[年–—~至到-]))")
_YEAR_ALONE = re.compile(rf"(?:FY\s?)?{_YEAR}\s?年?度?")
_PERIOD_NAME = re.compile(
    r"(?:统计|报告|会计|财政|调查|数据|所属)?"
    r"(?:年份|年度|年|季度|季|月份|月|时间|日期|时期|期间|期)|"
    r"(?:(?:calendar|fiscal|financial|reporting|survey)\s)?(?:year|fy|season|period|date)",
    re.IGNORECASE,
)
"""What names a column that says when the row's other cells hold."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its column's name, "" where it has none; offsets bound its value.

    The first cell's name may have the table's caption before it.
    """

    number: int
    name: str
    start: int
    end: int

    @property
    def year(self) -> Period | None:
        """The year that the column's name says, as in a table with a column a year."""
        found = _YEAR_IN_NAME.search(self.name)
        return _year(found) if found else None

    def is_series_of(self, other: Cell) -> bool:
        """Return whether two columns are of one thing in different years."""
        names = {_YEAR_IN_NAME.sub("", cell.name).strip("/ ") for cell in (self, other)}
        return self.year is not None and other.year is not None and len(names) == 1

    @property
    def tells_when(self) -> bool:
        """Whether its column says of what time the row is."""
        name = self.name if self.number else self.name.rpartition(" ")[2]
        return any(_PERIOD_NAME.fullmatch(one) for one in (self.name, name))

    def value(self, line: str) -> str:
        """Return the words in the cell."""
        return line[self.start : self.end]


def cells_of(line: str) -> tuple[Cell, ...]:
    """Return the cells of a row, in order; none where a line is no row.

    A caption with a unit is left out.
    """
    caption = _CAPTION.match(line)
    at = caption.end() if caption else 0
    stop = "；" if "：" in line[at:] else "; "
    cells: list[Cell] = []
    for part in line[at:].split(stop):
        named = _NAMED.match(part)
        begin = named.end() if named else 0
        value = part[begin:].strip()
        start = at + part.index(value, begin)
        cells.append(
            Cell(len(cells), named["name"].strip() if named else "", start, start + len(value))
        )
        at += len(part) + len(stop)
    return tuple(cells) if sum(bool(cell.name) for cell in cells) >= _LEAST_CELLS else ()


def period_cell(line: str, cells: tuple[Cell, ...]) -> Cell | None:
    """Return the cell that says of which year a row is, None where none does."""
    return next((cell for cell in cells if cell.tells_when and year_in(cell, line)), None)


def year_in(cell: Cell, line: str) -> Period | None:
    """Return the year that a cell holds, None where it holds anything else."""
    found = _YEAR_ALONE.fullmatch(cell.value(line))
    return _year(found) if found else None


def row_year(line: str, start: int, end: int) -> Period | None:
    """Return the year that words of a row are told of: by their column's name, or another cell."""
    cells = cells_of(line)
    own = next((cell for cell in cells if cell.start <= start and end <= cell.end), None)
    if own is None:
        return None
    if own.year:
        return own.year
    when = period_cell(line, cells)
    return year_in(when, line) if when else None


def _year(found: re.Match[str]) -> Period:
    year = int(found["year"])
    return Period(date(year, 1, 1), date(year, 12, 31))
