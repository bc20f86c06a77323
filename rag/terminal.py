"""Answers as text for a terminal or a pipe, never wider than it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rag.records import Answer, Citation, Document

_PLAIN_WIDTH = 100
_MARKS = ("▌", "▐")


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
        colour = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        return cls(max(20, shutil.get_terminal_size().columns), colour)

    def paint(self, text: str, code: str) -> str:
        """Return the text in a colour, where there are colours."""
        return f"\033[{code}m{text}\033[0m" if self.colour and text else text


def render(answer: Answer, screen: Screen) -> str:
    """Return an answer with its quotations and sources."""
    lines: list[str] = []
    if answer.answered:
        for text in answer.texts:
            lines.extend(screen.paint(line, "1;32") for line in wrap(text, screen.width))
        shown = answer.citations
    else:
        lines.append("The documents do not say." if shown_in_english(answer) else "文档中没有说明。")
        shown = answer.nearest
        if shown:
            lines.append("Nearest:" if shown_in_english(answer) else "最接近的内容:")
    for citation in shown[: 1 if answer.answered else None]:
        lines.extend(["", *_quotation(citation, screen)])
    if shown:
        lines.append("")
    for citation in shown:
        lines.extend(_source(citation, screen))
    seconds = sum(answer.timings.values())
    lines.append(screen.paint(f"{seconds:.2f} s".rjust(min(screen.width, 80)), "2"))
    return "\n".join(lines)


def shown_in_english(answer: Answer) -> bool:
    """Return whether to speak English, as the question does."""
    from rag.language.detect import detect_language
    from rag.records import Language

    return detect_language(answer.question) is not Language.CHINESE


def _quotation(citation: Citation, screen: Screen) -> list[str]:
    quote = citation.quote.replace("\n", " ")
    opening, closing = ("\0", "\1")
    for start, end in sorted(citation.spans, reverse=True):
        a, b = start - citation.start, end - citation.start
        if (a, b) != (0, len(quote)):
            quote = quote[:a] + opening + quote[a:b] + closing + quote[b:]
    lines = wrap(f"{quote} [{citation.number}]", screen.width - 2)
    text = "\n".join("  " + line for line in lines)
    if screen.colour:
        # A marked stretch may run over a line's end; the colour goes on by itself.
        text = text.replace(opening, "\033[1;4m").replace(closing, "\033[0m")
    else:
        text = text.replace(opening, _MARKS[0]).replace(closing, _MARKS[1])
    return text.split("\n")


def _source(citation: Citation, screen: Screen) -> list[str]:
    document = citation.document
    day = document.published.isoformat() if document.published else ""
    title = document.title or Path(document.path).name or document.key
    head = " · ".join(filter(None, (title, document.publisher, day)))
    lines = wrap(f"[{citation.number}] {head}", screen.width)
    place = ", ".join(filter(None, (shown_path(document), citation.place)))
    lines.extend(
        screen.paint(line, "2") for line in wrap("    " + place, screen.width)
    )
    lines.extend(
        screen.paint(line, "33")
        for warning in document.warnings
        for line in wrap(f"    ! {warning}", screen.width)
    )
    return lines


def shown_path(document: Document) -> str:
    """Return the path as seen from the working folder where it lies below, else in full."""
    path = Path(document.path)
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return document.path


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most ``width`` columns; Chinese may break anywhere."""
    from wcwidth import wcwidth

    lines: list[str] = []
    line, columns, space = "", 0, -1
    for char in text:
        if char == "\n":
            lines.append(line)
            line, columns, space = "", 0, -1
            continue
        size = max(0, wcwidth(char))
        if columns + size > width and line:
            if space > 0 and char != " " and size == 1:
                lines.append(line[:space])
                line = line[space + 1 :]
            else:
                lines.append(line)
                line = ""
            columns = sum(max(0, wcwidth(c)) for c in line)
            space = -1
            if char == " " and not line:
                continue
        if char == " ":
            space = len(line)
        elif size == 2:
            space = -1
        line += char
        columns += size
    return [*lines, line]
