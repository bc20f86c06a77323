"""Questions that come down to several plain ones."""

import pytest

from rag.language.names import local_places
from rag.language.parts import Parts, find_parts
from rag.language.words import Segmenter
from rag.records import Language, Operation


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    return Segmenter(tmp_path_factory.mktemp("jieba"))


def parts(question: str, segmenter: Segmenter) -> Parts | None:
    language = Language.CHINESE if max(question) > "z" else Language.ENGLISH
    places = local_places(question.title(), segmenter.words(question))
    return find_parts(question, places, language)


@pytest.mark.parametrize(
    ("question", "operation", "asked"),
    [
        (
            "How many bridges did Guangxi and Qinghai build in total?",
            Operation.SUM,
            ("How many bridges did Guangxi build?", "How many bridges did Qinghai build?"),
        ),
        (
            "How many bridges did Hubei, Guangxi and Qinghai build?",
            Operation.EACH,
            (
                "How many bridges did Hubei build?",
                "How many bridges did Guangxi build?",
                "How many bridges did Qinghai build?",
            ),
        ),
        (
            "How many more bridges did Guangxi build than Qinghai?",
            Operation.DIFFERENCE,
            ("How many bridges did Guangxi build?", "How many bridges did Qinghai build?"),
        ),
        (
            "广西和青海一共修了多少座桥？",
            Operation.SUM,
            ("广西修了多少座桥？", "青海修了多少座桥？"),
        ),
        (
            "广西比青海多修了多少座桥？",
            Operation.DIFFERENCE,
            ("广西修了多少座桥？", "青海修了多少座桥？"),
        ),
        (
            "Which province built the most bridges?",
            Operation.MOST,
            ("the province built how many bridges?",),
        ),
        (
            "What city lost the least money?",
            Operation.LEAST,
            ("the city lost how much money?",),
        ),
        (
            "how many bridges did xi'an and guangxi build together?",
            Operation.SUM,
            ("how many bridges did xi'an build?", "how many bridges did guangxi build?"),
        ),
        (
            "廣西和青海有多少座公共图书馆？",
            Operation.EACH,
            ("廣西有多少座公共图书馆？", "青海有多少座公共图书馆？"),
        ),
        (
            "Which city saw the highest number of cases?",
            Operation.MOST,
            ("the city saw how many cases?",),
        ),
        ("哪个省修的桥最多？", Operation.MOST, ("修的桥多少？",)),
        ("哪里修的桥最少？", Operation.LEAST, ("修的桥多少？",)),
    ],
)
def test_a_question_comes_down_to_plain_ones(
    question: str, operation: Operation, asked: tuple[str, ...], segmenter: Segmenter
) -> None:
    assert parts(question, segmenter) == Parts(operation, asked)


@pytest.mark.parametrize(
    ("question", "operation", "asked", "named"),
    [
        (
            "How much more did coal cost in 2031 than in 2032?",
            Operation.DIFFERENCE,
            ("How much did coal cost in 2031?", "How much did coal cost in 2032?"),
            ("2031", "2032"),
        ),
        (
            "How many bridges were built in 2031 and 2032?",
            Operation.EACH,
            ("How many bridges were built in 2031?", "How many bridges were built in 2032?"),
            ("2031", "2032"),
        ),
        (
            "2031年比2032年多修了多少座桥？",
            Operation.DIFFERENCE,
            ("2031年修了多少座桥？", "2032年修了多少座桥？"),
            ("2031年", "2032年"),
        ),
        (
            "How many bridges did Holm and Ostby Works build together in June?",
            Operation.SUM,
            ("How many bridges did Holm build in June?",
             "How many bridges did Ostby Works build in June?"),
            ("Holm", "Ostby Works"),
        ),
        (
            "How many more weavers does Holm have than Ostby Works?",
            Operation.DIFFERENCE,
            ("How many weavers does Holm have?", "How many weavers does Ostby Works have?"),
            ("Holm", "Ostby Works"),
        ),
        (
            "2031年东厂、西厂和纺织厂一共有多少工人？",
            Operation.SUM,
            ("2031年东厂有多少工人？", "2031年西厂有多少工人？", "2031年纺织厂有多少工人？"),
            ("东厂", "西厂", "纺织厂"),
        ),
        (
            "东厂比西厂多多少工人？",
            Operation.DIFFERENCE,
            ("东厂多少工人？", "西厂多少工人？"),
            ("东厂", "西厂"),
        ),
        (
            "东厂和西厂的工人相差多少？",
            Operation.DIFFERENCE,
            ("东厂的工人多少？", "西厂的工人多少？"),
            ("东厂", "西厂"),
        ),
    ],
)  # fmt: skip
def test_times_and_names_are_added_up_and_compared_as_places_are(
    question: str,
    operation: Operation,
    asked: tuple[str, ...],
    named: tuple[str, ...],
    segmenter: Segmenter,
) -> None:
    assert parts(question, segmenter) == Parts(operation, asked, named=named)


@pytest.mark.parametrize(
    "question",
    [
        "How much did Holm and Sons pay for the mill?",
        "How many mills closed between 2031 and 2033?",
        "How much did coal rise from 2031 to 2032?",
        "2032年比2031年增长了多少？",
        "产量比去年多多少？",
        "水泥产量同比多了多少？",
        "产量比上一年同期多多少？",
        "一共有多少工人？",
        "How many bridges did Guangxi build?",
        "Who built bridges in Guangxi and Qinghai?",
        "How many bridges lie between Guangxi in the south and Qinghai?",
        "Which bridge is the longest?",
        "Which province built bridges?",
        "How far is it from Nanning, Guangxi?",
        "How long is the road between Guangxi and Qinghai?",
        "广西和青海比湖北多修了多少座桥？",
        "Which province reported at least 40 cases?",
        "Which city had the most recent case?",
        "Which country has the largest dam?",
        "What is the province with the most cases?",
        "最高人民法院在哪个城市？",
        "最高的楼在哪个城市？",
        "广西修了多少座桥",
        "最多的桥",
        "谁在广西和青海修桥",
        "2019年，湖北关了多少家厂？",
        "Who said what about the bridge?",
        "What did the minister say about mills and mines?",
        "How many mills closed, and the mines?",
        "湖北关了多少家厂，青海呢",
    ],
)
def test_other_questions_have_no_parts(question: str, segmenter: Segmenter) -> None:
    assert parts(question, segmenter) is None


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "How many mills closed and how many weavers left Hubei in 2019?",
            ("How many mills closed (Hubei, 2019)?", "how many weavers left Hubei in 2019?"),
        ),
        (
            "When and where was the bridge opened?",
            ("When was the bridge opened?", "where was the bridge opened?"),
        ),
        (
            "What does the K3 cost, and how heavy is it?",
            ("What does the K3 cost?", "how heavy is it (the K3)?"),
        ),
        (
            "How long is the bay bridge and what did it cost?",
            ("How long is the bay bridge?", "what did it cost (the bay bridge)?"),
        ),
        (
            "When is the water cut, how many households?",
            ("When is the water cut?", "how many households (the water cut)?"),
        ),
        ("新馆有多高？花了多少钱？", ("新馆有多高", "新馆花了多少钱")),
        ("What is DNA? What is RNA?", ("What is DNA?", "What is RNA?")),
        (
            "What did the mayor say of the flood and why?",
            ("What did the mayor say of the flood?", "why (the mayor say of the flood)?"),
        ),
        ("新馆在哪？老馆在哪？", ("新馆在哪", "老馆在哪")),
        ("为什么涨价？涨了多少？", ("为什么涨价", "涨了多少")),
        (
            "湖北2019年关了多少家厂，走了多少人？",
            ("湖北2019年关了多少家厂", "湖北2019年走了多少人"),
        ),
        ("水泵的重量是多少，价格是多少？", ("水泵的重量是多少", "水泵的价格是多少")),
        ("广西修了多少座桥，青海修了多少里路", ("广西修了多少座桥", "青海修了多少里路")),
        ("新馆多高，多少钱", ("新馆多高", "新馆多少钱")),
    ],
)
def test_things_asked_at_once_are_asked_apart(
    question: str, asked: tuple[str, ...], segmenter: Segmenter
) -> None:
    assert parts(question, segmenter) == Parts(Operation.EACH, asked, apart=True)
