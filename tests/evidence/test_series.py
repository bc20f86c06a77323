"""Figures of several made-up sources, side by side."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

import numpy as np
import pytest

from rag.evidence import answer_from
from rag.language.words import Segmenter
from rag.records import Answer, Document, Draft, Extract, Figure, Language, Question, Relation

NOVEMBER = date(2031, 11, 20)


def asked(text: str, *places: str) -> Question:
    vector = np.zeros(2, np.float32)
    return Question(text, Language.CHINESE, vector, (), (), places=frozenset(places))


def source(key: str, text: str, published: date | None, **fields: object) -> Document:
    return Document(key, "", text, published=published, **fields)  # type: ignore[arg-type]


def extract(document: Document, words: str, score: float = 0.9) -> Extract:
    at = document.text.index(words)
    return Extract(document.key, 0, len(document.text), ((at, at + len(words)),), score)


def answer(
    segmenter: Segmenter, sources: Sequence[tuple[Document, str]], question: str = "修了多少座桥？"
) -> Answer:
    """Answer from sources and the words of each, the first one the surest."""
    extracts = [extract(one, words, 0.9 - n / 100) for n, (one, words) in enumerate(sources)]
    documents = {one.key: one for one, _ in sources}
    return answer_from(asked(question), Draft(tuple(extracts), True), documents, segmenter)


def rows(made: Answer) -> list[tuple[str, str, str, tuple[int, ...]]]:
    return [
        (row.figure.text, str(row.as_of), row.relation.value, row.citations)
        for row in made.conflicts
    ]


def test_the_newest_of_a_series_leads_and_the_others_stand_beside_it(segmenter: Segmenter) -> None:
    spring = source("a", "今年前3个月全县修桥12座。", date(2031, 4, 5))
    autumn = source("b", "今年前9个月全县修桥31座。", date(2031, 10, 9))
    made = answer(segmenter, [(spring, "12座"), (autumn, "31座")])
    assert made.text == "31座"
    assert [c.document.key for c in made.citations] == ["b", "a"]
    assert rows(made) == [
        ("31座", "2031-09-30", "answer", (1,)),
        ("12座", "2031-03-31", "over time", (2,)),
    ]


def test_other_figures_for_the_same_days_are_a_conflict(segmenter: Segmenter) -> None:
    one = source("a", "今年前9个月全县修桥31座。", date(2031, 10, 9))
    other = source("b", "今年前9个月全县修桥29座。", date(2031, 10, 30))
    made = answer(segmenter, [(one, "31座"), (other, "29座")])
    assert [row.relation for row in made.conflicts] == [Relation.ANSWER, Relation.CONFLICT]
    assert (made.text, made.texts) == ("29座", ("29座", "31座"))
    assert [figure.text for figure in made.figures] == ["29座", "31座"]


def test_sources_that_agree_are_no_conflict_and_all_are_cited(segmenter: Segmenter) -> None:
    chinese = source("a", "全县修桥3.1万座。", NOVEMBER)
    english = source("b", "The county built 31,000 bridges.", NOVEMBER)
    made = answer(segmenter, [(chinese, "3.1万座"), (english, "31,000")])
    assert made.conflicts == ()
    assert [c.document.key for c in made.citations] == ["a", "b"]


def test_a_copy_of_a_report_is_no_second_source(segmenter: Segmenter) -> None:
    report = "县交通局昨天通报，全县今年一共修桥31座，其中大桥4座，投资比上年增长两成。"
    one, copy = source("a", report, NOVEMBER), source("b", report + "编辑：某某", NOVEMBER)
    own = source("c", "本报记者点了一遍，今年新修的桥有31座。", NOVEMBER)
    older = source("d", "去年修桥20座。", NOVEMBER)
    sources = [(one, "31座"), (copy, "31座"), (own, "31座"), (older, "20座")]
    first, second = answer(segmenter, sources).conflicts
    assert (first.citations, first.sources) == ((1, 2, 3), 2)
    assert (second.citations, second.sources) == ((4,), 1)


def test_a_source_with_a_warning_is_quoted_after_one_without(segmenter: Segmenter) -> None:
    stuffed = source("a", "全县修桥31座。", NOVEMBER, warnings=("keyword-stuffed page",))
    plain = source("b", "全县一共修了31座桥。", NOVEMBER)
    made = answer(segmenter, [(stuffed, "31座"), (plain, "31座")])
    assert made.citations[0].document.key == "b"
    assert made.warnings == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("全县修路40公里。", "40公里"),
        ("修桥花了40元。", "40元"),
        ("青海修桥40座。", "40座"),
        ("修桥的有老王。", "老王"),
    ],
)
def test_what_counts_something_else_is_not_put_beside_it(
    segmenter: Segmenter, text: str, words: str
) -> None:
    one = source("a", "全县修桥31座。", NOVEMBER)
    other = source("b", text, date(2031, 12, 1))
    made = answer(segmenter, [(one, "31座"), (other, words)], "修了多少？")
    assert made.text == "31座"
    assert made.conflicts == ()


def test_a_figure_of_another_time_than_the_one_asked_about_is_left_out(
    segmenter: Segmenter,
) -> None:
    one = source("a", "2031年全县修桥31座。", date(2032, 1, 9))
    later = source("b", "全县修桥40座。", date(2034, 1, 9))
    made = answer(segmenter, [(one, "31座"), (later, "40座")], "2031年修了多少座桥？")
    assert (made.text, made.conflicts) == ("31座", ())


def test_two_figures_of_one_document_are_no_conflict(segmenter: Segmenter) -> None:
    document = source("a", "东区修桥31座，西区修桥12座。", NOVEMBER)
    extracts = (extract(document, "31座"), replace(extract(document, "12座"), start=1))
    made = answer_from(asked("修了几座桥？"), Draft(extracts, True), {"a": document}, segmenter)
    assert made.conflicts == ()


def test_a_much_less_likely_figure_is_left_out(segmenter: Segmenter) -> None:
    one = source("a", "全县修桥31座。", NOVEMBER)
    other = source("b", "全县修桥40座。", date(2031, 12, 1))
    draft = Draft((extract(one, "31座", 0.9), extract(other, "40座", 0.3)), True)
    documents = {"a": one, "b": other}
    made = answer_from(asked("修了几座桥？"), draft, documents, segmenter)
    assert (made.text, made.conflicts) == ("31座", ())


@pytest.mark.parametrize(
    ("text", "day", "leads"),
    [
        ("12月5日修桥3座。", date(2031, 12, 6), False),
        ("2031年前11个月修桥40座。", date(2031, 12, 6), True),
        ("2030年修桥40座。", date(2031, 1, 6), False),
    ],
)
def test_only_like_stretches_of_time_are_one_series(
    segmenter: Segmenter, text: str, day: date, leads: bool
) -> None:
    year = source("a", "2031年前9个月全县修桥31座。", date(2031, 10, 9))
    words = "40座" if "40座" in text else "3座"
    made = answer(segmenter, [(year, "31座"), (source("b", text, day), words)], "修了多少座桥？")
    assert (made.text == words) is leads
    assert bool(made.conflicts) is (words == "40座")


def test_a_part_of_the_place_asked_about_does_not_lead(segmenter: Segmenter) -> None:
    whole = source("a", "广西修桥31座。", NOVEMBER)
    town = source("b", "南宁修桥12座。", date(2031, 12, 1), title="广西修桥")
    extracts = (extract(whole, "31座"), extract(town, "12座", 0.8))
    documents = {"a": whole, "b": town}
    question = asked("广西修了几座桥？", "guangxi")
    made = answer_from(question, Draft(extracts, True), documents, segmenter)
    assert (made.text, made.conflicts) == ("31座", ())


def test_an_open_period_without_a_date_of_publication_has_no_last_day(
    segmenter: Segmenter,
) -> None:
    undated = source("a", "2020年以来全县修桥31座。", None)
    dated = source("b", "全县修桥40座。", NOVEMBER)
    made = answer(segmenter, [(undated, "31座"), (dated, "40座")])
    assert made.text == "40座"
    assert [row.as_of for row in made.conflicts] == [NOVEMBER, None]


def test_reports_of_one_week_without_a_period_conflict(segmenter: Segmenter) -> None:
    one = source("a", "全县修桥31座。", NOVEMBER)
    other = source("b", "全县修桥29座。", date(2031, 11, 21))
    made = answer(segmenter, [(one, "31座"), (other, "29座")])
    assert made.conflicts[1].relation is Relation.CONFLICT


def relation(segmenter: Segmenter, one: Document, other: Document) -> Relation:
    """Return how the figures of two documents, each the words up to 座, stand to each other."""
    sources = [(item, re.findall(r"\d+座", item.text)[0]) for item in (one, other)]
    _, beside = answer(segmenter, sources).conflicts
    return beside.relation


def test_days_of_publication_make_no_series_of_two_publishers(segmenter: Segmenter) -> None:
    one = source("a", "全县修桥31座。", date(2031, 10, 9), publisher="日报")
    other = source("b", "全县修桥29座。", date(2031, 11, 20), publisher="晚报")
    assert relation(segmenter, one, other) is Relation.UNDECIDED
    made = answer(segmenter, [(one, "31座"), (other, "29座")])
    assert made.texts == ("29座",)
    assert [(row.stated, row.publisher, row.published) for row in made.conflicts] == [
        (False, "晚报", date(2031, 11, 20)),
        (False, "日报", date(2031, 10, 9)),
    ]


def test_two_reports_of_one_publisher_are_a_series(segmenter: Segmenter) -> None:
    one = source("a", "全县修桥31座。", date(2031, 10, 9), publisher="County Daily")
    other = source("b", "全县修桥29座。", date(2031, 11, 20), publisher="county  daily")
    assert relation(segmenter, one, other) is Relation.OVER_TIME


def test_what_came_out_before_the_others_cut_off_is_of_another_time(segmenter: Segmenter) -> None:
    one = source("a", "全县修桥12座。", date(2031, 4, 9))
    other = source("b", "今年前9个月全县修桥31座。", date(2031, 10, 9))
    assert relation(segmenter, one, other) is Relation.OVER_TIME
    later = source("c", "全县修桥33座。", date(2031, 12, 9))
    assert relation(segmenter, other, later) is Relation.UNDECIDED


def test_what_is_told_of_the_present_day_states_it(segmenter: Segmenter) -> None:
    one = source("a", "全县目前有桥31座。", date(2031, 10, 9))
    other = source("b", "全县的桥已降至29座。", date(2031, 11, 20))
    assert relation(segmenter, one, other) is Relation.OVER_TIME


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("今年前6个月修桥31座。", "今年前9个月修桥29座。", Relation.CONFLICT),
        ("已累计修桥31座。", "已累计修桥29座。", Relation.CONFLICT),
        ("今年前6个月月均修桥31座。", "今年前9个月月均修桥29座。", Relation.OVER_TIME),
        ("去年上半年修桥31座。", "今年上半年修桥29座。", Relation.OVER_TIME),
    ],
)
def test_a_total_that_falls_as_it_runs_on_is_no_series(
    segmenter: Segmenter, before: str, after: str, expected: Relation
) -> None:
    one, other = source("a", before, date(2031, 7, 9)), source("b", after, date(2031, 10, 9))
    assert relation(segmenter, one, other) is expected


def test_other_stretches_to_the_same_day_are_not_set_side_by_side(segmenter: Segmenter) -> None:
    half = source("a", "2031年7月至12月修桥12座。", date(2032, 1, 9))
    year = source("b", "2031年修桥31座。", date(2032, 1, 9))
    assert answer(segmenter, [(year, "31座"), (half, "12座")]).conflicts == ()


def test_a_figure_repeated_later_is_still_of_its_day(segmenter: Segmenter) -> None:
    spring = source("a", "今年前3个月修桥12座。", date(2031, 4, 9), publisher="日报")
    repeated = source("b", "这个县修的桥有12座。", date(2031, 10, 10), publisher="晚报")
    autumn = source("c", "今年前9个月修桥31座。", date(2031, 10, 9), publisher="日报")
    made = answer(segmenter, [(autumn, "31座"), (spring, "12座"), (repeated, "12座")])
    assert {row.figure.text: row.relation for row in made.conflicts}["12座"] is Relation.OVER_TIME


def test_what_leads_does_not_depend_on_the_readers_order(segmenter: Segmenter) -> None:
    sources = [
        (source(key, text, day), words)
        for key, text, words, day in (
            ("a", "今年前9个月全县修桥31座。", "31座", date(2031, 10, 9)),
            ("b", "前9个月，本县共修29座桥。", "29座", date(2031, 10, 9)),
            ("c", "据统计，今年前9个月修的桥有29座。", "29座", date(2031, 10, 9)),
            ("d", "今年前6个月全县修桥20座。", "20座", date(2031, 7, 9)),
        )
    ]
    found = {answer(segmenter, order).texts for order in permutations(sources)}
    assert found == {("29座", "31座")}


@pytest.mark.parametrize(
    ("text", "as_of"),
    [
        ("截至4月30日，全县今年修桥31座。", date(2031, 4, 30)),
        ("截至2031年4月30日，今年修桥31座。", date(2031, 4, 30)),
        ("By 30 April 2031 the county had built 31座 this year.", date(2031, 4, 30)),
        ("到2031年4月底为止，今年修桥31座。", date(2031, 4, 30)),
        ("By the end of April 2031 this year's bridges were 31座.", date(2031, 4, 30)),
        ("今年以来全县修桥31座。", date(2031, 5, 9)),
    ],
)
def test_a_cut_off_within_the_year_is_what_a_figure_counts_to(
    segmenter: Segmenter, text: str, as_of: date
) -> None:
    one = source("a", text, date(2031, 5, 9))
    earlier = source("b", "今年前2个月修桥12座。", date(2031, 3, 9))
    assert answer(segmenter, [(one, "31座"), (earlier, "12座")]).conflicts[0].as_of == as_of


def test_what_two_publishers_tell_of_now_in_one_week_is_of_one_time(segmenter: Segmenter) -> None:
    one = source("a", "全县目前有桥31座。", date(2031, 10, 9), publisher="日报")
    other = source("b", "全县目前有桥33座。", date(2031, 10, 11), publisher="晚报")
    assert relation(segmenter, one, other) is Relation.CONFLICT
    again = replace(other, publisher="日报")
    assert relation(segmenter, one, again) is Relation.OVER_TIME


def test_the_source_that_bears_a_claim_out_leads(segmenter: Segmenter) -> None:
    older = source("a", "今年前3个月全县修桥12座。", date(2031, 4, 5))
    newer = source("b", "今年前9个月全县修桥31座。", date(2031, 10, 9))
    extracts = (extract(newer, "31座"), extract(older, "12座", 0.8))
    figure = Figure("12座", Decimal(12), "座", "count", "", "")
    question = replace(asked("修了多少座桥"), claim=figure, typed="修了12座桥吗")
    documents = {"a": older, "b": newer}
    made = answer_from(question, Draft(extracts, True), documents, segmenter)
    assert made.text == "12座"
    assert made.verdict is not None
    assert made.verdict.agrees
