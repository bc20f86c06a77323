"""What questions ask for, and what is of that kind."""

import pytest

from rag.language.asking import (
    Asked,
    asked_for,
    asks_for_change,
    asks_for_several,
    asks_whether,
    asks_who_it_is,
    figure_asked_for,
    is_greeting,
    is_of_dimension,
    is_of_kind,
    unit_asked_for,
)
from rag.language.figures import find_figures
from rag.language.measures import is_counted_so
from rag.language.rendering import as_figure

ASKED = [
    ("追回了多少钱", Asked.MONEY),
    ("冻结了多少涉案资金", Asked.MONEY),
    ("How much money was recovered?", Asked.MONEY),
    ("用了几天", Asked.COUNT),
    ("抓了多少名嫌疑人", Asked.COUNT),
    ("How many bees?", Asked.COUNT),
    ("有多长", Asked.FIGURE),
    ("抓了多少嫌疑人", Asked.COUNT),
    ("拦下了多少没被骗走的钱", Asked.MONEY),
    ("一共是多少", Asked.FIGURE),
    ("多少笔资金", Asked.COUNT),
    ("下架了多少款软件", Asked.COUNT),
    ("追回多少款项", Asked.MONEY),
    ("有多少企业投资建厂", Asked.COUNT),
    ("有多少老人被骗走养老钱", Asked.COUNT),
    ("收到多少社会捐赠", Asked.FIGURE),
    ("造成多少经济损失", Asked.MONEY),
    ("心率是多少", Asked.FIGURE),
    ("占几成", Asked.PERCENT),
    ("How many yuan were lost?", Asked.MONEY),
    ("how many million dollars", Asked.MONEY),
    ("How many millions were lost?", Asked.FIGURE),
    ("how much did they recover", Asked.FIGURE),
    ("what percentage of it", Asked.PERCENT),
    ("decline of exports in percent", Asked.PERCENT),
    ("decline of exports in pct, first half of 2024", Asked.PERCENT),
    ("decline of exports in percent？", Asked.PERCENT),
    ("decline of exports in percent.", Asked.PERCENT),
    ("By what % did it fall?", Asked.PERCENT),
    ("降幅比例是多少", Asked.PERCENT),
    ("how long is it", Asked.FIGURE),
    ("何时开放", Asked.DATE),
    ("哪一年建成", Asked.DATE),
    ("When did it open?", Asked.DATE),
    ("in which year did it open", Asked.DATE),
    ("谁是馆长", None),
    ("几乎没有人来过吗", None),
    ("why did it close", None),
    ("whenever it rains", None),
]


@pytest.mark.parametrize(("question", "asked"), ASKED)
def test_interrogatives_tell_what_is_asked_for(question: str, asked: Asked | None) -> None:
    assert asked_for(question) is asked


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("近3亿元", {Asked.MONEY, Asked.FIGURE}),
        ("nearly 300 million yuan", {Asked.MONEY, Asked.FIGURE}),
        ("4.04万起", {Asked.COUNT, Asked.FIGURE}),
        ("35 minutes", {Asked.COUNT, Asked.FIGURE}),
        ("37.2%", {Asked.PERCENT, Asked.FIGURE}),
        ("据晚报12月19日消息", {Asked.DATE}),
        ("in 2023", {Asked.DATE}),
        ("数百万元", {Asked.MONEY, Asked.COUNT, Asked.PERCENT, Asked.FIGURE}),
        ("dozens of them", {Asked.MONEY, Asked.COUNT, Asked.PERCENT, Asked.FIGURE}),
        ("第五", set()),
        ("3成", {Asked.COUNT, Asked.PERCENT, Asked.FIGURE}),
        ("two out of 5", {Asked.COUNT, Asked.PERCENT, Asked.FIGURE}),
        ("the police", set()),
        ("million cubic metres", set()),
        ("a million of them", {Asked.MONEY, Asked.COUNT, Asked.PERCENT, Asked.FIGURE}),
    ],
)
def test_words_are_of_the_kinds_they_hold(words: str, kinds: set[Asked]) -> None:
    found = {asked for asked in Asked if is_of_kind(words, asked)}
    # Any digit may be part of a date that is written in a way of its own.
    assert found - {Asked.DATE} == kinds - {Asked.DATE}
    assert kinds & {Asked.DATE} <= found
    assert is_of_kind(words, None)


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("哪些部门参加", True),
        ("两地分别修了几座桥", True),
        ("What measures were taken?", True),
        ("Which old bridges have fallen?", True),
        ("List the bridges.", True),
        ("What are the old gates?", True),
        ("Name the bridges", True),
        ("What was the cause?", False),
        ("What happens when it rains?", False),
        ("Which was first?", False),
        ("Name the man who fled.", False),
        ("What is the process?", False),
        ("Which bus goes there?", False),
        ("What does it do?", False),
        ("Which bridge fell?", False),
        ("哪座桥塌了", False),
    ],
)
def test_lists_are_asked_for_by_plurals(question: str, *, several: bool) -> None:
    assert asks_for_several(question) is several


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("查封了多少家网吧", "家"),
        ("抓了几名嫌疑人", "名"),
        ("连着降了几个月", "个月"),
        ("花了多少个钱", ""),
        ("多少块钱", ""),
        ("How many fraud cases were there?", "cases"),
        ("how many of the old suspects", "suspects"),
        ("how many bridges did people build", ""),
        ("how much rain fell", ""),
    ],
)
def test_a_question_may_name_the_unit(question: str, unit: str) -> None:
    assert unit_asked_for(question) == unit


@pytest.mark.parametrize(
    ("words", "unit", "may"),
    [
        ("5人", "名", True), ("5 suspects", "名", True), ("5", "家", True), ("5个", "家", True),
        ("5名", "家", False), ("5家", "suspects", False), ("5起", "名", False),
        ("5名", "cases", False), ("5件", "起", True), ("5台", "辆", True), ("5户", "家", True),
        ("1,197", "个月", False), ("5个", "months", False), ("5起", "天", False),
        ("2年", "个月", True), ("20天", "个月", True), ("3小时", "个小时", True),
        ("3 hours", "天", True), ("500 metres", "公里", True), ("5 people", "小时", False),
    ],
)  # fmt: skip
def test_persons_are_not_firms_nor_bare_figures_months(words: str, unit: str, may: bool) -> None:
    [figure] = find_figures(words)
    assert is_counted_so(as_figure(figure), unit) is may


@pytest.mark.parametrize(
    ("question", "words", "figure"),
    [
        ("有多少家工厂", "200名骨干来自78家", "78家"),
        ("有多少名骨干", "200名骨干来自78家", "200名"),
        ("花了多少钱", "28人凑了近3亿元", "近3亿元"),
        ("how much money was it", "28 people and nearly 3 million yuan", "nearly 3 million yuan"),
        ("有多少", "200名骨干来自78家", ""),
        ("有多少家工厂", "78家", ""),
        ("谁来了", "200名骨干来自78家", ""),
    ],
)
def test_of_several_figures_the_one_asked_for_is_told(
    question: str, words: str, figure: str
) -> None:
    found = figure_asked_for(words, asked_for(question), unit_asked_for(question))
    assert (words[slice(*found)] if found else "") == figure


@pytest.mark.parametrize(
    ("words", "question", "may"),
    [
        ("约7吨", "鲸鱼有多重？", True),
        ("8.6米", "鲸鱼有多重？", False),
        ("8.6 metres", "How heavy is the whale?", False),
        ("8.6米，约7吨", "鲸鱼有多重？", True),
        ("31 minutes", "How long is the ride?", True),
        ("1.2 km", "How long is the bridge?", True),
        ("3.4亿元", "大桥有多长？", False),
        ("60.5", "鲸鱼有多重？", True),
        ("8.6米", "他有多重身份吗", True),
        ("12 percent", "How far did sales fall?", True),
        ("12 percent", "How far is it from Ost?", False),
        ("成功率37%", "成功率多高", True),
        ("118.4米", "最高水位有多高？", True),
        ("36 ℃", "How high is the water's temperature?", True),
        ("3600立方米", "大坝有多高？", False),
        ("20,000 cubic metres", "How high is the dam?", False),
        ("1.2平方公里", "水面有多高？", False),
    ],
)
def test_a_weight_is_no_length(words: str, question: str, may: bool) -> None:
    assert is_of_dimension(words, question) is may


def test_when_asks_for_no_date_behind_another_interrogative() -> None:
    assert asked_for("How many divers were hurt when the crane fell?") is Asked.COUNT
    assert asked_for("Who was there when it opened?") is None
    assert asked_for("When did the crane fall?") is Asked.DATE
    assert asked_for("How many came, and when did they leave?") is Asked.DATE


@pytest.mark.parametrize(
    "question",
    [
        "Was anybody hurt?", "is the pool open on Mondays", "Hasn't the ferry been repaired?",
        "Will the old mill be pulled down?", "有人受伤吗", "桥通车了么？", "是否收费", "有没有电梯",
        "学校能不能停车", "舊橋保留了嗎", "有無補貼",
    ],
)  # fmt: skip
def test_it_is_seen_that_a_question_asks_whether_something_is_so(question: str) -> None:
    assert asks_whether(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who was hurt?", "Is it known when the pool opens?", "Was it the mill or the bridge?",
        "Are there how many lifts", "Can you name the architect?", "有多少人受伤", "改建成什么",
        "改建成甚麼", "有没有什么补贴", "是桥还是路", "the mill is old", "怎么去",
    ],
)  # fmt: skip
def test_a_question_that_asks_for_more_does_not(question: str) -> None:
    assert not asks_whether(question)


@pytest.mark.parametrize(
    ("question", "asked"),
    [("什麼時候通車", Asked.DATE), ("有幾個人受傷", Asked.COUNT), ("佔百分之幾", Asked.PERCENT)],
)
def test_questions_in_traditional_characters_ask_for_the_same(question: str, asked: Asked) -> None:
    assert asked_for(question) is asked


@pytest.mark.parametrize(
    ("question", "change"),
    [
        ("产量同比增长多少", True), ("By how much did rents rise?", True),
        ("比上年多了多少家", True), ("How many fewer boats sailed?", True),
        ("門診量同比減少了多少？", True), ("用电量的增幅是多少", True),
        ("产量增至多少吨", False), ("How many boats sailed?", False), ("有多少人", False),
        ("What did rents rise to?", False), ("涨价后门票多少钱", False), ("几月增长最快", False),
    ],
)  # fmt: skip
def test_who_asks_by_how_much_asks_for_a_change(question: str, change: bool) -> None:
    assert asks_for_change(question) is change


@pytest.mark.parametrize(
    ("text", "greets"),
    [
        ("你好", True), ("謝謝您！", True), ("Hello there!", True), ("good morning", True),
        ("你好，桥多长", False), ("Hello, who built it?", False), ("早上开门吗", False),
    ],
)  # fmt: skip
def test_a_greeting_asks_nothing(text: str, greets: bool) -> None:
    assert is_greeting(text) is greets


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Who is Lin Wei?", True), ("林薇是谁", True), ("誰是林薇", True),
        ("Who is older, Lin or Wei?", False), ("林薇住在哪里", False),
    ],
)  # fmt: skip
def test_who_asks_who_somebody_is_is_not_told_the_name(question: str, asks: bool) -> None:
    assert asks_who_it_is(question) is asks
