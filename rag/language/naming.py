"""Names that a sentence has and its source lacks, within a language and across.

Only what can be told for certain counts: Latin names over Latin text, people in pinyin over Chinese
text, and organisations that the dictionaries know. Places are looked for by ``mentions_place``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.detect import detect_language
from rag.language.glosses import Glosses
from rag.language.names import is_organisation, is_place_name, pinyin_of, pinyin_people
from rag.language.words import Segmenter, normalise
from rag.records import Language

_LATIN_WORD = re.compile(r"[a-z]+")
_NAME = re.compile(r"(?<=[\w,;:)] )(?![A-Z][a-z]*(?:ish|ese|ans?|ch|eek)\b)[A-Z][a-z]{3,}")
"""A word with a capital inside a sentence, less the people of countries and what is theirs."""

_PHRASE = re.compile(r"[A-Z][\w'’&-]*(?:\s(?:of\s|and\s|the\s)?[A-Z][\w'’&-]*)+")
_SHARED = 4
"""So many letters at the beginning make one name of two: Norway and Norwegian."""


def missing_names(
    statement: str, source: str, segmenter: Segmenter, glosses: Glosses
) -> Iterator[str]:
    """Yield names of a statement that a source does not have in any form."""
    there = normalise(source)
    if detect_language(statement) is Language.CHINESE:
        for word in segmenter.cut(statement):
            if is_organisation(word) and word not in there:
                known = [form.lower() for form in glosses.english(word)]
                both_chinese = detect_language(source) is Language.CHINESE
                if both_chinese or (known and not any(form in there for form in known)):
                    yield word
        return
    if detect_language(source) is not Language.CHINESE:
        starts = {word[:_SHARED] for word in _LATIN_WORD.findall(there)}
        sounds = pinyin_of(there)
        for name in map(str.lower, _NAME.findall(statement)):
            if not (name[:_SHARED] in starts or name in sounds or is_place_name(name)):
                yield name
        return
    sounds = pinyin_of(there)
    for person in pinyin_people(statement):
        given = person.split()[-1]
        if given not in sounds and given not in there:
            yield person
    for phrase in _PHRASE.findall(statement):
        forms = glosses.chinese(phrase)
        if forms and phrase.lower() not in there and not any(form in there for form in forms):
            yield phrase
