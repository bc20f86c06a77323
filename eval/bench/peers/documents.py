"""The documents and questions of the comparison, from the public question answering sets.

A document is one paragraph in a text file of its own. What is found counts by the file it is from,
so that it does not matter how a tool cuts.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.evaluation.squad import SquadParagraph, read_squad

POOL = ("cmrc2018_train.json", "drcd_dev.json", "qed_en.json")
"""What the sized collections are drawn from: simplified Chinese, traditional Chinese, English."""
LONGEST = 1000
"""Characters; longer paragraphs of the pool are left out, as not every peer cuts documents."""


@dataclass(frozen=True)
class Task:
    """Distinct questions, each with the name of the document that it was asked over."""

    name: str
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Collection:
    """Texts by document name, and the tasks over them. ``sized`` ones are timed."""

    name: str
    texts: dict[str, str]
    tasks: tuple[Task, ...]
    sized: bool

    def write(self, folder: Path) -> None:
        """Write each document as a text file into a new folder."""
        folder.mkdir(parents=True)
        for name, text in self.texts.items():
            (folder / f"{name}.txt").write_text(text, "utf-8")


def sized_collections(data: Path, sizes: Sequence[int], most: int, seed: int) -> list[Collection]:
    """Return a collection for each size, a smaller one's documents in every larger one.

    All are asked the same questions: those over the documents of the smallest.

    Raises:
        SystemExit: there are not so many paragraphs.
    """
    paragraphs = {
        item.text: item
        for name in POOL
        for item in read_squad(data / name)
        if len(item.text) <= LONGEST
    }
    pool = list(paragraphs.values())
    if max(sizes) > len(pool):
        raise SystemExit(f"--sizes: the sets have {len(pool):,} paragraphs, not {max(sizes):,}")
    random.Random(seed).shuffle(pool)
    task = Task("sized", thin(questions_over(pool[: min(sizes)]), most))
    return [
        Collection(f"{size:,} paragraphs", name_texts(pool[:size]), (task,), sized=True)
        for size in sorted(sizes)
    ]


def set_collections(data: Path, most: int) -> list[Collection]:
    """Return the sets that are kept for measuring, those of XQuAD with either language's questions.

    XQuAD's paragraphs are parallel: the same place in the file is the same paragraph.
    """
    cmrc, drcd = (read_squad(data / name) for name in ("cmrc2018_trial.json", "drcd_test.json"))
    xquad = {name: read_squad(data / f"xquad_{name}_train.json") for name in ("zh", "en")}
    asked = {name: thin(questions_over(items), most) for name, items in xquad.items()}
    return [
        one_task("CMRC 2018 trial, zh → zh", cmrc, most),
        one_task("DRCD test, zh → zh", drcd, most),
        *(
            Collection(
                f"XQuAD {text}",
                name_texts(xquad[text]),
                tuple(Task(f"XQuAD, {name} → {text}", asked[name]) for name in asked),
                sized=False,
            )
            for text in xquad
        ),
    ]


def one_task(name: str, paragraphs: Sequence[SquadParagraph], most: int) -> Collection:
    """Return a collection with the questions over its own paragraphs."""
    task = Task(name, thin(questions_over(paragraphs), most))
    return Collection(name, name_texts(paragraphs), (task,), sized=False)


def name_texts(paragraphs: Iterable[SquadParagraph]) -> dict[str, str]:
    """Return the texts by the names that their documents have, which say nothing about them."""
    return {_name(place): item.text for place, item in enumerate(paragraphs)}


def questions_over(paragraphs: Sequence[SquadParagraph]) -> list[tuple[str, str]]:
    """Return the questions with their documents' names; those asked over two are left out."""
    documents: dict[str, set[str]] = {}
    for place, paragraph in enumerate(paragraphs):
        for question in paragraph.questions:
            if any(char.isalnum() for char in question.text):
                documents.setdefault(question.text, set()).add(_name(place))
    return [(text, min(names)) for text, names in documents.items() if len(names) == 1]


def thin(questions: Sequence[tuple[str, str]], most: int) -> tuple[tuple[str, str], ...]:
    """Return at most so many questions, evenly taken."""
    step = max(1, len(questions) / most)
    return tuple(questions[int(place * step)] for place in range(min(most, len(questions))))


def _name(place: int) -> str:
    return f"p{place:05}"
