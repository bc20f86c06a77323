"""``rag eval``: the gold questions put to an index, and the scores as a table."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from rag.cli.common import DONE, Parser, add_command, open_engine, progress_bar, say
from rag.errors import UsageError

_EXAMPLES = """\
  rag eval --split dev                  the gold questions of a checkout
  rag eval --gold mine.jsonl --index ~/my-index --out results
"""


def add_eval(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add ``rag eval``."""
    command = add_command(
        commands,
        "eval",
        "measure answers and search on questions whose answers are known",
        _EXAMPLES,
        "Put gold questions to an index of the documents they are about, and print "
        "the scores as Markdown tables. They are kept beside the index, for `rag serve` to show.",
    )
    command.add_argument(
        "--gold", type=Path, metavar="FILE", help="the questions; eval/gold.jsonl in a checkout"
    )
    # The names of rag.evaluation's enums; importing it here would slow `rag --help` down.
    command.add_argument("--split", choices=("dev", "test"), help="all when left out")
    command.add_argument(
        "--proofs", choices=("digest", "raw"), default="digest",
        help="what the index was made from: the sample digests, or the original files",
    )  # fmt: skip
    command.add_argument(
        "--depth", type=int, default=50, metavar="N", help="passages a search returns (50)"
    )
    command.add_argument(
        "--seed", type=int, default=20, metavar="N", help="of the bootstrap intervals (20)"
    )
    command.add_argument(
        "--out", type=Path, metavar="DIR",
        help="also write report.md, report.json and report.html there",
    )  # fmt: skip
    command.set_defaults(command=evaluate_index)


def evaluate_index(options: argparse.Namespace) -> int:
    """Measure and print the tables."""
    from rag.evaluation import ProofSet, Split, default_gold, evaluate, load_gold, to_markdown
    from rag.evaluation.environment import describe_engine
    from rag.evaluation.history import keep_run

    if options.depth < 1:
        raise UsageError(f"--depth is {options.depth}, expected a whole number from 1")
    questions = load_gold(options.gold or default_gold())
    with open_engine(options) as engine, progress_bar("asking", "questions") as move:
        report = evaluate(
            engine,
            questions,
            split=Split(options.split) if options.split else None,
            settings=describe_engine(engine),
            out=options.out,
            proof_set=ProofSet(options.proofs),
            depth=options.depth,
            seed=options.seed,
            progress=lambda done, everything: move("", done, everything),
        )
        try:
            keep_run(report, engine.settings.folder, datetime.now(UTC))
        except OSError as error:
            say(f"the run is not kept beside the index: {error}")
    print(to_markdown(report))
    if options.out:
        say(f"written to {options.out}")
    return DONE
