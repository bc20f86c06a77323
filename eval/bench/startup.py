"""How long a shell waits for an answer, the index built, beside what a peer spends on imports.

    python eval/bench/startup.py [--documents PATH] [--question TEXT]

Whole processes, best of five: `ask QUESTION`, `ask --help`, and importing sentence-transformers
alone. Prints a table with the ratio and writes eval/results/startup.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from corpus import command, run, save

from rag.evaluation.environment import describe_machine
from rag.evaluation.report import markdown_table

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=Path, default=ROOT / "seeds", help="what to index")
    parser.add_argument("--question", default="how much did Guangxi recover")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=ROOT / "eval" / "results" / "startup.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run([command("rag"), "index", str(options.documents), "--index", folder])
        commands = {
            "ask QUESTION": [command("ask"), options.question, "--index", folder],
            "ask --help": [command("ask"), "--help"],
            "import sentence_transformers": [sys.executable, "-c", "import sentence_transformers"],
        }
        best = {
            name: min(run(arguments).seconds for _ in range(options.runs))
            for name, arguments in commands.items()
        }
        peak = run(commands["ask QUESTION"]).peak_bytes
    ratio = best["import sentence_transformers"] / best["ask QUESTION"]
    rows = [(name, f"{seconds:.2f}") for name, seconds in best.items()]
    print(markdown_table(("whole process", "seconds"), rows))
    print(f"\nimporting sentence_transformers alone takes {ratio:.1f} times as long as an answer")
    print(f"peak memory of an answer: {peak / 1e6:.0f} MB")
    content = {
        "seconds": best,
        "ratio": ratio,
        "peak_bytes": peak,
        "settings": {"runs": options.runs, "question": options.question, **describe_machine()},
    }
    save(options.out, content)


if __name__ == "__main__":
    main()
