"""Made-up groups of reports whose figures can, or cannot, be set side by side: ``series.jsonl``.

Each question has every document of its group that gives a figure for exactly what it asks; the
others hold figures that are tempting: another place, a part, a target, another year.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.language.figures import find_figures
from rag.language.measures import is_same_measure, measure_of
from rag.language.rendering import as_figure
from rag.reading.training.sets import Written
from rag.records import Document, Figure

_HELD_OUT_EVERY = 4
"""Of so many groups the last is kept for measuring."""


@dataclass(frozen=True, slots=True)
class SeriesQuestion:
    """A question with what answers it: the key of a document and words of its text, each.

    ``counts`` says whether it asks for a figure.
    """

    written: Written
    answers: tuple[tuple[str, str], ...]
    counts: bool


@dataclass(frozen=True, slots=True)
class Series:
    """A group of reports about the same field, and questions over them."""

    documents: dict[str, Document]
    questions: tuple[SeriesQuestion, ...]

    def tempting(self, question: SeriesQuestion) -> Iterator[tuple[str, int, int]]:
        """Yield document and offsets of what seems to answer a question, and does not.

        To one for a figure these are figures that count the same, where nothing answers, any; to
        another the answers to others like it.
        """
        if not question.counts:
            own = {words for _, words in question.answers}
            for other in self.questions:
                if not other.counts:
                    yield from (
                        (key, *self.place(key, words))
                        for key, words in other.answers
                        if words not in own
                    )
            return
        right = [figure for _, words in question.answers for figure in _figures(words)]
        values = {measure_of(figure).value for figure in right}
        for key, document in self.documents.items():
            for figure in find_figures(document.text):
                one = as_figure(figure)
                alike = not right or any(is_same_measure(one, other) for other in right)
                if alike and measure_of(one).value not in values:
                    yield key, figure.start, figure.end

    def place(self, key: str, words: str) -> tuple[int, int]:
        """Return where words stand in a document: the first time."""
        start = self.documents[key].text.index(words)
        return start, start + len(words)


def training_series() -> list[Series]:
    """Return the groups to train on."""
    return [group for number, group in enumerate(read_series()) if not _is_held_out(number)]


def held_out_series() -> list[Series]:
    """Return the groups that training leaves."""
    return [group for number, group in enumerate(read_series()) if _is_held_out(number)]


def read_series() -> Iterator[Series]:
    """Yield every group."""
    with Path(__file__).with_name("series.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            group = json.loads(line)
            name = group["id"]
            documents = [
                Document(
                    f"{name}/{item['id']}", "", item["text"], item["title"], item["publisher"],
                    date.fromisoformat(item["published"]),
                )
                for item in group["documents"]
            ]  # fmt: skip
            questions = tuple(
                SeriesQuestion(
                    Written(item["en"], item["zh"]),
                    tuple((f"{name}/{one['document']}", one["words"]) for one in item["answers"]),
                    item["kind"] == "figure",
                )
                for item in group["questions"]
            )
            yield Series({document.key: document for document in documents}, questions)


def _is_held_out(group: int) -> bool:
    return group % _HELD_OUT_EVERY == _HELD_OUT_EVERY - 1


def _figures(words: str) -> list[Figure]:
    return [as_figure(figure) for figure in find_figures(words)]
