"""The vector of each passage: from the index, from the spool, or embedded now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.embedding import Batch, Batches, Vectors
from rag.store import Spool, StoreWriter

_LOOK_UP = 64
"""Digests are looked up in the index this many together: a server takes long for each call."""


class VectorSupply:
    """Has the vectors of passages ready when these are stored; passages go by their digests.

    What is embedded is in the spool as soon as it arrives, and no digest is embedded twice.
    """

    def __init__(self, writer: StoreWriter, spool: Spool, batches: Batches) -> None:
        self._writer = writer
        self._spool = spool
        self._batches = batches
        self._asked: dict[str, str] = {}
        self._to_submit: dict[str, str] = {}
        self._under_way: set[str] = set()
        self._stored: dict[str, Vectors] = {}
        self._computed: dict[str, Vectors] = {}
        self.embedded = 0

    def ask(self, digests: Sequence[str], texts: Sequence[str]) -> None:
        """Say that passages will be taken soon."""
        for digest, text in zip(digests, texts, strict=True):
            if not self._has(digest):
                self._asked[digest] = text
        if len(self._asked) >= _LOOK_UP:
            self._look_up()

    def take(self, digests: Sequence[str], texts: Sequence[str]) -> Iterator[dict[str, Vectors]]:
        """Yield the vectors of passages, part by part as they come; they are then let go."""
        self.ask(digests, texts)
        self._look_up()
        missing = set(digests)
        self._receive(self._batches.arrived())
        if found := self._found(missing):
            yield found
        if missing & self._to_submit.keys():
            self._submit()
        while missing:
            self._receive([self._batches.next()])
            if found := self._found(missing):
                yield found

    def keep_arrived(self) -> None:
        """Put what is embedded by now into the spool; for when the work is broken off."""
        self._receive(self._batches.arrived())

    def clear_spool(self) -> None:
        """Drop from the spool what was taken: it is committed."""
        self._spool.clear(self._computed)

    def _has(self, digest: str) -> bool:
        return (
            digest in self._computed
            or digest in self._stored
            or digest in self._under_way
            or digest in self._to_submit
            or digest in self._asked
        )

    def _found(self, missing: set[str]) -> dict[str, Vectors]:
        """Return the vectors that are there of those that are missing, which then are not."""
        found: dict[str, Vectors] = {}
        for held in (self._stored, self._computed):
            found |= {digest: held.pop(digest) for digest in missing & held.keys()}
        missing.difference_update(found)
        return found

    def _look_up(self) -> None:
        """Find what was asked for in index or spool, and submit the rest as batches fill."""
        if not self._asked:
            return
        asked, self._asked = self._asked, {}
        self._stored |= self._writer.known_vectors(list(asked))
        for digest in asked.keys() - self._stored.keys():
            if (vector := self._spool.vector(digest)) is not None:
                self._computed[digest] = vector
        for digest, text in asked.items():
            if digest not in self._stored and digest not in self._computed:
                self._to_submit[digest] = text
                if len(self._to_submit) >= self._batches.size:
                    self._submit()

    def _submit(self) -> None:
        self._batches.submit(list(self._to_submit), list(self._to_submit.values()))
        self._under_way.update(self._to_submit)
        self._to_submit.clear()

    def _receive(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            self._spool.add(batch.keys, batch.vectors)
            self._computed.update(zip(batch.keys, batch.vectors, strict=True))
            self._under_way.difference_update(batch.keys)
            self.embedded += len(batch.keys)
