"""An answer with its quotations and sources, as text for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rag.language.detect import detect_language
from rag.records import Answer, Citation, Language, Operation, Relation, Reported
from rag.terminal import Screen, columns_of, heading, on_one_line, printable, shown_path, wrap

_MARKS = ("▌", "▐")


def render(answer: Answer, screen: Screen) -> str:
    """Return an answer with its quotations and sources."""
    lines: list[str] = []
    if answer.answered:
        lines.extend(wrap(_verdict(answer), screen.width) if answer.verdict else [])
        for text in answer.texts:
            lines.extend(_answered(text, answer, screen))
        lines.extend(_differing(answer, screen))
        lines.extend(_combined(answer, screen))
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
            cells = [
                (
                    on_one_line(row.figure.text),
                    _until(row.as_of, english=english),
                    "".join(f"[{number}]" for number in row.citations)
                    + _copies(row, english=english),
                )
                for row in rows
            ]
            lines += ["", labels[0] if english else labels[1], *_table(cells, screen)]
    return lines


_LABELS = {
    Relation.OVER_TIME: ("Over time:", "不同时间:"),
    Relation.CONFLICT: ("Sources differ:", "来源不一致:"),
}


def _combined(answer: Answer, screen: Screen) -> list[str]:
    """Return the figures that an answer is put together from, and what they come to."""
    combined = answer.combined
    if combined is None:
        return []
    english = shown_in_english(answer)
    compares = combined.operation in (Operation.MOST, Operation.LEAST)
    cells = [
        (
            on_one_line(part.subject),
            on_one_line(part.figure.text),
            _until(part.as_of, english=english) if compares else "",
            f"[{part.citation}]",
        )
        for part in combined.parts
    ]
    lines = ["", *_table(cells, screen)]
    if compares:
        found = "The documents give it for these places." if english else "文档中有这些地方的数字。"
        lines += wrap(found, screen.width)
    elif combined.result is not None:
        result = combined.result
        computed = "Computed" if english else "计算得"
        other = f" ({result.translated})" if result.translated else ""
        lines += wrap(f"  {computed}: {result.text}{other}", screen.width, "    ")
    return lines


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


def _until(day: date | None, *, english: bool) -> str:
    if day is None:
        return "no date" if english else "无日期"
    return f"to {day}" if english else f"至 {day}"


def _copies(row: Reported, *, english: bool) -> str:
    """Return how many sources there are where some quotations are copies of one."""
    if row.sources == len(row.citations):
        return ""
    if english:
        return " (one report)" if row.sources == 1 else f" ({row.sources} reports)"
    return " (同一报道)" if row.sources == 1 else f" ({row.sources}份报道)"


def shown_in_english(answer: Answer) -> bool:
    """Return whether to speak English, as the question does."""
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
    notes = ["excerpt of an article, as another page shows it"] if document.excerpt else []
    lines.extend(
        screen.paint(line, "33")
        for note in (*notes, *document.warnings)
        for line in wrap(f"    ! {on_one_line(note)}", screen.width, "      ")
    )
    return lines
