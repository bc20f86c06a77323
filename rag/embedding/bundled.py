"""The bundled model, multilingual-e5-small, with the prefixes it was trained with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from rag.embedding.base import BUNDLED, ModelIdentity, Vectors
from rag.encoder import PASSAGE, QUESTION, Encoder
from rag.encoder.weights import FILE_SHA256
from rag.records import Language


class BundledEmbedder:
    """multilingual-e5-small in int8; loads neither torch nor anything from the network."""

    language_gap: Mapping[Language, float] = MappingProxyType({Language.ENGLISH: 1.3})
    """Measured on XQuAD's paragraphs, each kept in one language only (CONTRIBUTING, Retrieval)."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.identity = ModelIdentity(
            BUNDLED, FILE_SHA256[:16], encoder.dimension, encoder.precision.value
        )

    @classmethod
    def open(cls, cache: Path, threads: int | None = None) -> BundledEmbedder:
        """Open the encoder, converting its weights into ``cache`` the first time."""
        return cls(Encoder.open(cache, threads))

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question, shape (len(texts), dimension)."""
        return self.encoder.embed([QUESTION + text for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a passage, shape (len(texts), dimension)."""
        return self.encoder.embed([PASSAGE + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text is."""
        return [len(ids) for ids in self.encoder.tokenizer.encode_batch(texts)]
