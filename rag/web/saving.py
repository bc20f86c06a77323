"""A conversation as files, and an answer as plain text: with its sources, by the files' names.

Where a file lies on the machine that serves the page is no visitor's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from rag.records import Answer, Citation, Document
from rag.serialise import answer_to_dict, to_json
from rag.terminal import on_one_line
from rag.wording import (
    Row,
    Wording,
    differing,
    headlines,
    plain,
    put_together,
    unanswered,
    verdict,
    wording_for,
)

if TYPE_CHECKING:
    from rag.web.chat import Turns

# What CommonMark and GitHub's tables, strikethrough and footnotes take for markup inside a line.
# Emphasis and strikethrough need a mark that stands at a word; a link, a definition and a footnote
# the bracket that ends their text; a reference a semicolon.
_INLINE = re.compile(
    r"""
      \\(?=[!-/:-@\[-`{-~]|$)
    | `
    | (?<!\s)\* | \*(?!\s)
    | (?<![^\W_])_+(?=\S) | (?<=\S)(?<!_)_+(?![^\W_])
    | (?<=\S)~
    | \](?=[(\[:])
    | <(?=[A-Za-z/!?])
    | &(?=\#?\w+;)
    """,
    re.VERBOSE,
)
# What begins a block, where a line begins.
_OPENING = re.compile(
    r"(?P<sign>[#>|\[*]|[-+~=_]+(?=\s|$|[-+~=_]))|(?P<number>\d+)(?=[.)](?:\s|$))"
)
_CLOSING = re.compile(r"(?<=\s)#+$")


def file_name(document: Document) -> str:
    """Return what a document's file is called, its key where it has none."""
    return on_one_line(PurePath(document.path or document.key).name)


def named(document: Document) -> str:
    """Return a document's title, and what its file is called where it has none."""
    return on_one_line(document.title).strip() or file_name(document)


def source_of(citation: Citation, words: Wording) -> str:
    """Return where a quotation stands on one line: title, publisher and date, file, place."""
    document = citation.document
    name, title = file_name(document), on_one_line(document.title)
    day = document.published.isoformat() if document.published else ""
    facts = " · ".join(filter(None, (title or name, on_one_line(document.publisher), day)))
    place = words.place(citation.place)
    return words.comma.join(filter(None, (facts, name if title else "", place)))


def copied(answer: Answer) -> str:
    """Return an answer as plain text, to be pasted elsewhere: its words, then each quotation."""
    words = wording_for(answer)
    says = verdict(answer, words) if answer.answered else ""
    lines = [*([says] if says else []), plain(answer, words) or unanswered(answer, words)]
    if not answer.answered and answer.shown:
        lines += ["", words.nearest]
    for citation in answer.shown:
        quote = f"[{citation.number}] “{on_one_line(citation.quote).strip()}”"
        lines += ["", quote, f"    {source_of(citation, words)}"]
    return "\n".join(lines)


def as_json(turns: Turns) -> str:
    """Return a conversation with its sources as JSON: a list of what ``ask --json`` prints.

    Paths, and keys that are paths, are cut to the files' names.
    """
    return to_json(
        [
            {"typed": turn.typed, **_without_folders(answer_to_dict(turn.answer))}
            for turn in turns
            if turn.answer is not None
        ],
        indent=1,
    )


def _without_folders(answer: dict[str, Any]) -> dict[str, Any]:
    for citation in (*answer["citations"], *answer["nearest"]):
        path = citation["path"]
        name = PurePath(path).name
        citation["path"] = name
        if path:
            citation["key"] = citation["key"].replace(path, name)
    return answer


def as_markdown(turns: Turns) -> str:
    """Return a conversation with its sources as Markdown, documents' own markup escaped."""
    lines: list[str] = []
    for turn in turns:
        if turn.answer is not None:
            lines += [f"## {escaped(turn.understood)}", "", *_answered(turn.answer), ""]
    return "\n".join(lines)


def _answered(answer: Answer) -> Iterator[str]:
    words = wording_for(answer)
    if answer.answered:
        if says := verdict(answer, words):
            yield from (says, "")
        for line in headlines(answer, words):
            texts = [f"**{escaped(text)}**" for text, _ in line.texts]
            yield f"* {words.list_of(texts)}{line.note}"
        yield from (f"* {escaped(words.unsaid.format(asked))}" for asked in answer.unsaid)
    else:
        yield unanswered(answer, words)
    for caption, rows in differing(answer, words):
        yield from ("", caption, "", *map(_row, rows))
    rows, result = put_together(answer, words)
    if rows:
        yield from ("", *map(_row, rows), "", escaped(result))
    if told := words.filtered(answer.filters):
        yield from ("", escaped(told))
    if answer.nearest:
        yield from ("", words.nearest)
    for citation in answer.shown:
        notes = [words.excerpt] if citation.document.excerpt else []
        yield ""
        yield f"> {escaped(citation.quote)}"
        yield ">"
        yield f"> [{citation.number}] {escaped(source_of(citation, words))}"
        yield from (f"> ({escaped(note)})" for note in (*notes, *citation.document.warnings))


def _row(row: Row) -> str:
    numbers = "".join(f"[{number}]" for number in row.citations)
    return f"* {escaped(' · '.join(filter(None, row.cells)))} {numbers}{row.note}"


def escaped(text: str) -> str:
    """Return a text on one line as Markdown that shows exactly it, at a line's beginning or later.

    Only what would be markup where it stands is escaped, so that the file reads well as it is.
    """
    line = on_one_line(text).strip()
    opening = _OPENING.match(line)
    at = 0
    begun = ""
    if opening and (number := opening["number"]):
        at, begun = opening.end() + 1, f"{number}\\{line[opening.end()]}"
    elif opening:
        at, begun = 1, f"\\{line[0]}"
    inside = "".join(_marked(line, at))
    return begun + _CLOSING.sub(lambda match: f"\\{match[0]}", inside)


def _marked(line: str, at: int) -> Iterator[str]:
    """Yield a line from an offset on, what would be markup in it behind backslashes."""
    for found in _INLINE.finditer(line, at):
        yield line[at : found.start()]
        yield "".join(f"\\{sign}" for sign in found[0])
        at = found.end()
    yield line[at:]
