"""What every embedder offers, and the factory that picks one by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.records import Language

Vectors = NDArray[np.float32]

BUNDLED = "multilingual-e5-small"


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """What an index must have been built with to be searched with a model."""

    name: str
    digest: str
    dimension: int
    precision: str


class Embedder(Protocol):
    """Turns questions and passages into unit vectors, so that a dot product is a cosine."""

    @property
    def identity(self) -> ModelIdentity:
        """The model's name, digest of its weights, dimension and precision."""
        ...

    @property
    def language_gap(self) -> Mapping[Language, float]:
        """By question language, how many times the distance of the languages' means to take off."""
        ...

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question, shape (len(texts), dimension)."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a passage, shape (len(texts), dimension)."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text is for this model, special ones not included."""
        ...


def similarity(embedder: Embedder, subject: str, texts: Sequence[str]) -> list[float]:
    """Return the cosine between a subject and each text."""
    if not texts:
        return []
    vectors = embedder.embed_passages([subject, *texts])
    cosines: list[float] = (vectors[1:] @ vectors[0]).tolist()
    return cosines


def open_embedder(name: str, cache: Path, threads: int | None = None) -> Embedder:
    """Open the bundled model, or any other by the name or folder sentence-transformers knows.

    It computes on so many ``threads``, by default on every processor.

    Raises:
        ModelError: the model cannot be found, loaded or converted.
    """
    if name == BUNDLED:
        from rag.embedding.bundled import BundledEmbedder

        return BundledEmbedder.open(cache, threads)
    from rag.embedding.hub import HubEmbedder

    return HubEmbedder.open(name, threads)
