"""``rag verify`` and ``rag repair``: what is damaged in an index, and making it again."""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.cli.common import (
    DONE,
    FAILED,
    Parser,
    add_command,
    add_wait_flag,
    open_engine,
    progress_bar,
    say,
)
from rag.errors import IndexDamagedError

_VERIFY_EXAMPLES = """\
  rag verify
  rag verify --index ~/my-index
"""
_REPAIR_EXAMPLES = """\
  rag repair                            only what is damaged is made again
  rag repair > lost.txt                 the files to index again, where the catalog is damaged
"""


def add_verify(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add ``rag verify``."""
    verify = add_command(commands, "verify", "check every file of the index", _VERIFY_EXAMPLES)
    verify.set_defaults(command=verify_index)


def add_repair(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add ``rag repair``."""
    repair = add_command(
        commands,
        "repair",
        "make again what is damaged in the index",
        _REPAIR_EXAMPLES,
        "Make damaged vectors and words again from the index's catalog of documents. "
        "Where the catalog is damaged, print the files that it still names, to be indexed again.",
    )
    add_wait_flag(repair)
    repair.set_defaults(command=repair_index)


def verify_index(options: argparse.Namespace) -> int:
    """Say what is damaged."""
    from rag.repairing import remedy
    from rag.store import verify_index

    with open_engine(options) as engine:
        index = engine.settings.index
    counts, problems = verify_index(index)
    for problem in problems:
        say(f"damaged: {problem}")
    if problems:
        say(remedy(index))
        return FAILED
    print(f"whole: {counts.documents} documents, {counts.passages} passages")
    return DONE


def repair_index(options: argparse.Namespace) -> int:
    """Make again what is damaged, if anything is."""
    from rag.store import readable_paths, verify_index

    with open_engine(options) as engine:
        index = engine.settings.index
        try:
            counts, problems = verify_index(index)
        except IndexDamagedError as error:
            problems = [str(error)]
        if not problems:
            print(f"whole: {counts.documents} documents, {counts.passages} passages")
            return DONE
        for problem in problems:
            say(f"damaged: {problem}")
        try:
            with progress_bar("repairing") as move:
                report = engine.repair(move)
        except IndexDamagedError:
            if isinstance(index, Path):
                for path in readable_paths(index):
                    print(path)
            raise
    print(f"repaired; {report.embedded} passages embedded, the words of {report.words} taken again")
    return DONE
