"""What the reader is told beside the question and the passage, where their languages differ.

It reads across languages less well than within one: a dictionary tells it which words of the
passage are the question's, and a romanisation which names are.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.language.detect import detect_language
from rag.language.names import in_latin, romanise
from rag.language.words import FUNCTION_WORDS, Segmenter, stem, stem_forms
from rag.records import Document, Language, Question


class Meanings:
    """A question's words in the other language, compared with passages."""

    def __init__(self, language: Language, translations: Sequence[Sequence[str]]) -> None:
        """Take each word's forms in the other language, of a question in this one."""
        self._language = language
        self._forms = [
            [
                (form, stems)
                for form, stems in zip(forms, stem_forms(forms), strict=True)
                if len(form) > 1 and not FUNCTION_WORDS.issuperset(form.split())
            ]
            for forms in translations
        ]

    def shared(self, text: str, body: Sequence[str]) -> list[str]:
        """Return those that a passage of the other language has, in the question's order.

        Of each word it is the longest, and none that is a part of another one.

        Args:
            text: the passage.
            body: its words.
        """
        if detect_language(text) is self._language:
            return []
        there = frozenset(stem(body))
        every = ([form for form, stems in forms if stems <= there] for forms in self._forms)
        found = list(dict.fromkeys(max(forms, key=len) for forms in every if forms))
        return [one for one in found if not any(_is_part(one, other) for other in found)]


def _is_part(one: str, other: str) -> bool:
    """Return whether one form is a part of another: of its signs, or in English of its words."""
    within = f" {one} " in f" {other} " if one.isascii() else one in other
    return one != other and within


def shared_names(question: Question, shown: Sequence[str], near: Sequence[str]) -> list[str]:
    """Return the question's names that a passage's surroundings have, and its window does not.

    The reader is told them, because it does not know that 广西 in a title is Guangxi. ``shown``
    are the words of the window, ``near`` those of the passage, its title and publisher.
    """
    if question.language is Language.CHINESE:
        latin, names = in_latin(near), set(question.names)
        forms = {w: set(romanise([w])) for w in dict.fromkeys(question.words) if w not in shown}
        return [word for word, own in forms.items() if own and own <= names and own & latin]
    only_near = in_latin(near) - set(shown)
    return [name.capitalize() for name in question.names if name in only_near]


def surroundings(document: Document, body: Sequence[str], segmenter: Segmenter) -> list[str]:
    """Return the words of a passage, given as ``body``, with its document's title and publisher."""
    return [*segmenter.words(f"{document.title}\n{document.publisher}"), *body]
