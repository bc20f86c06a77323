from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.quantities import QuantityKind, find_quantities, han_value

COUNT, MONEY = QuantityKind.COUNT, QuantityKind.MONEY
PERCENT, TIME = QuantityKind.PERCENT, QuantityKind.TIME

ONE = [
    ("采茶4.04万起", "4.04万起", 40_400, "起", COUNT, ""),
    ("追回近3亿元的", "近3亿元", 300_000_000, "元", MONEY, "近"),
    ("占百分之三十七", "百分之三十七", 37, "%", PERCENT, ""),
    ("占百分之三点五", "百分之三点五", "3.5", "%", PERCENT, ""),
    ("占百分之50", "百分之50", 50, "%", PERCENT, ""),
    ("有50多万", "50多万", 500_000, "", COUNT, "多"),
    ("有20余万人", "20余万人", 200_000, "人", COUNT, "余"),
    ("十余家公司", "十余家", 10, "家", COUNT, "余"),
    ("二十多岁", "二十多岁", 20, "岁", COUNT, "多"),
    ("用了三十五分钟", "三十五分钟", 35, "分钟", TIME, ""),
    ("一百零三人", "一百零三人", 103, "人", COUNT, ""),
    ("三千五百万元", "三千五百万元", 35_000_000, "元", MONEY, ""),
    ("三亿五千万元", "三亿五千万元", 350_000_000, "元", MONEY, ""),
    ("三点五亿元", "三点五亿元", 350_000_000, "元", MONEY, ""),
    ("1万2千人", "1万2千人", 12_000, "人", COUNT, ""),
    ("1億2千萬元", "1億2千萬元", 120_000_000, "元", MONEY, ""),
    ("約5億元", "約5億元", 500_000_000, "元", MONEY, "约"),
    ("1.2万亿元", "1.2万亿元", 1_200_000_000_000, "元", MONEY, ""),
    ("共4.04 万 起", "4.04 万 起", 40_400, "起", COUNT, ""),
    ("５０万元", "５０万元", 500_000, "元", MONEY, ""),
    ("３７.２％", "３７.２％", "37.2", "%", PERCENT, ""),
    ("一亿", "一亿", 100_000_000, "", COUNT, ""),
    ("近百人", "近百人", 100, "人", COUNT, "近"),
    ("温度37.5℃", "37.5℃", "37.5", "℃", COUNT, ""),
    ("在2023年1200人参加", "1200人", 1200, "人", COUNT, ""),
    ("用时3小时", "3小时", 3, "小时", TIME, ""),
    ("增长3.2个百分点", "3.2个百分点", "3.2", "个百分点", PERCENT, ""),
    ("1.739 million people", "1.739 million people", 1_739_000, "people", COUNT, ""),
    ("nearly 300 million yuan", "nearly 300 million yuan", 300_000_000, "yuan", MONEY, "nearly"),
    ("a $3.5 million loan", "$3.5 million", 3_500_000, "$", MONEY, ""),
    ("US$5bn", "US$5bn", 5_000_000_000, "us$", MONEY, ""),
    ("RMB 500 million", "RMB 500 million", 500_000_000, "rmb", MONEY, ""),
    ("300m yuan", "300m yuan", 300_000_000, "yuan", MONEY, ""),
    ("a 100m race", "100m", 100, "m", COUNT, ""),
    ("a 37.2% drop", "37.2%", "37.2", "%", PERCENT, ""),
    ("5 percent", "5 percent", 5, "percent", PERCENT, ""),
    ("over 1,739,000 cases", "over 1,739,000 cases", 1_739_000, "cases", COUNT, "over"),
    ("within 24 hours", "24 hours", 24, "hours", TIME, ""),
    ("In December 300 people left", "300 people", 300, "people", COUNT, ""),
    ("2000 people", "2000 people", 2000, "people", COUNT, ""),
    ("a fall to -3.5", "-3.5", "-3.5", "", COUNT, ""),
    ("an index of 0.5", "0.5", "0.5", "", COUNT, ""),
    ("The text has 42 now", "42", 42, "", COUNT, ""),
    ("3至5人", "5人", 5, "人", COUNT, ""),
    ("3-5年", "5年", 5, "年", TIME, ""),
]


@pytest.mark.parametrize(("text", "words", "value", "unit", "kind", "qualifier"), ONE)
def test_a_quantity_has_its_exact_value_unit_and_qualifier(
    text: str, words: str, value: int | str, unit: str, kind: QuantityKind, qualifier: str
) -> None:
    found = find_quantities(text)[-1]
    assert found.text == words == text[found.start : found.end]
    assert (found.value, found.unit) == (Decimal(value), unit)
    assert (found.kind, found.qualifier) == (kind, qualifier)


NONE = [
    "2023年", "In 2023 the orchard", "2023年11月27日", "2023-11-27", "2023/11/27起",
    "2023-11-27起施行",
    "3 December 2025", "December 3, 2025", "Dec. 3, 2025", "on May 5", "二〇二三年", "十二月三日",
    "2021至2023年", "between 2021 and 2023", "the 1990s", "20世纪90年代", "2023财年",
    "14时30分", "at 14:30", "9:30至11:00", "10点30分", "下午三点二十分", "下午3点", "3 p.m.",
    "10 am",
    "1至8月", "1-8月", "1—8月份", "2025年12月3日14时30分",
    "第3届", "第三届", "第十五届运动会", "第1名", "the 3rd prize", "the 15th market",
    "No. 5", "Chapter 3", "page 12", "第12条", "2号楼", "12号文件",
    "1. Wash it", "2、晾干", "(3) fold it", "COVID-19 cases", "5G网络", "A380", "v3.5.2 is out",
    "192.168.1.1", "一些人", "一起工作", "万一下雨", "千万不要", "十分重要", "百度", "唯一一家",
    "星期三",
    "数百万元", "几十万元", "数十人", "三五天", "二三十人", "百分之点", "", "no figure",
]  # fmt: skip


@pytest.mark.parametrize("text", NONE)
def test_dates_ordinals_names_and_vague_words_are_no_quantities(text: str) -> None:
    assert find_quantities(text) == []


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
