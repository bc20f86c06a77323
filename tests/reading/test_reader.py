"""The reader over an encoder that gives made-up scores."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from rag.encoder import Encoder, WindowScores
from rag.language.words import Segmenter
from rag.reading.reader import SpanReader
from rag.records import Document, Hit, Language, Passage, Question


class MadeUpEncoder:
    """One token a character. A capital begins and ends an answer, the better the later it comes.

    A sentence is the nearer to any question the later its capital.
    """

    most_tokens = 512

    def __init__(self) -> None:
        self.tokenizer = self
        self.embedded: list[str] = []
        self.read_last: list[tuple[int, ...]] = []

    def encode(self, text: str) -> list[int]:
        return [ord(char) for char in text]

    def pieces(self, text: str) -> list[tuple[int, int, int]]:
        return [(ord(char), place, place + 1) for place, char in enumerate(text)]

    def read(self, windows: Iterable[Sequence[int]], _: Path) -> list[WindowScores]:
        self.read_last = [tuple(ids) for ids in windows]
        return [
            WindowScores(np.array([[self._worth(chr(id))] * 2 for id in ids], np.float32), 0.5)
            for ids in self.read_last
        ]

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.embedded += texts
        cosines = [max(map(self._worth, text)) / 100 for text in texts]
        vectors = [[cosine, (1 - cosine**2) ** 0.5] for cosine in cosines]
        return np.array([[1.0, 0.0], *vectors[1:]], np.float32)

    @staticmethod
    def _worth(char: str) -> float:
        return float(ord(char) - ord("A") + 1) if "A" <= char <= "Z" else 0.0


@pytest.fixture
def encoder() -> MadeUpEncoder:
    return MadeUpEncoder()


@pytest.fixture
def reader(encoder: MadeUpEncoder, tmp_path: Path) -> SpanReader:
    return SpanReader(cast(Encoder, cast(Any, encoder)), Segmenter(tmp_path), 0.5)


def test_the_sentences_with_the_best_answers_are_compared_with_the_question(
    reader: SpanReader, encoder: MadeUpEncoder
) -> None:
    marks = "ABCDEFGHIJKLMN"
    text = "".join(f"桥梁在{mark}处。" for mark in marks)
    document = Document("d", "", text)
    hit = Hit(Passage("d", 0, len(text), text), 0.8)
    asked = Question("在哪", Language.CHINESE, np.zeros(2, np.float32), ("在哪",), ())
    found = reader.candidates(asked, [hit], {"d": document})
    best = [f"passage: 桥梁在{mark}处。" for mark in reversed(marks)][:12]
    assert encoder.embedded == ["query: 在哪", *best]
    nearness = {one.text[3]: round(one.nearness, 4) for one in found}
    assert nearness == {mark: max(3, number) / 100 for number, mark in enumerate(marks, start=1)}


def test_nothing_to_read_is_not_embedded(reader: SpanReader, encoder: MadeUpEncoder) -> None:
    asked = Question("在哪", Language.CHINESE, np.zeros(2, np.float32), ("在哪",), ())
    assert reader.candidates(asked, [], {}) == []
    assert encoder.embedded == []


def test_of_one_question_only_further_passages_are_read(
    reader: SpanReader, encoder: MadeUpEncoder
) -> None:
    texts = ("桥梁在Y处。", "桥梁在Z处。", "桥梁在Y处。")
    documents = {str(n): Document(str(n), "", text) for n, text in enumerate(texts)}
    hits = [Hit(Passage(key, 0, 6, item.text), 0.8) for key, item in documents.items()]
    asked = Question("在哪", Language.CHINESE, np.zeros(2, np.float32), ("在哪",), ())
    first = reader.candidates(asked, hits[:1], documents)
    assert len(encoder.read_last) == 1
    every = reader.candidates(asked, hits, documents)
    assert [chr(ids[-4]) for ids in encoder.read_last] == ["Z"]
    assert [one.words for one in every] == ["Y", "Z", "Y"]
    assert [one.span for one in every[:1]] == [one.span for one in first]
    assert reader.candidates(replace(asked), hits, documents) == every
    assert len(encoder.read_last) == 3
