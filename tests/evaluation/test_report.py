import pytest

from rag.evaluation import Engine
from rag.evaluation.bootstrap import Interval
from rag.evaluation.gold import GoldQuestion
from rag.evaluation.measuring import make_report
from rag.evaluation.report import Report, markdown_table, show, to_markdown
from rag.evaluation.runs import run
from rag.records import SearchMode


@pytest.fixture
def report(
    recovered: GoldQuestion,
    arrested: GoldQuestion,
    unknown: GoldQuestion,
    engine: Engine,
) -> Report:
    results = run(engine, [recovered, arrested, unknown])
    return make_report(results, {"threshold": 0.3}, depth=50, seed=1)


def test_scores_are_found_by_group_measure_and_mode(report: Report) -> None:
    right = report.find("all", "right")
    recall = report.find("pair zh->zh", "recall@1", "hybrid")
    assert right is not None and (right.mean, right.count) == (pytest.approx(1 / 3), 3)
    assert recall is not None and (recall.mean, recall.count) == (1.0, 1)
    assert report.find("all", "abstention precision") is None
    assert report.modes == tuple(SearchMode)


def test_the_wrong_answers_are_listed(report: Report) -> None:
    assert [result.id for result in report.wrong] == ["g2", "g3"]


def test_the_tables_show_means_and_intervals(report: Report) -> None:
    text = to_markdown(report)
    (line,) = [
        line for line in text.splitlines() if line.startswith("| pair zh->zh") and "hy" in line
    ]
    assert [cell.strip() for cell in line.split("|")[1:6]] == [
        "pair zh->zh",
        "1",
        "hybrid",
        "1.000 [1.00, 1.00]",
        "1.000 [1.00, 1.00]",
    ]
    assert text.endswith("Wrong: 2 of 3.\n")


def test_an_interval_is_shown_and_a_missing_one_is_a_dash() -> None:
    assert show(Interval(0.12345, 0.1, 0.2, 9)) == "0.123 [0.10, 0.20]"
    assert show(None) == "-"


def test_a_table_is_padded_and_bars_are_escaped() -> None:
    assert markdown_table(("a", "b"), [("1|2", "long cell")]) == (
        "| a    | b         |\n| ---- | --------- |\n| 1\\|2 | long cell |"
    )
