"""Training examples: questions over passages as the tool makes them, each beside a wrong one."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedding import Embedder
from rag.encoder.tokenizer import Tokenizer
from rag.language.detect import detect_language
from rag.language.words import to_simplified
from rag.passages import split_document
from rag.reading.training.clozes import make_clozes
from rag.reading.training.rewording import Rewording
from rag.reading.training.tables import MOST_ROWS, make_table
from rag.reading.windows import make_window
from rag.records import Document, Language, Passage

SETS = {"cmrc2018_train": 10_000, "drcd_dev": 3_600, "qed_en": 1_400, "qamr_en": 8_000}
"""The sets in one language, and how many of their questions are drawn at most."""

PARALLEL = ("en", "zh", "ar", "de", "el", "es", "hi", "ro", "ru", "th", "tr", "vi")
"""XQuAD's languages; paragraphs are taken in the first two, questions in all."""

HELD_OUT = 400
"""How many paragraphs at the end of CMRC's training set are kept for fitting."""

MOST_TOKENS = 256
TRANSLATED, PARAPHRASED = 0.3, 0.2
"""The shares of questions asked word by word in the other language, and with synonyms."""

CLOZES = 5_000
"""How many questions made of sentences go into one pass."""

TABLES = 300
"""How many tables are made up, each with a question a row."""

TABLE_QUESTIONS = 1_000
"""How many questions over tables go into one pass."""

NEGATIVE_TABLES = 6
"""Among how many other tables the wrong one is drawn."""

_MOST_NAME = 24
_LEAST_QUESTION_WORDS = 5
"""QAMR's shorter questions are clear over one sentence only."""

_PARTLY_HELD_OUT = "cmrc2018_train"
_TITLED, _DATED = 0.75, 0.5
_SAME_ARTICLE = 0.5
_FIRST_DAY, _DAYS = date(2005, 1, 1), 7_600


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the passage (by number) where its answer stands, and the answer's offsets.

    ``translations`` are the same question in other languages, by language.
    """

    question: str
    passage: int
    start: int
    end: int
    translations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """A window's token ids and where the answer's tokens begin and end; 0, 0 when it has none.

    The passage's own tokens begin at ``offset`` and end before the last one.
    """

    ids: tuple[int, ...]
    offset: int
    first: int
    last: int


Pair = tuple[Example, Example]
"""A question over the passage with its answer, and over one without it."""


class Corpus:
    """The passages and questions of the training sets."""

    def __init__(self, data: Path, embedder: Embedder, draw: random.Random) -> None:
        self.passages: list[Passage] = []
        self.asked: list[Asked] = []
        self._embedder = embedder
        self._draw = draw
        self._by_document: dict[str, list[int]] = defaultdict(list)
        for name, most in SETS.items():
            whole = list(self._read(data, name))
            self.asked.extend(draw.sample(whole, min(most, len(whole))))
        questions = {name: _questions(data, f"xquad_{name}_train") for name in PARALLEL}
        for name in PARALLEL[:2]:
            for item in self._read(data, f"xquad_{name}_train", keyed=True):
                others = {
                    language: texts[item.question]
                    for language, texts in questions.items()
                    if language != name
                }
                asked = questions[name][item.question]
                self.asked.append(replace(item, question=asked, translations=others))
        self.clozes = [
            Asked(cloze.question, place, cloze.start, cloze.end)
            for place, passage in enumerate(self.passages)
            if passage.language is not Language.OTHER
            for cloze in make_clozes(passage.text, passage.context, passage.language, draw)
        ]
        self.in_tables = list(self._tables())

    def _tables(self) -> Iterator[Asked]:
        """Add made-up tables to the passages and yield their questions."""
        titles = sorted({p.context for p in self.passages if 0 < len(p.context) <= _MOST_NAME})
        names = {
            language: [title for title in titles if detect_language(title) is language]
            for language in (Language.CHINESE, Language.ENGLISH)
        }
        languages = [language for language, known in names.items() if len(known) >= MOST_ROWS]
        for number in range(TABLES if languages else 0):
            language = languages[number % len(languages)]
            text, questions = make_table(names[language], language, self._draw)
            first = len(self.passages)
            document = Document(f"table/{number}", "", text)
            self.passages += split_document(document, self._embedder.count_tokens)
            self._by_document[document.key] = list(range(first, len(self.passages)))
            for item in questions:
                yield from self._located(item.question, item.start, item.end, first)

    def _located(self, question: str, start: int, end: int, first: int) -> Iterator[Asked]:
        """Yield a question for each passage, from the ``first``, that holds its whole answer."""
        for place in range(first, len(self.passages)):
            passage = self.passages[place]
            if passage.start <= start and end <= passage.end:
                yield Asked(question, place, start - passage.start, end - passage.start)

    def _read(self, data: Path, name: str, *, keyed: bool = False) -> Iterator[Asked]:
        """Yield a set's questions, or their ids in place of the question when ``keyed``."""
        paragraphs = _paragraphs(data, name)
        kept = max(0, len(paragraphs) - HELD_OUT) if name == _PARTLY_HELD_OUT else None
        for number, (title, paragraph) in enumerate(paragraphs[:kept]):
            change = to_simplified if name.startswith("drcd") and self._draw.random() < 0.5 else str
            text = change(paragraph["context"])
            document = Document(f"{name}/{number}", "", text, change(title))
            first = len(self.passages)
            self.passages += split_document(document, self._embedder.count_tokens)
            self._by_document[document.key] = list(range(first, len(self.passages)))
            for qa in paragraph["qas"]:
                answers = [a for a in qa["answers"] if a["text"].strip()]
                if not answers:
                    continue
                answer = change(answers[0]["text"])
                start = _place(text, answer, answers[0]["answer_start"])
                if start >= 0:
                    question = qa["id"] if keyed else change(qa["question"])
                    yield from self._located(question, start, start + len(answer), first)

    def hard_negatives(self, count: int) -> list[list[int]]:
        """Return, for each question, the passages the embedder ranks best that lack its answer."""
        texts = [f"{passage.context}\n{passage.text}" for passage in self.passages]
        vectors = self._embedder.embed_passages(texts)
        questions = self._embedder.embed_questions([item.question for item in self.asked])
        found: list[list[int]] = []
        for begin in range(0, len(self.asked), 512):
            part = slice(begin, begin + 512)
            for row, item in zip(questions[part] @ vectors.T, self.asked[part], strict=True):
                best = np.argsort(-row)[: count * 3].tolist()
                found.append(self.without_answer(item, best)[:count])
        return found

    def neighbours(self, item: Asked) -> list[int]:
        """Return the other passages of the question's document that lack its answer."""
        key = self.passages[item.passage].document_key
        return self.without_answer(item, self._by_document[key])

    def without_answer(self, item: Asked, places: Sequence[int]) -> list[int]:
        """Return those of some passages that neither are the question's nor hold its answer."""
        answer = self.passages[item.passage].text[item.start : item.end]
        return [
            place
            for place in places
            if place != item.passage and answer not in self.passages[place].text
        ]


def held_out(data: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return title and content of the paragraphs of CMRC's training set that training leaves."""
    return _paragraphs(data, _PARTLY_HELD_OUT)[-HELD_OUT:]


def make_pairs(
    corpus: Corpus,
    negatives: Sequence[Sequence[int]],
    tokenizer: Tokenizer,
    rewording: Rewording,
    draw: random.Random,
) -> Iterator[Pair]:
    """Yield one pass over the corpus, its questions reworded and its wrong passages drawn anew."""

    def pair(item: Asked, question: str, ranked: Sequence[int]) -> Iterator[Pair]:
        near = corpus.neighbours(item)
        pool = near if near and (not ranked or draw.random() < _SAME_ARTICLE) else ranked
        if pool:
            asked = replace(item, question=question)
            found = _example(asked, corpus.passages[item.passage], tokenizer, draw, answers=True)
            other = _example(asked, corpus.passages[draw.choice(pool)], tokenizer, draw)
            if found is not None and other is not None:
                yield found, other

    by_document: dict[str, list[int]] = defaultdict(list)
    for item, ranked in zip(corpus.asked, negatives, strict=True):
        by_document[corpus.passages[item.passage].document_key] += ranked
        for question in _askings(item, rewording, draw):
            yield from pair(item, question, ranked)
    tables = sorted({item.passage for item in corpus.in_tables})
    for item in draw.sample(corpus.in_tables, min(TABLE_QUESTIONS, len(corpus.in_tables))):
        others = draw.sample(tables, min(NEGATIVE_TABLES, len(tables)))
        for question in _askings(item, rewording, draw):
            yield from pair(item, question, corpus.without_answer(item, others))
    for item in draw.sample(corpus.clozes, min(CLOZES, len(corpus.clozes))):
        about_the_same = by_document[corpus.passages[item.passage].document_key]
        for question in _askings(item, rewording, draw):
            yield from pair(item, question, corpus.without_answer(item, about_the_same))


def _askings(item: Asked, rewording: Rewording, draw: random.Random) -> Iterator[str]:
    if item.translations:
        own = item.translations
        pair = own.get("zh") or own["en"]
        yield from (item.question, pair, draw.choice(list(own.values())))
        return
    chance = draw.random()
    if chance < TRANSLATED:
        yield rewording.translated(item.question)
    elif chance < TRANSLATED + PARAPHRASED:
        yield rewording.paraphrased(item.question)
    else:
        yield item.question


def _example(
    item: Asked,
    passage: Passage,
    tokenizer: Tokenizer,
    draw: random.Random,
    *,
    answers: bool = False,
) -> Example | None:
    title = passage.context if draw.random() < _TITLED else ""
    day = _FIRST_DAY + timedelta(days=draw.randrange(_DAYS))
    context = f"{title} {day.isoformat() if draw.random() < _DATED else ''}".strip()
    question = tokenizer.encode(item.question)
    window = make_window(question, replace(passage, context=context), tokenizer, MOST_TOKENS)
    if not answers:
        return Example(window.ids, window.offset, 0, 0)
    inside = [n for n, (a, b) in enumerate(window.places) if a < item.end and b > item.start]
    if not inside or window.places[inside[-1]][1] < item.end:
        return None
    first, last = (window.offset + place for place in (inside[0], inside[-1]))
    return Example(window.ids, window.offset, first, last)


def _paragraphs(data: Path, name: str) -> list[tuple[str, dict[str, Any]]]:
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


def _questions(data: Path, name: str) -> dict[str, str]:
    """Return the questions of a set by id."""
    return {qa["id"]: qa["question"] for _, item in _paragraphs(data, name) for qa in item["qas"]}


def _place(text: str, answer: str, given: int) -> int:
    """Return where the answer stands nearest to where the set says, which is not always right."""
    places = []
    at = text.find(answer)
    while at >= 0:
        places.append(at)
        at = text.find(answer, at + 1)
    return min(places, key=lambda place: abs(place - given), default=-1)
