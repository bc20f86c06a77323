"""Periods counted from when a text was written."""

from datetime import date

import pytest

from rag.language.dates import Period
from rag.language.periods import (
    compared_periods,
    find_periods,
    governing_periods,
    is_reported_then,
    named_periods,
    overlaps,
    plan_periods,
)

WRITTEN = date(2024, 1, 15)
YEAR_TO_DATE = (date(2024, 1, 1), WRITTEN)
LAST_YEAR = (date(2023, 1, 1), date(2023, 12, 31))


@pytest.mark.parametrize(
    ("text", "words", "period"),
    [
        ("今年以来收获颇丰", "今年以来", YEAR_TO_DATE),
        ("去年全年下雨", "去年", LAST_YEAR),
        ("去年前11个月", "去年前11个月", (date(2023, 1, 1), date(2023, 11, 30))),
        ("截至11月底，蜂箱", "截至11月底", (date(2023, 1, 1), date(2023, 11, 30))),
        ("截至去年6月，", "截至去年6月", (date(2023, 1, 1), date(2023, 6, 30))),
        ("前11个月共有", "前11个月", (date(2023, 1, 1), date(2023, 11, 30))),
        ("头八个月共有", "头八个月", (date(2023, 1, 1), date(2023, 8, 31))),
        ("in the first eight months,", "the first eight months",
         (date(2023, 1, 1), date(2023, 8, 31))),
        ("from January to August it", "January to August", (date(2023, 1, 1), date(2023, 8, 31))),
        ("一季度大旱", "一季度", (date(2024, 1, 1), date(2024, 3, 31))),
        ("第四季度多雨", "第四季度", (date(2023, 10, 1), date(2023, 12, 31))),
        ("上半年少雨", "上半年", (date(2024, 1, 1), date(2024, 6, 30))),
        ("in the fourth quarter of last year", "the fourth quarter of last year",
         (date(2023, 10, 1), date(2023, 12, 31))),
        ("in the second half of the year", "the second half of the year",
         (date(2023, 7, 1), date(2023, 12, 31))),
        ("2019年第一季度", "2019年第一季度", (date(2019, 1, 1), date(2019, 3, 31))),
        ("2019年前三季度", "2019年前三季度", (date(2019, 1, 1), date(2019, 9, 30))),
        ("the third quarter of 2019", "the third quarter of 2019",
         (date(2019, 7, 1), date(2019, 9, 30))),
        ("Q1 2019", "Q1 2019", (date(2019, 1, 1), date(2019, 3, 31))),
        ("1至8月", "1至8月", (date(2023, 1, 1), date(2023, 8, 31))),
        ("去年下半年", "去年下半年", (date(2023, 7, 1), date(2023, 12, 31))),
        ("去年5月", "去年5月", (date(2023, 5, 1), date(2023, 5, 31))),
        ("Last year it rained", "Last year", LAST_YEAR),
        ("rain so far this year", "this year", YEAR_TO_DATE),
        ("in the first 11 months, ", "the first 11 months", (date(2023, 1, 1), date(2023, 11, 30))),
        (
            "by the end of November it rained", "by the end of November",
            (date(2023, 1, 1), date(2023, 11, 30)),
        ),
        ("2022年5月", "2022年5月", (date(2022, 5, 1), date(2022, 5, 31))),
        ("in 2022 it", "2022", (date(2022, 1, 1), date(2022, 12, 31))),
        ("11月27日", "11月27日", (date(2023, 11, 27), date(2023, 11, 27))),
        ("1月3日", "1月3日", (date(2024, 1, 3), date(2024, 1, 3))),
        ("去年12月28日", "去年12月28日", (date(2023, 12, 28), date(2023, 12, 28))),
        ("截至12月31日，", "截至12月31日", (date(2023, 1, 1), date(2023, 12, 31))),
        (
            "2023年1月1日至6月30日", "2023年1月1日至6月30日",
            (date(2023, 1, 1), date(2023, 6, 30)),
        ),
        ("今年一季度", "今年一季度", (date(2024, 1, 1), date(2024, 3, 31))),
        ("2020年以来", "2020年", (date(2020, 1, 1), WRITTEN)),
        ("since 2020 it", "2020", (date(2020, 1, 1), WRITTEN)),
        ("自2020年3月1日的大会以来", "2020年3月1日", (date(2020, 3, 1), WRITTEN)),
        ("2023年起诉", "2023年", LAST_YEAR),
        ("2021-2023年", "2021-2023年", (date(2021, 1, 1), date(2023, 12, 31))),
        ("2021年至2023年", "2021年至2023年", (date(2021, 1, 1), date(2023, 12, 31))),
        ("between 2021 and 2023", "2021 and 2023", (date(2021, 1, 1), date(2023, 12, 31))),
        (
            "from January 2023 to June 2023", "January 2023 to June 2023",
            (date(2023, 1, 1), date(2023, 6, 30)),
        ),
    ],
)  # fmt: skip
def test_a_period_is_counted_from_when_the_text_was_written(
    text: str, words: str, period: tuple[date, date]
) -> None:
    [(start, end, found)] = find_periods(text, WRITTEN)
    assert text[start:end] == words
    assert found == Period(*period)


def test_a_day_without_a_year_is_of_the_year_named_before() -> None:
    [(_, _, period)] = find_periods("2023年1月1日至6月30日修了几座桥")
    assert period == Period(date(2023, 1, 1), date(2023, 6, 30))


def test_without_a_date_of_writing_only_what_names_its_year_is_found() -> None:
    assert find_periods("今年以来，截至11月底，last year") == []
    assert len(find_periods("2022年5月以来，去年")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "如今年轻人", "以前年度", "目前年产量", "过去年均增长", "提前3个月完工", "目前3个月大",
        "the second half of the match", "近半年来",
        "thereby may reduce", "into March they went", "forced to march", "the last years of it",
    ],
)  # fmt: skip
def test_words_inside_words_are_no_periods(text: str) -> None:
    assert find_periods(text, WRITTEN) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("收获比去年同期增长10%", "去年"),
        ("较2022年多三成", "2022年"),
        ("up 10% from last year", "last year"),
        ("20% more than last year", "last year"),
    ],
)
def test_a_period_that_is_only_compared_with_is_told(text: str, words: str) -> None:
    found = find_periods(text, WRITTEN)
    assert [text[start:end] for start, end, _ in compared_periods(text, found)] == [words]


@pytest.mark.parametrize(
    "text",
    [
        "去年收获蜂蜜",
        "In 2022 it rained",
        "最高人民法院2022年发布",
        "2022年增发国债",
        "2022年多部门",
    ],
)
def test_a_period_that_a_text_speaks_of_is_not_compared(text: str) -> None:
    assert compared_periods(text, find_periods(text, WRITTEN)) == []


def test_nothing_is_found_twice() -> None:
    text = "2023年前11个月，比去年前11个月多"
    found = [text[start:end] for start, end, _ in find_periods(text, WRITTEN)]
    assert found == ["2023年前11个月", "去年前11个月"]


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("东港2022森林覆盖率", [2022]),
        ("oil exports Norway 2022", [2022]),
        ("2022 exports of Norway?", [2022]),
        ("东港2022年和2023的产量", [2022, 2023]),
        ("2022、2023产量", [2022, 2023]),
        ("2022上半年产量", [2022]),
        ("Norway's 2022 oil exports", [2022]),
        ("Q2 2024 sales?", [2024]),
        ("谁捐了2010元", []),
        ("投资2010美元的是谁？", []),
        ("iPhone 2020款", []),
        ("房号2008", []),
        ("did they plant 2000 trees", []),
        ("2000多人", []),
        ("查获2000部手机", []),
    ],
)
def test_a_year_is_understood_in_a_question_typed_as_a_search(
    question: str, years: list[int]
) -> None:
    assert [period.start.year for period in named_periods(question)] == years


def test_words_that_are_told_of_no_time_are_of_that_in_the_title() -> None:
    told = governing_periods("It sold 40.", 8, 10, WRITTEN, "The mill in 2022")
    assert [period.start.year for period in told] == [2022]
    told = governing_periods("In 2021 it sold 40.", 16, 18, WRITTEN, "The mill in 2022")
    assert [period.start.year for period in told] == [2021]
    assert governing_periods("It sold 40.", 8, 10, WRITTEN, "The mill on 5 May 2022") == []
    # What came out within the year it is named for tells of the year before.
    report = f"Work report {WRITTEN.year}年"
    assert governing_periods("It sold 40.", 8, 10, WRITTEN, report) == []
    assert governing_periods("It sold 40.", 8, 10, None, "The mill in 2022") == []


def test_a_text_of_soon_after_a_period_reports_on_it() -> None:
    year = [Period(date(2022, 1, 1), date(2022, 12, 31))]
    days = [date(2021, 12, 31), date(2022, 1, 1), date(2023, 4, 10), date(2023, 4, 11), None]
    assert [is_reported_then(day, year) for day in days] == [False, True, True, False, False]


def test_periods_that_share_a_day_overlap() -> None:
    may = Period(date(2022, 5, 1), date(2022, 5, 31))
    assert overlaps(may, Period(date(2022, 5, 31), date(2022, 6, 1)))
    assert not overlaps(may, Period(date(2022, 6, 1), date(2022, 6, 1)))


TREATED = "东城全年诊疗90万人次，2022年为81万人次；西城70万人次，2022年为64万人次。"


@pytest.mark.parametrize(
    ("text", "words", "years"),
    [
        (TREATED, "90万人次", []),
        (TREATED, "81万人次", [2022]),
        (TREATED, "70万人次", []),
        ("2022年，东城建馆3座；西城建馆5座。", "5座", [2022]),
        ("区：东城；2022年产量：361；面积：5580", "5580", []),
        ("2022年诊疗9万人次，其中儿童2万人次", "2万人次", [2022]),
        ("等候时间由2022年的13分钟缩短到11分钟", "11分钟", []),
        ("Visitors 2022: 12680; Visitors 2023: 14055", "14055", [2023]),
        ("It fell from 120 tonnes in 2022 to 80 tonnes.", "80 tonnes", []),
        ("In 2022, the port handled 30 ships, up from 25 in 2021.", "30 ships", [2022]),
        ("It stood at 51,459 in 2022, and at 1,197 in 2023.", "1,197", [2023]),
        ("Mill: Ost; Year: 2023; Sacks: 40; Hands: 3", "3", [2023]),
        ("公司：东；成立年份：2021；营收：30亿元", "30亿元", []),
        ("县：东岭；年：2021；收获：30吨", "30吨", [2021]),
        ("Farm: Ost; Season: 2021; Sacks: 40", "40", [2021]),
        ("Dam: Ost; Built: 2021; Height (m): 40", "40", []),
        ("县：东岭；2021：12.4；2022：13.1", "12.4", [2021]),
        ("It rose to 2.01 tonnes a hectare in 2023 from 1.73 in 2022.", "1.73", [2022]),
        ("It rose to 2.01 tonnes a hectare in 2023 from 1.73 in 2022.", "2.01 tonnes", [2023]),
        ("It rose from 9 tonnes in 2021 to 12 tonnes in 2022.", "9 tonnes", [2021]),
        ("It killed 3 and injured 12 in 2020.", "3", [2020]),
        ("2023年采盐46万吨，较2022年的39万吨增长16%。", "39万吨", [2022]),
        ("2023年采盐46万吨，较2022年的39万吨增长16%。", "16%", [2023]),
        ("2023年采盐46万吨，较2022年增长16%。", "16%", [2023]),
        ("2023年采盐46万吨，比2022年的涨幅低16%。", "16%", [2023]),
        ("采盐由2021年的39万吨增至2022年的46万吨。", "39万吨", [2021]),
        ("采盐46万吨（2022年）、39万吨（2021年）。", "39万吨", [2021]),
    ],
)
def test_words_are_told_of_the_period_of_their_clause(
    text: str, words: str, years: list[int]
) -> None:
    start = text.index(words)
    found = governing_periods(text, start, start + len(words), WRITTEN)
    assert [period.start.year for period in found] == years


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("“十三五”期间共建坝四十座", 2016), ("十二五规划", 2011), ("二十四五个人", None),
        ("Under the 14th Five-Year Plan", 2021), ("the 4th Five-Year Plan", None),
    ],
)  # fmt: skip
def test_five_year_plans_have_their_years(text: str, first: int | None) -> None:
    years = [Period(date(first, 1, 1), date(first + 4, 12, 31))] if first else []
    assert plan_periods(text) == years


def test_years_from_and_to_are_no_open_period() -> None:
    [(_, _, period)] = find_periods("Dams rose from 2016 to 2020 there.")
    assert (period.start, period.end) == (date(2016, 1, 1), date(2020, 12, 31))
