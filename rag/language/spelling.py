"""Mistyped words that say what an English question asks for: hwo much moeny.

Only these few words are put right. Of any other word nobody knows whether it is mistyped or a name,
and a name must not become another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_ASKING = (
    "when", "what", "where", "which", "whose", "money", "many", "much", "people", "number",
    "amount", "percent", "percentage", "cases", "million", "billion",
)  # fmt: skip
_WORD = re.compile(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])")


def mend_asking(question: str, is_known: Callable[[str], bool]) -> str:
    """Return a question with one slip of the finger taken out of each word that asks.

    A slip is a letter too many, too few or another one, or two that changed places. Words that are
    known, and words with a capital, stay.

    >>> mend_asking("how much moeny did Moeny get", lambda word: False)
    'how much money did Moeny get'
    """

    def mended(match: re.Match[str]) -> str:
        word = match.group()
        if word in _ASKING or is_known(word):
            return word
        return next((right for right in _ASKING if _is_one_slip(word, right)), word)

    return _WORD.sub(mended, question)


def _is_one_slip(word: str, right: str) -> bool:
    """Return whether one slip makes a word of another one, the first letter apart."""
    if word[0] != right[0] or abs(len(word) - len(right)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(word, right, strict=False)) if a != b), len(word))
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    return right in (swapped, word[:at] + word[at + 1 :]) or (
        word[at + 1 :] == right[at + 1 :] or word[at:] == right[at + 1 :]
    )
