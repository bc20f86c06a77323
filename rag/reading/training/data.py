"""Training examples: questions over windows of paragraphs, with and without the answer."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.embedding import Embedder
from rag.encoder.tokenizer import Tokenizer
from rag.language.words import to_simplified

SETS = {"cmrc2018_train": 7000, "drcd_dev": 3500, "qed_en": 1300, "qamr_en": 2000}
PARALLEL = ("xquad_en_train", "xquad_zh_train")
TRAINING_SEED = 1
MOST_TOKENS = 192
MOST_QUESTION = 48
MOST_TITLE = 24


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with the title of its article."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its answer and the paragraph (by number) where it stands."""

    question: str
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids and where the answer's tokens begin and end; 0, 0 when it is not there."""

    ids: tuple[int, ...]
    first: int
    last: int
    relevant: bool


def read_sets(data: Path, seed: int) -> tuple[list[Paragraph], list[Asked]]:
    """Return the paragraphs and questions of the training sets.

    Half of the traditional paragraphs are turned into simplified ones, and every question of the
    parallel sets is asked over both languages.
    """
    paragraphs: list[Paragraph] = []
    asked: list[Asked] = []
    draw = random.Random(seed)
    for name, most in SETS.items():
        own = list(_read(data, name, paragraphs, draw))
        asked.extend(draw.sample(own, min(most, len(own))))
    first, second = (list(_read(data, name, paragraphs, draw)) for name in PARALLEL)
    for a, b in zip(first, second, strict=True):
        asked += [a, b]
        asked.append(Asked(b.question, a.paragraph, a.start, a.end))
        asked.append(Asked(a.question, b.paragraph, b.start, b.end))
    return paragraphs, asked


def _read(
    data: Path, name: str, paragraphs: list[Paragraph], draw: random.Random
) -> Iterator[Asked]:
    content = json.loads((data / f"{name}.json").read_text("utf-8"))
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            change = to_simplified if name.startswith("drcd") and draw.random() < 0.5 else str
            title = "" if name.startswith("qamr") else str(article.get("title", ""))
            text = change(paragraph["context"])
            paragraphs.append(Paragraph(change(title).replace("_", " "), text))
            for qa in paragraph["qas"]:
                answers = [a for a in qa["answers"] if a["text"].strip()]
                if answers:
                    found = _place(text, change(answers[0]["text"]), answers[0]["answer_start"])
                    if found is not None:
                        number = len(paragraphs) - 1
                        end = found + len(answers[0]["text"])
                        yield Asked(change(qa["question"]), number, found, end)


def _place(text: str, answer: str, given: int) -> int | None:
    """Return where the answer stands, nearest to where the set says, which is not always right."""
    places = []
    at = text.find(answer)
    while at >= 0:
        places.append(at)
        at = text.find(answer, at + 1)
    return min(places, key=lambda place: abs(place - given), default=None)


def hard_negatives(
    paragraphs: Sequence[Paragraph], asked: Sequence[Asked], embedder: Embedder, count: int
) -> list[list[int]]:
    """Return, for each question, the paragraphs that the embedder ranks best besides its own."""
    texts = [f"{p.title}\n{p.text[:400]}" for p in paragraphs]
    vectors = embedder.embed_passages(texts)
    questions = embedder.embed_questions([item.question for item in asked])
    found: list[list[int]] = []
    for begin in range(0, len(asked), 512):
        scores = questions[begin : begin + 512] @ vectors.T
        for row, item in zip(scores, asked[begin : begin + 512], strict=True):
            best = np.argsort(-row)[: count * 3].tolist()
            answer = paragraphs[item.paragraph].text[item.start : item.end]
            others = [n for n in best if n != item.paragraph and answer not in paragraphs[n].text]
            found.append(others[:count])
    return found


def make_example(
    item: Asked, paragraph: Paragraph, tokenizer: Tokenizer, draw: random.Random, *, relevant: bool
) -> Example | None:
    """Return a question over a window of a paragraph, drawn so that the answer is inside."""
    question = tokenizer.encode(item.question)[:MOST_QUESTION]
    title = tokenizer.encode(paragraph.title)[:MOST_TITLE] if draw.random() < 0.7 else []
    space = MOST_TOKENS - len(question) - len(title) - 4
    pieces = tokenizer.pieces(paragraph.text)
    if not pieces:
        return None
    first = last = -1
    if relevant:
        inside = [n for n, (_, a, b) in enumerate(pieces) if a < item.end and b > item.start]
        if not inside:
            return None
        first, last = inside[0], inside[-1]
        if last - first >= space:
            return None
    low = max(0, last - space + 1) if relevant else 0
    high = max(low, min(first, len(pieces) - space)) if relevant else max(0, len(pieces) - space)
    begin = draw.randint(low, high)
    window = [piece[0] for piece in pieces[begin : begin + space]]
    head = [0, *question, 2, 2, *title]
    offset = len(head) - begin
    ids = (*head, *window, 2)
    return (
        Example(ids, first + offset, last + offset, True) if relevant else Example(ids, 0, 0, False)
    )
