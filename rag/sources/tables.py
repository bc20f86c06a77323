"""Rows of a table as lines that can be quoted and understood alone.

``Caption(单位：万元) 地区：广西；挽回损失：3,000``: each line carries the table's caption, the unit
and the column's name, so that a figure never stands without what it counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.sources.pieces import EDGES

Row = tuple[int, tuple[str, ...]]
"""A row's number in the original, from 1, and its cells as text."""

_UNIT = re.compile(
    r"^[（(\[【]?\s*(?:单位|單位|计量单位|units?)\s*[:：]\s*(?P<unit>.+?)\s*[）)\]】]?$", re.I
)
_NUMBER = re.compile(r"^[-+−¥$€£(]?\s?\d[\d,，.\s]*\s?[)%‰]?$")
_WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Line:
    """A row as one line of text, and the number of the row it came from."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands above a table's data: caption, unit, the columns' names, rows taken by them."""

    caption: str
    unit: str
    names: tuple[str, ...]
    notes: tuple[Line, ...]
    taken: int


def tidy(value: str) -> str:
    """Return a cell's text on one line."""
    return re.sub(r"[ \t]*[\r\n]+[ \t]*", " ", value).strip(EDGES)


def is_number(text: str) -> bool:
    """Say whether a cell holds a figure, not words."""
    return bool(_NUMBER.match(text))


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell]


def _is_names(cells: Sequence[str], width: int) -> bool:
    """Say whether a row can name the columns: mostly filled, short, no figures but years."""
    filled = _filled(cells)
    if len(filled) < max(2, (width + 1) // 2):
        return False
    figures = [c for c in filled if is_number(c) and not re.fullmatch(r"(?:19|20)\d\d", c)]
    return not figures and all(len(cell) <= 60 for cell in filled)


def _merge(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Join two header rows; a merged cell's name runs on over the empty cells to its right."""
    names: list[str] = []
    last = ""
    for above, below in zip(upper, lower, strict=True):
        last = above or (last if below else "")
        names.append("/".join(dict.fromkeys(part for part in (last, below) if part)))
    return tuple(names)


def _two_headers(rows: Sequence[Row], at: int, width: int) -> bool:
    """Say whether the row at ``at`` is the upper half of a header of two rows.

    The upper half of such a header has gaps (merged cells) that the lower half fills, and the
    row below both holds data.
    """
    if at + 2 >= len(rows):
        return False
    upper, lower, data = rows[at][1], rows[at + 1][1], rows[at + 2][1]
    gaps = [below for above, below in zip(upper, lower, strict=True) if not above]
    if not any(gaps) or any(map(is_number, _filled(lower))) or not all(upper[:1] or ["x"]):
        return False
    together = _merge(upper, lower)
    return all(together) and any(map(is_number, _filled(data))) and len(together) == width


def _head(rows: Sequence[Row], width: int) -> _Head:
    """Find caption, unit and column names at the top of a table."""
    captions: list[str] = []
    notes: list[Line] = []
    unit = ""
    for at, (_, cells) in enumerate(rows):
        filled = list(dict.fromkeys(_filled(cells)))
        units = [match for cell in filled if (match := _UNIT.match(cell))]
        if units:
            unit = units[0]["unit"]
            captions += [cell for cell in filled if not _UNIT.match(cell)]
        elif len(filled) == 1 and width > 1:
            text = filled[0]
            inline = re.search(
                r"[（(]\s*(?:单位|單位|unit)\s*[:：]\s*([^（）()]+)[）)]\s*$", text, re.I
            )
            if inline:
                unit, text = inline[1].strip(), text[: inline.start()].strip()
            captions.append(text)
        elif _two_headers(rows, at, width):
            return _Head(" ".join(captions), unit, _merge(cells, rows[at + 1][1]), (), at + 2)
        elif _is_names(cells, width) and at + 1 < len(rows):
            return _Head(" ".join(captions), unit, tuple(cells), (), at + 1)
        else:
            break
    # No header row: nothing above the data is a name, so the lines above it stand as they are.
    return _Head(" ".join(captions), unit, (), tuple(notes), len(captions) and at)


def _line(head: _Head, cells: Sequence[str]) -> str:
    """Return one row as a line."""
    chinese = bool(_WIDE.search("".join((head.caption, *head.names, *cells))))
    colon, stop = ("：", "；") if chinese else (": ", "; ")
    parts = []
    for column, cell in enumerate(cells):
        if cell:
            name = head.names[column] if column < len(head.names) else ""
            parts.append(f"{name}{colon}{cell}" if name and name != cell else cell)
    unit = ""
    if head.unit:
        unit = f"（单位：{head.unit}）" if chinese else f" (unit: {head.unit})"
    front = f"{head.caption}{unit}".strip()
    return f"{front} {stop.join(parts)}" if front else stop.join(parts)


def _rectangle(rows: Sequence[Row]) -> tuple[list[Row], int]:
    """Return the rows that hold something, all of one width, without empty outer columns."""
    tidied = [(number, tuple(tidy(cell) for cell in cells)) for number, cells in rows]
    tidied = [(number, cells) for number, cells in tidied if any(cells)]
    width = max((len(cells) for _, cells in tidied), default=0)
    padded = [(number, (*cells, *[""] * (width - len(cells)))) for number, cells in tidied]
    used = [column for column in range(width) if any(cells[column] for _, cells in padded)]
    return [(n, tuple(cells[c] for c in used)) for n, cells in padded], len(used)


def lines(rows: Sequence[Row], caption: str = "") -> tuple[str, list[Line]]:
    """Return a table's caption and its rows as lines.

    Args:
        rows: Numbered rows; cells that a merged one covers are empty.
        caption: A name known from outside, such as an HTML caption; one found in the table's
            first rows wins.
    """
    table, width = _rectangle(rows)
    if not table:
        return caption, []
    head = _head(table, width)
    caption = head.caption or caption
    head = _Head(caption, head.unit, head.names, head.notes, head.taken)
    made = [*head.notes]
    for number, cells in table[head.taken :]:
        if len(_filled(cells)) == 1 and width > 1 and not is_number(_filled(cells)[0]):
            # A note or a subheading across the table says what it says alone.
            made.append(Line(number, _filled(cells)[0]))
        else:
            made.append(Line(number, _line(head, cells)))
    if not made and caption:
        made = [Line(table[0][0], caption)]
    return caption, made
