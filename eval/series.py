"""Figures that differ: is what contradicts called a conflict, and what moves on a series?

    python eval/series.py

Asks the questions with several right figures over the first held-out groups of
rag/reading/training/series.jsonl, all in one index, in both languages. Which pairs of reports
contradict each other we read and marked: eval/contradictions.tsv has the group, the number of the
question, and pairs of documents; a ~ before a pair leaves it out, because the figures are one
rounded, or because it is open which it is. All others are told of other times. Prints a table.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rag.engine import Engine
from rag.evaluation.report import markdown_table
from rag.language.figures import find_figures
from rag.language.measures import measure_of
from rag.language.rendering import as_figure
from rag.reading.training.series import Series, SeriesQuestion, held_out_series
from rag.records import Answer, Relation

GROUPS = 32
MARKS = Path(__file__).with_name("contradictions.tsv")

Key = tuple[str, int]
Pairs = frozenset[frozenset[str]]


def marks() -> tuple[dict[Key, Pairs], dict[Key, Pairs]]:
    """Return the pairs of documents that contradict each other, and those left out."""
    against: dict[Key, Pairs] = {}
    open_: dict[Key, Pairs] = {}
    with MARKS.open(encoding="utf-8", newline="") as lines:
        for group, question, *pairs in csv.reader(lines, delimiter="\t"):
            key = (group, int(question))
            against[key] = frozenset(frozenset(one) for one in pairs if one[0] != "~")
            open_[key] = frozenset(frozenset(one[1:]) for one in pairs if one[0] == "~")
    return against, open_


def values(words: str) -> list[object]:
    """Return what the figures of some words say."""
    return [measure_of(as_figure(figure)).value for figure in find_figures(words)]


def right_figures(question: SeriesQuestion) -> dict[str, list[list[object]]]:
    """Return the right figures by document."""
    found: dict[str, list[list[object]]] = {}
    for key, words in question.answers:
        found.setdefault(key, []).append(values(words))
    return found


def beside(answer: Answer, right: dict[str, list[list[object]]]) -> Iterator[tuple[str, Relation]]:
    """Yield the figures that stand beside a right one: their documents' letters, "" for wrong."""
    for row in answer.conflicts[1:]:
        first = answer.citations[row.citations[0] - 1].document.key
        letters = (answer.citations[number - 1].document.key[-1] for number in row.citations)
        is_right = [measure_of(row.figure).value] in right.get(first, [])
        yield "".join(letters) if is_right else "", row.relation


def ask(engine: Engine, groups: list[Series]) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Return how often what is labelled how, and whether languages lead with the same figure."""
    against, open_ = marks()
    labels: Counter[tuple[str, str]] = Counter()
    leads: Counter[str] = Counter()
    for group in groups:
        name = next(iter(group.documents)).partition("/")[0]
        for number, question in enumerate(group.questions):
            right = right_figures(question)
            if not question.counts or len({str(v) for vs in right.values() for v in vs}) < 2:
                continue
            key, led = (name, number), []
            for text in (question.written.english, question.written.chinese):
                answer = engine.ask(text)
                led.append(measure_of(answer.figures[0]).value if answer.figures else None)
                lead = answer.citations[0].document.key if answer.citations else ""
                if led[-1] is None or [led[-1]] not in right.get(lead, []):
                    labels["the answer is not a right figure", ""] += 1
                    continue
                for letters, relation in beside(answer, right):
                    pairs = {frozenset((lead[-1], letter)) for letter in letters}
                    if letters and pairs & open_.get(key, frozenset()):
                        continue
                    kind = "contradiction" if pairs & against.get(key, frozenset()) else "series"
                    labels[kind if letters else "wrong figure", relation.value] += 1
            leads["same figure" if led[0] == led[1] else "another figure"] += 1
    return labels, leads


def main() -> None:
    """Build the index, ask, and print."""
    groups = held_out_series()[:GROUPS]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.jsonl"
        lines = (
            json.dumps({
                "id": item.key, "title": item.title, "text": item.text,
                "publisher": item.publisher, "published": str(item.published),
            })
            for group in groups
            for item in group.documents.values()
        )  # fmt: skip
        path.write_text("\n".join(lines), encoding="utf-8")
        with Engine.open(Path(folder) / "index") as engine:
            engine.add([path])
            labels, leads = ask(engine, groups)
    rows = [[kind, label, str(count)] for (kind, label), count in sorted(labels.items())]
    print(markdown_table(["figure beside a right answer", "labelled", "n"], rows))
    print(
        markdown_table(["both languages lead with", "n"], [[k, str(n)] for k, n in leads.items()])
    )


if __name__ == "__main__":
    main()
