"""Answers, sources and documents as HTML in which every text is shown as text.

Documents come from anywhere. Whatever could be markup, a script or a template's placeholder in one
is written as character references.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from time import monotonic_ns
from urllib.parse import urlsplit

import gradio as gr

from rag.language.figures import find_figures
from rag.records import Answer, Citation, Document
from rag.sources import Dropped
from rag.terminal import heading, on_one_line, printable
from rag.web.phrases import Phrases
from rag.web.saving import copied, file_name, named
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

# Gradio fills its templates in after this: {{…}} and ${…} must not be found in a value.
_PLACEHOLDERS = str.maketrans({char: f"&#{ord(char)};" for char in "{}$`\\"})


# What stands before the name in an absolute path; in an address, a slash stands behind a colon.
_FOLDERS = re.compile(r"""(?<![\w.:/\\])(?:[A-Za-z]:)?[/\\](?:[^\s/\\:,;"'<>|]+[/\\])*(?=\w)""")

_AROUND = 10_000
"""How much of a document is shown before and after a quotation."""

_LONG = 50_000


def shown(text: str) -> str:
    """Return a text as HTML that shows exactly it."""
    return html.escape(printable(text)).translate(_PLACEHOLDERS)


def conversation(turns: Sequence[tuple[str, str, Answer | None]], phrases: Phrases) -> str:
    """Return the turns of a conversation: as typed, as understood, and the answer.

    One whose answer is None is still being answered.
    """
    return "".join(_turn(number, *turn, phrases) for number, turn in enumerate(turns))


def _turn(number: int, typed: str, understood: str, answer: Answer | None, phrases: Phrases) -> str:
    asked = f'<p class="yj-asked">{shown(typed)}</p>'
    if understood != typed:
        change = _button("change", number, 0, phrases.change)
        asked += f'<p class="yj-understood">{phrases.understood}: {shown(understood)} {change}</p>'
    if answer is None:
        return (
            f'<section class="yj-turn">{asked}<p class="yj-wait">{phrases.searching}</p></section>'
        )
    return f'<section class="yj-turn">{asked}{_answer(number, answer, phrases)}</section>'


def _answer(turn: int, answer: Answer, phrases: Phrases) -> str:
    words = wording_for(answer)
    parts: list[str] = []
    if answer.answered:
        if says := verdict(answer, words):
            parts.append(f'<p class="yj-verdict">{shown(says)}</p>')
        if why := words.fallback(answer):
            parts.append(f'<p class="yj-near">{shown(why)}</p>')
        if answer.sentences:
            parts.append(_written(turn, answer, phrases))
        else:
            parts += [_words(line, words) for line in headlines(answer, words)]
        parts += [
            f'<p class="yj-unsaid">{shown(words.unsaid.format(asked))}</p>'
            for asked in answer.unsaid
        ]
        parts += _limited(answer, words)
        parts += _tables(answer, words, turn)
    elif not answer.writing:
        parts.append(f'<p class="yj-unsaid">{shown(unanswered(answer, words))}</p>')
        parts += _limited(answer, words)
        parts += _tables(answer, words, turn)
        if answer.shown:
            parts.append(f'<p class="yj-near">{shown(words.nearest)}</p>')
    parts += [_cited(turn, citation, words, phrases) for citation in answer.shown]
    text = shown(copied(answer))
    parts.append(
        _progress(answer, phrases) if answer.writing else _end(turn, answer, words, phrases)
    )
    return f'<div class="yj-answer" data-text="{text}">{"".join(parts)}</div>'


def _progress(answer: Answer, phrases: Phrases) -> str:
    """Return how far a language model is."""
    held = sum(bool(item.citations) for item in answer.sentences)
    left_out = len(answer.dropped) + len(answer.sentences) - held
    told = phrases.writing.format(held, left_out)
    return f'<p class="yj-writing yj-near" role="status">{shown(told)}</p>'


def _end(turn: int, answer: Answer, words: Wording, phrases: Phrases) -> str:
    """Return what a whole answer ends in: what was left out of it, folded, and what can be done."""
    refused = "".join(f"<li>{shown(words.refused(item))}</li>" for item in answer.dropped)
    told = f"{words.dropped}: {len(answer.dropped)}"
    folded = (
        f'<details class="yj-dropped"><summary>{shown(told)}</summary><ul>{refused}</ul></details>'
        if refused
        else ""
    )
    acts = {"copy": phrases.copy, "like": phrases.good, "dislike": phrases.bad}
    buttons = "".join(_button(act, turn, 0, text) for act, text in acts.items())
    seconds = f"{sum(answer.timings.values()):.2f} s"
    return f'{folded}<p class="yj-actions">{buttons}<span>{seconds}</span></p>'


def _limited(answer: Answer, words: Wording) -> list[str]:
    """Return what the documents were limited to, nothing where they were not."""
    told = words.filtered(answer.filters)
    return [f'<p class="yj-limited yj-near">{shown(told)}</p>'] if told else []


def _words(headline: Headline, words: Wording) -> str:
    parts = [
        shown(text) + (f' <span class="yj-other">({shown(behind)})</span>' if behind else "")
        for text, behind in headline.texts
    ]
    note = f'<span class="yj-other">{shown(headline.note)}</span>' if headline.note else ""
    return f'<p class="yj-words">{words.list_of(parts)}{note}</p>'


def _written(turn: int, answer: Answer, phrases: Phrases) -> str:
    """Return what a language model wrote, each sentence with its citations or its fault."""
    parts = []
    for item in answer.sentences:
        marks = "".join(_number(turn, number, phrases.open_source) for number in item.citations)
        why = wording_for(answer).faults.get(item.fault, "")
        fault = f' <em class="yj-warning">({shown(why)})</em>' if why else ""
        parts.append(f"{shown(item.text)}{marks}{fault}")
    return f'<p class="yj-written">{" ".join(parts)}</p>'


def _tables(answer: Answer, words: Wording, turn: int) -> Iterable[str]:
    """Yield the figures of differing sources, and what a computed answer is put together from."""
    for caption, rows in differing(answer, words):
        yield _table(caption, [_cells(row, turn) for row in rows])
    rows, result = put_together(answer, words)
    if rows:
        yield _table("", [_cells(row, turn) for row in rows])
        yield f'<p class="yj-result">{shown(result)}</p>'


def _cells(row: Row, turn: int) -> tuple[str, ...]:
    numbers = "".join(_number(turn, number) for number in row.citations)
    return (*map(shown, row.cells), numbers + shown(row.note))


def _table(caption: str, rows: Sequence[tuple[str, ...]], style: str = "") -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    names = f"yj-table {style}".strip()
    return f'<table class="{names}"><caption>{shown(caption)}</caption>{lines}</table>'


def _cited(turn: int, citation: Citation, words: Wording, phrases: Phrases) -> str:
    notes = [words.excerpt] if citation.document.excerpt else []
    warnings = "".join(
        f'<span class="yj-warning">⚠ {shown(note)}</span>'
        for note in (*notes, *map(words.remark, citation.document.warnings))
    )
    return (
        f'<div class="yj-cited">{_number(turn, citation.number, phrases.open_source)}'
        f"<blockquote>{_quote(citation)}</blockquote>"
        f'<span class="yj-source">{shown(heading(citation.document))}</span>{warnings}</div>'
    )


def _number(turn: int, number: int, label: str = "") -> str:
    return _button("open", turn, number, f"[{number}]", f"{label} {number}".strip())


def _button(act: str, turn: int, number: int, text: str, label: str = "") -> str:
    name = f' aria-label="{shown(label)}"' if label else ""
    return (
        f'<button type="button" class="yj-{act}" data-act="{act}" data-turn="{turn}" '
        f'data-number="{number}"{name}>{shown(text)}</button>'
    )


def _quote(citation: Citation) -> str:
    return _marked(citation.quote, citation.spans, citation.start, "yj-answering")


def _marked(text: str, spans: Iterable[tuple[int, int]], offset: int, style: str) -> str:
    """Return a text with stretches marked; they are given in offsets that begin at ``offset``."""
    parts, at = [], 0
    for start, end in sorted(spans):
        a, b = max(at, start - offset), min(len(text), end - offset)
        if a < b:
            parts += [shown(text[at:a]), f'<mark class="{style}">{shown(text[a:b])}</mark>']
            at = b
    return "".join((*parts, shown(text[at:])))


def source(citation: Citation, phrases: Phrases) -> str:
    """Return a document with a citation's words highlighted, to open beside the conversation."""
    text = citation.document.text
    first, last = max(0, citation.start - _AROUND), citation.end + _AROUND
    before = ("…\n" if first else "") + _figures(text[first : citation.start])
    after = _figures(text[citation.end : last]) + ("\n…" if last < len(text) else "")
    quote = f'<span id="yj-quote" class="yj-quote" tabindex="-1">{_quote(citation)}</span>'
    return (
        f"{_opening(phrases)}"
        f"{_head(citation.document, citation.place, phrases)}"
        f'<div class="yj-text">{before}{quote}{after}</div></article>'
    )


def document(item: Document, phrases: Phrases) -> str:
    """Return a document, of a very long one the beginning."""
    rest = "\n…" if len(item.text) > _LONG else ""
    return (
        f"{_opening(phrases)}{_head(item, '', phrases)}"
        f'<div class="yj-text">{_figures(item.text[:_LONG])}{rest}</div></article>'
    )


def _figures(text: str) -> str:
    return _marked(text, ((f.start, f.end) for f in find_figures(text)), 0, "yj-figure")


def _opening(phrases: Phrases) -> str:
    """Return where a document begins, with the way back to what it was opened from.

    The time makes a document that is opened again another value, so that the page goes there again.
    """
    return (
        f'<article class="yj-document" data-opened="{monotonic_ns()}" tabindex="-1">'
        '<p class="yj-close"><button type="button" data-act="close">'
        f"✕ {shown(phrases.close)}</button></p>"
    )


def _head(item: Document, place: str, phrases: Phrases) -> str:
    day = item.published.isoformat() if item.published else ""
    facts = " · ".join(filter(None, (item.publisher, day)))
    wording, name = phrases.wording, file_name(item)
    where = wording.comma.join(
        filter(None, (name if item.title else "", wording.place(place) if place else ""))
    )
    link = ""
    if urlsplit(item.url).scheme in ("http", "https"):
        link = (
            f'<a href="{shown(item.url)}" target="_blank" rel="noopener noreferrer nofollow">'
            f"{phrases.original} ↗</a>"
        )
    warnings = "".join(
        f'<p class="yj-warning">⚠ {shown(wording.remark(note))}</p>' for note in item.warnings
    )
    return (
        f"<h3>{shown(named(item))}</h3>{_line(shown(facts))}"
        f"{_line(' '.join(filter(None, (shown(on_one_line(where)), link))))}{warnings}"
    )


def _line(html: str) -> str:
    return f'<p class="yj-source">{html}</p>' if html else ""


def problem(error: Exception) -> gr.Error:
    """Return an error to show; no markup is in it, nor where files lie."""
    return gr.Error(shown(_without_folders(str(error))), print_exception=False)


def _without_folders(text: str) -> str:
    """Return a message with files' names for their paths, which are no visitor's business."""
    return _FOLDERS.sub("", text)


def note(text: str) -> str:
    """Return a line of the page's own."""
    return f'<p class="yj-note" role="status">{shown(text)}</p>'


def warning(text: str) -> str:
    """Return a line of the page's own that says what is wrong, "" for none."""
    return (
        f'<p class="yj-note yj-warning" role="alert">⚠ {shown(_without_folders(text))}</p>'
        if text
        else ""
    )


def notes(lines: Iterable[str]) -> str:
    """Return several lines of the page's own."""
    return "".join(map(note, lines))


def progress(label: str, done: int, expected: int) -> str:
    """Return how far a piece of work is; nothing is known of it while nothing is expected."""
    value = f' max="{expected}" value="{min(done, expected)}"' if expected else ""
    count = f" {done}/{expected}" if expected else ""
    return f'<label class="yj-note">{shown(label)}{count} <progress{value}></progress></label>'


def dropped(parts: Sequence[Dropped], name: str, phrases: Phrases) -> str:
    """Return what cleaning left out of a file, with the reasons; one line where it is nothing."""
    if not parts:
        return note(phrases.nothing_dropped.format(name))
    words = phrases.wording
    rows = [
        tuple(map(shown, (words.place(part.place), words.remark(part.reason), part.text)))
        for part in parts
    ]
    return _table(f"{phrases.dropped}: {len(rows)}", rows, "yj-left-out")
