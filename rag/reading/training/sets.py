"""The question answering sets in SQuAD form, and what we wrote in other words for some of them."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rag.records import Language

_LEAST_QUESTION_WORDS = 5
"""QAMR's shorter questions are clear over one sentence only."""


class Written(NamedTuple):
    """A question in our own words, in both languages."""

    english: str
    chinese: str

    def by(self, language: Language) -> tuple[str, str]:
        """Return the question in a language and in the other one."""
        own, other = self.english, self.chinese
        return (other, own) if language is Language.CHINESE else (own, other)


def read_rewritten() -> dict[str, Written]:
    """Return the sets' questions in other words, by id: ``questions.tsv`` beside this module."""
    return {key: Written(*texts) for key, *texts in _rows("questions.tsv")}


def read_added() -> dict[tuple[str, str], list[tuple[str, Written]]]:
    """Return answers in the sets' paragraphs and what asks for them: ``figures.tsv``.

    By set and the id of the paragraph's first question.
    """
    added: dict[tuple[str, str], list[tuple[str, Written]]] = defaultdict(list)
    for name, key, answer, *texts in _rows("figures.tsv"):
        added[name, key].append((answer, Written(*texts)))
    return added


STATEMENTS, TURNED = "statements.tsv", "turned.tsv"
"""Statements over paragraphs of the sets and over reports; over further reports, most of them with
the sense turned round."""


def read_statements(file: str) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return kinds and statements over the sets' paragraphs and over reports, from one file.

    By set and the id of the paragraph's first question, or of the report. Kinds: S supported; F
    with a figure changed, N with a name, R with the sense, X with something added.
    """
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for name, key, kind, statement in _rows(file):
        found[name, key].append((kind, statement))
    return found


def _rows(name: str) -> Iterator[list[str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as lines:
        yield from csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def read_paragraphs(data: Path, name: str) -> list[tuple[str, dict[str, Any]]]:
    """Return title and content of a set's paragraphs."""
    content = json.loads((data / f"{name}.json").read_text("utf-8"))["data"]
    if name.startswith("qamr"):
        return [("", page) for page in _pages(content)]
    return [
        (str(article.get("title", "")).replace("_", " "), item)
        for article in content
        for item in article["paragraphs"]
    ]


def _pages(sentences: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield QAMR's sentences as the pages they are of, with the questions that are not too short.

    A sentence's title is ``SET:SITE:PAGE:PARAGRAPH:SENTENCE``.
    """
    pages: dict[str, list[tuple[int, int, dict[str, Any]]]] = defaultdict(list)
    for item in sentences:
        page, paragraph, sentence = item["title"].rsplit(":", 2)
        pages[page].append((int(paragraph), int(sentence), item["paragraphs"][0]))
    for parts in pages.values():
        text, questions, before = "", [], -1
        for paragraph, _, item in sorted(parts, key=lambda part: part[:2]):
            text += ("\n" if paragraph != before else " ") if text else ""
            before = paragraph
            for qa in item["qas"]:
                if len(qa["question"].split()) >= _LEAST_QUESTION_WORDS:
                    answers = Counter(answer["text"] for answer in qa["answers"])
                    answer = next(iter(answers.most_common(1)))[0]
                    start = len(text) + item["context"].find(answer)
                    questions.append({**qa, "answers": [{"text": answer, "answer_start": start}]})
            text += item["context"]
        yield {"context": text, "qas": questions}


def read_questions(data: Path, name: str) -> dict[str, str]:
    """Return the questions of a set by id."""
    return {
        qa["id"]: qa["question"] for _, item in read_paragraphs(data, name) for qa in item["qas"]
    }


def place_of(text: str, answer: str, given: int) -> int:
    """Return where the answer stands nearest to where the set says, which is not always right."""
    places = []
    at = text.find(answer)
    while at >= 0:
        places.append(at)
        at = text.find(answer, at + 1)
    return min(places, key=lambda place: abs(place - given), default=-1)
