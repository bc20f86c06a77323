"""Which language a text is in, as far as retrieval needs to know."""

from __future__ import annotations

import re

from rag.records import Language

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_OTHER_LETTER = re.compile(r"[\u0370-\u1fff]")

_WORD_WEIGHT = 2
"""A Latin word says about as much as two Chinese characters."""


def detect_language(text: str) -> Language:
    """Return the language that most of the text is in.

    Chinese characters are counted against Latin words, so an English sentence that quotes a
    Chinese name stays English. Any language in Latin letters counts as English; Japanese, Korean
    and other scripts are OTHER, and so is text without letters.
    """
    han = len(_HAN.findall(text))
    latin = _WORD_WEIGHT * len(_LATIN_WORD.findall(text))
    other = len(_OTHER_LETTER.findall(text)) + 2 * len(_KANA_OR_HANGUL.findall(text))
    if other >= max(han, latin):
        return Language.OTHER
    return Language.CHINESE if han >= latin else Language.ENGLISH
