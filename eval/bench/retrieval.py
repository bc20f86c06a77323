"""How long a question takes to its passages, and to its answer, in a warm process.

    python eval/bench/retrieval.py --data DIR [--documents 10000] [--questions 200]

Indexes so many documents of one passage each in a process of its own (or takes a folder with
--index), then searches for different questions and asks them. Prints a table and the memory that is
resident at the end, and writes eval/results/retrieval.json.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from corpus import make_documents, read_paragraphs, save, write_documents

from rag.engine import Engine
from rag.evaluation.environment import describe_engine
from rag.evaluation.metrics import percentile
from rag.evaluation.report import markdown_table
from rag.evaluation.squad import SquadParagraph
from rag.records import SearchMode

CHARACTERS = 150
WARM = 20
SHARES = (50, 95, 99)


def choose_questions(paragraphs: Sequence[SquadParagraph], count: int, seed: int) -> list[str]:
    """Return different questions, drawn from all."""
    texts = dict.fromkeys(item.text for paragraph in paragraphs for item in paragraph.questions)
    return random.Random(seed).sample(list(texts), count)


def time_each(ask: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Return the seconds each question takes, after a few that are not measured."""
    times = []
    for question in questions:
        start = time.perf_counter()
        ask(question)
        times.append(time.perf_counter() - start)
    return times[WARM:]


def resident_megabytes() -> float | None:
    """Return how much memory this process has resident; None where the system does not say."""
    path = Path("/proc/self/statm")
    if not path.is_file():
        return None
    return int(path.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(
    engine: Engine, questions: Sequence[str]
) -> tuple[dict[str, dict[str, float | None]], dict[str, object]]:
    """Return milliseconds at each percentile by mode, and what they depend on."""
    times = {
        f"search, {mode}": time_each(partial(engine.search, mode=mode, top_k=10), questions)
        for mode in SearchMode
    }
    times["answer"] = time_each(engine.ask, questions)
    figures = {
        name: {
            f"p{share}": percentile([seconds * 1000 for seconds in taken], share)
            for share in SHARES
        }
        for name, taken in times.items()
    }
    return figures, describe_engine(engine) | {"resident MB": resident_megabytes()}


def main() -> None:
    """Build the index if none is given, measure and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--index", type=Path, help="an index to search instead of a new one")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "results" / "retrieval.json"
    )
    options = parser.parse_args()
    paragraphs = read_paragraphs(options.data)
    questions = choose_questions(paragraphs, options.questions + WARM, options.seed)
    with (
        tempfile.TemporaryDirectory() as name,
        Engine.open(options.index or Path(name) / "index") as engine,
    ):
        if options.index is None:
            path = Path(name) / "documents.jsonl"
            write_documents(path, make_documents(paragraphs, options.documents, CHARACTERS))
            command = Path(sys.executable).with_name("rag")
            subprocess.run(
                [command, "index", path, "--index", engine.settings.index],
                check=True, capture_output=True,
            )  # fmt: skip
        figures, settings = measure(engine, questions)
    header = ("question to", *(f"p{share} ms" for share in SHARES))
    rows = [
        (mode, *(f"{value:.1f}" for value in shares.values() if value is not None))
        for mode, shares in figures.items()
    ]
    print(markdown_table(header, rows))
    print(f"\n{options.questions} questions, {settings['passages']:,} passages")
    print(f"resident: {settings['resident MB'] or 0:.0f} MB")
    settings |= {"questions": options.questions, "seed": options.seed, "top_k of searches": 10}
    save(options.out, {"milliseconds": figures, "settings": settings})


if __name__ == "__main__":
    main()
