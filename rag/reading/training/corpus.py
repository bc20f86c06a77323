"""What the reader is trained on: questions, and the passages as the tool makes them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedding import Embedder
from rag.language.clozes import make_clozes
from rag.language.detect import detect_language
from rag.language.words import to_simplified
from rag.passages import split_document
from rag.reading.training.reports import REPORTS, STORIES, training_groups
from rag.reading.training.series import training_series
from rag.reading.training.sets import (
    Written,
    place_of,
    read_added,
    read_paragraphs,
    read_questions,
    read_rewritten,
)
from rag.reading.training.tables import MOST_ROWS, make_table
from rag.records import Document, Language, Passage

SETS = {"cmrc2018_train": 5_000, "drcd_dev": 2_000, "qed_en": 500, "qamr_en": 3_000}
"""The sets in one language, and how many questions are drawn beside those we wrote in our words."""

PARALLEL = ("en", "zh", "ar", "de", "el", "es", "hi", "ro", "ru", "th", "tr", "vi")
"""XQuAD's languages; paragraphs are taken in the first two, questions in all."""

PARTLY_HELD_OUT = "cmrc2018_train"
HELD_OUT = 400
"""How many paragraphs at the end of that set are kept for fitting."""

TABLES = 300
"""How many tables are made up, each with a question a row."""

_MOST_NAME = 24
_TITLED, _DATED = 0.75, 0.5
_FIRST_DAY, _DAYS = date(2005, 1, 1), 7_600


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the passage (by number) where its answer stands, and the answer's offsets.

    A question that nothing answers has offsets 0, 0, and the passage that seems to answer it.
    The same in other words: ``paraphrases`` in the passage's language, ``translations`` in the
    other of Chinese and English, ``foreign`` in further languages. ``also`` are other passages that
    answer it, in other words or with another figure.
    """

    question: str
    passage: int
    start: int
    end: int
    key: str = ""
    paraphrases: tuple[str, ...] = ()
    translations: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    also: frozenset[int] = frozenset()

    @property
    def answered(self) -> bool:
        """Whether its passage has an answer."""
        return self.end > self.start


class Corpus:
    """The passages and questions of the training sets."""

    def __init__(self, data: Path, embedder: Embedder, draw: random.Random) -> None:
        self.passages: list[Passage] = []
        self.asked: list[Asked] = []
        self._embedder = embedder
        self._draw = draw
        self._by_document: dict[str, list[int]] = defaultdict(list)
        self._dated: set[str] = set()
        self._rewritten, self._added = read_rewritten(), read_added()
        for name, most in SETS.items():
            whole = list(self._read(data, name))
            ours = [item for item in whole if item.translations]
            others = [item for item in whole if not item.translations]
            self.asked += [*ours, *draw.sample(others, min(most, len(others)))]
        questions = {name: read_questions(data, f"xquad_{name}_train") for name in PARALLEL}
        for own, other in (PARALLEL[:2], PARALLEL[1::-1]):
            for item in self._read(data, f"xquad_{own}_train"):
                if item.key:
                    translations = (questions[other][item.key], *item.translations)
                    foreign = tuple(questions[name][item.key] for name in PARALLEL[2:])
                    item = replace(item, translations=translations, foreign=foreign)
                self.asked.append(item)
        self.clozes = [
            Asked(cloze.question, place, cloze.start, cloze.end)
            for place, passage in enumerate(self.passages)
            if passage.language is not Language.OTHER
            for cloze in make_clozes(passage.text, passage.context, passage.language, draw)
        ]
        self.in_tables = list(self._tables())
        self.in_reports = [*self._reports(REPORTS), *self._series()]
        self.in_stories = list(self._reports(STORIES))

    def _reports(self, file: str) -> Iterator[Asked]:
        """Add made-up reports or stories to the passages and yield their questions."""
        for group in training_groups(file):
            siblings: list[int] = []
            for report in group:
                document = report.document
                first = len(self.passages)
                self.passages += split_document(document, self._embedder.count_tokens)
                siblings += range(first, len(self.passages))
                self._by_document[document.key] = siblings
                self._dated.add(document.key)
                for answer, written in report.asked:
                    start = document.text.find(answer)
                    for item in self._located("", start, start + len(answer), first):
                        yield self._asked(item, written)
                for written in report.unanswered:
                    place = self._draw.randrange(first, len(self.passages))
                    yield self._asked(Asked("", place, 0, 0), written)

    def _series(self) -> Iterator[Asked]:
        """Add groups of reports with comparable figures to the passages; yield their questions."""
        for group in training_series():
            first = len(self.passages)
            for document in group.documents.values():
                self.passages += split_document(document, self._embedder.count_tokens)
                self._dated.add(document.key)
            places = range(first, len(self.passages))
            for key in group.documents:
                self._by_document[key] = list(places)
            for question in group.questions:
                found = [
                    item
                    for key, answer in question.answers
                    for item in self._found(group.documents[key], answer, first)
                ]
                if not question.answers:
                    found = [Asked("", self._draw.choice(places), 0, 0)]
                also = frozenset(item.passage for item in found if item.answered)
                for item in found:
                    yield replace(self._asked(item, question.written), also=also)

    def _found(self, document: Document, answer: str, first: int) -> Iterator[Asked]:
        """Yield the place of an answer among a document's passages, which follow the ``first``."""
        start = document.text.find(answer)
        for item in self._located("", start, start + len(answer), first):
            if self.passages[item.passage].document_key == document.key:
                yield item

    def _asked(self, item: Asked, written: Written) -> Asked:
        """Return a question of our own in the language of its passage and in the other."""
        own, other = written.by(self.passages[item.passage].language)
        return replace(item, question=own, translations=(other,))

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

    def _located(
        self, question: str, start: int, end: int, first: int, key: str = ""
    ) -> Iterator[Asked]:
        """Yield a question for each passage, from the ``first``, that holds its whole answer."""
        for place in range(first, len(self.passages)):
            passage = self.passages[place]
            if passage.start <= start and end <= passage.end:
                yield Asked(question, place, start - passage.start, end - passage.start, key)

    def _read(self, data: Path, name: str) -> Iterator[Asked]:
        """Yield a set's questions, and our own over its paragraphs."""
        paragraphs = read_paragraphs(data, name)
        kept = max(0, len(paragraphs) - HELD_OUT) if name == PARTLY_HELD_OUT else None
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
                start = place_of(text, answer, answers[0]["answer_start"])
                if start >= 0:
                    key = str(qa["id"])
                    where = (start, start + len(answer), first)
                    for item in self._located(change(qa["question"]), *where, key):
                        yield self._reworded(item)
            for given, ours in self._added.get((name, key_of(paragraph)), ()):
                answer = change(given)
                start = text.find(answer)
                for item in self._located("", start, start + len(answer), first):
                    yield self._asked(item, ours)

    def _reworded(self, item: Asked) -> Asked:
        """Return a question with what we wrote for it in other words, if anything."""
        ours = self._rewritten.get(item.key)
        if ours is None:
            return item
        own, other = ours.by(self.passages[item.passage].language)
        return replace(item, paraphrases=(own,), translations=(other,))

    @property
    def searched(self) -> list[Asked]:
        """The questions for which the embedder finds wrong passages."""
        return [*self.asked, *self.in_reports, *self.in_stories]

    def heading(self, passage: Passage) -> str:
        """Return title and date to stand before a passage: now and then, invented where unknown."""
        if passage.document_key in self._dated:
            return passage.context
        title = passage.context if self._draw.random() < _TITLED else ""
        day = _FIRST_DAY + timedelta(days=self._draw.randrange(_DAYS))
        return f"{title} {day.isoformat() if self._draw.random() < _DATED else ''}".strip()

    def hard_negatives(self, count: int) -> list[list[int]]:
        """Return the passages ranked best that lack the answer, for each of ``searched``."""
        every = self.searched
        texts = [f"{passage.context}\n{passage.text}" for passage in self.passages]
        vectors = self._embedder.embed_passages(texts)
        questions = self._embedder.embed_questions([item.question for item in every])
        found: list[list[int]] = []
        for begin in range(0, len(every), 512):
            part = slice(begin, begin + 512)
            for row, item in zip(questions[part] @ vectors.T, every[part], strict=True):
                best = np.argsort(-row)[: count * 3].tolist()
                found.append(self.without_answer(item, best)[:count])
        return found

    def neighbours(self, item: Asked) -> list[int]:
        """Return the other passages of the document, or of its siblings, that lack the answer."""
        key = self.passages[item.passage].document_key
        return self.without_answer(item, self._by_document[key])

    def without_answer(self, item: Asked, places: Sequence[int]) -> list[int]:
        """Return those of some passages that neither are the question's nor hold its answer."""
        answer = self.passages[item.passage].text[item.start : item.end]
        return [
            place
            for place in places
            if place != item.passage
            and place not in item.also
            and not (answer and answer in self.passages[place].text)
        ]


def key_of(paragraph: dict[str, Any]) -> str:
    """Return what our questions call a paragraph: the id of its first question."""
    return str(paragraph["qas"][0]["id"]) if paragraph["qas"] else ""


def held_out(data: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return title and content of the paragraphs of CMRC's training set that training leaves."""
    return read_paragraphs(data, PARTLY_HELD_OUT)[-HELD_OUT:]
