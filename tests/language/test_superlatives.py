"""Questions for what has the most of something."""

import pytest

from rag.language.detect import detect_language
from rag.language.superlatives import find_superlative
from rag.records import Operation


@pytest.mark.parametrize(
    ("question", "operation", "years", "noun", "asked"),
    [
        ("东岭县哪一年收获最多？", Operation.MOST, True, "", "东岭县收获多少？"),
        ("收获最少的是哪年？", Operation.LEAST, True, "", "收获多少？"),
        ("哪座堤坝坝高最低？", Operation.LEAST, False, "堤坝坝高", "堤坝坝高多高？"),
        ("洪水最大的一次是在哪一年？", Operation.MOST, True, "", "洪水一次多大？"),
        ("离城最近的水库是哪座？", Operation.LEAST, False, "水库", "离城水库多远？"),
        ("东岭县最长的河是哪条？", Operation.MOST, False, "河", "东岭县河多长？"),
        ("Which year had the most visitors?", Operation.MOST, True, "", "had how many visitors?"),
        (
            "In which year did the mill buy the most flour?",
            Operation.MOST, True, "", "did the mill buy how much flour?",
        ),
        (
            "Which lake is the shallowest?",
            Operation.LEAST, False, "lake is the shallowest", "Which lake is how deep?",
        ),
        (
            "What is the longest river of Ost?",
            Operation.MOST, False, "river of Ost", "How long is the river of Ost?",
        ),
    ],
)  # fmt: skip
def test_what_is_compared_and_the_plain_question_for_it(
    question: str, operation: Operation, years: bool, noun: str, asked: str
) -> None:
    found = find_superlative(question, detect_language(question))
    assert found is not None
    assert (found.operation, found.years, found.noun) == (operation, years, noun)
    assert found.asked == asked


@pytest.mark.parametrize(
    "question",
    [
        "How many visitors came in 2022?",
        "最多可以容纳多少人？",
        "Which city held at most 40 people?",
        "Which dam is the most polluted?",
        "Which city had the most recent case?",
        "Which is the second highest dam?",
        "哪一年建成？",
        "最近的地震是在哪里发生的？",
        "最近一次洪水是在哪一年？",
        "最大的湖是在哪一年干涸的？",
        "Which is one of the largest lakes?",
    ],
)
def test_other_questions_ask_for_no_extreme(question: str) -> None:
    assert find_superlative(question, detect_language(question)) is None


@pytest.mark.parametrize(
    ("question", "column", "names"),
    [
        ("Which lake is the deepest?", "Depth (m)", True),
        ("Which lake is the deepest?", "Length (m)", False),
        ("哪座水库最大？", "库容（万立方米）", True),
        ("Which lake is the furthest?", "Distance (km)", True),
        ("哪座水库最大？", "坝高（米）", False),
    ],
)
def test_an_adjective_names_the_columns_of_its_dimension(
    question: str, column: str, names: bool
) -> None:
    found = find_superlative(question, detect_language(question))
    assert found is not None
    assert found.dimension is not None
    assert (found.dimension.search(column) is not None) is names
