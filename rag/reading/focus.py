"""Which figure or clause of a sentence is told of what a question asks.

"How many died" asks for the figure of who died, not of who was taken to hospital. The words around
each figure are compared with those of the question, by their vectors: in either language, and in
other words.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.language.asking import CHANGES, Asked, asks_for_change, is_of_kind
from rag.language.figures import find_counts, find_figures
from rag.language.measures import is_counted_so, is_same_measure
from rag.language.names import is_verb
from rag.language.opposites import tells_of_rise
from rag.language.quantities import Quantity
from rag.language.rendering import as_figure
from rag.language.respective import told_respectively
from rag.language.sentences import split_clauses
from rag.language.words import Segmenter, to_simplified
from rag.language.zeros import with_figures
from rag.records import Figure, Language, Question

Span = tuple[int, int]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]

LEAST_NEARER = 0.03
"""By how much another figure's words must be nearer to the question's, as a cosine."""

_JOINT = re.compile(
    r"\s(?=(?:and|but|while|whereas)\s)|(?=以及|并且|但是?|而(?!且))", re.IGNORECASE
)
_HOW_MANY = re.compile(
    r"\b(?:how (?:many|much)|(?:what|which) (?:percentage|per ?cent))\b"
    r"(?: of (?:the|these|those|its|their)\b)?\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_WHILE = re.compile(
    r"\b(?:when|after|before|while|during|because|if|since|following)\b.*|[?？.,;].*", re.IGNORECASE
)
_SCENE = re.compile(r"\b(?:in|at|on|by|from|for|as|due|under|near|during)\b.*", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|did|does|do|will|would|can|could)\b", re.IGNORECASE
)
_LIGHT = re.compile(
    r"\b(?:people|persons?|were|was|are|is|have|has|had|been|be|being|did|does|do|there|the|a|an|"
    r"get|got)\b",
    re.IGNORECASE,
)
"""What stands in questions for any figure of persons."""

_COMPARED = r"(?:[同环]比|[比较][^，,]{1,10}?)"
_CHANGED_BY = re.compile(
    r"(?:\b(?:by|up|down|rose|fell|grew|shrank|"
    r"(?:dropp|slipp|climb|jump|declin|decreas|increas|surg)ed) "
    r"(?:about |some |nearly |almost |only |over |more than )?|"
    rf"(?:{CHANGES}|{_COMPARED}[多少高低快慢])了?)$",
    re.IGNORECASE,
)
_CHANGED = re.compile(rf"{_COMPARED}?(?:{CHANGES}|[多少高低快慢])了?(?:百分之)?$")
_NO_SUBJECT = re.compile(
    rf"[\s，,。.;；]*(?:and |but )?(?:{_COMPARED}?(?:分别)?(?:{CHANGES}|[多少高低快慢])了?|up|down)"
    r"(?: *(?:by|year on year|on the year|from a year earlier))*[\s，,。.;；]*"
)
_MORE_THAN = re.compile(r" (?:[a-z]+ )?(?:more|fewer|less|higher|lower) than\b", re.IGNORECASE)
_CHINESE_HOW_MANY = re.compile(r"(?:多少|几)(?:[个名人位例起]|(?!\d))人?")
_CLAUSE = re.compile(r"[，。？！；,?!;\s]")
_PARTICLES = frozenset("了 过 着 的 有 是 共 共有 一共 总共 到底 究竟 达 到 造成 导致".split())  # noqa: SIM905

_JOINS = frozenset(("", *"和 与 及 以及 至 到 and or to plus".split()))  # noqa: SIM905
"""What may stand between two figures of the same, and tells neither apart."""


@dataclass(frozen=True, slots=True)
class Told:
    """A figure with the stretch of its sentence that tells of it.

    ``is_change`` tells whether it says by how much something rose or fell, ``is_listed`` whether it
    is told "respectively".
    """

    quantity: Quantity
    figure: Figure
    stretch: Span
    is_change: bool
    is_listed: bool


def focus_of(question: Question, segmenter: Segmenter) -> str:
    """Return the words of a question that say what it asks to be counted, "" where none do."""
    if question.language is Language.CHINESE:
        return _chinese_focus(question.text, segmenter)
    found = _HOW_MANY.search(question.text)
    rest = _WHILE.sub("", found["rest"]) if found else ""
    auxiliary = _AUXILIARY.search(rest)
    subject, verb = (
        (rest[: auxiliary.start()], rest[auxiliary.end() :]) if auxiliary else ("", rest)
    )
    verb = _SCENE.sub("", verb)
    # Of "people held in jail were freed" only the verb tells what is counted.
    told = verb if verb.strip() and _SCENE.search(subject) else f"{_SCENE.sub('', subject)} {verb}"
    return " ".join(_LIGHT.sub(" ", told).split())


def _chinese_focus(text: str, segmenter: Segmenter) -> str:
    """Return the verb behind the interrogative, else the word before it, with what is counted."""
    text = to_simplified(text)
    found = _CHINESE_HOW_MANY.search(text)
    if found is None:
        return ""
    after = _CLAUSE.split(text[found.end() :])[0]
    behind = [word for word in segmenter.cut(after) if word not in _PARTICLES]
    if any(map(is_verb, behind)):
        return "".join(behind)
    before = _CLAUSE.split(text[: found.start()])[-1]
    if asks_for_change(text):
        # What changed is the last noun before the verb: 门票带来的收入同比增长了.
        changed = _CHANGED.sub("", before)
        return changed.rpartition("的")[2] or changed
    ahead = [word for word in segmenter.cut(before) if word not in _PARTICLES]
    return "".join([*ahead[-1:], *behind])


def figures_told(sentence: str, asked: Asked, unit: str) -> list[Told]:
    """Return the figures of a sentence that are of the kind and unit asked for, with their words.

    A clause with several is parted where they are joined: "12 were hurt and nobody died".
    """
    counts = find_counts(sentence)
    respective = told_respectively(sentence, counts)
    found = []
    before = 0
    for start, end in _stretches(sentence, counts):
        # 同比增长5% is said of what stands before.
        about = before if _says_no_subject(sentence[start:end]) else start
        before = about
        changes = tells_of_rise(sentence[start:end]) is not None
        for one in counts:
            figure = as_figure(one)
            fits = is_of_kind(one.text, asked) and (not unit or is_counted_so(figure, unit))
            if fits and start <= one.start < end:
                stretch = respective.get(one.start, (about, end))
                change = _is_change(sentence, one, changes)
                found.append(Told(one, figure, stretch, change, one.start in respective))
    return found


def _says_no_subject(stretch: str) -> bool:
    """Return whether a stretch says of a change by how much alone, and not what changed."""
    for figure in reversed(find_figures(stretch)):
        stretch = stretch[: figure.start] + stretch[figure.end :]
    return _NO_SUBJECT.fullmatch(stretch) is not None


def _is_change(sentence: str, figure: Quantity, changes: bool) -> bool:
    """Return whether a figure tells by how much; ``changes`` where its words tell of a change."""
    return (
        bool(figure.comparison)
        or (changes and figure.kind == "percent")
        or _CHANGED_BY.search(sentence, 0, figure.start) is not None
        or _MORE_THAN.match(sentence, figure.end) is not None
    )


def change_beside(answer: Span, told: Sequence[Told]) -> Span:
    """Return where a sentence tells of a change, ``answer`` where it tells of none.

    These are the changes in the answer, else the first one behind it: 破获4万起，同比上升三成.
    """
    changes = [one.quantity for one in told if one.is_change]
    if not changes:
        return answer
    inside = [one for one in changes if one.start < answer[1] and answer[0] < one.end]
    if inside:
        return inside[0].start, inside[-1].end
    one = next((one for one in changes if one.start >= answer[1]), changes[0])
    return one.start, one.end


def of_unit_beside(answer: Span, told: Sequence[Told]) -> Span:
    """Return where the one figure told of the unit asked for stands, if the answer has none of it.

    Who asks how many banks sent clerks is told the 78家 of 78家银行的200名职员.
    """
    if len(told) != 1 or _within(told, answer):
        return answer
    return told[0].quantity.start, told[0].quantity.end


def _stretches(sentence: str, counts: Sequence[Quantity]) -> list[Span]:
    found = []
    for start, end in split_clauses(sentence, 0, len(sentence)):
        for joint in _JOINT.finditer(sentence, start, end):
            at = joint.start()
            before = any(start <= one.start < at for one in counts)
            if before and any(at <= one.start < end for one in counts):
                found.append((start, at))
                start = at
        found.append((start, end))
    return found


def nearest_told(
    sentence: str, answer: Span, told: Sequence[Told], focus: str, embed: Embed
) -> Span:
    """Return where the figure stands that is told of what is asked, ``answer`` where that is it.

    Args:
        sentence: the sentence.
        answer: offsets of the words that were taken for the answer.
        told: the sentence's figures, as ``figures_told`` gives them.
        focus: what is asked to be counted.
        embed: gives unit vectors for texts.
    """
    own = _within(told, answer)
    if len(own) > 1 and len({one.stretch for one in own}) == 1:
        told = _parted(told)
        own = _within(told, answer)
    alike = [one for one in told if own and is_same_measure(one.figure, own[0].figure)]
    if not focus or len({one.stretch for one in alike}) < 2:
        return answer
    texts = [_words_around(sentence, one.stretch) for one in alike]
    if not _JOINS.isdisjoint(texts):
        return answer
    vectors = embed([focus, *texts])
    near = dict(zip(alike, (vectors[1:] @ vectors[0]).tolist(), strict=True))
    in_stretch = Counter(one.stretch for one in alike)
    alone = [one for one in alike if in_stretch[one.stretch] == 1]
    if not alone:
        return answer
    best = max(alone, key=lambda one: near[one])
    # Words with two figures in them answer with neither.
    least = LEAST_NEARER if len(own) == 1 else 0.0
    if own == [best] or near[best] < max(near.get(one, 0.0) for one in own) + least:
        return answer
    return best.quantity.start, best.quantity.end


def nearest_clauses(sentence: str, question: str, embed: Embed) -> Span:
    """Return the clause of a sentence that is nearest to a question that asks whether it is so.

    A few words of a sentence say neither yes nor no. Where several are as near, it is these with
    what stands between.
    """
    clauses = split_clauses(sentence, 0, len(sentence))
    if len(clauses) < 2:
        return 0, len(sentence)
    vectors = embed([question, *(sentence[slice(*clause)] for clause in clauses)])
    cosines = vectors[1:] @ vectors[0]
    near = np.flatnonzero(cosines > cosines.max() - LEAST_NEARER)
    return clauses[near[0]][0], clauses[near[-1]][1]


def _within(told: Sequence[Told], span: Span) -> list[Told]:
    return [one for one in told if one.quantity.start < span[1] and span[0] < one.quantity.end]


def _parted(told: Sequence[Told]) -> list[Told]:
    """Return figures with what stands behind them alone: 200 clerks from, and 78 banks."""
    ends = [*(one.quantity.start for one in told[1:]), sys.maxsize]
    return [
        replace(one, stretch=(one.quantity.start, min(one.stretch[1], end)))
        for one, end in zip(told, ends, strict=True)
    ]


def _words_around(sentence: str, stretch: Span) -> str:
    """Return what a stretch says beside its figures."""
    text = with_figures(sentence[slice(*stretch)]).text
    for figure in reversed(find_figures(text)):
        text = text[: figure.start] + text[figure.end :]
    return text.strip(" ，,。.;；、")
