"""Questions that are answered by putting figures together: a total, a difference, the most.

Each asks the documents for plain figures: "how much did A and B recover together" asks how much A
recovered and how much B did, "which province recovered most" how much a province recovered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language.asking import Asked, asked_for
from rag.language.names import local_places, place_spans
from rag.records import Language, Operation


@dataclass(frozen=True, slots=True)
class Parts:
    """The questions that a question comes down to, and what is done with their figures.

    A comparison has one question, which several sources answer.
    """

    operation: Operation
    questions: tuple[str, ...]


_FIGURES = (Asked.MONEY, Asked.COUNT, Asked.FIGURE)
_AND = re.compile(r"\s*(?:,|，|、|和|与|及|以及|跟|加上|\band\b|\bplus\b|&)\s*")
_TOTAL = re.compile(
    r"(?:总共|一共|合计|共计|加起来|加在一起|总计|两[省市地区县家]|共)|"
    r",?\s*\b(?:together|combined|altogether|in total|in all|the total of|both)\b",
    re.IGNORECASE,
)
_THAN_CHINESE = re.compile(r"比\0(?:要|还)?(?:多|少|高|低)?")
_THAN_ENGLISH = re.compile(r"\s*\bthan (?:in |by |at )?\0(?: did| has| had)?", re.IGNORECASE)
_MORE = re.compile(r"\b(how (?:much|many)) (?:more|less|fewer)\b", re.IGNORECASE)
_WHICH_CHINESE = re.compile(
    r"(?:是)?(?:哪(?:一)?个?(?:省份|省|市|城市|地区|地方|县|区|国家)|哪里|哪儿)的?"
)
_WHICH_ENGLISH = re.compile(
    r"^(?:in |at )?(?:which|what) "
    r"(?P<what>(?:\w+ ){0,2}?(?:province|city|region|place|area|county|town|district|country))\b",
    re.IGNORECASE,
)
_MOST_CHINESE = re.compile(r"最(?P<end>多|少|高|低|大|小|快|慢)(?:的)?")
_MOST_ENGLISH = re.compile(
    r"\b(?:the )?(?P<end>most|highest|largest|biggest|greatest|least|fewest|lowest|smallest)\b",
    re.IGNORECASE,
)
_SMALL = frozenset(("少", "低", "小", "慢", "least", "fewest", "lowest", "smallest"))


def find_parts(question: str, words: Sequence[str], language: Language) -> Parts | None:
    """Return what a question comes down to, None when it asks for nothing put together.

    Args:
        question: as typed.
        words: its words, to find the places in Chinese ones.
        language: that of the question.
    """
    most = _most(question, language)
    if most is not None:
        return most
    if asked_for(question) not in _FIGURES:
        return None
    spans = place_spans(question, local_places(question, words))
    if len(spans) < 2:
        return None
    return _difference(question, spans, language) or _total(question, spans)


def _most(question: str, language: Language) -> Parts | None:
    chinese = language is Language.CHINESE
    which = (_WHICH_CHINESE if chinese else _WHICH_ENGLISH).search(question)
    end = (_MOST_CHINESE if chinese else _MOST_ENGLISH).search(question)
    if which is None or end is None:
        return None
    operation = Operation.LEAST if end["end"].lower() in _SMALL else Operation.MOST
    if chinese:
        asked = _MOST_CHINESE.sub("多少", _WHICH_CHINESE.sub("", question)).strip()
    else:
        asked = _MOST_ENGLISH.sub(_how(question), question, count=1)
        asked = _WHICH_ENGLISH.sub(f"the {which['what']}", asked)
    return Parts(operation, (asked,))


def _how(question: str) -> str:
    """Return what asks for the figure: how many of a plural noun, else how much."""
    after = _MOST_ENGLISH.split(question)[-1].split()
    return "how many" if after and after[0].rstrip("?").endswith("s") else "how much"


def _total(question: str, spans: list[tuple[int, int]]) -> Parts | None:
    """Return a question for each of several places in a row: A, B and C together."""
    row = spans[:1]
    for span in spans[1:]:
        if _AND.fullmatch(question[row[-1][1] : span[0]]):
            row.append(span)
    if len(row) < 2:
        return None
    start, end = row[0][0], row[-1][1]
    questions = (
        _TOTAL.sub("", question[:start] + question[first:last] + question[end:]).strip()
        for first, last in row
    )
    operation = Operation.SUM if _TOTAL.search(question) else Operation.EACH
    return Parts(operation, tuple(questions))


def _difference(question: str, spans: list[tuple[int, int]], language: Language) -> Parts | None:
    """Return a question for each of two places: how much more A than B."""
    (a, b), (c, d) = spans[:2]
    one, other = question[a:b], question[c:d]
    marked = question[:a] + "\1" + question[b:c] + "\0" + question[d:]
    than = _THAN_CHINESE if language is Language.CHINESE else _THAN_ENGLISH
    if not than.search(marked):
        return None
    asked = _MORE.sub(r"\1", than.sub("", marked))
    return Parts(Operation.DIFFERENCE, (asked.replace("\1", one), asked.replace("\1", other)))
