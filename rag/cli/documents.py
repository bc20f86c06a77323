"""``rag list``, ``rag show`` and ``rag delete``: the documents of an index."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.cli.common import (
    DONE,
    Parser,
    add_command,
    add_filter_flags,
    add_wait_flag,
    filters_of,
    open_engine,
    say,
)
from rag.cli.naming import key_named, keys_named
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.records import Document
    from rag.terminal import Screen

_LIST_EXAMPLES = """\
  rag list                              every document
  rag list --since 2025-01-01 --publisher courier
  rag list --path '*.pdf' --json        a JSON object a line
"""
_SHOW_EXAMPLES = """\
  rag show reports/2025.pdf             a document's text
  rag show 2025.pdf --around 1200       what stands near an offset that ask --json gave
  rag show 2025.pdf --json
"""
_DELETE_EXAMPLES = """\
  rag delete reports/old.pdf            a document, or a file with all its documents
  rag delete --path 'old/*'             every document of a folder
"""
_AROUND = 200
"""Characters shown before and after an offset."""


def add_list(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add ``rag list``."""
    listing = add_command(
        commands,
        "list",
        "list the documents",
        _LIST_EXAMPLES,
        "List the documents: in columns on a terminal, else a line each of ID, date, "
        "publisher and title between tabs, with - for what is not known.",
    )
    add_filter_flags(listing)
    listing.add_argument("--json", action="store_true", help="print a JSON object a line")
    listing.set_defaults(command=list_documents)


def add_show(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add ``rag show``."""
    show = add_command(commands, "show", "print a document", _SHOW_EXAMPLES)
    show.add_argument(
        "key",
        metavar="ID",
        help="as `rag list` shows it; the end of the path of a file of one document will do",
    )
    show.add_argument("--around", type=int, metavar="OFFSET", help="only the text near an offset")
    show.add_argument(
        "--json", action="store_true", help="print JSON, with the text that offsets count in"
    )
    show.set_defaults(command=show_document)


def add_delete(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add ``rag delete``."""
    delete = add_command(
        commands,
        "delete",
        "take documents out of the index",
        _DELETE_EXAMPLES,
        "Take documents out of the index; the files themselves stay.",
    )
    delete.add_argument(
        "keys", nargs="*", metavar="ID", help="a document, or a file with all its documents"
    )
    delete.add_argument(
        "--path", metavar="GLOB", help="every document whose path, or the end of it, matches"
    )
    add_wait_flag(delete)
    delete.set_defaults(command=delete_documents)


def list_documents(options: argparse.Namespace) -> int:
    """Print what the index holds."""
    from rag.serialise import document_to_dict, to_json
    from rag.terminal import Screen

    with open_engine(options) as engine:
        documents = list(engine.documents(filters_of(options)))
    if options.json:
        for document in documents:
            print(to_json(document_to_dict(document)))
    elif sys.stdout.isatty():
        for line in _columns(documents, Screen.of(sys.stdout)):
            print(line)
    else:
        for document in documents:
            print("\t".join(_cell(value) for value in (document.key, *_facts(document))))
    if not documents:
        say("no document matches")
    return DONE


def _facts(document: Document) -> tuple[str, str, str]:
    day = document.published.isoformat() if document.published else ""
    return day, document.publisher, document.title


def _cell(value: str) -> str:
    from rag.terminal import on_one_line

    return on_one_line(value) or "-"


def _columns(documents: Sequence[Document], screen: Screen) -> list[str]:
    """Return a line a document, no wider than the screen: date, publisher, title, ID."""
    from rag.terminal import columns_of, cut, near_path

    gap = 2
    room = screen.width - 10 - 3 * gap
    names = [_cell(near_path(document.key)) for document in documents]
    name_width = min(max(map(columns_of, names), default=0), room // 2)
    widest = max((columns_of(_cell(document.publisher)) for document in documents), default=0)
    publisher_width = min(widest, (room - name_width) * 2 // 5)
    title_width = room - name_width - publisher_width
    if title_width < 8:
        # Too narrow for columns: what names the document is what counts.
        return [cut(name, screen.width) for name in names]
    lines = []
    for document, name in zip(documents, names, strict=True):
        day, publisher, title = map(_cell, _facts(document))
        cells = (
            screen.paint(day.ljust(10), "2"),
            _padded(cut(publisher, publisher_width), publisher_width),
            _padded(cut(title, title_width), title_width),
            screen.paint(_end_of(name, name_width), "36"),
        )
        lines.append((" " * gap).join(cells))
    return lines


def _padded(text: str, width: int) -> str:
    from rag.terminal import columns_of

    return text + " " * (width - columns_of(text))


def _end_of(name: str, width: int) -> str:
    """Return the name, or as many of its last parts as fit after "…/"; `rag show` takes both."""
    from rag.terminal import columns_of, cut

    if columns_of(name) <= width:
        return name
    parts = name.split("/")
    for start in range(1, len(parts)):
        end = "…/" + "/".join(parts[start:])
        if columns_of(end) <= width:
            return end
    return cut(parts[-1], width)


def show_document(options: argparse.Namespace) -> int:
    """Print a document, or the text around an offset in it."""
    from rag.serialise import document_to_dict, to_json
    from rag.terminal import on_one_line, printable

    with open_engine(options) as engine:
        document = engine.document(key_named(options.key, engine))
    text, start, end = document.text, 0, len(document.text)
    if options.around is not None:
        if not 0 <= options.around < len(text):
            raise UsageError(
                f"the document has {len(text):,} characters; --around takes an offset from 0 to "
                f"{len(text) - 1}"
            )
        start, end = max(0, options.around - _AROUND), min(len(text), options.around + _AROUND)
    if options.json:
        facts = document_to_dict(document)
        place = document.place(start if options.around is None else options.around)
        print(to_json({**facts, "place": place, "start": start, "text": text[start:end]}, indent=2))
        return DONE
    if options.around is not None:
        place = document.place(options.around) or document.path
        print(f"{on_one_line(place)}, characters {start} to {end}:")
        print(printable(text[start:end]))
        return DONE
    print(_head(document))
    print()
    print(printable(text))
    return DONE


def _head(document: Document) -> str:
    from rag.terminal import Screen, heading, on_one_line

    screen = Screen.of(sys.stdout)
    lines = [screen.paint(heading(document), "1"), screen.paint(on_one_line(document.path), "2")]
    lines += [screen.paint(f"! {on_one_line(warning)}", "33") for warning in document.warnings]
    return "\n".join(lines)


def delete_documents(options: argparse.Namespace) -> int:
    """Take documents out of the index."""
    if not options.keys and not options.path:
        raise UsageError("name the documents: rag delete ID..., or rag delete --path GLOB")
    with open_engine(options) as engine:
        keys = [key for given in options.keys for key in keys_named(given, engine)]
        if options.path:
            from rag.filtering import filters_from

            filters = filters_from("", options.path, None, None)
            matching = [document.key for document in engine.documents(filters)]
            if not matching:
                raise UsageError(f"no document has a path that matches {options.path!r}")
            keys += matching
        keys = list(dict.fromkeys(keys))
        engine.delete(keys)
    print(f"{len(keys)} deleted")
    return DONE
