"""Questions that bring a figure along: did Guangxi recover 500 million yuan?

What a document says instead is found by asking for the figure: how much did Guangxi recover?
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language.asking import asked_for, asking_for
from rag.language.figures import find_figures
from rag.language.rendering import as_figure, is_same_unit
from rag.records import Figure, Language

_CHINESE_POLAR = re.compile(r"是不是|是否|有没有|(?:，|,)?(?:对|是|真)?[吗么](?=[？?。]?$)")
_ENGLISH_POLAR = re.compile(
    r"^(?:is it true that\s+|(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would)\s+)",
    re.IGNORECASE,
)
_MORE = re.compile(r"超|逾|突破|余|多|以上|至少|\b(?:over|more than|at least)\b|\+", re.IGNORECASE)
_LESS = re.compile(r"不到|不足|以内|\b(?:less than|fewer than|under|up to)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that a question asks about, and ``question``, which asks for the figure instead."""

    figure: Figure
    question: str


def find_claim(question: str, language: Language) -> Claim | None:
    """Return the one figure of a yes-or-no question, None when it is none or has several."""
    chinese = language is Language.CHINESE
    polar = _CHINESE_POLAR if chinese else _ENGLISH_POLAR
    figures = find_figures(question)
    if not polar.search(question) or len(figures) != 1 or asked_for(question) is not None:
        return None
    [figure] = figures
    asked = question[: figure.start] + asking_for(figure, language) + question[figure.end :]
    return Claim(
        as_figure(figure), (_CHINESE_POLAR if chinese else _ENGLISH_POLAR).sub("", asked).strip()
    )


def agrees(claim: Figure, found: Figure) -> bool:
    """Return whether a figure bears a claim out: the same value, or more where it says over."""
    if not is_same_unit(claim, found):
        return False
    if _MORE.search(claim.qualifier):
        return found.value >= claim.value
    if _LESS.search(claim.qualifier):
        return found.value <= claim.value
    return found.value == claim.value
