"""``rag``: what is in the index, and changing it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rag.cli.checking import add_repair, add_verify
from rag.cli.common import (
    DONE,
    FAILED,
    Parser,
    add_command,
    add_index_flags,
    add_wait_flag,
    open_engine,
    parser,
    progress_bar,
    run,
    say,
    say_problems,
)
from rag.cli.documents import add_delete, add_list, add_show
from rag.cli.explaining import explain
from rag.cli.measuring import add_eval
from rag.cli.samples import samples_note
from rag.cli.serving import add_serve
from rag.cli.watching import add_watch
from rag.errors import UsageError

_EXAMPLES = """\
  rag index ~/reports notes.md          add or update files and folders
  rag index ~/reports --prune           and take out what is gone from there
  rag index ~/archive --ray auto        embed on a Ray cluster, for what is large
  rag watch ~/reports                   keep the index in step with a folder
  rag index --explain page.html         what cleaning keeps and drops; indexes nothing
  rag list --since 2025-01-01           the documents of the index
  rag show reports/2025.pdf             a document's text
  rag delete reports/old.pdf            take a document out; --path 'old/*' takes many
  rag verify                            check every file of the index
  rag repair                            make again what is damaged
  rag eval --split dev                  measure answers and search on the gold questions
  rag serve                             the chat in a browser
"""
_INDEX_EXAMPLES = """\
  rag index ~/reports notes.md          add or update files and folders
  rag index ~/reports --prune           and take out what is gone from there
  rag index ~/reports --index ~/other   into another index
  rag index ~/archive --ray auto        embed on a Ray cluster, for what is large
  rag index --explain page.html         what cleaning keeps and drops; indexes nothing
"""
_NAMED = 3


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
    add_watch(commands)
    add_verify(commands)
    add_repair(commands)
    add_eval(commands)
    add_serve(commands)
    for command in commands.choices.values():
        add_index_flags(command)
    return result


def _add_index(commands: argparse._SubParsersAction[Parser]) -> None:
    index = add_command(
        commands,
        "index",
        "add or update files and folders",
        _INDEX_EXAMPLES,
        "Add or update txt, md, html, pdf, docx, xlsx, csv, tsv and jsonl files, and "
        "the folders they lie in. What did not change is not read again.",
    )
    index.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a file or a folder")
    index.add_argument(
        "--explain", type=Path, metavar="FILE", help="show what cleaning keeps and drops"
    )
    index.add_argument(
        "--prune", action="store_true",
        help="remove the documents of files that are gone from the folders named",
    )  # fmt: skip
    index.add_argument(
        "--ray", metavar="ADDRESS",
        help="embed on a Ray cluster: auto, HOST:6379 or ray://HOST:10001; local starts Ray here "
        "(YINJU_RAY)",
    )  # fmt: skip
    index.add_argument(
        "--ray-cpus", type=int, metavar="N",
        help="processors of the cluster that each worker takes, with a model of its own (1)",
    )  # fmt: skip
    add_wait_flag(index)
    index.set_defaults(command=_index)


def _index(options: argparse.Namespace) -> int:
    if options.explain:
        return explain(options)
    if not options.paths:
        raise UsageError("name a file or folder to index: rag index PATH...")
    with open_engine(options) as engine:
        with progress_bar("indexing") as move:
            report = engine.add(options.paths, move, prune=options.prune, bulk=True)
        note = "" if options.index else samples_note(engine, options.paths)
    say_problems(report.problems)
    if report.gone:
        first = ", ".join(Path(name).name for name in report.gone[:_NAMED])
        more = ", …" if len(report.gone) > _NAMED else ""
        say(
            f"gone: {len(report.gone)} files that documents come from ({first}{more}); "
            "--prune removes these documents"
        )
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
