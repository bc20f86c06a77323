"""One tool over one collection: index it, start and ask, ask warm."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.corpus import command
from eval.bench.peers.children import Child, run
from eval.bench.peers.documents import Collection, Task
from eval.bench.peers.tools import YINJU, Installed, folder_bytes
from rag.evaluation import metrics

HITS = 10
WARM = 20
"""Questions that are asked before latency counts."""


@dataclass(frozen=True)
class Speed:
    """What a tool takes for a collection: seconds, milliseconds and bytes as the names say."""

    tool: str
    collection: str
    documents: int
    passages: int
    index_seconds: float
    index_peak_bytes: int
    disk_bytes: int
    first_seconds: float
    warm_p50_ms: float
    warm_p95_ms: float
    resident_bytes: int | None


@dataclass(frozen=True)
class Quality:
    """How well a tool finds the paragraphs that questions were asked over."""

    tool: str
    collection: str
    task: str
    questions: int
    recall_1: float
    recall_10: float
    mrr_10: float


@dataclass(frozen=True)
class Answers:
    """What Yinju takes for an answer in words, which no peer gives."""

    collection: str
    first_seconds: float
    warm_p50_ms: float
    warm_p95_ms: float
    resident_bytes: int | None


@dataclass(frozen=True)
class Place:
    """The folders of one tool over one collection; ``model`` holds the weights in fp32."""

    documents: Path
    index: Path
    model: Path


def build(installed: Installed, place: Place) -> tuple[float, int, int]:
    """Index the documents; return wall seconds, peak resident bytes and the number of passages.

    Raises:
        ChildError: the tool failed.
    """
    folder = place.index.parent
    driver = installed.command("index", place.documents, place.index, place.model)
    if installed.tool != YINJU:
        ended = counted = run(driver, installed.variables, folder)
    else:
        arguments = [command("rag"), "index", str(place.documents), "--index", str(place.index)]
        ended = run(arguments, installed.variables, folder)
        # Not in this process: a child's peak memory begins at that of its parent.
        counted = run(driver, installed.variables, folder)
    return ended.seconds, ended.peak_bytes, int(json.loads(counted.output)["passages"])


def serve(installed: Installed, place: Place) -> Child:
    """Start the tool over its index."""
    arguments = installed.command("serve", place.index, place.model)
    return Child(arguments, installed.variables, place.index.parent)


def request(question: str, hits: int = HITS) -> dict[str, object]:
    """Return what a driver is asked; without hits, for an answer."""
    return {"question": question, "hits": hits}


def first_hits(installed: Installed, place: Place, question: str) -> float:
    """Return the seconds from the start of a new process to the hits of its first question.

    Raises:
        ChildError: the tool failed.
    """
    with serve(installed, place) as child:
        child.ask(request(question))
        return child.seconds


def rank_of(document: str, found: Sequence[str]) -> int | None:
    """Return the rank of a document among the documents found; hits from one count as one."""
    distinct = list(dict.fromkeys(found))
    return distinct.index(document) + 1 if document in distinct else None


def judge(tool: str, collection: str, task: Task, found: Sequence[Sequence[str]]) -> Quality:
    """Return the scores of what was found for each of a task's questions."""
    ranks = [
        (rank_of(document, documents),)
        for (_question, document), documents in zip(task.questions, found, strict=True)
    ]
    means = [
        statistics.fmean(value or 0.0 for value in values)
        for values in (
            [metrics.recall_at(item, 1) for item in ranks],
            [metrics.recall_at(item, HITS) for item in ranks],
            [metrics.reciprocal_rank(item) for item in ranks],
        )
    ]
    return Quality(tool, collection, task.name, len(ranks), *means)


def milliseconds(seconds: Sequence[float], share: float) -> float:
    """Return the percentile of latencies in milliseconds, the first ones left out."""
    value = metrics.percentile(seconds[min(WARM, len(seconds) - 1) :], share)
    assert value is not None
    return value * 1000


def measure(
    installed: Installed, collection: Collection, place: Place, starts: int
) -> tuple[Speed, list[Quality]]:
    """Index a collection and ask all its questions.

    Raises:
        ChildError: the tool failed.
    """
    name = installed.tool.name
    index_seconds, peak_bytes, passages = build(installed, place)
    question = collection.tasks[0].questions[0][0]
    firsts = [first_hits(installed, place, question) for _ in range(starts)]
    seconds: list[float] = []
    qualities = []
    with serve(installed, place) as child:
        for task in collection.tasks:
            replies = [child.ask(request(text)) for text, _document in task.questions]
            seconds += [float(reply["seconds"]) for reply in replies]
            found = [reply["documents"] for reply in replies]
            qualities.append(judge(name, collection.name, task, found))
        resident = child.resident_bytes()
        child.finish()
    speed = Speed(
        tool=name,
        collection=collection.name,
        documents=len(collection.texts),
        passages=passages,
        index_seconds=index_seconds,
        index_peak_bytes=peak_bytes,
        disk_bytes=folder_bytes(place.index),
        first_seconds=statistics.median(firsts),
        warm_p50_ms=milliseconds(seconds, 50),
        warm_p95_ms=milliseconds(seconds, 95),
        resident_bytes=resident,
    )
    return speed, qualities


def measure_answers(
    installed: Installed, collection: Collection, place: Place, starts: int, most: int
) -> Answers:
    """Ask Yinju for answers over an index that is built: the command `ask`, then a warm engine.

    Raises:
        ChildError: it failed.
    """
    questions = [text for text, _document in collection.tasks[0].questions[:most]]
    arguments = [command("ask"), questions[0], "--index", str(place.index)]
    folder = place.index.parent
    firsts = [run(arguments, installed.variables, folder).seconds for _ in range(starts)]
    with serve(installed, place) as child:
        replies = [child.ask(request(text, hits=0)) for text in questions]
        resident = child.resident_bytes()
        child.finish()
    seconds = [float(reply["seconds"]) for reply in replies]
    return Answers(
        collection=collection.name,
        first_seconds=statistics.median(firsts),
        warm_p50_ms=milliseconds(seconds, 50),
        warm_p95_ms=milliseconds(seconds, 95),
        resident_bytes=resident,
    )
