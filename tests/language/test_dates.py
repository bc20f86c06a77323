from datetime import date

import pytest

from rag.language.dates import Period, find_dates, parse_date

DAYS = [
    ("2023-11-27 17:13:00", date(2023, 11, 27)),
    ("2023/11/27", date(2023, 11, 27)),
    ("2023.1.5", date(2023, 1, 5)),
    ("于2023年11月27日公布", date(2023, 11, 27)),
    ("2023 年 3 月 5 日", date(2023, 3, 5)),
    ("二〇二三年十一月二十七日", date(2023, 11, 27)),
    ("二○一九年十月一日", date(2019, 10, 1)),
    ("Nov 27, 2023", date(2023, 11, 27)),
    ("November 27th, 2023", date(2023, 11, 27)),
    ("27 November 2023", date(2023, 11, 27)),
    ("Published: 3 Sept 2021", date(2021, 9, 3)),
    ("2024-02-29", date(2024, 2, 29)),
]


@pytest.mark.parametrize(("text", "expected"), DAYS)
def test_a_day_is_read_in_every_common_form(text: str, expected: date) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-30",
        "2023-13-01",
        "2023年2月29日",
        "31 June 2020",
        "2023年",
        "version 1.2.3",
        "12023-01-011",
        "",
    ],
)
def test_what_no_calendar_has_or_no_day_names_is_no_date(text: str) -> None:
    assert parse_date(text) is None


PERIODS = [
    ("2023年前11个月", date(2023, 1, 1), date(2023, 11, 30)),
    ("2023年1-8月", date(2023, 1, 1), date(2023, 8, 31)),
    ("2023年1月至8月", date(2023, 1, 1), date(2023, 8, 31)),
    ("2023年上半年", date(2023, 1, 1), date(2023, 6, 30)),
    ("2023年下半年", date(2023, 7, 1), date(2023, 12, 31)),
    ("2023年第三季度", date(2023, 7, 1), date(2023, 9, 30)),
    ("2024年2月", date(2024, 2, 1), date(2024, 2, 29)),
    ("二〇二三年", date(2023, 1, 1), date(2023, 12, 31)),
    ("2023年Q2", date(2023, 4, 1), date(2023, 6, 30)),
    ("2023 Q2", date(2023, 4, 1), date(2023, 6, 30)),
    ("February 2023", date(2023, 2, 1), date(2023, 2, 28)),
]


ENGLISH_PERIODS = [
    ("in January-November 2022", "January-November 2022", date(2022, 1, 1), date(2022, 11, 30)),
    ("Jan. to Nov. 2022", "Jan. to Nov. 2022", date(2022, 1, 1), date(2022, 11, 30)),
    (
        "in the first eleven months of 2023", "the first eleven months of 2023",
        date(2023, 1, 1), date(2023, 11, 30),
    ),
    (
        "the second half of 2024", "the second half of 2024",
        date(2024, 7, 1), date(2024, 12, 31),
    ),
    ("by 2022", "2022", date(2022, 1, 1), date(2022, 12, 31)),
    ("since 2025 it", "2025", date(2025, 1, 1), date(2025, 12, 31)),
    ("In 2023 the orchard", "2023", date(2023, 1, 1), date(2023, 12, 31)),
    ("Mill: Ost; Year: 2023; Sacks: 2024", "2023", date(2023, 1, 1), date(2023, 12, 31)),
    ("磨坊：东；年份：2023；袋：2024", "2023", date(2023, 1, 1), date(2023, 12, 31)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "start", "end"), ENGLISH_PERIODS)
def test_english_periods_and_years_behind_a_preposition_are_read(
    text: str, words: str, start: date, end: date
) -> None:
    at = text.index(words)
    assert find_dates(text) == [(at, at + len(words), Period(start, end))]


@pytest.mark.parametrize(
    "text",
    [
        "Output per year: 2000 tonnes",
        "每年度：2000户",
        "In 2000 people came",
        "in 2000 cases",
        "after 2000 hours",
        "in 2023.5",
    ],
)
def test_a_figure_that_could_be_a_year_is_none(text: str) -> None:
    assert find_dates(text) == []


@pytest.mark.parametrize(("text", "start", "end"), PERIODS)
def test_a_period_gives_its_first_and_last_day(text: str, start: date, end: date) -> None:
    assert find_dates(f"在{text}，") == [(1, 1 + len(text), Period(start, end))]


def test_a_day_without_year_needs_a_default_year() -> None:
    assert find_dates("11月27日") == []
    assert find_dates("11月27日", 2023) == [(0, 6, date(2023, 11, 27))]
    assert parse_date("on March 3", 2020) == date(2020, 3, 3)


def test_all_dates_come_by_position_with_their_offsets() -> None:
    text = "从2020年1月2日到2021-03-04，May 5, 2022止"
    found = find_dates(text)
    assert [value for _, _, value in found] == [
        date(2020, 1, 2),
        date(2021, 3, 4),
        date(2022, 5, 5),
    ]
    assert [text[start:end] for start, end, _ in found] == [
        "2020年1月2日",
        "2021-03-04",
        "May 5, 2022",
    ]


def test_an_impossible_day_is_not_read_as_its_month_or_year() -> None:
    assert find_dates("2023年2月30日") == []


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Period(date(2023, 2, 1), date(2023, 1, 1))
