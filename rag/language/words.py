"""Text into the words that lexical search matches: jieba for Chinese, lower case for Latin."""

from __future__ import annotations

import importlib.resources
import logging
import re
import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

_SPACE_IN_HAN = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
_WORD = re.compile(r"\w")
_POSSESSIVE = re.compile(r"['’]s\b")
_APOSTROPHE = re.compile(r"(?<=[a-z])['’](?=[a-z])")


def normalise(text: str) -> str:
    """Return the text as it is matched: half width, lower case, simplified characters.

    Spaces between two Chinese characters, which PDFs and old pages scatter, are taken out, and so
    are apostrophes: Xi'an is xian. The result is for matching only; it is never quoted.
    """
    text = unicodedata.normalize("NFKC", text).lower().translate(_simplified())
    return _SPACE_IN_HAN.sub("", _APOSTROPHE.sub("", _POSSESSIVE.sub("", text)))


def to_simplified(text: str) -> str:
    """Return the text with each traditional character as its simplified form, same length."""
    return text.translate(_simplified())


class Segmenter:
    """jieba with its prefix dictionary cached in a folder of ours; loads at first use."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._jieba: Any = None

    def warm(self) -> None:
        """Load the dictionary now, so that the first question need not wait for it."""
        with self._lock:
            if self._jieba is None:
                self._jieba = _load_jieba(self._cache)

    def words(self, text: str) -> list[str]:
        """Return the words of a text with the shorter words inside long ones, in order."""
        self.warm()
        return [word for word in self._jieba.cut_for_search(normalise(text)) if _WORD.search(word)]

    def knows(self, word: str) -> bool:
        """Return whether a word is in jieba's dictionary."""
        self.warm()
        return bool(self._jieba.FREQ.get(word))

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

    jieba.setLogLevel(logging.ERROR)
    folder.mkdir(parents=True, exist_ok=True)
    segmenter = jieba.Tokenizer()
    segmenter.tmp_dir = str(folder)
    segmenter.initialize()
    return segmenter


@cache
def _simplified() -> dict[int, str]:
    """Map traditional characters to their simplified forms (OpenCC's character table)."""
    table = importlib.resources.files("opencc").joinpath("dictionary", "TSCharacters.txt")
    mapping: dict[int, str] = {}
    for line in table.read_text("utf-8").splitlines():
        source, _, targets = line.partition("\t")
        if len(source) == 1 and targets:
            mapping[ord(source)] = targets.split(" ")[0]
    return mapping
