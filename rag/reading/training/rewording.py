"""Questions in other words: word by word in the other language, and with synonyms.

A dictionary does not translate a sentence. A reader that must find the answer all the same learns
which words of the two languages, and which of one, mean the same.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from rag.language.detect import detect_language
from rag.language.glosses import MOST_WORDS, Glosses
from rag.language.names import chinese_names, chinese_places, is_place, romanise
from rag.language.words import Segmenter, to_simplified
from rag.reading.hints import Meanings

SYNONYMS = 0.4
"""The share of words that give way to a synonym."""

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LATIN_NEIGHBOURS = re.compile(r"(?<=[A-Za-z])\0(?=[A-Za-z])")
_TOKEN = re.compile(r"[A-Za-z][A-Za-z'’-]*|[^A-Za-z]+")
_EMPTY = frozenset(
    ("a", "an", "the", "of", "to", "do", "does", "did", "is", "are", "was", "were", "be", "been",
     "being", "has", "have", "had", "by", "in", "on", "at", "for")
)  # fmt: skip
"""English words that Chinese mostly does without."""

_PARTICLES = frozenset("的了着过地得吗呢吧啊们之所被把将起")
"""Chinese words that English mostly does without."""

_MOST_CHOICES = 4


class Rewording:
    """Rewords questions at random with a dictionary."""

    def __init__(self, segmenter: Segmenter, glosses: Glosses, draw: random.Random) -> None:
        self._segmenter = segmenter
        self._draw = draw
        self._glosses = glosses

    def translated(self, question: str) -> str:
        """Return the question word by word in the other language."""
        return self._to_english(question) if _HAN.search(question) else self._to_chinese(question)

    def paraphrased(self, question: str) -> str:
        """Return the question with some of its words as others that share a gloss."""
        if _HAN.search(question):
            words, synonym = self._segmenter.cut(to_simplified(question)), self._chinese_synonym
        else:
            words, synonym = _TOKEN.findall(question), self._english_synonym
        return "".join(synonym(word) if self._draw.random() < SYNONYMS else word for word in words)

    def hints(self, question: str) -> Callable[[str], list[str]]:
        """Return what gives a passage's words that are a question's in the other language."""
        words = self._segmenter.words(question)
        meanings = Meanings(detect_language(question), self._glosses.translations(words))
        return lambda passage: meanings.shared(passage, self._segmenter.words(passage))

    def _to_english(self, question: str) -> str:
        words = [self._english(word) for word in self._segmenter.cut(to_simplified(question))]
        return " ".join(" ".join(words).split())

    def _english(self, word: str) -> str:
        if not _HAN.fullmatch(word):
            return word
        if word in _PARTICLES:
            return ""
        if is_place(word):
            return " ".join(romanise([word])).title()
        glosses = self._glosses.english(word)
        if glosses:
            return self._choose(glosses)
        if len(word) > 1 and not chinese_names([word]):
            return " ".join(self._english(character) for character in word)
        # A name: as one word, or as the surname and the given name that follow it.
        whole, *parts = romanise([word]) or [""]
        return " ".join(parts or [whole]).title()

    def _to_chinese(self, question: str) -> str:
        tokens = [token for token in _TOKEN.findall(question) if not token.isspace()]
        words: list[str] = []
        at = 0
        while at < len(tokens):
            for length in range(min(MOST_WORDS, len(tokens) - at), 0, -1):
                phrase = tokens[at : at + length]
                if all(token[0].isalpha() for token in phrase):
                    found = self._chinese(" ".join(phrase))
                    if found is not None:
                        words.append(found)
                        at += length
                        break
            else:
                words.append(tokens[at])
                at += 1
        return _LATIN_NEIGHBOURS.sub(" ", "".join(f"{word}\0" for word in words)).replace("\0", "")

    def _chinese(self, phrase: str) -> str | None:
        if phrase.lower() in _EMPTY:
            return ""
        common = chinese_places(phrase) or self._glosses.chinese(phrase)
        return self._choose(common) if common else None

    def _chinese_synonym(self, word: str) -> str:
        glosses = self._glosses.english(word) if len(word) > 1 and _HAN.fullmatch(word) else ()
        others = self._glosses.chinese(self._choose(glosses)) if glosses else ()
        common = [other for other in others if other != word]
        return self._choose(common) if common else word

    def _english_synonym(self, word: str) -> str:
        if len(word) < 4 or not word.islower():
            return word
        common = self._glosses.chinese(word)
        glosses = self._glosses.english(self._choose(common)) if common else ()
        others = [gloss for gloss in glosses if gloss.lower() != word]
        return self._choose(others) if others else word

    def _choose(self, words: Sequence[str]) -> str:
        """Draw one of the first few, the first the likeliest."""
        few = words[:_MOST_CHOICES]
        return self._draw.choices(few, [1 / (n + 1) for n in range(len(few))])[0]
