"""CSV and TSV, by the standard library's csv: its sniffer finds the delimiter."""

from __future__ import annotations

import csv
import io

from rag.records import PlaceUnit
from rag.sources import tables
from rag.sources.base import Similarity
from rag.sources.encoding import decode
from rag.sources.pieces import Parsed, Piece, block

_DELIMITERS = ",;\t|"


def _delimiter(text: str, name: str) -> str:
    """Return what separates the cells: the suffix says so for .tsv, else the sniffer."""
    if name.lower().endswith(".tsv"):
        return "\t"
    sample = "\n".join(text[:20_000].split("\n")[:50])
    try:
        return csv.Sniffer().sniff(sample, delimiters=_DELIMITERS).delimiter
    except csv.Error:
        # One column, or uneven rows: the most frequent candidate is right, a comma when none is.
        return max(_DELIMITERS, key=lambda char: (sample.count(char), char == ","))


def parse(data: bytes, name: str, similarity: Similarity | None = None) -> Parsed:
    """Read a table into one document, a line for every row."""
    text = decode(data, name)
    # A cell may hold a whole report; the standard limit of 128 KB would end the file there.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, name))
    rows: list[tables.Row] = []
    before = 0
    for cells in reader:
        # A quoted cell may hold line feeds; the row's place is its first line.
        rows.append((before + 1, tuple(cells)))
        before = reader.line_num
    caption, lines = tables.lines(rows)
    blocks = tuple(block(line.text, PlaceUnit.LINE, line.number) for line in lines)
    return Parsed((Piece(blocks, title=caption),) if blocks else ())
