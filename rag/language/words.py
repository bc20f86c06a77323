"""Text into the words that lexical search matches: jieba for Chinese, lower case for Latin."""

from __future__ import annotations

import importlib.resources
import logging
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache as remembered
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.cache import cached

FUNCTION_WORDS = frozenset(
    """a an the is are was were be been being am do does did done have has had having can could will
    would shall should may might must i you he she it we they me him her us them my your his its our
    their this that these those there here what which who whom whose when where why how and or but
    not no of in on at by for with from to as into than then so if about""".split()  # noqa: SIM905
)
"""What English sentences are put together with; translated one by one they mean nothing."""

_SPACE_IN_HAN = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
_WORD = re.compile(r"\w")
_RUN = re.compile(r"([\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+)")
"""What jieba cuts in one go (its ``re_han_default``)."""

_MOST_RUNS = 8192
"""How many runs are remembered: a passage, its sentences and their clauses have the same ones."""

_POSSESSIVE = re.compile(r"['’]s\b")
_MANY_CHARACTERS = 200_000
_APOSTROPHE = re.compile(r"(?<=[a-z])['’](?=[a-z])")


def normalise(text: str) -> str:
    """Return the text as it is matched: half width, lower case, simplified characters.

    Spaces between two Chinese characters, which PDFs and old pages scatter, are taken out, and so
    are apostrophes: Xi'an is xian. The result is for matching only; it is never quoted.
    """
    text = unicodedata.normalize("NFKC", text).lower().translate(_simplified())
    return _SPACE_IN_HAN.sub("", _APOSTROPHE.sub("", _POSSESSIVE.sub("", text)))


def stem(words: Iterable[str]) -> list[str]:
    """Return words with the endings of English ones cut off; Chinese words stay as they are."""
    stems: list[str] = stemmer().analyze(" ".join(words))
    return stems


def stem_forms(forms: Sequence[str]) -> list[frozenset[str]]:
    """Return the stems of each form; a form of several words is there when all of them are."""
    parts = [form.split() for form in forms]
    stems = iter(stem(word for words in parts for word in words))
    return [frozenset(next(stems) for _ in words) for words in parts]


@remembered
def stemmer() -> Any:  # noqa: ANN401
    """Return tantivy's analyzer that splits at spaces and stems English (Snowball)."""
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def to_simplified(text: str) -> str:
    """Return the text with each traditional character as its simplified form, same length."""
    return text.translate(_simplified())


class Segmenter:
    """jieba over its own dictionary, kept in a cache folder as a table that opens at once."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._jieba: Any = None
        self._characters = 0

    def warm(self) -> None:
        """Load the dictionary now, so that the first question need not wait for it."""
        with self._lock:
            if self._jieba is None:
                self._jieba = _load_jieba(self._cache)

    def words(self, text: str) -> list[str]:
        """Return the words of a text with the shorter words inside long ones, in order."""
        self.warm()
        self._count(text)
        parts = _RUN.split(normalise(text))
        found: list[str] = []
        for place, part in enumerate(parts):
            # Between the runs, each letter of another script is a word.
            found += self._run(part) if place % 2 else _WORD.findall(part)
        return found

    @lru_cache(_MOST_RUNS)  # noqa: B019  a segmenter lives as long as its process
    def _run(self, run: str) -> tuple[str, ...]:
        return tuple(word for word in self._jieba.cut_for_search(run) if _WORD.search(word))

    def _count(self, text: str) -> None:
        """Change to a dict, slow to load and faster to use, once there is much to cut."""
        before, self._characters = self._characters, self._characters + len(text)
        if before < _MANY_CHARACTERS <= self._characters:
            self._jieba.FREQ = _prefixes(self._jieba)

    def frequency(self, word: str) -> int:
        """Return how often jieba's corpus has a word, 0 when its dictionary has not."""
        self.warm()
        return self._jieba.FREQ.get(word) or 0

    def cut(self, text: str) -> list[str]:
        """Return a partition of the text into words, as it stands: ``"".join`` gives it back."""
        self.warm()
        return list(self._jieba.cut(text))


def _load_jieba(folder: Path) -> Any:  # noqa: ANN401
    import warnings

    with warnings.catch_warnings():
        # jieba 0.42 has escape sequences and an import that newer Pythons warn about.
        warnings.simplefilter("ignore")
        import jieba

    from rag.language.dictionary import FrequencyTable, table_bytes

    jieba.setLogLevel(logging.ERROR)

    segmenter = jieba.Tokenizer()

    def make() -> bytes:
        return table_bytes(_prefixes(segmenter))

    segmenter.FREQ = FrequencyTable(cached(folder, f"jieba-{jieba.__version__}-2.table", make))
    segmenter.total = segmenter.FREQ.total
    segmenter.initialized = True
    return segmenter


def _prefixes(segmenter: Any) -> dict[str, int]:  # noqa: ANN401
    """Return jieba's dictionary with every beginning of a word, as jieba makes it."""
    prefixes: dict[str, int] = segmenter.gen_pfdict(segmenter.get_dict_file())[0]
    return prefixes


@remembered
def _simplified() -> dict[int, str]:
    """Map traditional characters to their simplified forms (OpenCC's character table)."""
    table = importlib.resources.files("opencc").joinpath("dictionary", "TSCharacters.txt")
    mapping: dict[int, str] = {}
    for line in table.read_text("utf-8").splitlines():
        source, _, targets = line.partition("\t")
        if len(source) == 1 and targets:
            mapping[ord(source)] = targets.split(" ")[0]
    return mapping
