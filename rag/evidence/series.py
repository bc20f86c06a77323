"""Figures that several sources give for what was asked, brought side by side.

Sources differ because they count to different days, or because they disagree. That they count to
different days is taken from what they state, or from one publisher's later report; that they came
out on different days says nothing of it. Copies of one report are one source.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from rag.evidence.statements import Statement, have_like_extents, is_copy, statements_of
from rag.language.claims import agrees
from rag.language.dates import Period
from rag.language.measures import is_same_measure
from rag.language.periods import is_reported_then, named_periods, overlaps
from rag.language.words import Segmenter
from rag.records import Document, Extract, Figure, Question, Relation

LEAST_SHARE = 0.5
"""Of the first extract's score, the part that one with another figure must have."""

MOST_FIGURES = 5
_AT_ONCE = timedelta(days=7)
"""Reports without a period of their own are of one time when they came out within this."""


@dataclass(frozen=True, slots=True)
class Group:
    """The statements of one figure, the first the one to quote."""

    statements: tuple[Statement, ...]
    relation: Relation

    @property
    def sources(self) -> int:
        """How many sources there are, copies of one counted once."""
        kept: list[Statement] = []
        for one in self.statements:
            if not any(is_copy(one, other) for other in kept):
                kept.append(one)
        return len(kept)


def compare(
    extracts: Sequence[Extract],
    documents: Mapping[str, Document],
    question: Question,
    segmenter: Segmenter,
) -> list[Group]:
    """Return what the sources say, by figure, the group to lead with first.

    Args:
        extracts: what answers the question, best first.
        documents: those that the extracts are of, by key.
        question: what was asked.
        segmenter: to find the places in Chinese text.

    Returns:
        No groups where the first extract's answer is not one figure.
    """
    said = statements_of(extracts, documents, segmenter)
    if not said or said[0].extract is not extracts[0]:
        return []
    first, periods = said[0], named_periods(question.text)
    alike = {first.document.key: first}
    for one in said[1:]:
        if _fits(one, periods) and _is_comparable(one, first, question):
            alike.setdefault(one.document.key, one)
    by_value: dict[Decimal, list[Statement]] = {}
    for one in alike.values():
        by_value.setdefault(one.value, []).append(one)
    groups = sorted(
        (Group(_best_first(group), Relation.ANSWER) for group in by_value.values()),
        key=lambda group: _weight(group, question.claim),
        reverse=True,
    )
    leading = groups[0]
    beside = [
        replace(group, relation=relation)
        for group in groups[1:]
        if (relation := _relation(group.statements, leading.statements)) is not None
    ]
    return [leading, *beside][:MOST_FIGURES]


def _is_comparable(one: Statement, first: Statement, question: Question) -> bool:
    """Return whether a statement gives a figure for the same thing as the first one."""
    same_place = (
        not one.named or question.places <= one.named
        if question.places
        else one.places == first.places
    )
    return (
        one.extract.score >= LEAST_SHARE * first.extract.score
        and same_place
        and one.figure.comparison == first.figure.comparison
        and is_same_measure(one.figure, first.figure)
        and have_like_extents(one, first)
    )


def _fits(statement: Statement, asked: Sequence[Period]) -> bool:
    """Return whether a statement tells of the periods asked about, or is of soon after them."""
    if not asked:
        return True
    if statement.covers is not None:
        return any(overlaps(one, statement.covers) for one in asked)
    return is_reported_then(statement.document.published, asked)


def _best_first(group: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements of one figure, the one to quote first.

    Those that nothing speaks against and those that state their cut-off go before; among them the
    reader is surest of the first, and their figure is the same.
    """
    return tuple(
        sorted(
            group,
            key=lambda one: (one.is_clean, one.cut_off is not None),
            reverse=True,
        )
    )


def _weight(group: Group, claim: Figure | None) -> tuple[bool, date, int, bool, date, str]:
    """Return what decides which figure leads; nothing in it depends on how the question is put.

    That it bears the question's figure out; its newest day, where one states its cut-off of those,
    because others only repeat it; how many sources give it; that nothing speaks against one; when
    that one came out. The key only makes the order the same every time.
    """
    first = group.statements[0]
    borne_out = claim is not None and agrees(claim, first.figure) is True
    stated = [one.cut_off for one in group.statements if one.cut_off]
    day = max(stated or map(_day, group.statements))
    published = first.document.published or date.min
    return borne_out, day, group.sources, first.is_clean, published, first.document.key


def _relation(some: Sequence[Statement], leading: Sequence[Statement]) -> Relation | None:
    """Return how a figure stands to the one that leads, by any two of their statements.

    Where both figures have statements with a cut-off, only those say how; None where they are
    counted from different days to the same one, and so can both be right.
    """
    pairs = [(one, other) for one in some for other in leading]
    stated = [pair for pair in pairs if all(one.cut_off for one in pair)]
    if stated and all(_covers_other_days(*pair) for pair in stated):
        return None
    found = {_relation_of(*pair) for pair in stated or pairs}
    order = (Relation.CONFLICT, Relation.OVER_TIME, Relation.UNDECIDED)
    return next(relation for relation in order if relation in found)


def _relation_of(one: Statement, other: Statement) -> Relation:
    """Return how two statements with different figures stand to each other.

    Those that state different cut-offs are a series, as are those of which one came out before the
    other's cut-off and two reports of one publisher; those that state the same cut-off conflict,
    and those that came out at once. For the rest the texts leave it open. A total that falls while
    it runs on is no series.
    """
    if one.cut_off and one.cut_off == other.cut_off:
        return Relation.CONFLICT
    if one.as_of is None or other.as_of is None:
        return Relation.CONFLICT if one.as_of == other.as_of else Relation.UNDECIDED
    earlier, later = sorted((one, other), key=_day)
    again = _reports_again(earlier.document, later.document)
    both = one.cut_off is not None and other.cut_off is not None
    # A day that may only be the one of telling parts no two publishers' news of one week.
    told = any(item.as_of == item.document.published for item in (one, other))
    at_once = told and _day(later) - _day(earlier) <= _AT_ONCE
    if at_once and not (both and again):
        return Relation.CONFLICT
    if both or again or (later.cut_off is not None and later.cut_off > _day(earlier)):
        return Relation.CONFLICT if _falls(earlier, later) else Relation.OVER_TIME
    return Relation.UNDECIDED


def _covers_other_days(one: Statement, other: Statement) -> bool:
    """Return whether two figures are counted to the same day, but not from the same."""
    covers = one.covers, other.covers
    same_end = one.cut_off == other.cut_off
    return same_end and all(covers) and len({period.start for period in covers if period}) == 2


def _falls(earlier: Statement, later: Statement) -> bool:
    """Return whether a total, counted from the same day or said to run on, has become less."""
    covers = earlier.covers, later.covers
    same_start = all(covers) and len({period.start for period in covers if period}) == 1
    running = same_start or (earlier.is_running and later.is_running)
    return running and earlier.is_total and later.is_total and later.value < earlier.value


def _reports_again(earlier: Document, later: Document) -> bool:
    """Return whether the later document is a later one of the same publisher."""
    if not (earlier.published and later.published and earlier.published < later.published):
        return False
    first, second = (
        "".join(unicodedata.normalize("NFKC", document.publisher).casefold().split())
        for document in (earlier, later)
    )
    return bool(first) and first == second


def _day(statement: Statement) -> date:
    return statement.as_of or date.min
