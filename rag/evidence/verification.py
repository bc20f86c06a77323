"""Whether a source is about what a question asks, and its words are of the kind asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal

from rag.evidence.scene import of_other_scene
from rag.evidence.tables import is_of_all_rows, is_of_row
from rag.language.asking import (
    Asked,
    asked_for,
    asks,
    asks_who_it_is,
    is_greeting,
    is_of_dimension,
    is_of_kind,
    is_of_unit,
    unit_asked_for,
)
from rag.language.dates import Period
from rag.language.figures import figures_within, find_counts, find_figures, with_unit
from rag.language.harms import tells_of_other_harm
from rag.language.names import local_places, mentions_place, pinyin_of, provinces
from rag.language.opposites import tells_of_rise
from rag.language.parts import asks_for_total
from rag.language.periods import (
    governing_periods,
    named_periods,
    overlaps,
    period_spans,
    plan_periods,
)
from rag.language.quantities import Quantity
from rag.language.sentences import stretch_around
from rag.language.words import Segmenter, normalise, to_simplified
from rag.records import Document, Draft, Extract, Question

_NATION = re.compile(
    r"全国|我国|\b(?:nationwide|countrywide|nationally|"
    r"(?:across|throughout) (?:the country|china))\b",
    re.IGNORECASE,
)
_PART_OF_NATION = re.compile(
    r"(?<![健安保完齐周])全(?:自治)?[省市区县州](?![场域政级])|\b(?:province|region|state|city|county)-?wide\b|"
    r"\b(?:across|throughout) the (?:province|region|state|city|county)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[，；;。！？]|,(?!\d)|[.!?](?=\s)")
_PART_END = re.compile(r"[；;]")
_PREFACE = re.compile(r".*[：:]", re.DOTALL)
_LATIN_NAME = re.compile(r"(?:[Tt]he )?(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)")
_COUNTED = (Asked.MONEY, Asked.COUNT, Asked.PERCENT)
_ASKED = re.compile(r"问|\b(?:ask|question|quer)", re.IGNORECASE)


def verified(
    draft: Draft, documents: Mapping[str, Document], question: Question, segmenter: Segmenter
) -> list[Extract]:
    """Return the extracts of a draft that may stand as answers, in its order.

    An extract must be about the question's places and period, be of a document that tells of what
    happened where another one does, be of the kind asked for, and say more than the question does:
    "how many" is answered by a count, 多少家 not by persons, "how heavy" not by metres, what fell
    not by what rose, "how much money" by money, "how much of the 40 million" not by 40 million, and
    whether anybody was hurt not by nobody's death. "When" may be answered by what is no date: in
    spring, after the flood. A sentence that asks something itself answers nothing, unless it is
    asked what was asked, nor does a figure at which a snippet breaks off, nor a row of a table for
    another one that the question names, or for the total of them.
    """
    if is_greeting(question.text):
        return []
    asked = asked_for(question.text)
    kind = None if asked is Asked.DATE else asked
    periods = named_periods(question.text)
    unit = unit_asked_for(question.text)
    total = kind is not None and asks_for_total(question.text)
    rises = tells_of_rise(question.text) if kind else None
    who = asks_who_it_is(question.text)
    about_asking = _ASKED.search(question.text) is not None
    said = {(figure.value, figure.unit) for figure in find_figures(question.text)}
    elsewhere = of_other_scene(question, documents)

    def stands(extract: Extract) -> bool:
        document = documents[extract.document_key]
        words = answer_words(extract, document)
        return (
            extract.document_key not in elsewhere
            and is_of_kind(words, kind)
            and (about_asking or not asks(document.text[extract.start : extract.end]))
            and is_of_unit(words, unit)
            and is_of_dimension(words, question.text)
            and not tells_of_other_harm(words, question.text)
            and not (kind and _repeats(words, said))
            and not (who and _is_named_in(words, question.text))
            and not (kind in _COUNTED and _is_time(extract, document))
            and not (rises is not None and _tells_of_rise(extract, document) is (not rises))
            and not (kind and _is_label(extract, document, words))
            and not _is_cut_off(extract, document)
            and is_of_period(extract, document, periods)
            and is_of_row(extract, document, question.text)
            and not _is_of_other_part(extract, document, question, segmenter)
            and not (total and not is_of_all_rows(extract, document, question))
            and is_about(extract, document, question, segmenter)
        )

    return [extract for extract in draft.extracts if stands(extract)]


def answer_words(extract: Extract, document: Document) -> str:
    """Return the words of an extract that answer, the whole quotation where none are marked.

    A bare figure in a table has its unit behind it.
    """
    quote = document.text[extract.start : extract.end]
    return " ".join(
        with_unit(quote, start - extract.start, end - extract.start)
        for start, end in extract.answering
    )


def answer_figures(extract: Extract, document: Document) -> list[Quantity]:
    """Return the figures among an extract's answering words, in order."""
    quote = document.text[extract.start : extract.end]
    return [
        figure
        for start, end in extract.answering
        for figure in figures_within(quote, start - extract.start, end - extract.start)
    ]


def is_about(
    extract: Extract, document: Document, question: Question, segmenter: Segmenter
) -> bool:
    """Return whether a quotation is about every place that a question names, in either script.

    The quotation names it, or the title does; or, where the quotation names no place of its own,
    its neighbours or the document's opening do. What Guangxi recovered does not answer what
    Guangdong did, however alike the sentences are. Of a town in a province (Nanning in Guangxi)
    the town must be named so, the province anywhere in the document. A figure of a nation is not
    what a part of it has.
    """
    quote = document.text[extract.start : extract.end]
    if not question.places:
        of_nation = (
            _NATION.search(question.text)
            and not _PART_OF_NATION.search(question.text)
            and asked_for(question.text) not in (None, Asked.DATE)
        )
        return not (of_nation and _is_of_part(extract, document, segmenter))
    own = local_places(quote, segmenter.words(quote))
    named = document.subject_of(extract.start, extract.end, alone=bool(own))
    towns = question.places - provinces()
    near_by, anywhere = (towns, question.places) if towns else (question.places, frozenset())
    return all(mentions_place(named, place) for place in near_by) and all(
        mentions_place(document.with_heading, place) for place in anywhere
    )


def _is_of_part(extract: Extract, document: Document, segmenter: Segmenter) -> bool:
    """Return whether a figure is of a part of a nation: the quotation says so, or the title."""
    told = document.subject_of(extract.start, extract.end, alone=True)
    if _NATION.search(told):
        return False
    title = document.title
    return bool(_PART_OF_NATION.search(told) or local_places(title, segmenter.words(title)))


def is_of_period(extract: Extract, document: Document, asked: Sequence[Period]) -> bool:
    """Return whether an answer's words are not told of another time than the periods asked about.

    Words that are told of no time are of any. What is told of several whole years is not told of a
    part of them.
    """
    if not asked:
        return True
    quote = document.text[extract.start : extract.end]
    stated = [
        period
        for start, end in extract.answering
        for period in governing_periods(
            quote, start - extract.start, end - extract.start, document.published, document.title
        )
    ]
    stated = stated or plan_periods(quote)
    if not stated:
        return True
    return any(
        overlaps(one, other) and not _is_within_years(one, other)
        for one in asked
        for other in stated
    )


def _is_of_other_part(
    extract: Extract, document: Document, question: Question, segmenter: Segmenter
) -> bool:
    """Return whether an answer is told of another one of several things that a sentence lists.

    Between semicolons each has its own subject: what is asked of 乙厂 is not answered by the 3吨 of
    甲厂产米3吨；乙厂停产.
    """
    quote, asked = document.text[extract.start : extract.end], to_simplified(question.text)
    start, end = (at - extract.start for at in extract.answering[0])
    first, last = stretch_around(quote, start, end, _PART_END)
    own = to_simplified(quote[first:last])
    others = _PART_END.split(to_simplified(quote[:first] + quote[last:]))
    for part in filter(str.strip, others):
        if _PREFACE.match(own) and _PREFACE.match(part):
            continue  # the cells of a row
        subject = _first_word(_PREFACE.sub("", part).strip(), segmenter)
        if subject and subject in asked and subject not in own:
            return True
    return False


def _first_word(text: str, segmenter: Segmenter) -> str:
    """Return the word or the Latin name that a text begins with, "" where it does with neither."""
    name = _LATIN_NAME.match(text)
    if name or text[:1].isascii():
        return name["name"] if name else ""
    first = next(iter(segmenter.cut(text)), "")
    return first if len(first) > 1 else ""


def _is_within_years(part: Period, whole: Period) -> bool:
    """Return whether a period is but a part of one of several whole years."""
    years = (whole.start.month, whole.start.day, whole.end.month, whole.end.day) == (1, 1, 12, 31)
    several = whole.start.year < whole.end.year
    inside = whole.start <= part.start and part.end <= whole.end
    return years and several and inside and part != whole


def _repeats(words: str, said: Set[tuple[Decimal, str]]) -> bool:
    """Return whether the figures of an answer, with their units, are all in the question."""
    given = {(figure.value, figure.unit) for figure in find_figures(words)}
    return bool(given) and given <= said


def _is_named_in(words: str, question: str) -> bool:
    """Return whether an answer is but words of the question, in either script."""
    plain = [normalise(text).replace(" ", "") for text in (words, pinyin_of(words), question)]
    return any(said and said in plain[-1] for said in plain[:-1])


def _is_time(extract: Extract, document: Document) -> bool:
    """Return whether an answer's words are but a date or period of its quotation."""
    stated = period_spans(document.text[extract.start : extract.end])
    spans = [(a + extract.start, b + extract.start) for a, b in stated]
    return all(any(a <= start and end <= b for a, b in spans) for start, end in extract.answering)


def _tells_of_rise(extract: Extract, document: Document) -> bool | None:
    """Return whether an answer stands in a clause that tells of a rise, see ``tells_of_rise``."""
    text = document.text[extract.start : extract.end]
    start, end = (at - extract.start for at in extract.answering[0])
    return tells_of_rise(text[slice(*stretch_around(text, start, end, _CLAUSE_END))])


def _is_label(extract: Extract, document: Document, words: str) -> bool:
    """Return whether the figures of an answer are none where they stand: the 1 of "Group 1"."""
    if not find_counts(words):
        return False
    quote = find_counts(document.text[extract.start : extract.end])
    places = [(one.start + extract.start, one.end + extract.start) for one in quote]
    return not any(a < end and start < b for a, b in places for start, end in extract.answering)


def _is_cut_off(extract: Extract, document: Document) -> bool:
    """Return whether an answer ends in the digits that a snippet ends in: 47 of 47.3%."""
    at_end = any(end == len(document.text) for _, end in extract.answering)
    return document.excerpt and at_end and document.text[-1].isdigit()
