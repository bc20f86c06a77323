"""Answers that begin and end where a reader would expect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.edges import tidy_span


def tidied(text: str, words: str) -> str:
    start = text.index(words)
    begin, end = tidy_span(text, start, start + len(words))
    return text[begin:end]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("全年修缮校舍近3.5万平方米。", "3.5", "近3.5万平方米"),
        ("They planted over 12,000 trees in May.", "12", "over 12,000 trees"),
        ("The kiln fires 640 pots a week.", "640", "640 pots"),
        ("At noon Bus 40 runs twice.", "40", "40"),
        ("It held at 640 while prices rose.", "640", "640"),
        ("They sold 640\nsales figures follow.", "640", "640"),
        ("Of the bells, 640 was the loudest.", "640", "640"),
        ("They sold 640 in days.", "640", "640"),
        ("The fund grew to nearly 40 million yuan.", "40 million", "nearly 40 million yuan"),
        ("桥梁于2031年5月4日通车。", "5月4日", "2031年5月4日"),
        ("水位下降了百分之三十七。", "三十七", "百分之三十七"),
    ],
)
def test_a_figure_or_date_is_completed(text: str, words: str, expected: str) -> None:
    assert tidied(text, words) == expected


def test_a_latin_word_is_not_cut() -> None:
    assert tidied("It was built by Harriet Lindqvist.", "riet Lind") == "Harriet Lindqvist"


def test_a_bracket_that_opens_inside_is_closed() -> None:
    assert tidied("由河湾镇(北岸)负责。", "河湾镇(北岸") == "河湾镇(北岸)"


def test_a_particle_of_the_word_before_is_left_out() -> None:
    assert tidied("他是兼管码头的北岸渔业公司经理。", "的北岸渔业公司") == "北岸渔业公司"
    assert tidied("他乘的士去码头。", "的士") == "的士"


def test_an_opening_bracket_at_the_end_is_left_out() -> None:
    assert tidied("由河湾镇（北岸, 见第三章）负责。", "河湾镇（") == "河湾镇（北岸, 见第三章）"
    assert tidied("The mill (built when the river was moved) is shut.", "mill (") == "mill"


def test_a_title_is_whole_however_long() -> None:
    title = "《Lanterns on the River: A Keeper's Year, and What the Flood Left Behind》"
    assert tidied(f"他凭{title}获奖。", "《Lanterns on") == title[1:-1]


def test_a_bracket_that_closes_inside_is_opened() -> None:
    assert tidied("名为“晨风计划”的项目。", "晨风计划”的项目") == "“晨风计划”的项目"


def test_a_quotation_that_is_the_whole_answer_loses_its_marks() -> None:
    assert tidied("项目名为“晨风计划”。", "“晨风计划”") == "晨风计划"


def test_loose_punctuation_is_left_out() -> None:
    assert tidied("因为雨季提前,工程推迟。", ",工程推迟。") == "工程推迟"


@given(st.text(min_size=1, max_size=60), st.data())
def test_the_result_is_never_empty_and_lies_in_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    begin, stop = tidy_span(text, start, end)
    assert 0 <= begin < stop <= len(text)


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("From January to August it was shut.", "August", "January to August"),
        ("2023年3月至5月停运。", "5月", "2023年3月至5月"),
    ],
)
def test_a_stretch_of_time_keeps_both_its_ends(text: str, found: str, whole: str) -> None:
    assert tidied(text, found) == whole
