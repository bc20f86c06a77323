"""Statements that say the opposite of a source: another end of a scale, a change turned round."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.language.opposites import are_opposed, ends_named
from rag.language.sentences import split_sentences

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Gives a unit vector of a fixed length for each text; those of like texts are near."""

_LEAST_TURNED = 0.02
"""By how much the sum of two cosines has to be higher crosswise, chosen on our own statements."""

_CHINESE_CHANGE = re.compile(
    r"[由从自]([^，。；、,;由从]{1,14}?)(?:逐步|逐渐|再|又|一路|直接)?"
    r"(?:[转变改移换走迈升降增减提扩缩涨跌迁退回]\w{0,2}?[到至向为成]|回|[到至])([^，。；、,;]{1,14})"
)
_ENGLISH_CHANGE = re.compile(
    r"\bfrom ((?:[^\s,.;:]+ ){1,7}?)(?:and )?(?:(?:all the way|straight|back|over) )?"
    r"(?:to|into|towards?) ((?:[^\s,;:]+ ?){1,5})",
    re.IGNORECASE,
)
_ENGLISH_CHANGE_BACK = re.compile(r"\bto ((?:[^\s,.;:]+ ){1,6}?)from ((?:[^\s,;:]+ ?){1,5})")


def contradicts(statement: str, text: str, embed: Embed) -> bool:
    """Return whether the sentence of a text that is nearest to a statement says its opposite.

    It names the other end of a scale ("rose" for "fell"), or the same two things the other way
    round ("from telephone to internet" for "from internet to telephone"). In either language.
    """
    ends, changes = ends_named(statement), _changes(statement)
    if not ends and not changes:
        return False
    sentences = [text[start:end].strip() for start, end in split_sentences(text)] or [text]
    vectors = embed([statement, *sentences])
    nearest = sentences[int(np.argmax(vectors[1:] @ vectors[0]))]
    return are_opposed(ends, ends_named(nearest)) or _is_turned(changes, _changes(nearest), embed)


def _changes(text: str) -> list[tuple[str, str]]:
    """Return what a text says has changed from what into what."""
    found = [*_CHINESE_CHANGE.finditer(text), *_ENGLISH_CHANGE.finditer(text)]
    if found:
        return [(match[1], match[2]) for match in found]
    return [(match[2], match[1]) for match in _ENGLISH_CHANGE_BACK.finditer(text)]


def _is_turned(
    ones: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]], embed: Embed
) -> bool:
    """Return whether the two changes that are most alike go opposite ways."""
    if not ones or not others:
        return False
    vectors = iter(embed([side for change in (*ones, *others) for side in change]))
    first = [(next(vectors), next(vectors)) for _ in ones]
    second = [(next(vectors), next(vectors)) for _ in others]
    pairs = [(float(a @ c + b @ d), float(a @ d + b @ c)) for a, b in first for c, d in second]
    straight, crosswise = max(pairs, key=max)
    return crosswise - straight > _LEAST_TURNED
