"""Words that say zero."""

from decimal import Decimal

import pytest

from rag.language.asking import Asked, figure_asked_for, is_of_kind, is_of_unit
from rag.language.figures import find_counts, find_figures
from rag.language.quantities import QuantityKind
from rag.language.zeros import find_zeros, with_figures

COUNTS = [
    ("仓库倒塌，无人死亡。", "无人死亡", "人"),
    ("渡轮搁浅，没有造成人员伤亡。", "没有造成人员伤亡", "人"),
    ("所幸未发生旅客伤亡", "未发生旅客伤亡", "人"),
    ("没有居民受伤", "没有居民受伤", "人"),
    ("没有任何人因此受伤", "没有任何人因此受伤", "人"),
    ("停电时無人受傷", "無人受傷", "人"),
    ("村里无人居住", "无人", "人"),
    ("没有一家商铺停业", "没有一家", "家"),
    ("无一例复发", "无一例", "例"),
    ("全年零伤亡", "零伤亡", "人"),
    ("已连续五天零例", "零例", "例"),
    ("没有人质疑", "没有人", "人"),
    ("此前没有人事先知道", "没有人", "人"),
    ("The barge sank, but nobody drowned.", "nobody", "people"),
    ("No one was on board.", "No one", "people"),
    ("None of the divers were hurt.", "None of the divers", ""),
    ("None of the 12 divers was hurt.", "None", ""),
    ("There were no serious injuries.", "no serious injuries", "people"),
    ("The bridge fell without loss of life.", "without loss of life", "people"),
    ("The storm did not cause any deaths.", "did not cause any deaths", "people"),
    ("It didn't hurt anyone.", "didn't hurt anyone", "people"),
    ("Not a single diver was hurt.", "Not a single diver", ""),
    ("There were no new cases.", "no new cases", "cases"),
]
NONE = [
    "农场用无人机播种，无人驾驶的拖拉机有6台。",
    "有没有人受伤？",
    "几乎没有人投票。",
    "无人不知。",
    "无一例外。",
    "无症状感染者3人。",
    "零售额5亿元，一百零三人参加。",
    "No more than 12 divers left; they no longer dive.",
    "There is no doubt that divers left.",
    "Almost no one voted, none the less.",
    "No. 5 divers",
    "并非无人受伤，不是没有人受伤。",
    "没有人数限制，也没有人行道和人脸识别。",
    "零起点教学，零例外。",
    "没有一点作用，没有一次性餐具。",
    "The port is second to none.",
    "It was a yes or no questions round.",
    "Police did not rule out any deaths.",
    "They do not believe any divers were hurt.",
]


@pytest.mark.parametrize(("text", "words", "unit"), COUNTS)
def test_words_for_zero_are_counts_of_nothing(text: str, words: str, unit: str) -> None:
    [found] = find_zeros(text)
    assert (found.text, text[found.start : found.end]) == (words, words)
    assert (found.value, found.unit, found.kind) == (Decimal(0), unit, QuantityKind.COUNT)


@pytest.mark.parametrize("text", NONE)
def test_words_that_only_look_like_them_are_none(text: str) -> None:
    assert find_zeros(text) == []


def test_no_loss_is_a_sum_of_money() -> None:
    [chinese] = find_zeros("未造成经济损失")
    [english] = find_zeros("There was no financial loss.")
    assert (chinese.kind, english.kind) == (QuantityKind.MONEY, QuantityKind.MONEY)


def test_the_one_of_not_one_is_no_figure() -> None:
    text = "3人获救，没有一人受伤"
    assert [one.text for one in find_figures(text)] == ["3人"]
    assert [(one.text, one.value) for one in find_counts(text)] == [("3人", 3), ("没有一人受伤", 0)]


def test_they_are_of_the_kind_and_unit_asked_for() -> None:
    assert is_of_kind("无人死亡", Asked.COUNT)
    assert is_of_kind("nobody", Asked.FIGURE)
    assert not is_of_kind("nobody", Asked.MONEY)
    assert is_of_unit("无人死亡", "名")
    assert not is_of_unit("无人死亡", "家")
    assert figure_asked_for("30辆车，无人死亡", Asked.COUNT, "人") == (5, 9)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("渡轮搁浅，未造成人员死亡。", "渡轮搁浅，0人死亡。"),
        ("没有一家商铺停业，没人受伤", "0家商铺停业，0人受伤"),
        ("无新增死亡病例", "新增死亡病例0例"),
        ("没有造成直接经济损失", "直接经济损失0元"),
        ("It ended without any deaths.", "It ended with 0 deaths."),
        ("None of its divers drowned.", "0 divers drowned."),
        ("It did not hurt anyone.", "It hurt 0 people."),
        ("Five divers left.", "Five divers left."),
    ],
)
def test_they_are_written_with_figures(text: str, figures: str) -> None:
    assert with_figures(text).text == figures


def test_a_part_of_a_figure_was_the_whole_words() -> None:
    text = "渡轮搁浅，未造成人员死亡，船上有9人。"
    written = with_figures(text)
    at = written.text.index("0人")
    start, end = written.before(at, at + 2)
    assert text[start:end] == "未造成人员死亡"
    at = written.text.index("9人")
    start, end = written.before(at, at + 2)
    assert text[start:end] == "9人"
    assert written.before(0, len(written.text)) == (0, len(text))
