"""How fast `rag index` is as a whole process, and how much memory it takes.

    python eval/bench/indexing.py --data DIR [--documents 850] [--memory-documents 10000]

Indexing (reading, cutting, embedding, both indexes, commit) of documents of 500 characters is set
against sentence-transformers in fp32 merely encoding the same texts with the same weights, its
start-up not counted. Peak memory is that of indexing so many documents of one passage each.
Prints a table and writes eval/results/indexing.json.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from corpus import command, make_documents, read_paragraphs, run, save, write_documents

from rag.evaluation.environment import describe_machine
from rag.evaluation.report import markdown_table

CHARACTERS = 500
PASSAGE_CHARACTERS = 150
_ENCODE = """
import json, sys, time
sys.path.insert(0, {here!r})
from reference import make_reference
texts = ["passage: " + json.loads(line)["text"] for line in open({path!r}, encoding="utf-8")]
model = make_reference()
model.encode(texts[:4])
start = time.perf_counter()
model.encode(texts, show_progress_bar=False)
print("\\nseconds", time.perf_counter() - start)
"""


def encode_with_reference(path: Path) -> float:
    """Return the seconds sentence-transformers takes to encode the documents, in a new process."""
    code = _ENCODE.format(here=str(Path(__file__).parent), path=str(path))
    return float(run([sys.executable, "-c", code]).output.split()[-1])


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--documents", type=int, default=850)
    parser.add_argument("--memory-documents", type=int, default=10_000, help="0 leaves it out")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "results" / "indexing.json"
    )
    options = parser.parse_args()
    paragraphs = read_paragraphs(options.data)
    content: dict[str, object] = {
        "settings": {
            "documents": options.documents,
            "characters": CHARACTERS,
            "memory_documents": options.memory_documents,
            "memory_characters": PASSAGE_CHARACTERS,
            **describe_machine(),
        }
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warm, path, large = (folder / f"{item}.jsonl" for item in ("warm", "timed", "large"))
        write_documents(warm, ["第一次运行时会转换模型。"])
        run([command("rag"), "index", str(warm), "--index", str(folder / "warm")])
        write_documents(path, make_documents(paragraphs, options.documents, CHARACTERS))
        whole = run([command("rag"), "index", str(path), "--index", str(folder / "timed")])
        encoding = encode_with_reference(path)
        rows = [
            ("rag index, the whole process", whole.seconds),
            ("sentence-transformers fp32, encoding alone", encoding),
        ]
        shown = [
            (label, f"{seconds:.1f}", f"{options.documents / seconds:.1f}")
            for label, seconds in rows
        ]
        print(markdown_table(("", "seconds", "documents/s"), shown))
        print(f"\nratio: {encoding / whole.seconds:.2f}; {whole.output.strip().splitlines()[-1]}")
        content |= {
            "index_seconds": whole.seconds,
            "reference_seconds": encoding,
            "ratio": encoding / whole.seconds,
            "index_peak_bytes": whole.peak_bytes,
        }
        if options.memory_documents:
            texts = make_documents(paragraphs, options.memory_documents, PASSAGE_CHARACTERS)
            write_documents(large, texts)
            peak = run([command("rag"), "index", str(large), "--index", str(folder / "large")])
            last = peak.output.strip().splitlines()[-1]
            print(f"peak memory: {peak.peak_bytes / 1e6:.0f} MB, {peak.seconds:.0f} s; {last}")
            content |= {"peak_bytes": peak.peak_bytes, "peak_seconds": peak.seconds, "peak": last}
    save(options.out, content)


if __name__ == "__main__":
    main()
