"""What an index costs as it grows: to build, keep, open and ask, from 1,000 passages to a million.

    python eval/bench/scale.py --data DIR --work DIR [--sizes 1000 10000 100000 1000000]

The first passages are those of the question answering sets in DIR, embedded once and kept in the
work folder; the others are made of their sentences, words and vectors (see recombined.py), so no
figure has embedding in it. Indexes stay in the work folder, and one that is there is asked again
without being built. Each is asked by a process of its own with all models loaded, with filters that
let every hundredth passage, three tenths and nine tenths through; no question is asked twice.
Processor time is given beside time by the clock, for machines that do other work as well. Prints
tables and writes eval/results/scale.json and a chart beside it.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.asking import search
from rag.engine import Engine
from rag.evaluation.environment import describe_engine
from rag.evaluation.metrics import percentile
from rag.evaluation.report import markdown_table
from rag.passage_set import PassageSet
from rag.records import Filters, Language, Question, SearchMode
from rag.store import IndexReader, IndexWriter, ModelRecord
from rag.store.segments import Segment

TOP_K = 16
DEEP = 10
WARM = 10
ANSWERED = 8
COMMIT_EACH = 125_000
CHUNK = 8192
SIZES = (1_000, 10_000, 100_000, 1_000_000)
FILTERS = ("none", "1%", "30%", "90%")


def filters_of(name: str) -> Filters | None:
    """Return the filter that lets so large a part of the passages through."""
    from recombined import FEW, first_day_of_last

    if name == "none":
        return None
    if name == "1%":
        return Filters(publisher=FEW)
    return Filters(since=first_day_of_last(float(name.rstrip("%")) / 100))


def clocks() -> tuple[float, float]:
    """Return seconds by the clock and of this process's processor time."""
    return time.perf_counter(), time.process_time()


def since(start: tuple[float, float]) -> dict[str, float]:
    """Return what has passed since ``start``."""
    return {"clock": time.perf_counter() - start[0], "processor": time.process_time() - start[1]}


def memory_megabytes() -> dict[str, float]:
    """Return this process's resident memory, and the part of it that files can give again."""
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()[1:]
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    resident, anonymous = kilobytes["Rss"], kilobytes["Anonymous"]
    return {"resident": resident / 1024, "of files": (resident - anonymous) / 1024}


def build(corpus: Any, model: ModelRecord, folder: Path, size: int) -> dict[str, Any]:  # noqa: ANN401
    """Write an index of so many passages; return what it cost."""
    start = clocks()
    with IndexWriter(folder, model) as writer:
        corpus.write(writer, size, COMMIT_EACH)
    figures: dict[str, Any] = {"build seconds": since(start)}
    start = clocks()
    with IndexWriter(folder, model) as writer:
        corpus.write_one_more(writer)
    figures["add one document seconds"] = since(start)
    with closing(IndexReader.open(folder)) as reader:
        parts = {name: reader.generation / name for name in ("catalog.sqlite", "vectors", "words")}
    figures["megabytes"] = {name: _bytes(path) / 1e6 for name, path in parts.items()}
    return figures


def _bytes(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def ask(folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """Open an index and ask it; run in a process of its own."""
    with Engine.open(folder) as engine:
        engine.warm()
        figures: dict[str, Any] = {"megabytes before opening": memory_megabytes()}
        start = clocks()
        index = engine.index
        figures["open seconds"] = since(start)
        queries = [engine.understand(question) for question in questions[ANSWERED:]]
        share = len(queries) // len(FILTERS)
        asked = {name: queries[at * share :][:share] for at, name in enumerate(FILTERS)}
        figures["filters"] = {
            name: _measure(index, own, filters_of(name)) for name, own in asked.items()
        }
        for question in questions[:ANSWERED]:
            engine.ask(question)
        figures["megabytes after asking"] = memory_megabytes()
        # Last, because comparing with every vector warms and fills memory.
        for name, own in asked.items():
            figures["filters"][name]["recall@10"] = _recall(index, own, filters_of(name))
        figures["settings"] = describe_engine(engine)
    return figures


def _measure(
    index: IndexReader, queries: Sequence[Question], filters: Filters | None
) -> dict[str, Any]:
    start = clocks()
    if filters:
        index.allowed(filters)
    first = since(start)
    times = []
    for query in queries:
        start = clocks()
        search(index, query, TOP_K, filters, SearchMode.HYBRID)
        times.append(since(start))
    return {
        "first lookup": first,
        **{
            f"{clock} ms p{rank}": percentile([1000 * t[clock] for t in times[WARM:]], rank)
            for clock in ("clock", "processor")
            for rank in (50, 95)
        },
    }


def _recall(index: IndexReader, queries: Sequence[Question], filters: Filters | None) -> float:
    """Return which part of the nearest passages of each language is found."""
    allowed = index.allowed(filters) if filters else None
    questions = np.stack([query.vector for query in queries])
    shares = []
    for language in Language:
        nearest = _nearest(index.vectors.segments(language), questions, allowed)
        for vector, ids in zip(questions, nearest, strict=True):
            found = {n for n, _ in index.vectors.search(vector, language, DEEP, allowed)}
            if ids:
                shares.append(len(ids & found) / len(ids))
    return statistics.fmean(shares)


def _nearest(
    segments: Sequence[Segment], questions: NDArray[np.float32], allowed: PassageSet | None
) -> list[set[int]]:
    """Return the passages nearest to each question, comparing it with all that are allowed."""
    scores = np.full((0, len(questions)), -np.inf, np.float32)
    ids = np.empty((0, len(questions)), np.int64)
    columns = np.arange(len(questions))
    for segment in segments:
        for start in range(0, len(segment.ids), CHUNK):
            rows = np.arange(start, min(start + CHUNK, len(segment.ids)))
            own = np.asarray(segment.ids[rows])
            wanted = ~segment.removed[rows]
            if allowed is not None:
                wanted &= allowed.holds(own)
            here = np.asarray(segment.rows[rows] @ questions.T)[wanted]
            scores = np.concatenate([scores, here])
            ids = np.concatenate([ids, np.repeat(own[wanted, None], len(questions), axis=1)])
            if len(scores) > DEEP:
                best = np.argpartition(-scores, DEEP, axis=0)[:DEEP]
                scores, ids = scores[best, columns], ids[best, columns]
    return [set(ids[:, column].tolist()) for column in columns]


def draw(path: Path, results: dict[str, Any]) -> None:
    """Draw latency and memory over the number of passages."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    sizes = [int(size) for size in results]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for name in FILTERS:
        times = [item["filters"][name]["processor ms p50"] for item in results.values()]
        left.plot(sizes, times, marker="o", label=f"filter {name}")
    left.set(xscale="log", xlabel="passages", ylabel="processor ms a search, median")
    left.legend()
    for part in ("resident", "of files"):
        memory = [item["megabytes after asking"][part] for item in results.values()]
        right.plot(sizes, memory, marker="o", label=part)
    right.set(xscale="log", xlabel="passages", ylabel="MB of the asking process", ylim=0)
    right.legend()
    figure.savefig(path, dpi=120)


def report(results: dict[str, Any]) -> None:
    """Print the tables."""
    print(markdown_table(
        ("passages", "build s", "one more s", "disk MB", "open ms", "MB before", "after", "files"),
        [(
            f"{int(size):,}", f"{item['build seconds']['processor']:.0f}",
            f"{item['add one document seconds']['processor']:.2f}",
            f"{sum(item['megabytes'].values()):.0f}", f"{item['open seconds']['clock'] * 1000:.0f}",
            f"{item['megabytes before opening']['resident']:.0f}",
            *(f"{item['megabytes after asking'][part]:.0f}" for part in ("resident", "of files")),
        ) for size, item in results.items()],
    ))  # fmt: skip
    print()
    print(markdown_table(
        ("passages", "filter", "clock ms p50", "p95", "processor ms p50", "p95", "recall@10",
         "first use ms"),
        [(
            f"{int(size):,}", name,
            *(f"{figures[f'{clock} ms p{rank}']:.1f}"
              for clock in ("clock", "processor") for rank in (50, 95)),
            f"{figures['recall@10']:.3f}", f"{figures['first lookup']['processor'] * 1000:.0f}",
        ) for size, item in results.items() for name, figures in item["filters"].items()],
    ))  # fmt: skip


def main() -> None:
    """Build what is missing, ask every size and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of the sets")
    parser.add_argument("--work", type=Path, help="folder for vectors and indexes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--questions", type=int, default=480)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "results" / "scale.json"
    )
    options = parser.parse_args()
    if options.ask:
        print(json.dumps(ask(options.ask, json.load(sys.stdin))))
        return
    from corpus import save
    from recombined import Corpus, read_real, read_sets

    paragraphs = read_sets(options.data)
    texts = list(dict.fromkeys(q.text for paragraph in paragraphs for q in paragraph.questions))
    questions = random.Random(options.seed).sample(texts, options.questions + ANSWERED)
    kept = options.work / "figures.json"
    results: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
    with Engine.open() as engine:
        identity = engine.embedder.identity
        model = ModelRecord(identity.name, identity.digest, identity.dimension, identity.precision)
        real = read_real(paragraphs, engine.embedder, options.work)
        corpus = None
        for size in options.sizes:
            folder = options.work / f"index-{size}"
            if not (folder / "CURRENT").is_file() or str(size) not in results:
                corpus = corpus or Corpus(real, engine.segmenter)
                results[str(size)] = build(corpus, model, folder, size)
            command = [sys.executable, __file__, "--ask", str(folder)]
            answer = subprocess.run(
                command, input=json.dumps(questions), check=True, stdout=subprocess.PIPE, text=True
            )
            results[str(size)] |= json.loads(answer.stdout)
            results = dict(sorted(results.items(), key=lambda item: int(item[0])))
            save(kept, results)
    report(results)
    save(options.out, results)
    draw(options.out.with_suffix(".png"), results)


if __name__ == "__main__":
    main()
