"""Names across languages: Chinese names as they are written in Latin letters.

Places come from a table (see ``build_places``), any other name by its pinyin, so that 广西 meets
Guangxi, 陕西 meets Shaanxi, and a person's name meets its romanised form.
"""

from __future__ import annotations

import importlib.resources
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2,5}")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]+")
_NAME_TAGS = ("nr", "ns", "nt", "nz")


def romanise(words: Iterable[str]) -> list[str]:
    """Return the Latin forms of Chinese words of two to five characters, in lower case.

    A word that is no name gives its pinyin all the same: it matches nothing in English text.
    """
    places = _places()
    forms: dict[str, None] = {}
    for word in words:
        if _HAN_WORD.fullmatch(word):
            for form in places.get(word) or (_pinyin(word),):
                forms.update(dict.fromkeys(form.split()))
    return list(forms)


def chinese_names(words: Iterable[str]) -> list[str]:
    """Return those Chinese words that are names: by jieba's tags, or known to no dictionary."""
    tags = _tags()
    return [
        word
        for word in words
        if _HAN_WORD.fullmatch(word) and tags.get(word, "nr").startswith(_NAME_TAGS)
    ]


def latin_names(text: str) -> list[str]:
    """Return the words of a Latin text that are names, in lower case.

    A name is a word with a capital that does not open the text, or one that is in the table of
    places in any case.
    """
    places = _latin_places()
    words = list(_LATIN_WORD.finditer(text))
    return [
        word.group().lower()
        for number, word in enumerate(words)
        if (number > 0 and word.group()[0].isupper()) or word.group().lower() in places
    ]


def same_place(latin: str, chinese: str) -> bool:
    """Return whether a Latin name and a Chinese one are the same place or sound the same."""
    return latin.lower() in (_places().get(chinese) or (_pinyin(chinese),))


@cache
def _pinyin(word: str) -> str:
    import pypinyin

    return "".join(pypinyin.lazy_pinyin(word)).replace("ü", "u")


@cache
def _places() -> dict[str, tuple[str, ...]]:
    table = importlib.resources.files("rag.language").joinpath("places.tsv")
    places: dict[str, list[str]] = defaultdict(list)
    for line in table.read_text("utf-8").splitlines():
        chinese, _, english = line.partition("\t")
        places[chinese].append(english)
    return {chinese: tuple(forms) for chinese, forms in places.items()}


@cache
def _latin_places() -> frozenset[str]:
    return frozenset(
        form for forms in _places().values() for form in forms if len(form) > 3
    )


def is_place(word: str) -> bool:
    """Return whether a Chinese word is in the table of places."""
    return word in _places()


@cache
def _tags() -> dict[str, str]:
    """Return the part of speech of every word in jieba's dictionary."""
    table = importlib.resources.files("jieba").joinpath("dict.txt")
    rows = (line.split(" ") for line in table.read_text("utf-8").splitlines())
    return {row[0]: row[2] for row in rows if len(row) == 3}
