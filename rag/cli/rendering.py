"""An answer with its quotations and sources, as text for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rag.records import Answer, Citation
from rag.terminal import Screen, columns_of, heading, on_one_line, printable, shown_path, wrap
from rag.wording import (
    Headline,
    Row,
    Wording,
    differing,
    headlines,
    put_together,
    unanswered,
    verdict,
    wording_for,
)

_MARKS = ("▌", "▐")


def render(answer: Answer, screen: Screen) -> str:
    """Return an answer with its quotations and sources."""
    words = wording_for(answer)
    lines: list[str] = []
    if answer.answered:
        if says := verdict(answer, words):
            lines.extend(wrap(says, screen.width))
        if why := words.fallback(answer):
            lines.extend(screen.paint(line, "2") for line in wrap(why, screen.width))
        if answer.sentences:
            lines.extend(wrap(printable(answer.text), screen.width))
        else:
            for headline in headlines(answer, words):
                lines.extend(_answered(headline, words, screen))
        for asked in answer.unsaid:
            lines.extend(wrap(words.unsaid.format(printable(asked)), screen.width))
        lines.extend(_limited(answer, words, screen))
        lines.extend(_differing(answer, words, screen))
        lines.extend(_combined(answer, words, screen))
    else:
        lines.extend(wrap(unanswered(answer, words), screen.width))
        lines.extend(_limited(answer, words, screen))
        lines.extend(_combined(answer, words, screen))
        lines.extend(wrap(words.nearest, screen.width) if answer.nearest else ())
    shown = answer.shown
    for citation in shown[: 1 if answer.answered else None]:
        lines.extend(["", *_quotation(citation, screen)])
    if shown:
        lines.append("")
    for citation in shown:
        lines.extend(_source(citation, words, screen))
    if answer.dropped:
        lines.append("")
    for note in map(words.left_out, answer.dropped):
        lines.extend(screen.paint(line, "2") for line in wrap(on_one_line(note), screen.width))
    seconds = sum(answer.timings.values())
    lines.append(screen.paint(f"{seconds:.2f} s".rjust(min(screen.width, 80)), "2"))
    return "\n".join(lines)


def _limited(answer: Answer, words: Wording, screen: Screen) -> list[str]:
    """Return what the documents were limited to, nothing where they were not."""
    told = on_one_line(words.filtered(answer.filters))
    return [screen.paint(line, "2") for line in wrap(told, screen.width)] if told else []


def _answered(headline: Headline, words: Wording, screen: Screen) -> list[str]:
    """Return an answer's words, and in brackets what is said of their figures."""

    def said(paint: Callable[[str], str]) -> str:
        parts = [
            paint(printable(text)) + (f"  ({behind})" if behind else "")
            for text, behind in headline.texts
        ]
        return words.list_of(parts) + headline.note

    def green(text: str) -> str:
        return screen.paint(text, "1;32")

    lines = wrap(said(str), screen.width)
    return [said(green)] if len(lines) == 1 else [green(line) for line in lines]


def _differing(answer: Answer, words: Wording, screen: Screen) -> list[str]:
    """Return the figures that differing sources give as small tables."""
    lines: list[str] = []
    for caption, rows in differing(answer, words):
        lines += ["", caption, *_table([_cells(row) for row in rows], screen)]
    return lines


def _combined(answer: Answer, words: Wording, screen: Screen) -> list[str]:
    """Return the figures that an answer is put together from, and what they come to."""
    rows, result = put_together(answer, words)
    if not rows:
        return []
    lines = ["", *_table([_cells(row) for row in rows], screen)]
    return lines + (wrap(f"  {result}", screen.width, "    ") if result else [])


def _cells(row: Row) -> tuple[str, ...]:
    numbers = "".join(f"[{number}]" for number in row.citations) + row.note
    return (*map(on_one_line, row.cells), numbers)


def _table(rows: Sequence[tuple[str, ...]], screen: Screen) -> list[str]:
    """Return rows as lines with their cells in columns; empty columns are left out."""
    kept = [number for number in range(len(rows[0])) if any(row[number] for row in rows)]
    widest = [max(columns_of(row[number]) for row in rows) for number in kept]
    lines: list[str] = []
    for row in rows:
        cells = (
            row[number] + " " * (width - columns_of(row[number]))
            for number, width in zip(kept, widest, strict=True)
        )
        lines += wrap(f"  {'  '.join(cells)}".rstrip(), screen.width, "    ")
    return lines


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


def _source(citation: Citation, words: Wording, screen: Screen) -> list[str]:
    document = citation.document
    lines = wrap(f"[{citation.number}] {heading(document)}", screen.width, "    ")
    inside = words.place(citation.place) if citation.place else ""
    place = words.comma.join(filter(None, (shown_path(document), inside)))
    lines.extend(
        screen.paint(line, "2") for line in wrap("    " + on_one_line(place), screen.width, "    ")
    )
    notes = [words.excerpt] if document.excerpt else []
    lines.extend(
        screen.paint(line, "33")
        for note in (*notes, *map(words.remark, document.warnings))
        for line in wrap(f"    ! {on_one_line(note)}", screen.width, "      ")
    )
    return lines
