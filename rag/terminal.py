"""Answers as text for a terminal or a pipe, never wider than it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rag.records import Answer, Citation, Document, Relation, Reported

_PLAIN_WIDTH = 100
_LEAST_WIDTH = 8
_MARKS = ("▌", "▐")
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


def render(answer: Answer, screen: Screen) -> str:
    """Return an answer with its quotations and sources."""
    lines: list[str] = []
    if answer.answered:
        lines.extend(wrap(_verdict(answer), screen.width) if answer.verdict else [])
        for text in answer.texts:
            lines.extend(_answered(text, answer, screen))
        lines.extend(_differing(answer, screen))
        shown = answer.citations
    else:
        english = shown_in_english(answer)
        says = ["The documents do not say." if english else "文档中没有说明。"]
        shown = answer.nearest
        if shown:
            says.append("Nearest:" if english else "最接近的内容:")
        lines.extend(line for text in says for line in wrap(text, screen.width))
    for citation in shown[: 1 if answer.answered else None]:
        lines.extend(["", *_quotation(citation, screen)])
    if shown:
        lines.append("")
    for citation in shown:
        lines.extend(_source(citation, screen))
    seconds = sum(answer.timings.values())
    lines.append(screen.paint(f"{seconds:.2f} s".rjust(min(screen.width, 80)), "2"))
    return "\n".join(lines)


def _answered(text: str, answer: Answer, screen: Screen) -> list[str]:
    """Return an answer's words, and its figure in the other language where it has one figure."""
    figures = [figure.translated for figure in answer.figures if figure.text in text]
    other = f"  ({figures[0]})" if len(figures) == 1 and figures[0] else ""
    shown = printable(text)
    lines = wrap(shown + other, screen.width)
    if not other or len(lines) > 1:
        return [screen.paint(line, "1;32") for line in lines]
    return [screen.paint(shown, "1;32") + other]


def _verdict(answer: Answer) -> str:
    """Return what the source says to the figure of the question."""
    agrees = answer.verdict is not None and answer.verdict.agrees
    if shown_in_english(answer):
        return "Yes, the source says:" if agrees else "No, the source says:"
    return "是的,原文是:" if agrees else "不是,原文是:"


def _differing(answer: Answer, screen: Screen) -> list[str]:
    """Return the figures that differing sources give as small tables: a series, a conflict."""
    english = shown_in_english(answer)
    lines: list[str] = []
    for relation, labels in _LABELS.items():
        rows = [row for row in answer.conflicts if row.relation in (Relation.ANSWER, relation)]
        if len(rows) > 1:
            figures = [on_one_line(row.figure.text) for row in rows]
            widest = max(map(columns_of, figures))
            lines += ["", labels[0] if english else labels[1]]
            for row, figure in zip(rows, figures, strict=True):
                space = " " * (widest - columns_of(figure))
                numbers = "".join(f"[{number}]" for number in row.citations)
                copies = _copies(row, english=english)
                line = f"  {figure}{space}  {_until(row, english=english)}  {numbers}{copies}"
                lines += wrap(line, screen.width, "    ")
    return lines


_LABELS = {
    Relation.OVER_TIME: ("Over time:", "不同时间:"),
    Relation.CONFLICT: ("Sources differ:", "来源不一致:"),
}


def _until(row: Reported, *, english: bool) -> str:
    if row.as_of is None:
        return "no date" if english else "无日期"
    return f"to {row.as_of}" if english else f"至 {row.as_of}"


def _copies(row: Reported, *, english: bool) -> str:
    if row.sources == len(row.citations):
        return ""
    return " (one report)" if english else " (同一报道)"


def shown_in_english(answer: Answer) -> bool:
    """Return whether to speak English, as the question does."""
    from rag.language.detect import detect_language
    from rag.records import Language

    return detect_language(answer.question) is not Language.CHINESE


def _quotation(citation: Citation, screen: Screen) -> list[str]:
    """Return the quote with the answer's words marked: by bars, or by colour where there is one."""
    quote = on_one_line(citation.quote)
    # With colours the marks are controls, which take no columns and cannot stand in the quote.
    opening, closing = ("\0", "\1") if screen.colour else _MARKS
    for start, end in sorted(citation.spans, reverse=True):
        a, b = start - citation.start, end - citation.start
        if (a, b) != (0, len(quote)):
            quote = quote[:a] + opening + quote[a:b] + closing + quote[b:]
    lines = wrap(f"{quote} [{citation.number}]", screen.width - 2)
    if screen.colour:
        lines = list(_underlined(lines))
    return ["  " + line for line in lines]


def _underlined(lines: list[str]) -> Iterator[str]:
    """Turn the marks into colour; a stretch that runs over a line's end is marked on each line."""
    inside = False
    for line in lines:
        text = "\0" + line if inside else line
        inside = text.rfind("\0") > text.rfind("\1")
        text = text + "\1" if inside else text
        yield text.replace("\0", "\033[1;4m").replace("\1", "\033[0m")


def _source(citation: Citation, screen: Screen) -> list[str]:
    document = citation.document
    lines = wrap(f"[{citation.number}] {heading(document)}", screen.width, "    ")
    place = ", ".join(filter(None, (shown_path(document), citation.place)))
    lines.extend(
        screen.paint(line, "2") for line in wrap("    " + on_one_line(place), screen.width, "    ")
    )
    lines.extend(
        screen.paint(line, "33")
        for warning in document.warnings
        for line in wrap(f"    ! {on_one_line(warning)}", screen.width, "      ")
    )
    return lines


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
