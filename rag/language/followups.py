"""Questions that lean on the one before: "and in 2022?", 那青海呢？.

What the follow-up names takes the place of what the earlier question names of the same kind: a
place, a period, else another name. Nothing else of the earlier question changes.
"""

from __future__ import annotations

import re

from rag.language.detect import detect_language
from rag.language.names import chinese_names, latin_names, local_places, place_spans
from rag.language.periods import period_spans
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
_SAYS_NO_MORE = re.compile(
    r"(?:\s|\b(?:in|for|at|during|from|of|by|on|the|year|province|city)\b|[在是的于，,省市县区州]|"
    r"自治区|地区|年度?|全年)*",
    re.IGNORECASE,
)
_LONG_WORD = re.compile(r"\b[a-z]{4,}\b")
_END = re.compile(r"\s*[?？。.!！]*\s*$")

Span = tuple[int, int]


def follow_up(question: str, earlier: str, segmenter: Segmenter) -> str:
    """Return what a question asks for after an earlier one; itself where it stands alone.

    It stands alone, too, where it says more than a name and a period, or where what these would
    take the place of is not clear.

    >>> follow_up("and in 2022?", "How much did Guangxi recover in 2023?", segmenter)
    'How much did Guangxi recover in 2022?'
    """
    named = _leaning(question)
    if not named or not earlier.strip():
        return question
    new, old = _Named.of(named, segmenter, alone=True), _Named.of(earlier, segmenter)
    if not _SAYS_NO_MORE.fullmatch(new.rest):
        return question
    if not (new.places or new.names or new.periods) or not old.takes(new):
        return question
    for spans, others in ((old.places, new.places), (old.names, new.names)):
        old.exchange(spans, others, named)
    if new.periods and not old.periods:
        return _with_period(old.exchanged, named[slice(*new.periods[0])])
    old.exchange(old.periods, new.periods, named)
    return old.exchanged


def _leaning(question: str) -> str:
    """Return what a follow-up names, "" when the question stands alone."""
    text = question.strip()
    if len(text) > MOST_CHARACTERS:
        return ""
    matches = (pattern.match(text) for pattern in _LEANS)
    named = next((match["named"].strip() for match in matches if match), "")
    return "" if _ASKS.search(named) else named


def _with_period(question: str, period: str) -> str:
    if detect_language(question) is Language.CHINESE:
        return period + question
    end = _END.search(question)
    at = end.start() if end else len(question)
    return f"{question[:at]} in {period}{question[at:]}"


class _Named:
    """The places, other names and periods of a text, neighbours of a kind as one."""

    def __init__(self, text: str, kinds: dict[str, list[Span]]) -> None:
        self.text = self.exchanged = text
        self.periods = kinds["periods"]
        self.places = _joined(text, kinds["places"])
        self.names = _joined(text, kinds["names"])

    @classmethod
    def of(cls, text: str, segmenter: Segmenter, *, alone: bool = False) -> _Named:
        """Return what a text names; ``alone`` it is but a name, and a capital may open it."""
        periods = period_spans(text)
        # People type "what about qinghai"; small words are no names.
        lower = alone and text.islower()
        shown = _LONG_WORD.sub(lambda word: word[0].title(), text) if lower else text
        words = segmenter.words(text)
        places = _outside(place_spans(shown, local_places(shown, words)), periods)
        # A capital that opens a sentence tells nothing.
        names = (*chinese_names(words), *latin_names(f"of {shown}" if alone else shown))
        found = [match.span() for name in names if (match := _whole(name).search(shown))]
        kinds = {"periods": periods, "places": places, "names": _outside(found, periods + places)}
        return cls(text, kinds)

    @property
    def rest(self) -> str:
        """What of the text is named neither as a place nor as a name nor as a period."""
        parts, at = [], 0
        for start, end in sorted((*self.periods, *self.places, *self.names)):
            parts.append(self.text[at:start])
            at = end
        return " ".join((*parts, self.text[at:]))

    def takes(self, other: _Named) -> bool:
        """Return whether each thing that another text names has one place here to go to."""
        return (
            len(other.places) <= 1
            and len(other.names) <= 1
            and len(other.periods) <= 1
            and len(self.periods) <= 1
            and (not other.places or len(self.places) == 1)
            and (not other.names or len(self.names) == 1)
        )

    def exchange(self, spans: list[Span], others: list[Span], text: str) -> None:
        """Put what a span of another text says in the place of a span here."""
        if spans and others:
            own = self.text[slice(*spans[0])]
            self.exchanged = self.exchanged.replace(own, text[slice(*others[0])], 1)


def _outside(spans: list[Span], taken: list[Span]) -> list[Span]:
    return [(a, b) for a, b in spans if all(b <= start or end <= a for start, end in taken)]


def _joined(text: str, spans: list[Span]) -> list[Span]:
    """Return spans in order, those with at most a blank between them as one."""
    joined: list[Span] = []
    for start, end in sorted(set(spans)):
        if joined and not text[joined[-1][1] : start].strip(" "):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _whole(name: str) -> re.Pattern[str]:
    """Return what finds a name as a word of its own."""
    return re.compile(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", re.IGNORECASE)
