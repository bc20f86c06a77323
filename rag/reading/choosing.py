"""Which part of the best sentence is the answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.language.words import Segmenter
from rag.reading.candidates import Asked
from rag.reading.spans import Part, SpanKind, parts_of

FloatArray = NDArray[np.float32]

SPAN_FEATURES = (
    "kind", "quantity", "date", "name", "asked_words", "nearness", "unit", "clause_words",
    "length", "position",
)  # fmt: skip


def span_features(
    asked: Asked, sentence: str, parts: Sequence[Part], segmenter: Segmenter
) -> FloatArray:
    """Return the features of a sentence's parts, shape (len(parts), len(SPAN_FEATURES))."""
    places = _asked_places(asked.question.words, sentence, segmenter)
    total = max(len(sentence), 1)
    clauses = [part for part in parts if part.kind is SpanKind.CLAUSE]
    rows = []
    for part in parts:
        inside = sum(end - start for start, end in places if _overlaps(part, start, end))
        home = next((c for c in clauses if c.start <= part.start and part.end <= c.end), part)
        shared = sum(end - start for start, end in places if _overlaps(home, start, end))
        outside = [
            max(start - part.end, part.start - end, 0)
            for start, end in places
            if not _overlaps(part, start, end)
        ]
        text = sentence[part.start : part.end]
        rows.append([
            asked.kinds[part.kind],
            float(part.kind is SpanKind.QUANTITY),
            float(part.kind is SpanKind.DATE),
            float(part.kind is SpanKind.NAME),
            inside / max(part.end - part.start, 1),
            1.0 / (1 + min(outside, default=total)),
            float(bool(text) and text[-1].isalpha() and text[-1] in asked.question.text),
            shared / max(home.end - home.start, 1),
            (part.end - part.start) / total,
            part.start / total,
        ])  # fmt: skip
    return np.array(rows, np.float32).reshape(len(rows), len(SPAN_FEATURES))


def choose_part(
    asked: Asked, sentence: str, weights: FloatArray, segmenter: Segmenter
) -> tuple[int, int]:
    """Return the offsets in a sentence of the shortest part that answers by itself."""
    parts = parts_of(sentence, segmenter)
    if not parts:
        return 0, len(sentence)
    scores = span_features(asked, sentence, parts, segmenter) @ weights
    best = parts[int(np.argmax(scores))]
    return best.start, best.end


def _asked_places(
    words: Collection[str], sentence: str, segmenter: Segmenter
) -> list[tuple[int, int]]:
    """Return where words of the question stand in the sentence."""
    places, start = [], 0
    for word in segmenter.cut(sentence):
        if word.lower() in words:
            places.append((start, start + len(word)))
        start += len(word)
    return places


def _overlaps(part: Part, start: int, end: int) -> bool:
    return start < part.end and part.start < end
