"""JSON lines, one record a line, by the standard library's json: nothing more is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from rag.language.dates import parse_date
from rag.records import PlaceUnit
from rag.sources.base import Block, Similarity
from rag.sources.encoding import decode
from rag.sources.pieces import Parsed, Piece, block


def _string(record: Mapping[str, Any], *names: str) -> str:
    """Return the first field of these names that has something in it."""
    for name in names:
        value = record.get(name)
        if isinstance(value, (str, int, float)) and str(value).strip():
            return str(value).strip()
    return ""


def _published(record: Mapping[str, Any]) -> date | None:
    return parse_date(_string(record, "published", "date"))


def _blocks(text: str, number: int) -> tuple[Block, ...]:
    """Return a block for every line of a record's text, all at the record's place."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    items = (block(line, PlaceUnit.RECORD, number) for line in lines)
    return tuple(item for item in items if item.text)


def _piece(line: str, number: int) -> Piece | str:
    """Return a record as a piece, or what is wrong with it."""
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
        return f"is not valid JSON ({reason})"
    if not isinstance(record, dict):
        return 'is not an object; expected {"id", "title", "text", ...}'
    text = _string(record, "text", "content", "body")
    if not text:
        return 'has no "text"'
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "has half a surrogate pair in its text"
    return Piece(
        blocks=_blocks(text, number),
        title=_string(record, "title"),
        publisher=_string(record, "publisher", "source"),
        published=_published(record),
        url=_string(record, "url"),
        key=_string(record, "id"),
    )


def parse(data: bytes, name: str, similarity: Similarity | None = None) -> Parsed:
    """Read records; a bad line becomes a problem and the others are kept.

    A record's place is its line number. A second record with an id already seen is a problem:
    a key names one document.
    """
    pieces: list[Piece] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(decode(data, name).split("\n"), start=1):
        if not line.strip():
            continue
        made = _piece(line, number)
        if isinstance(made, str):
            problems.append(f"line {number}: {made}")
        elif made.key and made.key in seen:
            problems.append(f'line {number}: its id "{made.key}" is that of line {seen[made.key]}')
        else:
            if made.key:
                seen[made.key] = number
            pieces.append(made)
    return Parsed(tuple(pieces), problems=tuple(problems))
