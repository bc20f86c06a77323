"""The first reader: the best sentence by meaning and words, and its part that stands alone.

Each sentence of the retrieved passages is scored by a linear model over its cosine to the
question, the words, names and numbers it shares with it, and whether it has the kind of words
the question asks for. The weights are fitted on question answering sets (``rag.reading.fitting``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rag.embedding import Embedder
from rag.language.words import Segmenter
from rag.reading.candidates import Asked, Candidate, FloatArray, candidates, features
from rag.reading.choosing import choose_part
from rag.reading.kinds import load_weights, question_kinds
from rag.records import Document, Draft, Extract, Hit, Question

MOST_EXTRACTS = 8


class SentenceReader:
    """Ranks the sentences of the retrieved passages; needs no model beyond the embedder."""

    def __init__(self, embedder: Embedder, segmenter: Segmenter, threshold: float) -> None:
        self._embedder = embedder
        self._segmenter = segmenter
        self._threshold = threshold
        self._weights = load_weights()

    def read(
        self, question: Question, hits: Sequence[Hit], documents: Mapping[str, Document]
    ) -> Draft:
        """Return the best sentences as extracts, best first, and whether the first one answers."""
        found = candidates(hits)
        if not found:
            return Draft((), False)
        weights = self._weights
        asked = Asked(question, question_kinds(question.vector, weights.kinds))
        vectors = embed_sentences(self._embedder, found)
        rows = features(asked, found, vectors, documents, self._segmenter)
        scores = rows @ weights.sentence
        order = np.argsort(-scores, kind="stable")[:MOST_EXTRACTS].tolist()
        extracts = []
        for place in order:
            item = found[place]
            start, end = choose_part(asked, item.text, weights.span, self._segmenter)
            extracts.append(
                Extract(
                    item.hit.passage.document_key, item.start, item.end,
                    ((item.start + start, item.start + end),),
                    _logistic(rows[place], weights.answered),
                )
            )  # fmt: skip
        return Draft(tuple(extracts), extracts[0].score >= self._threshold)


def embed_sentences(embedder: Embedder, sentences: Sequence[Candidate]) -> FloatArray:
    """Return a vector a sentence, embedded with the title and date of its document."""
    return embedder.embed_passages(
        [f"{item.hit.passage.context}\n{item.text}".lstrip() for item in sentences]
    )


def _logistic(row: FloatArray, weights: FloatArray) -> float:
    return float(1 / (1 + np.exp(-(row @ weights[:-1] + weights[-1]))))


def open_reader(embedder: Embedder, segmenter: Segmenter, threshold: float) -> SentenceReader:
    """Return the reader that answers without a language model."""
    return SentenceReader(embedder, segmenter, threshold)
