"""HTML as blocks, by the standard library's parser: it never recurses and knows the lines.

Whatever the nesting, it takes one pass, where tree builders give up or take minutes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from rag.records import PlaceUnit
from rag.sources import tables
from rag.sources.base import Block
from rag.sources.pieces import EDGES, block

_SKIPPED = frozenset(
    ("script", "style", "noscript", "template", "svg", "iframe", "object", "button", "select")
)
_REGIONS = frozenset(("nav", "aside", "footer", "form", "menu", "dialog"))
# fmt: off
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "img", "input", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
    "wbr",
))
# fmt: on
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_SPANS = 60
_LAYOUT_CELL = 400
"""Characters from which on a table's cell is a column of a page, not a datum."""


@dataclass(slots=True)
class _Table:
    """A table being read: numbered rows, and what row spans carry down."""

    rows: list[tables.Row] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    carried: dict[int, tuple[int, str]] = field(default_factory=dict)
    cell: list[str] | None = None
    spans: tuple[int, int] = (1, 1)
    line: int = 0
    caption: str = ""
    layout: bool = False

    def _carry(self) -> None:
        """Put cells from rows above, which span down to here, in their columns."""
        while len(self.cells) in self.carried:
            column = len(self.cells)
            left, text = self.carried.pop(column)
            if left > 1:
                self.carried[column] = (left - 1, text)
            self.cells.append(text)

    def end_cell(self) -> None:
        """Close the open cell, if any."""
        if self.cell is None:
            return
        text = "".join(self.cell)
        self.cell = None
        self._carry()
        across, down = self.spans
        for n in range(across):
            if down > 1:
                self.carried[len(self.cells)] = (down - 1, text if n == 0 else "")
            self.cells.append(text if n == 0 else "")

    def end_row(self) -> None:
        """Close the open row, if any."""
        self.end_cell()
        if self.cells:
            self._carry()
            self.rows.append((self.line, tuple(self.cells)))
        self.cells = []

    @property
    def is_data(self) -> bool:
        """Say whether the table holds data; pages also use tables to place things."""
        longest = max((len(cell) for _, cells in self.rows for cell in cells), default=0)
        width = max((len(cells) for _, cells in self.rows), default=0)
        return not self.layout and len(self.rows) > 1 and width > 1 and longest <= _LAYOUT_CELL


@dataclass(slots=True)
class Page:
    """What a page holds: blocks, which of them stand in menus and the like, and their links.

    ``regions`` are indexes of blocks inside nav, aside, footer and form; ``rows`` of table rows;
    ``links`` of blocks that are links and nothing else.
    """

    blocks: list[Block] = field(default_factory=list)
    regions: set[int] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)
    links: set[int] = field(default_factory=set)
    headings: list[str] = field(default_factory=list)
    title: str = ""
    characters: int = 0
    linked: int = 0
    depth: int = 0


class _Reader(HTMLParser):
    """Reads a page into blocks, one for every paragraph, list item, heading or table row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._parts: list[str] = []
        self._all_linked = True
        self._start = 1
        self._open = {
            "skip": 0,
            "region": 0,
            "link": 0,
            "title": 0,
            "h1": 0,
            "heading": 0,
            "pre": 0,
            "caption": 0,
        }
        self._tables: list[_Table] = []
        self._depth = 0

    def _role(self, tag: str) -> str:
        if tag in _SKIPPED:
            return "skip"
        if tag in _REGIONS:
            return "region"
        if tag in _HEADINGS:
            return "heading"
        return {"a": "link", "title": "title", "h1": "h1", "pre": "pre", "caption": "caption"}.get(
            tag, ""
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += 1
        self.page.depth = max(self.page.depth, self._depth)
        if tag not in _INLINE:
            self._break()
        role = self._role(tag)
        if role and (role != "link" or (dict(attrs).get("href") or "#")[0] != "#"):
            self._open[role] += 1
        if tag == "br":
            self._break()
        elif tag in ("table", "tr", "td", "th"):
            self._table_start(tag, dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        self._depth = max(0, self._depth - 1)
        if tag not in _INLINE:
            self._break()
        role = self._role(tag)
        if role and self._open[role]:
            self._open[role] -= 1
        if self._tables and tag in ("table", "tr", "td", "th"):
            self._table_end(tag)

    def handle_data(self, data: str) -> None:
        if self._open["skip"]:
            return
        if self._open["title"] and not self.page.blocks:
            self.page.title += data
            return
        if self._tables and self._open["caption"]:
            self._tables[-1].caption += data
            return
        if self._tables and self._tables[-1].cell is not None:
            self._tables[-1].cell.append(re.sub(r"\s+", " ", data))
            return
        if self._open["pre"]:
            for n, line in enumerate(data.split("\n")):
                if n:
                    self._break()
                self._add(line, self.getpos()[0] + n)
            return
        blanks = len(data) - len(data.lstrip())
        self._add(re.sub(r"\s+", " ", data), self.getpos()[0] + data[:blanks].count("\n"))

    def _add(self, text: str, line: int) -> None:
        if not self._parts:
            if not text.strip(EDGES):
                return
            self._start = line
            self._all_linked = True
        self._parts.append(text)
        if self._open["link"]:
            self.page.linked += len(text.strip())
        elif text.strip(EDGES):
            self._all_linked = False

    def _break(self) -> None:
        """End the current paragraph; inside a table's cell, a break is a space."""
        if self._tables and self._tables[-1].cell is not None:
            self._tables[-1].cell.append("\n")
            return
        text = "".join(self._parts).strip(EDGES)
        self._parts = []
        if text:
            if self._open["h1"]:
                self.page.headings.append(text)
            self._emit(text, self._start, link=self._all_linked and not self._open["heading"])

    def _emit(self, text: str, line: int, *, row: bool = False, link: bool = False) -> None:
        made = block(text, PlaceUnit.LINE, line)
        if made.text:
            if link:
                self.page.links.add(len(self.page.blocks))
            if self._open["region"]:
                self.page.regions.add(len(self.page.blocks))
            if row:
                self.page.rows.add(len(self.page.blocks))
            self.page.blocks.append(made)
            self.page.characters += len(made.text)

    def _table_start(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "table":
            for outer in self._tables:
                outer.layout = True
            self._tables.append(_Table(line=self.getpos()[0]))
        elif self._tables and tag == "tr":
            self._tables[-1].end_row()
            self._tables[-1].line = self.getpos()[0]
        elif self._tables:
            table = self._tables[-1]
            table.end_cell()
            table.cell = []
            table.spans = (_span(attrs.get("colspan")), _span(attrs.get("rowspan")))

    def _table_end(self, tag: str) -> None:
        table = self._tables[-1]
        if tag in ("td", "th"):
            table.end_cell()
        elif tag == "tr":
            table.end_row()
        else:
            table.end_row()
            self._tables.pop()
            self._put(table)

    def _put(self, table: _Table) -> None:
        """Emit a table: rows of data with their names, or the cells of a layout one by one."""
        if table.is_data:
            for line in tables.lines(table.rows, tables.tidy(table.caption))[1]:
                self._emit(line.text, line.number, row=True)
            return
        for number, cells in table.rows:
            for cell in cells:
                for text in cell.split("\n"):
                    self._emit(text.strip(EDGES), number)

    def finish(self) -> Page:
        """Close what is open at the file's end and return the page."""
        self.close()
        while self._tables:
            self._table_end("table")
        self._break()
        return self.page


def _span(value: str | None) -> int:
    """Return a column or row span, held to a sane size."""
    return min(int(value), _SPANS) if value and value.isdecimal() and int(value) else 1


def read_page(text: str) -> Page:
    """Return the blocks of an HTML text, with the line each begins on."""
    if text.count("<") > 2 * text.count(">") + 1000:
        # Tags that never close make the parser start over at each; they are no tags.
        text = re.sub(r"<(?=[^<>]*(?:<|\Z))", "&lt;", text)
    reader = _Reader()
    reader.feed(text)
    return reader.finish()
