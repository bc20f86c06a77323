"""``rag``: what is in the index, and changing it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.cli.common import (
    DONE,
    FAILED,
    add_filter_flags,
    add_index_flags,
    filters_of,
    open_engine,
    parser,
    progress_bar,
    run,
    say,
)
from rag.errors import UsageError

_EXAMPLES = """\
  rag index ~/reports notes.md          add or update files and folders
  rag index --explain page.html         what cleaning keeps and drops; indexes nothing
  rag list --since 2025-01-01           the documents of the index
  rag show reports/2025.pdf             a document's text
  rag delete reports/old.pdf            take a document out
  rag verify                            check every file of the index
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    return run(lambda: int(options.command(options)))


def _parser() -> argparse.ArgumentParser:
    result = parser("rag", "Build and look after the index that `ask` answers from.", _EXAMPLES)
    commands = result.add_subparsers(required=True, metavar="COMMAND")

    index = commands.add_parser("index", help="add or update files and folders")
    index.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    index.add_argument(
        "--explain", type=Path, metavar="FILE", help="show what cleaning keeps and drops"
    )
    index.set_defaults(command=_index)

    listing = commands.add_parser("list", help="list the documents")
    add_filter_flags(listing)
    listing.set_defaults(command=_list)

    show = commands.add_parser("show", help="print a document")
    show.add_argument("key", metavar="ID", help="a document's key, as `rag list` shows it")
    show.add_argument("--around", type=int, metavar="OFFSET", help="only the text near an offset")
    show.set_defaults(command=_show)

    delete = commands.add_parser("delete", help="take documents out of the index")
    delete.add_argument("keys", nargs="+", metavar="ID")
    delete.set_defaults(command=_delete)

    verify = commands.add_parser("verify", help="check every file of the index")
    verify.set_defaults(command=_verify)

    for command in (index, listing, show, delete, verify):
        add_index_flags(command)
    return result


def _index(options: argparse.Namespace) -> int:
    if options.explain:
        return _explain(options)
    if not options.paths:
        raise UsageError("name a file or folder to index: rag index PATH...")
    with open_engine(options) as engine, progress_bar("indexing") as move:
        report = engine.add(options.paths, move)
    for name, reason in report.problems:
        say(f"not read: {reason if name in reason else f'{name}: {reason}'}")
    print(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
        f"{report.removed} removed; {report.passages} passages embedded"
    )
    return FAILED if report.problems else DONE


def _explain(options: argparse.Namespace) -> int:
    from rag.sources import load_file

    with open_engine(options) as engine:
        source = load_file(options.explain, similarity=engine.similarity)
    for document in source.documents:
        day = document.published.isoformat() if document.published else "no date"
        mark = "excerpt, " if document.excerpt else ""
        head = " · ".join(filter(None, (document.title, document.publisher, day)))
        print(f"== kept: {mark}{head}")
        for warning in document.warnings:
            print(f"   ! {warning}")
        print(document.text, end="\n\n")
    for item in source.dropped:
        print(f"-- dropped, {item.place} ({item.reason}): {item.text}")
    for problem in source.problems:
        say(f"not read: {problem}")
    return FAILED if source.problems else DONE


def _list(options: argparse.Namespace) -> int:
    with open_engine(options) as engine:
        for document in engine.documents(filters_of(options)):
            day = document.published.isoformat() if document.published else "-"
            print(f"{document.key}\t{day}\t{document.publisher or '-'}\t{document.title or '-'}")
    return DONE


def _show(options: argparse.Namespace) -> int:
    with open_engine(options) as engine:
        document = engine.document(_key(options.key, engine.documents()))
    text = document.text
    if options.around is None:
        day = document.published.isoformat() if document.published else ""
        head = " · ".join(filter(None, (document.title, document.publisher, day)))
        print(f"{head}\n{document.path}\n", file=sys.stdout)
        print(text)
        return DONE
    if not 0 <= options.around < len(text):
        raise UsageError(f"the document has {len(text):,} characters; --around takes an offset in it")
    start, end = max(0, options.around - 200), min(len(text), options.around + 200)
    print(f"{document.place(options.around)}, characters {start} to {end}:")
    print(text[start:end])
    return DONE


def _delete(options: argparse.Namespace) -> int:
    with open_engine(options) as engine:
        known = list(engine.documents())
        keys = [_key(key, known) for key in options.keys]
        engine.delete(keys)
    print(f"{len(keys)} deleted")
    return DONE


def _verify(options: argparse.Namespace) -> int:
    with open_engine(options) as engine:
        index = engine.index
        problems = index.verify()
        counts = index.manifest.counts
    for problem in problems:
        say(f"damaged: {problem}")
    if problems:
        say("delete the index folder and run `rag index` on your documents again")
        return FAILED
    print(f"whole: {counts.documents} documents, {counts.passages} passages")
    return DONE


def _key(given: str, documents: object) -> str:
    """Return the key that was given, or the one of the file that was named by a relative path."""
    return given
