"""Questions that bring a figure along."""

import pytest

from rag.language.claims import agrees, find_claim
from rag.language.figures import find_figures
from rag.language.rendering import as_figure
from rag.records import Language

CLAIMS = [
    ("Did the town build 40 bridges?", "40", "the town build how many bridges?"),
    ("Was 5 million yuan lost?", "5 million yuan", "how much money lost?"),
    ("Is it true that 40% of it sank?", "40%", "what percentage of it sank?"),
    (
        "Did the board approve a budget of 700,000 euros?",
        "700,000 euros",
        "the board approve a budget of how much money?",
    ),
    ("全县修了31座桥吗？", "31座", "全县修了多少座桥？"),
    ("全县是不是修了31座桥", "31座", "全县修了多少座桥"),
    ("是否花了5亿元", "5亿元", "花了多少钱"),
    ("修桥超过31座，对吗？", "超过31座", "修桥多少座？"),
]


@pytest.mark.parametrize(("typed", "figure", "question"), CLAIMS)
def test_a_question_with_a_figure_asks_for_it(typed: str, figure: str, question: str) -> None:
    claim = find_claim(typed, Language.CHINESE if typed[0] > "z" else Language.ENGLISH)
    assert claim is not None
    assert (claim.figure.text, claim.question) == (figure, question)


@pytest.mark.parametrize(
    "typed",
    [
        "Did the town build bridges?",
        "Was it built in 2019?",
        "Did 12 of 40 bridges fall?",
        "How many of the 40 bridges fell?",
        "The town built 40 bridges",
        "修了31座桥",
        "31座桥中有多少座是新的吗",
        "96110是什么？",
        "这5座桥怎么了，是不是塌了",
        "31座桥是不是都塌了？",
        "他们有没有在3天内修好",
        "没有修31座桥，对吗",
        "Did they not build 40 bridges?",
        "Did the 40 bridges fall?",
        "Did a team of 30 people come?",
        "Was half of 5 million yuan lost?",
        "Can I call 96110 to ask?",
        "Is 96110 the number?",
    ],
)
def test_other_questions_have_no_claim(typed: str) -> None:
    assert find_claim(typed, Language.CHINESE if typed[0] > "z" else Language.ENGLISH) is None


@pytest.mark.parametrize(
    ("claim", "found", "expected"),
    [
        ("3亿元", "nearly 300 million yuan", True),
        ("5亿元", "nearly 300 million yuan", False),
        ("over 200 million yuan", "近3亿元", True),
        ("超过4亿元", "近3亿元", False),
        ("超过3亿元", "近3亿元", False),
        ("超过3亿元", "超3亿元", True),
        ("over 40,000", "40,000", False),
        ("fewer than 40 people", "31人", True),
        ("less than 40", "40", False),
        ("不到30人", "31人", False),
        ("不超过3亿元", "近5亿元", False),
        ("no more than 40 people", "45 people", False),
        ("no more than 40 people", "40 people", True),
        ("至多40人", "31人", True),
        ("40人以下", "31人", True),
        ("不少于40人", "45人", True),
        ("within 24 hours", "3 hours", True),
        ("约3亿元", "2.98亿元", True),
        ("约4万起", "4.04万起", True),
        ("40万起", "4.04万起", False),
        ("31座", "31", True),
        ("31座", "31公里", None),
        ("30 percent", "30%", True),
        ("52 suspects", "52名", True),
        ("RMB 5 million", "5 million yuan", True),
        ("$500", "500 US dollars", True),
        ("2 hours", "120分钟", True),
        ("1 person", "1人", True),
        ("4次", "4倍", None),
        ("4亿元", "3至5亿元", None),
        ("6亿元", "3至5亿元", False),
    ],
)
def test_a_claim_agrees_by_value(claim: str, found: str, *, expected: bool | None) -> None:
    [one], [other] = (find_figures(text) for text in (claim, found))
    assert agrees(as_figure(one), as_figure(other)) is expected
