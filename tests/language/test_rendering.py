"""Quantities in the other language; reading them back gives the same value."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.quantities import find_quantities
from rag.language.rendering import in_other_language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("近3亿元", "nearly 300 million yuan"),
        ("4.04万起", "40,400 cases"),
        ("2.01亿元", "201 million yuan"),
        ("百分之三十七", "37%"),
        ("三十五分钟", "35 minutes"),
        ("50余万人", "over 500,000 people"),
        ("1.2万亿元", "1.2 trillion yuan"),
        ("一小时", "1 hour"),
        ("1岁", "1 year old"),
        ("约3万余人", "about 30,000 people"),
        ("HK$5 million", "500万港元"),
        ("3.2个百分点", "3.2 percentage points"),
        ("100人以上", "at least 100 people"),
        ("4567.89万元", "45,678,900 yuan"),
        ("nearly 300 million yuan", "近3亿元"),
        ("1.739 million cases", "173.9万起"),
        ("over 57,000 people", "超5.7万人"),
        ("32 accounts", "32个账户"),
        ("$5 million", "500万美元"),
        ("5 percent", "5%"),
        ("1 hour", "1小时"),
        ("more than 13,000 leads", "超1.3万条线索"),
        ("20,000 cubic metres", "2万立方米"),
    ],
)
def test_a_quantity_is_said_in_the_other_language(text: str, expected: str) -> None:
    [quantity] = find_quantities(text)
    assert in_other_language(quantity) == expected


@pytest.mark.parametrize(
    "text", ["37.2%", "a total of 42", "37.5℃", "1500家", "3000件", "12.0%", "5％"]
)
def test_what_reads_the_same_is_not_said_twice(text: str) -> None:
    [quantity] = find_quantities(text)
    assert in_other_language(quantity) == ""


VALUES = st.decimals(Decimal("0.1"), Decimal("9e12"), places=1)


@given(VALUES, st.sampled_from(["元", "人", "起", "小时", "公里"]))
def test_an_english_form_reads_back_as_the_same_value(value: Decimal, unit: str) -> None:
    [chinese] = find_quantities(f"共{value}{unit}")
    [english] = find_quantities(in_other_language(chinese))
    assert english.value == chinese.value
    assert english.kind == chinese.kind


@given(VALUES, st.sampled_from(["yuan", "people", "cases", "hours", "km"]))
def test_a_chinese_form_reads_back_as_the_same_value(value: Decimal, unit: str) -> None:
    [english] = find_quantities(f"a total of {value:,} {unit}")
    [chinese] = find_quantities(in_other_language(english))
    assert chinese.value == english.value
    assert chinese.kind == english.kind
