"""A model and a reader that are quick and whose results can be worked out by hand."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rag.embedding import ModelIdentity
from rag.language.sentences import split_sentences
from rag.records import Document, Draft, Extract, Hit, Language, Question

DIMENSION = 64
_WORD = re.compile(r"[a-z]+|\d[\d.,]*|[\u4e00-\u9fff]")


class WordEmbedder:
    """A passage is the words in it: two texts are as near as the words they share.

    ``batches`` has the number of texts of every call, without questions.
    """

    language_gap: Mapping[Language, float] = {}

    def __init__(self, name: str = "words") -> None:
        self.identity = ModelIdentity(name, "0123456789abcdef", DIMENSION, "fp32")
        self.batches: list[int] = []

    def embed_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([_vector(text) for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.batches.append(len(texts))
        return np.stack([_vector(text) for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text.lower())) for text in texts]


class WordReader:
    """Takes the sentence that has the largest share of the question's words; no more than that.

    With a threshold of 0 every sentence answers, one as surely as the other.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    def read(
        self, question: Question, hits: Sequence[Hit], documents: Mapping[str, Document]
    ) -> Draft:
        asked = set(_WORD.findall(question.text.lower()))
        extracts = []
        for hit in hits:
            assert hit.passage.document_key in documents
            for start, end in split_sentences(hit.passage.text):
                words = set(_WORD.findall(hit.passage.text[start:end].lower()))
                a, b = hit.passage.start + start, hit.passage.start + end
                score = len(asked & words) / len(asked)
                extracts.append(Extract(hit.passage.document_key, a, b, ((a, b),), score))
        extracts.sort(key=lambda item: -item.score)
        if not self._threshold:
            extracts = [replace(item, score=1.0) for item in extracts]
        answered = bool(extracts) and extracts[0].score >= self._threshold
        return Draft(tuple(extracts), answered)


def _vector(text: str) -> NDArray[np.float32]:
    vector = np.full(DIMENSION, 0.01, np.float32)
    for word in _WORD.findall(text.lower()):
        vector[hashlib.sha256(word.encode()).digest()[0] % DIMENSION] += 1
    return vector / np.float32(np.linalg.norm(vector))
