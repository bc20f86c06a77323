from dataclasses import replace
from pathlib import Path

import pytest

from eval.bench.peers.charts import draw
from eval.bench.peers.documents import Task
from eval.bench.peers.measuring import Answers, Quality, Speed, judge, milliseconds, rank_of
from eval.bench.peers.report import Results, ratio, to_markdown

OURS = Speed(
    tool="Yinju",
    collection="300 paragraphs",
    documents=300,
    passages=600,
    index_seconds=10.0,
    index_peak_bytes=400_000_000,
    disk_bytes=2_000_000,
    first_seconds=1.5,
    warm_p50_ms=10.0,
    warm_p95_ms=12.0,
    resident_bytes=300_000_000,
)
THEIRS = replace(
    OURS, tool="LangChain", passages=300, index_seconds=40.0, first_seconds=9.0,
    warm_p50_ms=15.0, warm_p95_ms=18.0, resident_bytes=900_000_000,
)  # fmt: skip
QUALITY = Quality("Yinju", "300 paragraphs", "sized", 500, 0.95, 0.99, 0.97)
RESULTS = Results((OURS, THEIRS), (QUALITY,), (), (), {})


def row(report: str, *starts: str) -> list[str]:
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in report.split("\n")]
    return next(cells for cells in lines if cells[: len(starts)] == list(starts))


def test_hits_from_one_document_count_as_one() -> None:
    assert rank_of("c", ["a", "a", "b", "c"]) == 3
    assert rank_of("a", ["a", "b", "a"]) == 1
    assert rank_of("d", ["a", "b"]) is None
    assert rank_of("d", []) is None


def test_scores_are_means_over_the_questions() -> None:
    task = Task("t", (("one", "a"), ("two", "b"), ("three", "c"), ("four", "d")))
    found = [["a", "b"], ["a", "b"], ["x", "y"], ["a", "b", "c", "d"]]
    assert judge("Yinju", "c", task, found) == Quality(
        "Yinju", "c", "t", 4, recall_1=0.25, recall_10=0.75, mrr_10=(1 + 1 / 2 + 0 + 1 / 4) / 4
    )


def test_latency_is_taken_after_the_first_questions() -> None:
    assert milliseconds([5.0] * 20 + [0.01, 0.02, 0.03], 50) == pytest.approx(20)
    assert milliseconds([0.5, 0.25], 50) == pytest.approx(250)


def test_a_ratio_says_how_many_times_less() -> None:
    assert ratio(2.0, 8.0) == 4.0
    assert ratio(None, 8.0) is None
    assert ratio(2.0, None) is None


def test_the_report_sets_the_tools_side_by_side() -> None:
    report = to_markdown(RESULTS, warm=20, tokens=512)
    assert row(report, "300 paragraphs", "Yinju")[2:] == [
        "30.0", "60.0", "10.0", "400", "2.0", "1.50", "10.0 / 12.0", "300",
    ]  # fmt: skip
    assert row(report, "300 paragraphs", "LangChain")[2:4] == ["7.5", "7.5"]


def test_the_report_says_how_many_times_better() -> None:
    report = to_markdown(RESULTS, warm=20, tokens=512)
    assert row(report, "300 paragraphs", "beside LangChain")[2:] == [
        "4.00", "8.00", "6.00", "1.50", "1.50", "3.00", "1.00",
    ]  # fmt: skip


def test_start_up_is_left_out_of_the_rate_between_two_sizes() -> None:
    larger = replace(OURS, collection="900 paragraphs", documents=900, index_seconds=25.0)
    report = to_markdown(replace(RESULTS, speeds=(larger, OURS)), warm=20, tokens=512)
    assert row(report, "Yinju") == ["Yinju", "40.0"]
    assert "start-up left out" not in to_markdown(RESULTS, warm=20, tokens=512)


def test_scores_have_a_column_a_tool_and_sizes_go_by_their_name() -> None:
    other = Quality("LangChain", "XQuAD zh", "XQuAD, en → zh", 400, 0.5, 0.75, 0.625)
    report = to_markdown(replace(RESULTS, qualities=(QUALITY, other)), warm=20, tokens=512)
    assert row(report, "300 paragraphs", "500")[2:] == ["0.950 / 0.990 / 0.970", "–"]
    assert row(report, "XQuAD, en → zh", "400")[2:] == ["–", "0.500 / 0.750 / 0.625"]


def test_answers_problems_and_cut_texts_are_told() -> None:
    results = replace(
        RESULTS,
        answers=(Answers("300 paragraphs", 2.5, 200.0, 300.0, None),),
        problems=("txtai cannot be installed: no route",),
        longer={"300 paragraphs": 7, "XQuAD en": 0},
    )
    report = to_markdown(results, warm=20, tokens=512)
    assert row(report, "300 paragraphs", "2.50")[2:] == ["200 / 300", "–"]
    assert "- txtai cannot be installed: no route" in report
    assert "7 of 300 paragraphs" in report
    assert "XQuAD en" not in report


def test_charts_are_small_and_the_same_for_the_same_results(tmp_path: Path) -> None:
    larger = replace(OURS, collection="900 paragraphs", documents=900, resident_bytes=None)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        draw((OURS, larger, THEIRS), (QUALITY,), tmp_path / name)
    for name in ("peers-speed.svg", "peers-quality.svg"):
        chart = (tmp_path / "one" / name).read_bytes()
        assert chart == (tmp_path / "two" / name).read_bytes()
        assert b"LangChain" in chart or name == "peers-quality.svg"
        assert len(chart) < 100_000
