"""What indexing a folder again costs: where nothing changed, and where one document did.

    python eval/bench/again.py --data DIR [--documents 1000] [--characters 1500]

Whole processes of `rag index` over a folder of text files, the first time and again; then one file
is changed in one sentence, and `Engine.add` is timed in a process without a model, embedding apart.
Best of three for what is short. Processor seconds stand beside, as they are the same on a
machine that is busy. Prints a table and writes eval/results/again.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from corpus import command, make_documents, read_paragraphs, run, save

from rag.evaluation.environment import describe_machine
from rag.evaluation.report import markdown_table

RUNS = 3
_ADD = """
import json, sys, time
from pathlib import Path
from rag.embedding.bundled import BundledEmbedder
from rag.engine import Engine
engine = Engine.open(Path(sys.argv[1]))
def now():
    return time.perf_counter(), time.process_time()
spent = [0.0, 0.0]
embed = BundledEmbedder.embed_passages
def timed(self, texts):
    start = now()
    try:
        return embed(self, texts)
    finally:
        spent[:] = [a + c - b for a, b, c in zip(spent, start, now())]
BundledEmbedder.embed_passages = timed
start = now()
report = engine.add([Path(sys.argv[2])])
rest = [c - b - a for a, b, c in zip(spent, start, now())]
assert (report.updated, report.unchanged) == (1, int(sys.argv[3]) - 1), report
print("\\n" + json.dumps({"add": rest, "embedding": spent, "passages": report.embedded}))
"""


def change_one(folder: Path, index: Path, count: int, text: str) -> dict[str, Any]:
    """Change a document's first sentence and return what adding the folder takes."""
    path = folder / f"{count // 2:06d}.txt"
    path.write_text(f"{text}{path.read_text('utf-8')}", "utf-8")
    done = run([sys.executable, "-c", _ADD, str(index), str(folder), str(count)])
    content: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return content


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--characters", type=int, default=1500)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "results" / "again.json"
    )
    options = parser.parse_args()
    texts = make_documents(read_paragraphs(options.data), options.documents, options.characters)
    with tempfile.TemporaryDirectory() as name:
        folder, index = Path(name) / "files", Path(name) / "index"
        folder.mkdir()
        for number, text in enumerate(texts):
            (folder / f"{number:06d}.txt").write_text(text, "utf-8")
        indexing = [command("rag"), "index", str(folder), "--index", str(index)]
        first = run(indexing)
        passages = int(first.output.split()[-3])
        again = min((run(indexing) for _ in range(RUNS)), key=lambda item: item.seconds)
        news = [f"第{n}次改动，说的是今天的天气。" for n in range(RUNS)]
        changes = [change_one(folder, index, options.documents, text) for text in news]
    changed = min(changes, key=lambda item: item["add"][0])
    spent = [
        (
            f"rag index, {passages:,} passages, the first time",
            first.seconds,
            first.processor_seconds,
        ),
        ("again, nothing changed", again.seconds, again.processor_seconds),
        (f"Engine.add, one of {options.documents:,} documents changed", *changed["add"]),
        (f"embedding its {changed['passages']} passages", *changed["embedding"]),
    ]
    rows = [
        (what, f"{seconds:.2f}", f"{processor:.2f}", f"{processor / first.processor_seconds:.2%}")
        for what, seconds, processor in spent
    ]
    print(markdown_table(("", "seconds", "of a processor", "of the first time"), rows))
    save(options.out, {
        "settings": {
            "documents": options.documents, "characters": options.characters,
            "passages": passages, **describe_machine(),
        },
        "first": {"seconds": first.seconds, "processor_seconds": first.processor_seconds},
        "again": {"seconds": again.seconds, "processor_seconds": again.processor_seconds},
        "share": again.processor_seconds / first.processor_seconds,
        "changed": changes,
    })  # fmt: skip


if __name__ == "__main__":
    main()
