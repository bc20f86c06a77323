"""Questions made of sentences: a figure or date gives way to what one would ask for it.

"全年修缮校舍近3.5万平方米" becomes "全年修缮校舍多少平方米？". Such questions are stiff, but every
figure of every text has one, and they tell figures apart by all that stands beside them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.asking import asking_for
from rag.language.dates import ANY_YEAR, find_dates
from rag.language.figures import find_figures
from rag.language.sentences import split_sentences
from rag.records import Language

LEAST_CHARACTERS = 8
MOST_CHARACTERS = 60
MOST_LATIN_CHARACTERS = 160

_TITLED = 0.5
_CLAUSE_END = re.compile(r"[，,；;：:、](?!\d)")
_YEAR_ALONE = re.compile(r"(?:in )?\d{4}年?")


@dataclass(frozen=True, slots=True)
class Cloze:
    """A question and where its answer stands in the text it was made of."""

    question: str
    start: int
    end: int


def make_clozes(text: str, title: str, language: Language, draw: random.Random) -> Iterator[Cloze]:
    """Yield a question for each figure and date of a text in Chinese or English."""
    for start, end in split_sentences(text):
        sentence = text[start:end]
        for first, last, asked in _blanks(sentence, language):
            left, right = _clause(sentence, first, last, language)
            stem = sentence[left:first] + asked + sentence[last:right]
            stem = stem.strip(" ，,；;：:、。.！!？?\n“”\"'")
            if len(stem) < LEAST_CHARACTERS or draw.random() < _TITLED:
                stem = _titled(stem, title, language)
            most = MOST_CHARACTERS if language is Language.CHINESE else MOST_LATIN_CHARACTERS
            if LEAST_CHARACTERS <= len(stem) <= most:
                mark = "？" if language is Language.CHINESE else "?"
                yield Cloze(stem + mark, start + first, start + last)


def _titled(stem: str, title: str, language: Language) -> str:
    if not title or title.lower() in stem.lower():
        return stem
    return f"{title}{stem}" if language is Language.CHINESE else f"{title}: {stem}"


def _blanks(sentence: str, language: Language) -> Iterator[tuple[int, int, str]]:
    """Yield where each figure or date stands and what asks for it."""
    chinese = language is Language.CHINESE
    for start, end, _ in find_dates(sentence, default_year=ANY_YEAR):
        if _YEAR_ALONE.fullmatch(sentence[start:end]):
            yield start, end, "哪一年" if chinese else "which year"
        else:
            yield start, end, "什么时候" if chinese else "when"
    for figure in find_figures(sentence):
        bare = figure.text.isdecimal() and len(figure.text) == 4  # most likely a year
        if not bare and figure.value != 1:  # 一个 is mostly an article
            yield figure.start, figure.end, asking_for(figure, language)


def _clause(sentence: str, first: int, last: int, language: Language) -> tuple[int, int]:
    """Return the stretch about a figure: its clause, with those before it while there is room."""
    most = MOST_CHARACTERS if language is Language.CHINESE else MOST_LATIN_CHARACTERS
    ends = [match.end() for match in _CLAUSE_END.finditer(sentence)]
    right = min((end for end in ends if end > last), default=len(sentence))
    starts = [0, *(end for end in ends if end <= first)]
    left = starts.pop()
    while starts and right - starts[-1] <= most // 2:
        left = starts.pop()
    return left, right
