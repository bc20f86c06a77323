"""Names across languages: Chinese names as they are written in Latin letters.

Places come from a table (see ``build_places``), any other name by its pinyin, so that 广西 meets
Guangxi, 陕西 meets Shaanxi, and a person's name meets its romanised form.
"""

from __future__ import annotations

import importlib.resources
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from itertools import pairwise

from rag.language.words import to_simplified

_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2,5}")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]+")
_APOSTROPHE = re.compile(r"['’]")
_POSSESSIVE = re.compile(r"['’]s\b")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔"
    "向常"
)
"""The hundred commonest surnames, which four people in five bear."""
_NAME_TAGS = ("nr", "ns", "nt", "nz")


def romanise(words: Iterable[str]) -> list[str]:
    """Return the Latin forms of Chinese words of two to five characters, in lower case.

    A word that may be a person's name gives the surname and the given name as well, as English
    text sets them apart. A word that is no name gives its pinyin all the same: it matches nothing
    in English text.
    """
    places = _places()
    forms: dict[str, None] = {}
    for word in words:
        if _HAN_WORD.fullmatch(word):
            for form in places.get(word) or (_pinyin(word), *_person(word)):
                forms.update(dict.fromkeys(form.split()))
    return list(forms)


def in_latin(words: Collection[str]) -> frozenset[str]:
    """Return the words in Latin letters: as they are, or romanised from Chinese."""
    own = {word for word in words if word.isascii()}
    return frozenset(own.union(romanise(words)))


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

    A name is a word with a capital that does not open the text, or one or two words that are in
    the table of places in any case. Apostrophes are left out.
    """
    places = _latin_places()
    found = _latin_words(text)
    words = [word.lower() for word in found]
    pairs = [f"{one} {other}" in places for one, other in pairwise(words)]
    return [
        word
        for number, word in enumerate(words)
        if (number > 0 and found[number][0].isupper())
        or word in places
        or any(pairs[max(0, number - 1) : number + 1])
    ]


def local_places(text: str, words: Iterable[str]) -> frozenset[str]:
    """Return the places of a text below the level of countries, in lower-case Latin letters.

    ``words`` are the text's words. A Latin word counts with a capital only, since Reading and Nice
    are places.
    """
    return _places_among(_local_places(), text, words)


def countries(text: str, words: Iterable[str]) -> frozenset[str]:
    """Return the countries that a text names, as ``local_places`` does other places."""
    return _places_among(_countries(), text, words)


def _places_among(known: frozenset[str], text: str, words: Iterable[str]) -> frozenset[str]:
    places = _places()
    # 国家 is a district of Santo Domingo and, mostly, a word.
    found = {form for word in chinese_names(words) for form in places.get(word, ())} & known
    named = [word.lower() if word[0].isupper() else "" for word in _latin_words(text)]
    found |= {word for word in named if word in known}
    found |= {f"{one} {other}" for one, other in pairwise(named) if f"{one} {other}" in known}
    return frozenset(found)


def _latin_words(text: str) -> list[str]:
    """Return the words in Latin letters, without possessive endings and apostrophes."""
    return [_APOSTROPHE.sub("", word) for word in _LATIN_WORD.findall(_POSSESSIVE.sub("", text))]


def is_local_place(latin: str) -> bool:
    """Return whether a Latin name in lower case is in the table as a place and no country."""
    return latin in _local_places()


def mentions_place(text: str, place: str) -> bool:
    """Return whether a text has a place, given in lower-case Latin letters, in either script."""
    simplified = to_simplified(text)
    if any(name in simplified for name in chinese_places(place)):
        return True
    return _latin_place(place).search(text) is not None


def place_spans(text: str, places: Iterable[str]) -> list[tuple[int, int]]:
    """Return where a text first has each of some places, given as to ``mentions_place``.

    Two that one name may mean stand in one place.
    """
    found: set[tuple[int, int]] = set()
    simplified = to_simplified(text)
    for place in places:
        names = sorted(chinese_places(place), key=len, reverse=True)
        at, name = next(((at, n) for n in names if (at := simplified.find(n)) >= 0), (-1, ""))
        match = _latin_place(place).search(text)
        if name:
            found.add((at, at + len(name)))
        elif match is not None:
            found.add(match.span())
    return sorted(found)


@cache
def _latin_place(place: str) -> re.Pattern[str]:
    """Return what finds a place in Latin letters, with or without apostrophes."""
    letters = "['’]?".join(map(re.escape, place))
    return re.compile(rf"\b{letters}\b", re.IGNORECASE)


def chinese_places(latin: str) -> tuple[str, ...]:
    """Return the Chinese names of the places of a Latin name, the shortest first."""
    return _chinese_places().get(_APOSTROPHE.sub("", latin).lower(), ())


@cache
def _pinyin(word: str) -> str:
    import pypinyin

    return "".join(pypinyin.lazy_pinyin(word, v_to_u=True)).replace("ü", "u")


def _person(word: str) -> tuple[str, ...]:
    """Return surname and given name in pinyin, or nothing when no common surname opens the word."""
    if len(word) not in (2, 3) or word[0] not in _SURNAMES:
        return ()
    return _pinyin(word[0]), _pinyin(word[1:])


@cache
def _rows() -> list[list[str]]:
    """Return the table of places: Chinese name, Latin name, and "country" or "province" for one."""
    table = importlib.resources.files("rag.language").joinpath("places.tsv")
    return [line.split("\t") for line in table.read_text("utf-8").splitlines()]


@cache
def _places() -> dict[str, tuple[str, ...]]:
    places: dict[str, list[str]] = defaultdict(list)
    for chinese, english, *_ in _rows():
        places[chinese].append(english)
    return {chinese: tuple(forms) for chinese, forms in places.items()}


@cache
def _local_places() -> frozenset[str]:
    """Return the Latin names of the places that are no countries."""
    return frozenset(row[1] for row in _rows()) - _countries()


@cache
def _countries() -> frozenset[str]:
    return frozenset(row[1] for row in _rows() if row[2:] == ["country"])


@cache
def provinces() -> frozenset[str]:
    """Return the Latin names of provinces, states and the like, which other places lie in."""
    return frozenset(row[1] for row in _rows() if row[2:] == ["province"])


@cache
def _chinese_places() -> dict[str, tuple[str, ...]]:
    places: dict[str, list[str]] = defaultdict(list)
    for chinese, forms in _places().items():
        for form in forms:
            places[form].append(chinese)
    return {latin: tuple(sorted(names, key=len)) for latin, names in places.items()}


@cache
def _latin_places() -> frozenset[str]:
    return frozenset(form for forms in _places().values() for form in forms if len(form) > 3)


def pinyin_people(text: str) -> list[str]:
    """Return the Chinese people that a Latin text names, as "surname given", in lower case.

    A common surname before a word of one to three syllables of pinyin, both with a capital.
    """
    return [
        f"{surname.lower()} {given.lower()}"
        for surname, given in pairwise(_latin_words(text))
        if surname[0].isupper()
        and given[0].isupper()
        and surname.lower() in _latin_surnames()
        and _syllables().fullmatch(given.lower().replace("-", ""))
    ]


def pinyin_of(text: str) -> str:
    """Return the pinyin of a text's Chinese characters, without tones and spaces."""
    return "".join(_pinyin(run) for run in _HAN_RUN.findall(to_simplified(text)))


def is_organisation(word: str) -> bool:
    """Return whether a word of four characters or more is an organisation for jieba."""
    return len(word) > 3 and _tags().get(word) == "nt"


def is_verb(word: str) -> bool:
    """Return whether a Chinese word is a verb, or an adjective that says what befell, for jieba."""
    return _tags().get(word, "").startswith(("v", "a"))


def is_place_name(latin: str) -> bool:
    """Return whether a Latin name in lower case is in the table of places."""
    return latin in _latin_places()


@cache
def _latin_surnames() -> frozenset[str]:
    return frozenset(map(_pinyin, _SURNAMES))


@cache
def _syllables() -> re.Pattern[str]:
    """Return what matches one to three syllables of pinyin without tones."""
    from pypinyin.contrib.tone_convert import to_normal
    from pypinyin.pinyin_dict import pinyin_dict

    with_tones = {one for several in pinyin_dict.values() for one in several.split(",")}
    syllables = {to_normal(one).replace("ü", "u") for one in with_tones}
    # A given name is no single letter, as in "Li A".
    known = sorted((one for one in syllables if one.isascii() and len(one) > 1), key=len)
    return re.compile(f"(?:{'|'.join(reversed(known))}){{1,3}}")


def is_place(word: str) -> bool:
    """Return whether a Chinese word is in the table of places."""
    return word in _places()


@cache
def _tags() -> dict[str, str]:
    """Return the part of speech of every word in jieba's dictionary."""
    table = importlib.resources.files("jieba").joinpath("dict.txt")
    rows = (line.split(" ") for line in table.read_text("utf-8").splitlines())
    return {row[0]: row[2] for row in rows if len(row) == 3}
