"""Tables in documents' texts: the rows beside a quotation, the columns that a question names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rag.language.figures import figures_within, find_figures
from rag.language.names import mentions_place
from rag.language.quantities import Quantity
from rag.language.rows import Cell, cells_of, year_in
from rag.language.superlatives import SUPERLATIVE, Superlative
from rag.language.words import Segmenter, stem
from rag.records import Citation, Document, Extract, Question

_UNIT = re.compile(r"[（(][^（）()]*[)）]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_TOTAL = re.compile(
    r"合计|总计|共计|小计|总和|总数|平均|均值|全部|"
    r"(?:grand |sub)?-?total|sum|average|mean|all|overall",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"(?<=[\u4e00-\u9fff]{2})(?:数量|人数|人次|次数|总[数量额]|[量数额值])$")
_NUMBER_OF = re.compile(
    r"^(?:total |average |mean )?(?:number|amount|quantity|count|total) of |"
    r"\s(?:numbers?|counts?|totals?)$"
)
_BEHIND = re.compile(r"\s(?:of|in|per|by|for|at|from|to|a)\s")
_LEAST_NAMED = 0.5
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d{2}(?!\d)")
_MOSTLY = 0.8
_SAMPLE = 40
"""So many rows at most, evenly taken, tell what a column holds."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its line in a document, and its cells, with offsets in the line."""

    document: Document
    start: int
    line: str
    cells: tuple[Cell, ...]

    @property
    def end(self) -> int:
        """Where the row ends in its document."""
        return self.start + len(self.line)

    def cell(self, name: str) -> Cell | None:
        """Return the cell of a column, None where it is empty."""
        return next((cell for cell in self.cells if cell.name == name), None)

    def value(self, name: str) -> str:
        """Return what is in the cell of a column."""
        cell = self.cell(name)
        return cell.value(self.line) if cell else ""

    def figure(self, name: str) -> Quantity | None:
        """Return the one figure of a column's cell, with the unit of its column or caption."""
        cell = self.cell(name)
        if cell is None or year_in(cell, self.line):
            return None
        figures = figures_within(self.line, cell.start, cell.end)
        alone = len(figures) == 1 and figures[0].end - figures[0].start >= cell.end - cell.start - 1
        return figures[0] if alone else None


def table_at(document: Document, start: int) -> list[Row]:
    """Return the rows of the table that the text at an offset stands in, if it is in one."""
    text = document.text
    begin = text.rfind("\n", 0, start) + 1
    first = _row(document, begin)
    if first is None:
        return []
    rows = [first]
    while rows[0].start and (above := _row(document, text.rfind("\n", 0, rows[0].start - 1) + 1)):
        if not _are_alike(above, rows[0]):
            break
        rows.insert(0, above)
    while rows[-1].end < len(text) and (below := _row(document, rows[-1].end + 1)):
        if not _are_alike(below, rows[-1]):
            break
        rows.append(below)
    return rows


def is_in_table(document: Document, start: int) -> bool:
    """Return whether the text at an offset is a row with another one beside it."""
    row = _row(document, document.text.rfind("\n", 0, start) + 1)
    if row is None:
        return False
    above = _row(document, document.text.rfind("\n", 0, row.start - 1) + 1) if row.start else None
    below = _row(document, row.end + 1) if row.end < len(document.text) else None
    return any(other is not None and _are_alike(row, other) for other in (above, below))


def says_extreme(citation: Citation, question: str) -> bool:
    """Return whether an answer stands in a column for the extreme that a question asks for.

    A row alone tells the highest temperature in July where its column is named so.
    """
    line = citation.quote
    places = [start - citation.start for start, _ in citation.spans]
    names = (
        _UNIT.sub("", cell.name).lower().strip()
        for cell in cells_of(line)
        if any(cell.start <= place < cell.end for place in places)
    )
    return any(SUPERLATIVE.search(name) and name in question.lower() for name in names)


def is_of_row(extract: Extract, document: Document, question: str) -> bool:
    """Return whether a quotation is no row beside one that a question names: Wend's for Gate's."""
    line = document.text[extract.start : extract.end]
    for cell in cells_of(line):
        value = cell.value(line)
        if not cell.name or cell.year or find_figures(value) or year_in(cell, line):
            continue
        column = re.compile(
            rf"(?:^|[；;]\s?|[)）] ){re.escape(cell.name)}(?:：\s?|:\s)([^；;\n]+)", re.M
        )
        named = named_values(question, {*column.findall(document.text), value})
        if named and value not in named:
            return False
    return True


def is_of_all_rows(extract: Extract, document: Document, question: Question) -> bool:
    """Return whether a quotation may tell a total: it is no row that the question does not name."""
    if not is_in_table(document, extract.start):
        return True
    line = document.text[extract.start : extract.end]
    if any(mentions_place(line, place) for place in question.places):
        return True
    labels = [
        value
        for cell in cells_of(line)
        if (value := cell.value(line)) and not find_figures(value) and not year_in(cell, line)
    ]
    named = any(is_total(label) or names_value(question.text, label) for label in labels)
    return named or not labels


def _row(document: Document, start: int) -> Row | None:
    end = document.text.find("\n", start)
    line = document.text[start : end if end >= 0 else None]
    cells = cells_of(line)
    return Row(document, start, line, cells) if cells else None


def _are_alike(one: Row, other: Row) -> bool:
    """Return whether two rows are of one table; empty cells are left out of a line."""
    first, second = ({cell.name for cell in row.cells} for row in (one, other))
    return 2 * len(first & second) >= max(len(first), len(second))


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Return the names of a table's columns, in order."""
    return list(dict.fromkeys(cell.name for row in rows for cell in row.cells if cell.name))


def names_value(text: str, value: str) -> bool:
    """Return whether a text has what stands in a cell, as words of its own."""
    least = 2 if _HAN.search(value) else 3
    before = r"(?<![A-Za-z\d])" if value[:1].isascii() else ""
    after = r"(?![A-Za-z\d])" if value[-1:].isascii() else ""
    found = re.search(f"{before}{re.escape(value)}{after}", text, re.IGNORECASE)
    return len(value) >= least and found is not None


def named_values(text: str, values: Iterable[str]) -> set[str]:
    """Return those of a column's values that a text names: New York, and not York for it."""
    named: set[str] = set()
    lowered = text.lower()
    there = (value for value in values if value.lower() in lowered)
    for value in sorted(there, key=len, reverse=True):
        if names_value(text, value):
            named.add(value)
            text = re.sub(re.escape(value), "\n", text, flags=re.IGNORECASE)
    return named


def is_total(label: str) -> bool:
    """Return whether a row's label says that it sums the others up."""
    return _TOTAL.fullmatch(label.strip()) is not None


def label_column(rows: Sequence[Row], asked: Superlative, segmenter: Segmenter) -> str:
    """Return the column of what a question asks for: of years, or of what it names, "" for none.

    Where it names no column it is the first one that holds words.
    """
    columns = columns_of(rows)
    if asked.years:
        return next((name for name in columns if _share(rows, name, _is_year) >= _MOSTLY), "")
    worded = [name for name in columns if _share(rows, name, _is_words) >= _MOSTLY]
    noun = asked.noun.lower()
    wanted = set(stem(segmenter.words(noun)))
    for name in worded:
        plain = _UNIT.sub("", name).lower().strip()
        if plain[:2] and noun.startswith(plain[: max(1, len(plain) // 2)]) and _HAN.match(plain):
            return name
        if not _HAN.search(plain) and set(stem(segmenter.words(plain))) & wanted:
            return name
    return next(iter(worded), "")


def measure_column(
    rows: Sequence[Row], question: Question, asked: Superlative, segmenter: Segmenter, near: str
) -> str:
    """Return the column of figures that a question names, in either language, "" for none.

    Args:
        rows: a table's.
        question: what was asked.
        asked: what it asks to be compared.
        segmenter: to cut the columns' names into words.
        near: the column that the reader's words stand in, which decides between equals of the year
            asked about.
    """
    meanings = [form.lower() for forms in question.translations for form in forms]
    scores: dict[str, float] = {}
    for name in columns_of(rows):
        if _share(rows, name, _is_figure) < _MOSTLY:
            continue
        scores[name] = _score(_UNIT.sub("", name).lower(), question, asked, meanings, segmenter)
    most = max(scores.values(), default=0.0)
    best = [name for name, score in scores.items() if score == most and most >= _LEAST_NAMED]
    years = set(_YEAR.findall(question.text))
    best = [name for name in best if years.intersection(_YEAR.findall(name))] or best
    return best[0] if len(best) == 1 else near if near in best else ""


def _score(
    name: str,
    question: Question,
    asked: Superlative,
    meanings: Sequence[str],
    segmenter: Segmenter,
) -> float:
    """Return how well a column's name fits a question, from 0; not at all without its last word.

    Who asks for visitors does not ask for 旅游收入, the income that is had of them.
    """
    if _HAN.search(name):
        said = set(question.text)
        meant = {sign for form in meanings if form in name for sign in form}
    else:
        said = set(stem(question.words))
        meant = {word for form in meanings for word in stem(form.split())}
    parts, head = _made_of(name, segmenter)
    of_dimension = asked.dimension is not None and asked.dimension.search(name) is not None
    fits = [
        len(parts & there) / max(1, len(parts))
        for there in (said, meant)
        if of_dimension or head <= there
    ]
    return max(fits, default=0.0) + (_LEAST_NAMED if of_dimension else 0.0)


def _made_of(name: str, segmenter: Segmenter) -> tuple[set[str], set[str]]:
    """Return a column's name as Chinese signs or English stems, and those of what it counts.

    In Chinese that is its last word, less 量 and the like, in English the last one before "of".
    """
    if _HAN.search(name):
        plain = "".join(_HAN.findall(_HOW_MANY.sub("", name)))
        return set(plain), set(segmenter.cut(plain)[-1]) if plain else set()
    plain = _NUMBER_OF.sub("", name)
    counted = segmenter.words(_BEHIND.split(plain)[0])
    return set(stem(segmenter.words(plain))), set(stem(counted)[-1:])


def _share(rows: Sequence[Row], name: str, holds: Callable[[Row, str], bool]) -> float:
    filled = [row for row in rows if row.cell(name)]
    filled = filled[:: 1 + len(filled) // _SAMPLE]
    return sum(holds(row, name) for row in filled) / max(1, len(filled))


def _is_year(row: Row, name: str) -> bool:
    cell = row.cell(name)
    return cell is not None and year_in(cell, row.line) is not None


def _is_figure(row: Row, name: str) -> bool:
    # A dash stands for what is not known.
    return row.figure(name) is not None or not any(map(str.isalnum, row.value(name)))


def _is_words(row: Row, name: str) -> bool:
    return not _is_figure(row, name) and not _is_year(row, name)
