"""Text for a terminal or a pipe, never wider than it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rag.records import Document

_PLAIN_WIDTH = 100
_LEAST_WIDTH = 8
_SPACES = dict.fromkeys(map(ord, "\t\r\v\f\u2028\u2029"), " ")
_CONTROLS = dict.fromkeys(
    # C0, DEL and C1, and the marks that turn the direction of writing around.
    (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    "\ufffd",
)
_UNSAFE = _CONTROLS | _SPACES
del _UNSAFE[ord("\n")]


@dataclass(frozen=True, slots=True)
class Screen:
    """Where text is shown: its width in columns, and whether it has colours."""

    width: int = _PLAIN_WIDTH
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """Return the screen behind a stream."""
        if not stream.isatty():
            return cls()
        # An empty NO_COLOR does not count (no-color.org).
        colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(max(_LEAST_WIDTH, shutil.get_terminal_size().columns), colour)

    def paint(self, text: str, code: str) -> str:
        """Return the text in a colour, where there are colours."""
        return f"\033[{code}m{text}\033[0m" if self.colour and text else text


def printable(text: str) -> str:
    """Return a text of the same length that cannot steer a terminal; line feeds stay.

    Documents and their titles come from anywhere, and an escape sequence in one could recolour
    the screen, rename the window or hide words.
    """
    return text.translate(_UNSAFE)


def on_one_line(text: str) -> str:
    """Return a text without anything that steers a terminal or starts a new line."""
    return printable(text).replace("\n", " ")


def heading(document: Document) -> str:
    """Return a document's title, publisher and date on one line; its name when it has no title."""
    day = document.published.isoformat() if document.published else ""
    title = document.title or Path(document.path).name or document.key
    return on_one_line(" · ".join(filter(None, (title, document.publisher, day))))


def shown_path(document: Document) -> str:
    """Return the path as seen from the working folder where it lies below, else in full."""
    return near_path(document.path)


def near_path(path: str) -> str:
    """Return a path or a key as seen from the working folder where it lies below, else in full."""
    if not path.startswith("/") and not Path(path).is_absolute():
        return path
    try:
        return Path(path).relative_to(Path.cwd()).as_posix()
    except (ValueError, FileNotFoundError):
        return path


def columns_of(text: str) -> int:
    """Return how many columns a text takes on one line."""
    return sum(map(_columns, text))


def cut(text: str, width: int) -> str:
    """Return a text cut to at most ``width`` columns, with an ellipsis where something is gone."""
    if columns_of(text) <= width:
        return text
    kept, columns = "", 1
    for char in text:
        columns += _columns(char)
        if columns > width:
            break
        kept += char
    return kept + "…"


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Break a text into lines of at most ``width`` columns; Chinese may break anywhere.

    Lines after a break, not those after a line feed, begin with ``indent``, where it leaves room.
    """
    if len(indent) > width // 2:
        indent = ""
    lines: list[str] = []
    line, columns, edge = "", 0, 0
    for char in text:
        if char == "\n":
            lines.append(line)
            line, columns, edge = "", 0, 0
            continue
        size = _columns(char)
        if columns + size > width and line not in ("", indent):
            head, rest = _broken(line, edge if char != " " and size == 1 else len(line))
            if columns_of(indent + rest) + size > width:
                head, rest = line, ""
            lines.append(head.rstrip(" "))
            line = indent + rest
            columns, edge = columns_of(line), 0
            if char == " " and not rest:
                continue
        if char == " ":
            edge = len(line)
        line += char
        columns += size
        if size == 2:
            edge = len(line)
    return [*lines, line]


def _broken(line: str, edge: int) -> tuple[str, str]:
    """Return the line up to where a word begins, and the word; the whole line when none does."""
    if not line[:edge].strip():
        return line, ""
    return line[:edge], line[edge:].removeprefix(" ")


def _columns(char: str) -> int:
    from wcwidth import wcwidth

    # The selector makes a narrow sign a wide emoji.
    return 1 if char == "\ufe0f" else max(0, wcwidth(char))
