from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.numerals import english_value, han_value
from rag.language.quantities import find_quantities
from rag.language.rendering import in_other_language

TABLE = Path(__file__).with_name("quantities.tsv")
ROWS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()[1:]]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_quantity_has_its_exact_value_unit_and_qualifier(row: Sequence[str]) -> None:
    text, words, value, unit, kind, qualifier, comparison, low = row
    found = find_quantities(text)[-1]
    assert found.text == words == text[found.start : found.end]
    assert (found.value, found.unit, found.kind) == (Decimal(value), unit, kind)
    assert (found.qualifier, found.comparison) == (qualifier, comparison)
    assert found.low == (Decimal(low) if low else None)


def test_the_table_is_long_and_in_both_languages() -> None:
    texts = {row[0] for row in ROWS}
    assert len(texts) == len(ROWS) >= 150
    assert sum(text.isascii() for text in texts) >= 60


NONE = [
    "2023年", "In 2023 the orchard", "2023年11月27日", "2023-11-27", "2023/11/27起",
    "2023-11-27起施行",
    "3 December 2025", "December 3, 2025", "Dec. 3, 2025", "on May 5", "二〇二三年", "十二月三日",
    "2021至2023年", "between 2021 and 2023", "the 1990s", "20世纪90年代", "2023财年",
    "14时30分", "at 14:30", "9:30至11:00", "10点30分", "下午三点二十分", "下午3点", "3 p.m.",
    "10 am",
    "1至8月", "1-8月", "1—8月份", "2025年12月3日14时30分",
    "第3届", "第三届", "第十五届运动会", "第1名", "the 3rd prize", "the 15th market",
    "No. 5", "Group 1: roads", "phase 2", "Chapter 3", "page 12", "第12条", "2号楼", "12号文件",
    "1. Wash it", "2、晾干", "(3) fold it", "COVID-19 cases", "5G网络", "A380", "v3.5.2 is out",
    "192.168.1.1", "一些人", "一起工作", "万一下雨", "千万不要", "十分重要", "百度", "唯一一家",
    "星期三",
    "数百万元", "几十万元", "数十人", "三五天", "二三十人", "百分之点", "", "no figure",
    "one of the boats", "two of them", "nine out of ten", "two thirds of farmers", "three is less",
    "the twenty-first boats", "on the Three Rivers", "the two boats", "all three boats",
    "ten to twelve boats", "ten or twelve boats", "at six it closes", "one bus", "two sides",
    "of the two.", "there were two", "between one million and two million calls", "page ten shows",
    "twenty-three to forty boats", "three eighths of voters", "World War Two bombs",
    "seven always win",
    "Channel Four news said", "aged twenty-one.", "zero carbon homes", "one in five boats",
]  # fmt: skip


@pytest.mark.parametrize("text", NONE)
def test_dates_ordinals_names_and_vague_words_are_no_quantities(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("It killed one hundred and two hundred were hurt.", [100, 200]),
        ("two hundred and five boats", [205]),
        ("killed in seven cities", [7]),
        ("about fourteen", [14]),
    ],
)
def test_number_words_next_to_each_other_are_told_apart(text: str, values: list[int]) -> None:
    assert [one.value for one in find_quantities(text)] == values


def test_number_words_without_end_are_read() -> None:
    assert find_quantities("one hundred and " * 40 + "two boats")
    assert find_quantities("one " + "million " * 40 + "boats") == []


def test_all_quantities_come_in_order() -> None:
    text = "由6.5%降至4.3%，1.2万人、3起、近5亿元；有期徒刑三年六个月"
    assert [(q.text, q.value) for q in find_quantities(text)] == [
        ("6.5%", Decimal("6.5")),
        ("4.3%", Decimal("4.3")),
        ("1.2万人", Decimal(12_000)),
        ("3起", Decimal(3)),
        ("近5亿元", Decimal(500_000_000)),
        ("三年", Decimal(3)),
        ("六个月", Decimal(6)),
    ]


def test_a_unit_does_not_come_from_the_next_line_of_a_chinese_text() -> None:
    assert [(q.text, q.unit) for q in find_quantities("得分 3\n件数 4")] == [("3", ""), ("4", "")]


def test_offsets_count_code_points() -> None:
    (found,) = find_quantities("🎉𠮷 got 12 cases")
    assert (found.start, found.end) == (7, 15)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三十七", 37),
        ("十五", 15),
        ("两千零五", 2005),
        ("二〇二三", 2023),
        ("3,500", 3500),
        ("一点二五", "1.25"),
    ],
)
def test_chinese_numerals_have_values(text: str, value: int | str) -> None:
    assert han_value(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "点", "点五", "三点", "三点十", "三五"])
def test_what_is_no_numeral_has_no_value(text: str) -> None:
    assert han_value(text) is None


LETTERS = st.sampled_from(
    [
        *"0129.,-%％点年月日时第十百千万亿萬億一二三两多余近约元人起个$¥至： \n𠮷🎉٣²aA",
        *(
            "百分之",
            "1,000",
            "3.5",
            "million",
            "bn",
            "km",
            "yuan",
            "people",
            "nearly ",
            "over ",
            "May",
        ),
    ]
)


@given(st.lists(LETTERS, max_size=25).map("".join) | st.text(max_size=40))
def test_the_text_of_a_quantity_is_the_slice_at_its_offsets(text: str) -> None:
    last = 0
    for found in find_quantities(text):
        assert last <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text == found.text.strip()
        assert found.value.is_finite()
        last = found.end


@given(
    st.integers(1, 10**13),
    st.sampled_from(["元", "起", "人", "个", "yuan", "cases", "people", "%"]),
    st.sampled_from(["", "近", "超", "约", "nearly ", "over ", "about "]),
)
def test_a_figure_said_in_either_language_is_read_back(
    value: int, unit: str, qualifier: str
) -> None:
    chinese = unit > "z"
    if chinese != (qualifier > "z"):
        qualifier = ""
    if 1900 <= value < 2100:
        value *= 10  # alone it would be a year
    text = f"{qualifier}{value:,}{'' if chinese or unit == '%' else ' '}{unit}"
    [found] = find_quantities(text)
    assert (found.text, found.value) == (text, value)
    said = in_other_language(found)
    if said:
        [other] = find_quantities(said)
        assert (other.value, other.kind) == (found.value, found.kind)
        assert bool(other.qualifier) is bool(found.qualifier)


@given(st.decimals(0, 9999, places=3), st.sampled_from(["万", "亿", "万亿", "million", "billion"]))
def test_a_scale_multiplies_exactly(number: Decimal, scale: str) -> None:
    powers = {"万": 4, "亿": 8, "万亿": 12, "million": 6, "billion": 9}
    text = f"{number}{scale}元" if scale > "z" else f"{number} {scale} yuan"
    [found] = find_quantities(text)
    assert found.value == number.scaleb(powers[scale])


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("seven", 7), ("forty-two", 42), ("half a million", 500_000), ("two three", None),
        ("three hundred thousand", 300_000), ("twenty twelve", None), ("two dozen", 24),
        ("five million and one", 5_000_001), ("some", None), ("half", None),
    ],
)  # fmt: skip
def test_english_number_words_have_values(words: str, value: int | None) -> None:
    assert english_value(words) == value
