"""Questions that are answered by several plain ones: a total, a difference, the most, two at once.

Each asks the documents for plain things: "how much did A and B recover together" asks how much A
recovered and how much B did, "which province recovered most" how much a province recovered, "when
and where did it open" when it opened and where.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.language.asking import PLURAL, Asked, asked_for
from rag.language.names import place_spans
from rag.language.periods import period_spans
from rag.records import Language, Operation

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Parts:
    """The questions that a question comes down to, and what is done with their figures.

    A comparison has one question, which several sources answer. ``apart`` are questions for
    different things, of which no single quotation says whether it answers all. ``named`` are the
    times or names by which the questions differ, where they do not by places.
    """

    operation: Operation
    questions: tuple[str, ...]
    apart: bool = False
    named: tuple[str, ...] = ()


_FIGURES = (Asked.MONEY, Asked.COUNT, Asked.FIGURE)
_AND = re.compile(r"\s*(?:(?P<and>、|和|与|及|以及|跟|加上|,? and\b|\bplus\b|&)|,|，)\s*")
_TOTAL = re.compile(
    r"(?:总共|一共|合计|共计|加起来|加在一起|总计|两[省市地区县家]|(?<!公)共(?![享同和产青用有性]))|"
    r",?\s*\b(?:together(?! with)|combined|altogether|in total|in all|the total of|both)\b",
    re.IGNORECASE,
)
_APART = re.compile(r"相差了?")
_CAPITALS = re.compile(r"(?<!^)\b[A-Z][\w'’-]*(?: (?:of (?:the )?)?[A-Z][\w'’-]*)*")
_COMPARED = re.compile(
    r"\s*(?:在|的)?(?P<one>[^，,。？?比]{2,20}?)(?<![同环])比(?P<other>[^，,。？?比]{2,20}?)"
    r"(?=(?:要|还)?[多少高低大长重贵远快宽深])"
)
_ADDED = re.compile(
    rf"\s*(?:在|的)?(?P<row>[^，,。？?]{{4,60}}?)(?:[这那]?[两三四五几]\w?)?(?={_TOTAL.pattern}|相差)"
)
_EARLIER = re.compile(r"[上前去往][一两几]?(?:年|个?月|季度?|周|期)|同期|[以之]前|原来|往常")
_AND_CHINESE = re.compile(r"、|以及|加上|[和与及跟]")
_BETWEEN = re.compile(r"\bbetween\s$", re.IGNORECASE)
_THAN_CHINESE = re.compile(r"比\0(?:要|还)?(?:[多少高低]|(?=[大长重贵远快宽深]))")
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
_ASKS_CHINESE = re.compile(
    r"为什么|多少|多[大长高远重快久深宽]|几(?!乎|何)|谁|什么|何[时地处人]|哪|怎[么样]|为何|如何"
)
_ASKS_ENGLISH = re.compile(r"\b(?:how|what|who|whom|whose|when|where|which|why)\b", re.IGNORECASE)
_GAP_CHINESE = re.compile(r"\s*[，,；;、？?]\s*(?:以及|并且?|又|还)?|以及|还有")
_GAP_ENGLISH = re.compile(r"\s*(?:[,;?]\s*(?:and\s+)?|\band\s+)(?:also\s+)?", re.IGNORECASE)
_BOTH = re.compile(
    r"^(?P<one>who|when|where|why|how) and (?P<other>who|when|where|why|how) "
    r"(?P<rest>(?!many|much).+)$",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"^.*?\b(?:how (?:many|much|long|far|often|old|large|big|tall|high|deep)|what|which|who|whom|"
    r"whose|when|where|why|how)\b"
    r"(?: (?:is|are|was|were|has|have|had|(?P<verb>do|does|did|will|can))\b)?\s*(?P<topic>.*)$",
    re.IGNORECASE,
)
"""What is asked about, with the verb at its end where do, does or did stands before it."""

_LEANS = re.compile(
    r"\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those)\b", re.I
)
_FEW_WORDS = 4
_NAMED = re.compile(r"[《“\"][^《》“”\"]+[》”\"]|\b(?=[A-Za-z-]*\d)[A-Za-z][\w-]+")
_PREDICATE = re.compile(r"(?:[\u4e00-\u9fff]{1,2}[了过]|[有是])$")
_BEGINS_WITH_VERB = re.compile(rf"(?:[\u4e00-\u9fff]{{1,3}}[了过]|{_ASKS_CHINESE.pattern})")
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
    spans = place_spans(question, places)
    apart = _apart(question, spans, language)
    if apart:
        return Parts(Operation.EACH, apart, apart=True)
    if asked_for(question) not in _FIGURES:
        return None
    if len(spans) > 1:
        parts = _put_together(question, spans, language)
        return parts and replace(parts, named=())
    times = period_spans(question)
    parts = _put_together(question, times, language)
    if parts is None:
        parts = _put_together(question, _names(question, times, language), language)
        # "Holz and Sons" is one name, where nothing says that there are several.
        if parts and parts.operation is Operation.EACH:
            return None
    return parts


def asks_for_total(question: str) -> bool:
    """Return whether a question asks what several things come to; 共 alone may say less."""
    return any(match.group() != "共" for match in _TOTAL.finditer(question))


def _names(question: str, times: Sequence[Span], language: Language) -> list[Span]:
    """Return what a question adds up or compares, of whatever kind, as far as its form tells.

    In Chinese that is what stands before 一共 and at the sides of 比, in English what has capitals.
    """
    if language is not Language.CHINESE:
        return [match.span() for match in _CAPITALS.finditer(question)]
    begin = 0
    for start, end in times:
        if not question[begin:start].strip(" 在，,"):
            begin = end
    found = _COMPARED.match(question, begin)
    if found:
        # 比去年多多少 asks for a rise, which is one figure.
        sides = [found.span("one"), found.span("other")]
        return [] if any(_is_time(question[a:b]) for a, b in sides) else sides
    row = _ADDED.match(question, begin)
    if not row:
        return []
    gaps = [match.span() for match in _AND_CHINESE.finditer(question, *row.span("row"))]
    edges = [row.start("row"), *(at for gap in gaps for at in gap), row.end("row")]
    # What belongs to them all stands behind the last: 东厂和西厂的工人.
    own = question.find("的", edges[-2])
    if 0 <= own < edges[-1] and "的" not in question[edges[0] : edges[-2]]:
        edges[-1] = own
    spans = list(zip(edges[::2], edges[1::2], strict=True))
    return spans if all(b - a > 1 for a, b in spans) else []


def _is_time(text: str) -> bool:
    return bool(period_spans(text) or _EARLIER.search(text))


def _apart(question: str, places: Sequence[Span], language: Language) -> tuple[str, ...]:
    """Return the questions that one asks at once, each whole; none where it asks one thing.

    What names a place, a time or a thing in one of them holds for the others that name none of the
    kind: "how many cases, and how many suspects in Hubei" asks for the cases in Hubei, too.
    """
    both = _BOTH.match(question.strip())
    if both:
        return tuple(f"{both[name]} {both['rest']}" for name in ("one", "other"))
    chinese = language is Language.CHINESE
    asks = _ASKS_CHINESE if chinese else _ASKS_ENGLISH
    gaps = _GAP_CHINESE if chinese else _GAP_ENGLISH
    whole = len(question.rstrip(" ?？。"))
    clauses: list[tuple[int, int]] = []
    begin = 0
    for gap in [*gaps.finditer(question, 0, whole), None]:
        end = gap.start() if gap else whole
        asked = len(asks.findall(question[begin:end]))
        if asked > 1 or (gap is None and not asked):
            return ()
        if asked:
            clauses.append((begin, end))
            begin = gap.end() if gap else end
    if len(clauses) < 2:
        return ()
    named = (
        places,
        period_spans(question),
        [match.span() for match in _NAMED.finditer(question)],
    )
    first = question[slice(*clauses[0])]
    names = max((end for spans in named for _, end in spans if end <= clauses[0][1]), default=0)
    whole_ones: list[str] = []
    for clause in clauses:
        text = question[slice(*clause)].strip()
        taken = _taken(question, clause, named)
        if not chinese:
            topic = _topic(first) if whole_ones and _leans(text) else ""
            if topic:
                taken = [topic, *(word for word in taken if word not in topic)]
            whole_ones.append(f"{text} ({', '.join(taken)})?" if taken else f"{text}?")
            continue
        own = clause == clauses[0] or any(_inside(place, clause) for place in places)
        if question[: clause[0]].rstrip().endswith(("?", "？")):
            own = own or not _BEGINS_WITH_VERB.match(text)
        lead = "" if own else _lead(first, max(0, names - clauses[0][0]), text)
        whole_ones.append("".join(word for word in taken if word not in lead) + lead + text)
    return tuple(whole_ones)


def _leans(clause: str) -> bool:
    """Return whether a later English clause needs the first one to say what it is about."""
    words = clause.split()
    names = any(word[0].isupper() for word in words[1:])
    return _LEANS.search(clause) is not None or (len(words) <= _FEW_WORDS and not names)


def _topic(clause: str) -> str:
    """Return what an English clause asks about: the mill, of "when did the mill open"."""
    found = _TOPIC.search(clause)
    words = found["topic"].split() if found else []
    if not words or _LEANS.fullmatch(words[0]):
        return ""
    short = found is not None and found["verb"] and 1 < len(words) <= _FEW_WORDS - 1
    return " ".join(words[:-1] if short else words)


def _taken(question: str, clause: Span, named: Sequence[Sequence[Span]]) -> list[str]:
    """Return the names of those kinds that a clause has none of."""
    missing = [spans for spans in named if not any(_inside(span, clause) for span in spans)]
    return list(dict.fromkeys(question[a:b] for spans in missing for a, b in spans))


def _inside(span: Span, clause: Span) -> bool:
    return clause[0] <= span[0] and span[1] <= clause[1]


def _lead(first: str, names: int, later: str) -> str:
    """Return what the first clause says before it asks and a later one leaves out: its subject.

    The first so many characters hold names, which the subject keeps.
    """
    found = _ASKS_CHINESE.search(first)
    before = first[: found.start()] if found else ""
    subject, possessive, _ = before.rpartition("的")
    if possessive:
        return subject + possessive
    if _ASKS_CHINESE.match(later):
        return before
    return before[:names] + _PREDICATE.sub("", before[names:])


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


def _put_together(question: str, spans: list[Span], language: Language) -> Parts | None:
    """Return a question for each of several places, times or names, None where there is but one."""
    if len(spans) < 2:
        return None
    return _difference(question, spans, language) or _total(question, spans)


def _total(question: str, spans: list[Span]) -> Parts | None:
    """Return a question for each of several places or names in a row: A, B and C together."""
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
    form, operation = _TOTAL, Operation.SUM
    if not _TOTAL.search(question):
        is_gap = len(row) == 2 and _APART.search(question, end)
        form, operation = (_APART, Operation.DIFFERENCE) if is_gap else (_TOTAL, Operation.EACH)
    questions = (
        form.sub("", question[:start] + question[first:last] + question[end:]).strip()
        for first, last in row
    )
    named = tuple(question[first:last] for first, last in row)
    return Parts(operation, tuple(questions), named=named)


def _difference(question: str, spans: list[Span], language: Language) -> Parts | None:
    """Return a question for each of two places or names: how much more A than B."""
    (a, b), (c, d) = spans[:2]
    one, other = question[a:b], question[c:d]
    marked = question[:a] + "\1" + question[b:c] + "\0" + question[d:]
    chinese = language is Language.CHINESE
    than = _THAN_CHINESE if chinese else _THAN_ENGLISH
    # 2024年比2023年增长多少 asks for what is one figure.
    if not than.search(marked) or not (chinese or _MORE.search(question)):
        return None
    asked = _MORE.sub(r"\1", than.sub("", marked))
    questions = asked.replace("\1", one), asked.replace("\1", other)
    return Parts(Operation.DIFFERENCE, questions, named=(one, other))
