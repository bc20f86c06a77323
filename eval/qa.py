"""Retrieval on public question answering sets: does a search find the question's paragraph?

    python eval/qa.py --data DIR [--limit N]

DIR holds cmrc2018_trial.json, xquad_en_train.json and xquad_zh_train.json. Every paragraph is
indexed as a document; a question's own paragraph is relevant. XQuAD's paragraphs are parallel, so
questions of one language are asked over the other; over an index that holds both, where either
language's copy is relevant; and over one with every second paragraph in Chinese and the others in
English, where a search must weigh the languages against each other. Prints a table and writes
eval/results/qa.json.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.engine import Engine
from rag.evaluation import metrics
from rag.evaluation.bootstrap import Interval, mean_interval, paired_difference
from rag.evaluation.environment import describe_engine
from rag.evaluation.report import markdown_table
from rag.evaluation.squad import SquadParagraph, read_squad
from rag.records import SearchMode

DEPTH = 50


@dataclass(frozen=True)
class Task:
    """Questions with the keys of their relevant documents, and the documents to search."""

    name: str
    index: str
    questions: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True)
class Row:
    """One task's figures in one mode, or (mode "hybrid-…") a paired difference of two."""

    task: str
    mode: str
    recall_1: Interval
    recall_10: Interval
    mrr: Interval


def make_tasks(data: Path) -> tuple[dict[str, dict[str, str]], list[Task]]:
    """Return the indexes (texts by document key) and the tasks over them.

    A key that is not in a task's index is no harm: of a paragraph's copies one is there.
    """
    cmrc = read_squad(data / "cmrc2018_trial.json")
    xquad = {name: read_squad(data / f"xquad_{name}_train.json") for name in ("zh", "en")}
    indexes = {"cmrc": texts(cmrc, "cmrc")}
    indexes |= {f"xquad-{name}": texts(items, name) for name, items in xquad.items()}
    indexes["xquad-mixed"] = indexes["xquad-zh"] | indexes["xquad-en"]
    halves = [texts(xquad["zh"][::2], "zh"), texts(xquad["en"][1::2], "en")]
    indexes["xquad-halves"] = halves[0] | halves[1]
    tasks = [Task("CMRC 2018 trial, zh -> zh", "cmrc", asked(cmrc, ["cmrc"]))]
    for question, items in xquad.items():
        tasks += [
            Task(f"XQuAD, {question} -> {text}", f"xquad-{text}", asked(items, [text]))
            for text in xquad
        ]
    tasks += [
        Task(f"XQuAD, {question} -> {name}", f"xquad-{name}", asked(items, ["zh", "en"]))
        for name in ("mixed", "halves")
        for question, items in xquad.items()
    ]
    return indexes, tasks


def texts(paragraphs: Sequence[SquadParagraph], prefix: str) -> dict[str, str]:
    """Return each paragraph's text by its document key."""
    return {f"{prefix}-{item.id}": item.text for item in paragraphs}


def asked(
    paragraphs: Sequence[SquadParagraph], prefixes: Sequence[str]
) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return each question with the keys of its paragraph's copies; empty ones are left out."""
    return tuple(
        (question.text, frozenset(f"{prefix}-{item.id}" for prefix in prefixes))
        for item in paragraphs
        for question in item.questions
        if any(char.isalnum() for char in question.text)
    )


def build(engine: Engine, documents: dict[str, str], path: Path) -> None:
    """Write the documents as JSON lines and index them."""
    lines = (json.dumps({"id": key, "text": text}) for key, text in documents.items())
    path.write_text("\n".join(lines), encoding="utf-8")
    report = engine.add([path])
    if report.problems or report.added != len(documents):
        raise SystemExit(f"{report.added} of {len(documents)} indexed; {report.problems[:3]}")


def rank(engine: Engine, task: Task, mode: SearchMode) -> list[tuple[int | None]]:
    """Return, for each question, the rank of the first relevant document among the documents."""
    ranks: list[tuple[int | None]] = []
    for question, relevant in task.questions:
        hits = engine.search(question, mode=mode, top_k=DEPTH)
        keys = dict.fromkeys(hit.passage.document_key for hit in hits)
        places = (place for place, key in enumerate(keys, start=1) if key in relevant)
        ranks.append((next(places, None),))
    return ranks


def measure(engine: Engine, task: Task, seed: int) -> Iterator[Row]:
    """Yield a row for each mode, and for hybrid minus the better of the two lists (by MRR)."""
    values: dict[str, list[list[float]]] = {}
    for mode in SearchMode:
        ranks = rank(engine, task, mode)
        values[mode.value] = [
            [metrics.recall_at(item, 1) or 0.0 for item in ranks],
            [metrics.recall_at(item, 10) or 0.0 for item in ranks],
            [metrics.reciprocal_rank(item) or 0.0 for item in ranks],
        ]
    for mode_name, columns in values.items():
        intervals = [mean_interval(column, seed=seed) for column in columns]
        yield Row(task.name, mode_name, *(item for item in intervals if item))
    single = (SearchMode.DENSE.value, SearchMode.LEXICAL.value)
    better = max(single, key=lambda name: statistics.fmean(values[name][2]))
    pairs = zip(values[SearchMode.HYBRID.value], values[better], strict=True)
    differences = [paired_difference(one, other, seed=seed) for one, other in pairs]
    yield Row(task.name, f"hybrid-{better}", *(item for item in differences if item))


def show(row: Row) -> list[str]:
    """Return a row's cells; a difference has its interval, and a star where that leaves out 0."""
    intervals = (row.recall_1, row.recall_10, row.mrr)
    if "-" not in row.mode:
        return [row.task, row.mode, *(f"{item.mean:.3f}" for item in intervals)]
    return [
        "",
        row.mode,
        *(
            f"{item.mean:+.3f} [{item.low:+.3f}, {item.high:+.3f}]"
            + ("*" if item.low > 0 or item.high < 0 else "")
            for item in intervals
        ),
    ]


def main() -> None:
    """Index every collection, ask every task's questions, and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--limit", type=int, help="ask only every n-th question, N in all")
    parser.add_argument("--seed", type=int, default=20, help="of the bootstrap intervals")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "qa.json")
    options = parser.parse_args()
    indexes, tasks = make_tasks(options.data)
    rows: list[Row] = []
    settings: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        for index, documents in indexes.items():
            with Engine.open(Path(name) / index) as engine:
                build(engine, documents, Path(name) / f"{index}.jsonl")
                settings |= describe_engine(engine)
                for task in tasks:
                    if task.index == index:
                        rows += measure(engine, thin(task, options.limit), options.seed)
    rows.sort(key=lambda row: [task.name for task in tasks].index(row.task))
    header = ("question -> paragraphs", "search", "recall@1", "recall@10", "MRR")
    print(markdown_table(header, [show(row) for row in rows]))
    for count in ("documents", "passages"):
        settings.pop(count)
    settings |= {"depth": DEPTH, "limit": options.limit, "bootstrap_seed": options.seed}
    content = {"settings": settings, "rows": [asdict(row) for row in rows]}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def thin(task: Task, limit: int | None) -> Task:
    """Return the task with at most ``limit`` questions, evenly taken."""
    step = -(-len(task.questions) // limit) if limit else 1
    return Task(task.name, task.index, task.questions[::step])


if __name__ == "__main__":
    main()
