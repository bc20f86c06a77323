"""Questions that are answered by putting figures together: a total, a difference, the most.

Each asks the documents for plain figures: "how much did A and B recover together" asks how much A
recovered and how much B did, "which province recovered most" how much a province recovered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.language.asking import PLURAL, Asked, asked_for
from rag.language.names import place_spans
from rag.records import Language, Operation


@dataclass(frozen=True, slots=True)
class Parts:
    """The questions that a question comes down to, and what is done with their figures.

    A comparison has one question, which several sources answer.
    """

    operation: Operation
    questions: tuple[str, ...]


_FIGURES = (Asked.MONEY, Asked.COUNT, Asked.FIGURE)
_AND = re.compile(r"\s*(?:(?P<and>、|和|与|及|以及|跟|加上|,? and\b|\bplus\b|&)|,|，)\s*")
_TOTAL = re.compile(
    r"(?:总共|一共|合计|共计|加起来|加在一起|总计|两[省市地区县家]|(?<!公)共(?![享同和产青用有性]))|"
    r",?\s*\b(?:together(?! with)|combined|altogether|in total|in all|the total of|both)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\s$", re.IGNORECASE)
_THAN_CHINESE = re.compile(r"比\0(?:要|还)?(?:多|少|高|低)?")
_THAN_ENGLISH = re.compile(r"\s*\bthan (?:in |by |at )?\0(?: did| has| had)?", re.IGNORECASE)
_MORE = re.compile(r"\b(how (?:much|many)) (?:more|less|fewer)\b", re.IGNORECASE)
_WHICH_CHINESE = re.compile(
    r"(?:是)?(?:哪(?:一)?个?(?:省份|省|市|城市|地区|地方|县|区|国家)|哪里|哪儿)的?"
)
_WHICH_ENGLISH = re.compile(
    r"^(?:in |at )?(?:which|what) (?P<what>(?!is |was |are |were )(?:\w+ )?"
    r"(?:province|city|region|place|area|county|town|district|country))\b",
    re.IGNORECASE,
)
_MOST_CHINESE = re.compile(r"最(?P<end>多|少|高|低)(?:的(?=是|省|市|$)|(?=是|[？?。]|$))")
_MOST_ENGLISH = re.compile(
    r"(?<!\bat )(?<!\bat the )\b(?:the )?(?:(?P<end>most|least|fewest)"
    rf"(?=\s*\??$|\s(?:money|of)\b|\s(?:[a-z]+\s)?{PLURAL})|"
    r"(?P<amount>highest|largest|biggest|greatest|lowest|smallest) "
    r"(?:number|amount|sum|total|volume)(?: of)?)",
    re.IGNORECASE,
)
_SMALL = frozenset(("少", "低", "least", "fewest", "lowest", "smallest"))


def find_parts(question: str, places: Iterable[str], language: Language) -> Parts | None:
    """Return what a question comes down to, None when it asks for nothing put together.

    Args:
        question: as typed.
        places: the places in it, as ``Question.places``.
        language: that of the question.
    """
    most = _most(question, language)
    if most is not None:
        return most
    if asked_for(question) not in _FIGURES:
        return None
    spans = place_spans(question, places)
    if len(spans) < 2:
        return None
    return _difference(question, spans, language) or _total(question, spans)


def _most(question: str, language: Language) -> Parts | None:
    chinese = language is Language.CHINESE
    which = (_WHICH_CHINESE if chinese else _WHICH_ENGLISH).search(question)
    end = (_MOST_CHINESE if chinese else _MOST_ENGLISH).search(question)
    if which is None or end is None:
        return None
    word = (end["end"] or end["amount"]).lower()
    operation = Operation.LEAST if word in _SMALL else Operation.MOST
    if chinese:
        asked = _MOST_CHINESE.sub("多少", _WHICH_CHINESE.sub("", question)).strip()
    else:
        asked = _MOST_ENGLISH.sub(_how(question[end.end() :]), question, count=1)
        asked = _WHICH_ENGLISH.sub(f"the {which['what']}", asked)
    return Parts(operation, (asked,))


def _how(after: str) -> str:
    """Return what asks for a figure before these words: how many before a plural noun."""
    plural = re.match(rf"\s(?:of (?:the )?)?(?:[a-z]+\s)?{PLURAL}", after)
    return "how many" if plural else "how much"


def _total(question: str, spans: list[tuple[int, int]]) -> Parts | None:
    """Return a question for each of several places in a row: A, B and C together."""
    row, joins = spans[:1], []
    for span in spans[1:]:
        joined = _AND.fullmatch(question[row[-1][1] : span[0]])
        if joined:
            row.append(span)
            joins.append(joined["and"])
    # "Nanning, Guangxi" is one place.
    if len(row) < 2 or not any(joins):
        return None
    start, end = row[0][0], row[-1][1]
    if _BETWEEN.search(question[:start]) or question[end:].lstrip().startswith(("比", "之间")):
        return None
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
