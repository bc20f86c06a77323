"""``rag``: what is in the index, and changing it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rag.address import Index
from rag.cli.common import (
    DONE,
    FAILED,
    add_index_flags,
    open_engine,
    parser,
    progress_bar,
    run,
    say,
)
from rag.cli.documents import add_delete, add_list, add_show
from rag.cli.explaining import explain
from rag.cli.measuring import add_eval
from rag.cli.samples import samples_note
from rag.cli.serving import add_serve
from rag.errors import UsageError

_EXAMPLES = """\
  rag index ~/reports notes.md          add or update files and folders
  rag index --explain page.html         what cleaning keeps and drops; indexes nothing
  rag list --since 2025-01-01           the documents of the index
  rag show reports/2025.pdf             a document's text
  rag delete reports/old.pdf            take a document out; --path 'old/*' takes many
  rag verify                            check every file of the index
  rag eval --split dev                  measure answers and search on the gold questions
  rag serve                             the chat in a browser
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    return run(lambda: int(options.command(options)))


def _parser() -> argparse.ArgumentParser:
    result = parser("rag", "Build and look after the index that `ask` answers from.", _EXAMPLES)
    commands = result.add_subparsers(required=True, metavar="COMMAND")
    _add_index(commands)
    add_list(commands)
    add_show(commands)
    add_delete(commands)
    verify = commands.add_parser("verify", help="check every file of the index")
    verify.set_defaults(command=_verify)
    add_eval(commands)
    add_serve(commands)
    for command in commands.choices.values():
        add_index_flags(command)
    return result


def _add_index(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    index = commands.add_parser(
        "index",
        help="add or update files and folders",
        description="Add or update txt, md, html, pdf, docx, xlsx, csv, tsv and jsonl files, and "
        "the folders they lie in. What did not change is not read again.",
    )
    index.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    index.add_argument(
        "--explain", type=Path, metavar="FILE", help="show what cleaning keeps and drops"
    )
    index.set_defaults(command=_index)


def _index(options: argparse.Namespace) -> int:
    if options.explain:
        return explain(options)
    if not options.paths:
        raise UsageError("name a file or folder to index: rag index PATH...")
    with open_engine(options) as engine:
        with progress_bar("indexing") as move:
            report = engine.add(options.paths, move)
        note = "" if options.index else samples_note(engine, options.paths)
    for name, reason in report.problems:
        say(f"not read: {reason if name in reason else f'{name}: {reason}'}")
    counts = (
        (report.added, "added"),
        (report.updated, "updated"),
        (report.renamed, "renamed"),
        (report.unchanged, "unchanged"),
        (report.removed, "removed"),
    )
    done = ", ".join(f"{count} {word}" for count, word in counts)
    print(f"{done}; {report.embedded} passages embedded")
    if note:
        say(note)
    return FAILED if report.problems else DONE


def _verify(options: argparse.Namespace) -> int:
    from rag.store import verify_index

    with open_engine(options) as engine:
        index = engine.settings.index
    counts, problems = verify_index(index)
    for problem in problems:
        say(f"damaged: {problem}")
    if problems:
        say(_remedy(index))
        return FAILED
    print(f"whole: {counts.documents} documents, {counts.passages} passages")
    return DONE


def _remedy(index: Index) -> str:
    if isinstance(index, Path):
        return (
            f"delete the folder {index} and run `rag index` on your documents again, with the "
            "same --index"
        )
    return (
        "take the documents named out with `rag delete ID` and run `rag index` on their files "
        f"again, both with --index {index}; what is left over of others goes with the next change"
    )
