"""Questions that lean on the one before: "and in 2022?", 那青海呢？.

What the follow-up names takes the place of what the earlier question names of the same kind: a
place, a period, else another name. Nothing else of the earlier question changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rag.language.detect import detect_language
from rag.language.names import chinese_names, latin_names, local_places, place_spans
from rag.language.periods import find_periods
from rag.language.words import Segmenter
from rag.records import Language

MOST_CHARACTERS = 60
"""What is longer is a question of its own."""

_LEANS = (
    re.compile(
        r"^(?:(?:and|but|so|then),?\s+)?(?:(?:what|how) about|what of)\s+(?P<named>.+?)\s*[?？.]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?:and|but)\s+(?P<named>(?:(?:in|for|at|since|during|from|of|by|until|to|on)\s+)?"
        r"(?!(?:how|what|who|when|where|why|which|did|do|does|is|are|was|were)\b).+?)\s*[?？.]*$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:那么?|还有|而)?[，,]?(?P<named>.+?)(?:呢|怎么样|又如何)[?？。]*$"),
    re.compile(r"^(?:那么?|还有)[，,]?(?P<named>[^多几哪谁何什怎吗]+)[?？。]*$"),
)
_ASKS = re.compile(
    r"多少|几[个起名人万亿]|哪|谁|什么|怎么|如何|为何|\b(?:how|what|who|when|where|why|which)\b",
    re.I,
)
_PREPOSITION = re.compile(r"^(?:in|for|at|during|from|of|by|on|to)\s+", re.IGNORECASE)
_END = re.compile(r"\s*[?？。.!！]*\s*$")

_ANY_DAY = date(2000, 1, 1)
"""Last year is a period on any day, and only where it stands is asked here."""

Span = tuple[int, int]


def follow_up(question: str, earlier: str, segmenter: Segmenter) -> str:
    """Return what a question asks for after an earlier one; itself where it stands alone.

    >>> follow_up("and in 2022?", "How much did Guangxi recover in 2023?", segmenter)
    'How much did Guangxi recover in 2022?'
    """
    named = _leaning(question)
    if not named or not earlier.strip():
        return question
    periods = [(start, end) for start, end, _ in find_periods(named, _ANY_DAY)]
    if periods:
        period = named[periods[0][0] : periods[-1][1]]
        earlier = _with_period(earlier, period)
    rest = "".join(named[b:a] for b, a in _between(periods, len(named)))
    others = list(_names(rest, segmenter))
    if not periods and not others:
        return question
    for kind, name in others:
        places = [span for other, span in _named_spans(earlier, segmenter) if other == kind]
        if not places:
            return question
        start, end = places[0]
        earlier = earlier[:start] + name + earlier[end:]
    return earlier


def _leaning(question: str) -> str:
    """Return what a follow-up names, "" when the question stands alone."""
    text = question.strip()
    if len(text) > MOST_CHARACTERS:
        return ""
    matches = (pattern.match(text) for pattern in _LEANS)
    named = next((match["named"].strip() for match in matches if match), "")
    return "" if _ASKS.search(named) else named


def _with_period(question: str, period: str) -> str:
    """Return a question with its period exchanged, or with one added."""
    own = find_periods(question, _ANY_DAY)
    if own:
        return question[: own[0][0]] + period + question[own[-1][1] :]
    if detect_language(question) is Language.CHINESE:
        return period + question
    end = _END.search(question)
    at = end.start() if end else len(question)
    return f"{question[:at]} in {period}{question[at:]}"


def _between(spans: list[Span], length: int) -> Iterator[Span]:
    """Yield the stretches that no span covers."""
    at = 0
    for start, end in spans:
        yield at, start
        at = end
    yield at, length


def _names(text: str, segmenter: Segmenter) -> Iterator[tuple[str, str]]:
    """Yield each name of a text, as it stands there, with its kind."""
    text = _PREPOSITION.sub("", text.strip())
    # A capital that opens a sentence tells nothing; a follow-up may be a name alone.
    for kind, (start, end) in _named_spans(text, segmenter, before="of "):
        yield kind, text[start:end]


def _named_spans(text: str, segmenter: Segmenter, before: str = "") -> list[tuple[str, Span]]:
    """Return the names of a text with their kinds, places first."""
    words = segmenter.words(text)
    places = place_spans(text, local_places(text, words))
    found = [("place", span) for span in places]
    for name in (*chinese_names(words), *latin_names(before + text)):
        match = re.search(re.escape(name), text, re.IGNORECASE)
        if match and all(match.end() <= a or b <= match.start() for a, b in places):
            found.append(("name", match.span()))
    return found
