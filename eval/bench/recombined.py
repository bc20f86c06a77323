"""Passages in any number: real ones of the question answering sets, then made ones.

A made passage has sentences of two to four real passages in its language, and their words; its
vector is the mean of the vectors of those passages, weighed by the characters taken of each, with
normal noise of length 0.15 on top, made a unit vector again. So its words and its vector tell of
the same things, and its neighbours are those of real passages, but it is embedded by nobody.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embedding import Embedder
from rag.evaluation.squad import SquadParagraph, read_squad
from rag.language.detect import detect_language
from rag.language.names import chinese_names, local_places, romanise
from rag.language.sentences import split_sentences
from rag.language.words import Segmenter
from rag.passages import split_document
from rag.records import Document, Language, Passage
from rag.store import Entry, IndexWriter

FILES = (
    "cmrc2018_train", "drcd_dev", "drcd_test", "xquad_zh_train", "bipar_ZH_test",
    "qed_en", "qamr_en", "xquad_en_train", "bipar_EN_test",
)  # fmt: skip
NOISE = 0.15
PASSAGES_EACH = 4
"""How many passages a made document has."""
_MOST = {Language.CHINESE: 200, Language.ENGLISH: 600}
"""How many characters a made passage has at most before its last sentence."""
_FIRST_DAY = date(2020, 1, 1)
_DAYS = 1000
_SHARE_OF_FEW = 100
_ONE_MORE = 10**9
Made = tuple[Document, list[Passage], list[tuple], NDArray[np.float32]]
"""A document, its passages, what the index looks words up in for each, and their vectors."""
FEW, MANY = "the few", "the many"
"""Publishers: of every hundredth document, and of the others."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a real passage, with what the index looks words up in."""

    text: str
    words: list[str]
    names: list[str]
    places: frozenset[str]
    passage: int


@dataclass(frozen=True)
class Real:
    """Real documents and their passages, flat, with a vector each, shape (passages, dimension)."""

    documents: list[tuple[Document, list[Passage]]]
    vectors: NDArray[np.float32]


def read_sets(data: Path) -> list[SquadParagraph]:
    """Return the paragraphs of all sets in the folder."""
    return [item for name in FILES for item in read_squad(data / f"{name}.json")]


def day(number: int) -> date:
    """Return the day on which a document was published; any thousand have a thousand days."""
    return _FIRST_DAY + timedelta(number * 617 % _DAYS)


def first_day_of_last(share: float) -> date:
    """Return the day since which so large a part of the documents was published."""
    return _FIRST_DAY + timedelta(round(_DAYS * (1 - share)))


def read_real(paragraphs: Sequence[SquadParagraph], embedder: Embedder, cache: Path) -> Real:
    """Cut the paragraphs into passages as the tool does and embed them, once a cache folder."""
    documents = []
    for number, paragraph in enumerate(paragraphs):
        title = paragraph.title.replace("_", " ")
        document = _document(number, paragraph.text, "" if ":" in title else title)
        documents.append((document, split_document(document, embedder.count_tokens)))
    passages = [passage for _, items in documents for passage in items]
    path = cache / f"real-{embedder.identity.digest[:8]}-{len(passages)}.npy"
    if not path.is_file():
        texts = [f"{item.context}\n{item.text}" if item.context else item.text for item in passages]
        cache.mkdir(parents=True, exist_ok=True)
        np.save(path, embedder.embed_passages(texts))
    return Real(documents, np.load(path))


class Corpus:
    """As many passages as are asked for, the same for the same seed."""

    def __init__(self, real: Real, segmenter: Segmenter, seed: int = 7) -> None:
        self._real = real
        self._segmenter = segmenter
        self._seed = seed
        self._titles: dict[str, list[str]] = {}
        self._sentences: dict[Language, list[Sentence]] = {language: [] for language in _MOST}
        at = 0
        for document, passages in real.documents:
            self._titles.setdefault(document.title, segmenter.words(document.title))
            for passage in passages:
                for start, end in split_sentences(passage.text):
                    self._keep(passage.text[start:end].strip(), passage.language, at)
                at += 1

    def write(self, writer: IndexWriter, count: int, commit_each: int) -> None:
        """Add ``count`` passages through every part of an index, and commit as it goes."""
        done = committed = 0
        for made in self.documents(count):
            self._put(writer, made)
            done += len(made[1])
            if done - committed >= commit_each and done < count:
                writer.commit()
                committed = done
        writer.commit(more=False)

    def write_one_more(self, writer: IndexWriter) -> None:
        """Add one made document of four passages that is in no index of ``write``."""
        self._put(writer, self._make(_ONE_MORE, PASSAGES_EACH))
        writer.commit(more=False)

    def _put(self, writer: IndexWriter, made: Made) -> None:
        document, passages, entries, vectors = made
        row = writer.catalog.put_document(document)
        digests = [f"{document.key}/{passage.start}" for passage in passages]
        ids = writer.catalog.put_passages(row, passages, digests)
        for language in {passage.language for passage in passages}:
            own = [i for i, passage in enumerate(passages) if passage.language is language]
            writer.vectors.add(language, [ids[i] for i in own], vectors[own])
        writer.words.add(
            Entry(i, p.language, p.title_language, *entry)
            for i, p, entry in zip(ids, passages, entries, strict=True)
        )

    def documents(self, count: int) -> Iterator[Made]:
        """Yield documents of ``count`` passages together, real ones first."""
        done = at = 0
        order = list(range(len(self._real.documents)))
        starts = np.cumsum([0, *(len(items) for _, items in self._real.documents)])
        random.Random(self._seed).shuffle(order)
        for number in order:
            document, passages = self._real.documents[number]
            passages = passages[: count - done]
            if not passages:
                break
            vectors = self._real.vectors[starts[number] : starts[number] + len(passages)]
            yield document, passages, [self._entry(document, p) for p in passages], vectors
            done += len(passages)
        at = len(order)
        while done < count:
            made = self._make(at, min(PASSAGES_EACH, count - done))
            yield made
            done += len(made[1])
            at += 1

    def _keep(self, text: str, language: Language, passage: int) -> None:
        if text and language in self._sentences:
            words = self._segmenter.words(text)
            names = romanise(chinese_names(words))
            places = frozenset(local_places(text, words))
            self._sentences[language].append(Sentence(text, words, names, places, passage))

    def _entry(self, document: Document, passage: Passage) -> tuple:
        body = self._segmenter.words(passage.text)
        title = self._titles[document.title]
        places = local_places(passage.text, body)
        return body, title, romanise(chinese_names([*body, *title])), places

    def _make(self, number: int, count: int) -> Made:
        """Return a document of made passages in one language; the number alone decides."""
        chance = random.Random(self._seed * 1_000_003 + number)
        language = chance.choice(list(_MOST))
        gap = " " if language is Language.ENGLISH else ""
        title = chance.choice(self._real.documents)[0].title
        texts, entries, spans, vectors = [], [], [], []
        at = 0
        for _ in range(count):
            own = self._draw(chance, language)
            text = gap.join(sentence.text for sentence in own)
            spans.append((at, at + len(text)))
            at += len(text) + 1
            texts.append(text)
            entries.append((
                [word for sentence in own for word in sentence.words], self._titles[title],
                [name for sentence in own for name in sentence.names],
                frozenset().union(*(sentence.places for sentence in own)),
            ))  # fmt: skip
            shares = np.array([len(sentence.text) for sentence in own], np.float32)
            rows = self._real.vectors[[sentence.passage for sentence in own]]
            vectors.append(shares / shares.sum() @ rows)
        document = _document(number, "\n".join(texts), title)
        title_language = detect_language(title) if title else Language.OTHER
        passages = [
            Passage(document.key, *span, text, title, language, title_language)
            for span, text in zip(spans, texts, strict=True)
        ]
        mixed = np.array(vectors)
        noise = np.random.default_rng([self._seed, number]).normal(size=mixed.shape)
        mixed += NOISE / mixed.shape[1] ** 0.5 * noise
        mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
        return document, passages, entries, mixed.astype(np.float32)

    def _draw(self, chance: random.Random, language: Language) -> list[Sentence]:
        """Draw sentences of up to four passages, in runs as they follow each other."""
        every = self._sentences[language]
        own: list[Sentence] = []
        length = 0
        for _ in range(chance.randint(2, 4)):
            start = chance.randrange(len(every))
            for sentence in every[start : start + chance.randint(1, 2)]:
                own.append(sentence)
                length += len(sentence.text)
                if length > _MOST[language]:
                    return own
        return own


def _document(number: int, text: str, title: str) -> Document:
    publisher = MANY if number % _SHARE_OF_FEW else FEW
    key = f"d{number}"
    return Document(key, key, text, title, publisher, day(number), key)
