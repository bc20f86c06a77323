"""jieba's prefix dictionary as a sorted table on disk, which opens at once.

jieba loads half a million words into a dict before it cuts the first sentence, over half a second
that asking one question should not pay. The same words stand here as sorted 64-bit hashes followed
by their frequencies; a look-up is a binary search in the mapped file. The hashes of all words
differ, which is checked when the table is made; that a string outside the dictionary has the hash
of a word happens once in 10^13.
"""

from __future__ import annotations

import array
import mmap
import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

_BYTES = 8
_MOST_SEEN = 500_000
"""How many look-ups are remembered."""


class FrequencyTable(Mapping[str, int]):
    """Frequencies by word, 0 for what is only the beginning of a word."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        numbers = memoryview(content).cast("Q")
        self._count = len(numbers) // 2
        self._hashes = numbers[: self._count]
        self._frequencies = numbers[self._count :]
        self._seen: dict[str, int | None] = {}
        self.total = sum(self._frequencies)

    def __getitem__(self, word: str) -> int:
        found = self._find(word)
        if found is None:
            raise KeyError(word)
        return found

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._find(word) is not None

    def __iter__(self) -> Iterator[str]:
        raise TypeError("the table holds hashes, not words")

    def __len__(self) -> int:
        return self._count

    def _find(self, word: str) -> int | None:
        try:
            return self._seen[word]
        except KeyError:
            pass
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        wanted = _hash(word)
        place = bisect_left(self._hashes, wanted)
        there = place < self._count and self._hashes[place] == wanted
        found = self._frequencies[place] if there else None
        self._seen[word] = found
        return found


def table_bytes(frequencies: Mapping[str, int]) -> bytes:
    """Return the table of a prefix dictionary as the content of a file.

    Raises:
        ValueError: two words have one hash.
    """
    rows = dict(sorted((_hash(word), frequency) for word, frequency in frequencies.items()))
    if len(rows) != len(frequencies):
        raise ValueError("two words of the dictionary have the same hash")
    return array.array("Q", rows).tobytes() + array.array("Q", rows.values()).tobytes()


def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=_BYTES).digest(), sys.byteorder)
