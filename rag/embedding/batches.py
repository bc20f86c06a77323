"""Passages embedded in batches: in this process one after another, elsewhere several at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.embedding.base import Embedder, Vectors

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Batch:
    """The vectors of some passages, shape (len(keys), dimension), by what the caller calls them."""

    keys: tuple[str, ...]
    vectors: Vectors


class Batches(Protocol):
    """Takes batches of passages and gives their vectors, in any order."""

    @property
    def size(self) -> int:
        """How many passages a batch should have, at most."""
        ...

    @property
    def ahead(self) -> int:
        """How many passages should be under way at once; 0 where nothing is gained by it."""
        ...

    def submit(self, keys: Sequence[str], texts: Sequence[str]) -> None:
        """Have a batch embedded."""
        ...

    def next(self) -> Batch:
        """Wait for a batch that was submitted and return it."""
        ...

    def arrived(self) -> list[Batch]:
        """Return the batches that are done, without waiting."""
        ...


class OwnBatches:
    """Embeds in this process, each batch when it is waited for."""

    size, ahead = _BATCH, 0

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._waiting: deque[tuple[Sequence[str], Sequence[str]]] = deque()

    def submit(self, keys: Sequence[str], texts: Sequence[str]) -> None:
        """Note a batch to embed."""
        self._waiting.append((keys, texts))

    def next(self) -> Batch:
        """Embed the batch that was submitted first."""
        keys, texts = self._waiting.popleft()
        return Batch(tuple(keys), self._embedder.embed_passages(texts))

    def arrived(self) -> list[Batch]:
        """Return nothing: what nobody waits for is not embedded."""
        return []
