"""Figures of a sentence that are of the year asked about."""

import pytest

from rag.language.periods import named_periods
from rag.reading.dated import figures_then

RISE = "Yield rose to 2.01 tonnes a hectare in 2023 from 1.73 in 2022."
GROWTH = "2023年采盐46万吨，较2022年的39万吨增长16%。"
ROW = "县：东岭；人口：8；2021年：12.4；2022年：13.1"


@pytest.mark.parametrize(
    ("sentence", "question", "best", "found"),
    [
        (RISE, "What was the yield in 2022?", "2.01 tonnes", ["1.73"]),
        (RISE, "What was the yield in 2023?", "2.01 tonnes", ["2.01 tonnes"]),
        (RISE, "What was the yield in 2021?", "2.01 tonnes", []),
        (RISE, "What was the yield?", "2.01 tonnes", []),
        (GROWTH, "2022年采盐多少？", "46万吨", ["39万吨"]),
        (GROWTH, "2022年采盐增长多少？", "16%", []),
        (ROW, "东岭2022年是多少？", "12.4", ["13.1"]),
        (ROW, "东岭2022年人口是多少？", "8", []),
    ],
)
def test_figures_that_count_what_the_best_does_are_found_for_another_year(
    sentence: str, question: str, best: str, found: list[str]
) -> None:
    start = sentence.index(best)
    spans = figures_then(sentence, named_periods(question), (start, start + len(best)))
    assert [sentence[a:b] for a, b in spans] == found
