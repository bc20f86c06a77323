"""Questions that bring a figure along: did Guangxi recover 500 million yuan?

What a document says instead is found by asking for the figure: how much did Guangxi recover?
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from rag.language.asking import CHINESE_WHETHER, OPEN, asked_for, asking_for
from rag.language.figures import find_figures
from rag.language.measures import is_same_measure, measure_of
from rag.language.quantities import Quantity
from rag.language.rendering import as_figure
from rag.language.words import to_simplified
from rag.records import Figure, Language

_CHINESE_POLAR = re.compile(CHINESE_WHETHER)
_BEFORE_THE_FIGURE = re.compile(r"是不是|是否|有没有")
_ENGLISH_POLAR = re.compile(
    r"^(?:is it true that\s+|(?:did|does|do|is|are|was|were|has|have|had)\s+)", re.IGNORECASE
)
_NEGATED = re.compile(
    r"没(?!有[?？]?$)|未|不(?!少于|超过|低于|多于|到|足)|n['’]t\b|\b(?:not|never|no)\b"
)
_POINTED_AT = re.compile(r"(?:[这那该此]|\b(?:the|these|those|this))\s*$", re.IGNORECASE)
_PART_OF = re.compile(
    r"\b(?:half|parts?|thirds?|quarters?|most|all|some|none|share|rest|out|one) of\s*$",
    re.IGNORECASE,
)
_OF = re.compile(r"\bof\s*$", re.IGNORECASE)
_WITHIN_BEFORE = re.compile(r"(?:[在于]|\b(?:within|after|before|in))\s*$", re.IGNORECASE)
_WITHIN_AFTER = re.compile(r"[之以]?[内前后]")
_NOUN_AFTER = re.compile(r"\s+(?:[a-z]+\s+)?[a-z]{2,}s\b")

_OVER = re.compile(r"(?<!不)(?:超|逾|突破|余|多)|\b(?:over|more than)\b|\+", re.IGNORECASE)
_UNDER = re.compile(r"不到|不足|\b(?:less than|fewer than|under)\b", re.IGNORECASE)
_FROM = re.compile(
    r"以上|至少|不少于|不低于|\b(?:at least|no less than|not less than)\b", re.IGNORECASE
)
_TO = re.compile(
    r"以内|以下|至多|最多|不超过|不多于|多达|高达|"
    r"\b(?:up to|at most|within|no more than|not more than)\b",
    re.IGNORECASE,
)
_NEARLY = re.compile(r"近|接近|\b(?:nearly|almost)\b", re.IGNORECASE)
_ABOUT = re.compile(r"约|左右|上下|来|\b(?:about|around|some|approximately)\b", re.IGNORECASE)
_ROUND = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that a question asks about, and ``question``, which asks for the figure instead."""

    figure: Figure
    question: str


def find_claim(question: str, language: Language) -> Claim | None:
    """Return the one figure of a yes-or-no question, None when it is none or has several.

    A negated question, and a figure that only says which things or by when, make no claim.
    """
    chinese = language is Language.CHINESE
    question = to_simplified(question) if chinese else question
    polar = _CHINESE_POLAR if chinese else _ENGLISH_POLAR
    figures = find_figures(question)
    plain = not OPEN.search(question) and asked_for(question) is None
    if not plain or not polar.search(question) or len(figures) != 1:
        return None
    [figure] = figures
    asked = _BEFORE_THE_FIGURE.search(question) if chinese else None
    rest = question[: figure.start] + question[figure.end :]
    if (asked and asked.start() > figure.start) or _NEGATED.search(polar.sub("", rest)):
        return None
    if not _is_claimed(question, figure):
        return None
    asking = asking_for(figure, language)
    bare = not figure.unit and not any(char.isalnum() for char in question[figure.end :])
    if bare and not chinese:
        asking = "how much"
    text = question[: figure.start] + asking + question[figure.end :]
    return Claim(as_figure(figure), polar.sub("", text).strip())


def _is_claimed(question: str, figure: Quantity) -> bool:
    """Return whether a figure is what a question is about, and no number, term or known group."""
    before, after = question[: figure.start], question[figure.end :]
    if _POINTED_AT.search(before) or _PART_OF.search(before):
        return False
    # "A budget of 7 million" is claimed, "a team of 30 people" a thing that is known.
    if _OF.search(before) and figure.kind != "money":
        return False
    if figure.kind == "time" and (_WITHIN_BEFORE.search(before) or _WITHIN_AFTER.match(after)):
        return False
    bare = not figure.unit and figure.text.isdecimal()
    return not bare or _NOUN_AFTER.match(after) is not None or not after.strip(" ?？.。")


def agrees(claim: Figure, found: Figure) -> bool | None:
    """Return whether a source's figure bears a claim out, None where that cannot be said.

    "Over 200" is borne out by 201 and by "over 200", but not by 200; "nearly 300" and "about 300"
    say 300. A claim that says about may be off by a twentieth.
    """
    if not is_same_measure(claim, found):
        return None
    asked, value = measure_of(claim).value, measure_of(found).value
    hedge = claim.qualifier
    over, under = _OVER.search(found.qualifier), _UNDER.search(found.qualifier)
    less = under or _NEARLY.search(found.qualifier)
    if _FROM.search(hedge):
        return value >= asked if value != asked else not less
    if _TO.search(hedge):
        return value <= asked if value != asked else not over
    if _OVER.search(hedge):
        return value > asked or (value == asked and over is not None)
    if _UNDER.search(hedge):
        return value < asked or (value == asked and less is not None)
    if found.low is not None and found.low < found.value:
        return None if found.low <= claim.value <= found.value else False
    if _ABOUT.search(hedge) or _ABOUT.search(found.qualifier):
        return abs(value - asked) <= _ROUND * max(abs(value), abs(asked))
    return value == asked
