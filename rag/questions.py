"""A question as typed into one that search and reading can use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from rag.embedding import Embedder
from rag.errors import UsageError
from rag.language.claims import find_claim
from rag.language.detect import detect_language
from rag.language.glosses import Glosses
from rag.language.names import is_local_place, is_place, latin_names, local_places, romanise
from rag.language.spelling import mend_asking
from rag.language.words import Segmenter
from rag.records import Language, Question

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CHARACTERS = 1000
MOST_BONUS = 0.1
"""No more than this much cosine is ever put down to language."""


class MeanVectors(Protocol):
    """The mean passage of each language in an index."""

    def mean(self, language: Language) -> NDArray[np.float32] | None:
        """Return the mean vector, None when there are no passages."""
        ...


class QuestionParser:
    """Finds a question's language, vector, words, names and translations."""

    def __init__(self, embedder: Embedder, segmenter: Segmenter, glosses: Glosses) -> None:
        self._embedder = embedder
        self._segmenter = segmenter
        self._glosses = glosses

    def understand(self, question: str, index: MeanVectors) -> Question:
        """Return a question as search needs it, for one index.

        Raises:
            UsageError: the question is empty or too long.
        """
        typed = check_question(question)
        language = detect_language(typed)
        text = typed
        if language is not Language.CHINESE:
            text = mend_asking(typed, self._glosses.is_english)
        claim = find_claim(text, language)
        text = claim.question if claim else text
        words = tuple(self._segmenter.words(text))
        vector = self._embedder.embed_questions([text])[0]
        return Question(
            text,
            language,
            vector,
            words,
            self._names(typed, words, language),
            tuple(self._glosses.translations(words)),
            self._bonus(index, vector, language),
            self._places(text, words),
            claim.figure if claim else None,
            typed,
            tuple(self._glosses.senses(words)),
        )

    def _places(self, text: str, words: Sequence[str]) -> frozenset[str]:
        """Return the places in a question, typed without capitals or not."""
        places = local_places(text, words)
        if text == text.lower():
            # Reading and Nice are words as well.
            typed = {word for word in words if is_local_place(word)}
            places |= {word for word in typed if not self._glosses.chinese(word)}
        return places

    def _names(self, text: str, words: Sequence[str], language: Language) -> tuple[str, ...]:
        """Return the names in a question, in Latin letters: places, and words no dictionary has."""
        if language is not Language.CHINESE:
            return tuple(latin_names(text))
        frequency = self._segmenter.frequency
        return tuple(romanise(word for word in words if is_place(word) or not frequency(word)))

    def _bonus(self, index: MeanVectors, vector: NDArray[np.float32], language: Language) -> float:
        """Estimate how much higher passages in the question's language score in this index.

        It is the difference between the question's cosines to the languages' mean passages,
        which takes titles in another language than the text into account.
        """
        own = index.mean(language)
        others = [m for x in Language if x is not language and (m := index.mean(x)) is not None]
        if own is None or not others:
            return 0.0
        gap = float(vector @ own) - max(float(vector @ mean) for mean in others)
        factor = self._embedder.language_gap.get(language, 1.0)
        return min(max(factor * gap, 0.0), MOST_BONUS)


def check_question(question: str) -> str:
    """Return the question without the space around it, and as valid Unicode.

    Raises:
        UsageError: it is empty or longer than any question is.
    """
    # A shell hands on bytes that are not UTF-8 as half surrogate pairs, which no model reads.
    text = question.encode("utf-8", "replace").decode("utf-8").strip()
    if not any(char.isalnum() for char in text):
        fault = "has no words" if text else "is empty"
        raise UsageError(f'the question {fault}. Ask one: ask "how much did Guangxi recover"')
    if len(text) > MOST_CHARACTERS:
        raise UsageError(
            f"the question has {len(text):,} characters, at most {MOST_CHARACTERS:,} are "
            "read. Ask about one thing at a time; to add a text to the documents, put it in a file "
            "and run `rag index FILE`"
        )
    return text
