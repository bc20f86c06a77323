"""How well a passage bears a statement out, by the reader's encoder with adapters of their own."""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.encoder import QUESTION, Encoder
from rag.reading.windows import make_windows
from rag.records import Passage

SUPPORTED = 0.17
"""The score from which a statement counts as borne out, chosen on statements held out."""


class SupportJudge:
    """Judges statements against passages with the trained adapters."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors of shape ``(len(texts), dimension)``, by the encoder as it came."""
        return self._encoder.embed([QUESTION + text for text in texts])

    def support(self, statement: str, passages: Sequence[Passage]) -> list[float]:
        """Return, for each passage, the probability that it bears the statement out."""
        tokenizer, most = self._encoder.tokenizer, self._encoder.most_tokens
        asked = tokenizer.encode(statement)
        windows = [make_windows(asked, passage, tokenizer, most, []) for passage in passages]
        every = [window.ids for several in windows for window in several]
        scores = iter(self._encoder.read(every, _adapters()))
        best = [max(next(scores).relevance for _ in several) for several in windows]
        return [float(1 / (1 + np.exp(-score))) for score in best]


def _adapters() -> Path:
    return Path(str(importlib.resources.files("rag.reading").joinpath("support.npz")))
