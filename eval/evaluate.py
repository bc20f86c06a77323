"""Measure an index of the sample documents on the gold questions.

    python eval/evaluate.py --index DIR [--split dev|test] [--proofs digest|raw]

Prints the tables; writes report.md, report.json and report.html (with plots) to --out. It is what
`rag eval` runs.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from rag.evaluation import ProofSet, Split, evaluate, load_gold, to_markdown
from rag.evaluation.environment import describe_engine

HERE = Path(__file__).parent


def main() -> None:
    """Run the evaluation that the flags name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--index", type=Path, help="the index folder; by default the usual one")
    parser.add_argument("--gold", type=Path, default=HERE / "gold.jsonl")
    parser.add_argument("--split", type=Split, choices=list(Split), help="all when left out")
    parser.add_argument("--proofs", type=ProofSet, choices=list(ProofSet), default="digest")
    parser.add_argument("--depth", type=int, default=50, help="passages a search returns")
    parser.add_argument("--seed", type=int, default=20, help="of the bootstrap intervals")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "gold")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)

    from rag.engine import Engine

    with Engine.open(options.index) as engine:
        report = evaluate(
            engine,
            load_gold(options.gold),
            split=options.split,
            settings=describe_engine(engine),
            out=options.out,
            proof_set=options.proofs,
            depth=options.depth,
            seed=options.seed,
            progress=show_progress,
        )
    print(to_markdown(report))
    print(f"written to {options.out}", file=sys.stderr)


def show_progress(done: int, everything: int) -> None:
    """Say on a terminal how far it is."""
    if sys.stderr.isatty():
        end = "\n" if done == everything else "\r"
        print(f"{done} of {everything} questions", end=end, file=sys.stderr)


if __name__ == "__main__":
    main()
