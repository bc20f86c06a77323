"""Words for the two ends of one scale: what rose did not fall.

``opposites.tsv`` has a scale a line: the Chinese and the English words for one end, those for the
other, and "state" where the ends are states that last. The first scale is of what rises and falls.
English words match in any regular form, ``_`` stands between those of a phrase.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rag.language.words import normalise, stem

Ends = frozenset[tuple[int, bool]]
"""Scales, by number, with whether the first of their ends is meant."""

_LATIN_WORD = re.compile(r"[a-z]+")
_UNTIL = re.compile(r"\b(?:un)?till?\b|直[到至]|为止")


@dataclass(frozen=True, slots=True)
class _Scale:
    """What finds the words of a scale, and which of them are for its first end."""

    chinese: re.Pattern[str]
    english: re.Pattern[str]
    first: frozenset[str]
    lasts: bool

    def end(self, text: str, latin: str) -> bool | None:
        """Return whether a text and its English words, stemmed, name the first end; None for both.

        None also where they name neither.
        """
        found = [*self.chinese.findall(text), *self.english.findall(latin)]
        ends = {word in self.first for word in found}
        return ends.pop() if len(ends) == 1 else None


def ends_named(text: str) -> Ends:
    """Return the scales of which a text names one end and not the other, with that end.

    A word that is negated names none. Where a text says "until", no state is meant: what is closed
    until March opens in March.
    """
    text, latin = _with_stems(text)
    until = _UNTIL.search(text) is not None
    return frozenset(
        (number, end)
        for number, scale in enumerate(_scales())
        if not (until and scale.lasts) and (end := scale.end(text, latin)) is not None
    )


def tells_of_rise(text: str) -> bool | None:
    """Return whether a text tells of a rise, False for a fall, None for neither or both."""
    return _scales()[0].end(*_with_stems(text))


def _with_stems(text: str) -> tuple[str, str]:
    """Return a text as the scales' patterns read it, and its English words, stemmed."""
    text = normalise(text)
    return text, f" {' '.join(stem(_LATIN_WORD.findall(text)))} "


def are_opposed(one: Ends, other: Ends) -> bool:
    """Return whether two texts name different ends of a scale."""
    return any((scale, not first) in other for scale, first in one)


@cache
def _scales() -> tuple[_Scale, ...]:
    return tuple(_read())


def _read() -> Iterator[_Scale]:
    table = importlib.resources.files("rag.language").joinpath("opposites.tsv")
    for line in table.read_text("utf-8").splitlines():
        *sides, kind = line.split("\t") if line.endswith("state") else (*line.split("\t"), "")
        chinese = [side.split() for side in sides[::2]]
        english = [
            [" ".join(stem(phrase.split("_"))) for phrase in side.split()] for side in sides[1::2]
        ]
        yield _Scale(
            re.compile(rf"(?<![未没不无非])(?<!没有)(?:{_longest_first(chinese)})"),
            re.compile(rf"(?<= )(?<!not )(?<!no )(?<!never )(?:{_longest_first(english)})(?= )"),
            frozenset(chinese[0] + english[0]),
            kind == "state",
        )


def _longest_first(sides: list[list[str]]) -> str:
    """Return an alternation in which a word is met before those that it holds."""
    words = sorted((word for side in sides for word in side), key=len, reverse=True)
    return "|".join(map(re.escape, words))
