"""``rag index --explain``: what cleaning kept of a file and what it dropped."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.cli.common import DONE, FAILED, open_engine, say
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.records import Document
    from rag.sources import Source
    from rag.terminal import Screen


def explain(options: argparse.Namespace) -> int:
    """Print what would be indexed of a file; there need be no index, and none is changed."""
    from rag.sources import load_file
    from rag.terminal import Screen

    if options.paths:
        raise UsageError("--explain takes one file and indexes nothing; leave the other paths out")
    if options.explain.is_dir():
        raise UsageError(f"{options.explain} is a folder; --explain takes one file")
    with open_engine(options) as engine:
        # The engine loads its model only when a page's teasers must be told from its article.
        source = load_file(options.explain, similarity=engine.similarity)
    for line in _lines(source, Screen.of(sys.stdout)):
        print(line)
    for problem in source.problems:
        say(f"not read: {options.explain}: {problem}")
    return FAILED if source.problems else DONE


def _lines(source: Source, screen: Screen) -> Iterator[str]:
    """Yield every kept and dropped part behind its place in the original."""
    from rag.terminal import heading, wrap

    places = [str(origin) for document in source.documents for origin in document.origin]
    places += [item.place for item in source.dropped]
    margin = min(max(map(len, places), default=0) + 2, screen.width // 3)
    for number, document in enumerate(source.documents, 1):
        kind = "excerpt" if document.excerpt else "document"
        facts = f"{heading(document)}, {len(document.text):,} characters"
        head = f"kept, {kind} {number} of {len(source.documents)}: {facts}"
        yield from (screen.paint(line, "1;32") for line in wrap(head, screen.width, "  "))
        for warning in document.warnings:
            yield from _row("!", warning, margin, screen, "33")
        for place, text in _parts(document):
            yield from _row(place, text, margin, screen, "")
        yield ""
    if source.dropped:
        parts = f"{len(source.dropped)} part" + "s" * (len(source.dropped) != 1)
        yield screen.paint(f"dropped, {parts}:", "1;31")
    for item in source.dropped:
        yield from _row(item.place, f"({item.reason}) {item.text}", margin, screen, "2")


def _parts(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the stretches of a document's text with the place each comes from."""
    if not document.origin:
        yield "", document.text
    for origin in document.origin:
        yield str(origin), document.text[origin.start : origin.end]


def _row(place: str, text: str, margin: int, screen: Screen, colour: str) -> Iterator[str]:
    from rag.terminal import cut, on_one_line, wrap

    label = cut(on_one_line(place), margin - 1).ljust(margin)
    for line in wrap(on_one_line(text), max(2, screen.width - margin)):
        yield screen.paint(label, "2") + (screen.paint(line, colour) if colour else line)
        label = " " * margin
