"""Follow-up questions, made whole with the question before."""

import pytest

from rag.language.followups import follow_up
from rag.language.words import Segmenter

HONEY = "How much honey did Guangxi sell in 2019?"
蜂蜜 = "2019年广西卖出多少蜂蜜？"


@pytest.mark.parametrize(
    ("question", "earlier", "whole"),
    [
        ("and in 2021?", HONEY, "How much honey did Guangxi sell in 2021?"),
        ("What about March 2021?", HONEY, "How much honey did Guangxi sell in March 2021?"),
        ("and in 2021?", "Who keeps the bees?", "Who keeps the bees in 2021?"),
        ("what about Qinghai?", HONEY, "How much honey did Qinghai sell in 2019?"),
        ("how about Qinghai in 2021", HONEY, "How much honey did Qinghai sell in 2021?"),
        ("What about Orton?", "When did Quill retire?", "When did Orton retire?"),
        ("那青海呢？", 蜂蜜, "2019年青海卖出多少蜂蜜？"),
        ("青海呢", 蜂蜜, "2019年青海卖出多少蜂蜜？"),
        ("那2021年呢？", 蜂蜜, "2021年广西卖出多少蜂蜜？"),
        ("那2021年呢？", "广西卖出多少蜂蜜？", "2021年广西卖出多少蜂蜜？"),
        ("那去年青海呢", 蜂蜜, "去年青海卖出多少蜂蜜？"),
        ("what about qinghai?", HONEY, "How much honey did qinghai sell in 2019?"),
        ("What about John Orton?", "When did Anna Quill retire?", "When did John Orton retire?"),
        ("那么青海呢？", HONEY, "How much honey did 青海 sell in 2019?"),
    ],
)
def test_what_is_named_takes_the_place_of_its_like(
    question: str, earlier: str, whole: str, segmenter: Segmenter
) -> None:
    assert follow_up(question, earlier, segmenter) == whole


@pytest.mark.parametrize(
    "question",
    [
        "How many hives are there?",
        "and how many hives are there?",
        "那么为什么呢",
        "what about the honey?",
        "what about tea in Qinghai?",
        "what about Qinghai and Hainan?",
        "and since 2021?",
        "what about 2020 to 2021?",
        "And can Qinghai refuse the fine?",
        "And name the mayor of Qinghai",
        "青海的桥有多长呢？",
        "青海有几座桥呢？",
        "青海的天气怎么样？",
        "青海是否也卖茶叶呢？",
        "那青海的茶叶呢？",
        "And what did the beekeeper, who had come from Qinghai years ago, say to all of them then?",
        "谢谢",
        "",
    ],
)
def test_a_question_that_stands_alone_stays(question: str, segmenter: Segmenter) -> None:
    assert follow_up(question, HONEY, segmenter) == question


def test_the_first_question_of_all_leans_on_nothing(segmenter: Segmenter) -> None:
    assert follow_up("and in 2021?", "", segmenter) == "and in 2021?"


@pytest.mark.parametrize(
    ("question", "earlier"),
    [
        ("what about Hainan?", "Did Guangxi or Qinghai sell more honey?"),
        ("那2021年呢？", "2019年广西卖出的蜂蜜比2018年多多少？"),
        ("what about Orton?", "Who planned the trip with a guide?"),
    ],
)
def test_where_its_like_is_not_clear_it_stays(
    question: str, earlier: str, segmenter: Segmenter
) -> None:
    assert follow_up(question, earlier, segmenter) == question


def test_a_name_with_nothing_of_its_kind_before_it_stays(segmenter: Segmenter) -> None:
    assert (
        follow_up("what about Qinghai?", "Who keeps the bees?", segmenter) == "what about Qinghai?"
    )
