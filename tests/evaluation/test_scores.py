from dataclasses import replace

import pytest

from rag.evaluation import Engine
from rag.evaluation.gold import GoldQuestion
from rag.evaluation.runs import Result, run
from rag.evaluation.scores import Score, coverage_curve, group_results, latency, score
from rag.records import SearchMode


@pytest.fixture
def results(
    recovered: GoldQuestion,
    arrested: GoldQuestion,
    unknown: GoldQuestion,
    engine: Engine,
) -> list[Result]:
    return run(engine, [recovered, arrested, unknown])


def means(scores: list[Score], group: str, mode: str = "") -> dict[str, float]:
    return {
        item.measure: item.interval.mean
        for item in scores
        if item.group == group and item.mode == mode
    }


def test_results_are_grouped_by_pair_kind_and_paraphrase(results: list[Result]) -> None:
    groups = {name: [item.id for item in items] for name, items in group_results(results).items()}
    assert groups == {
        "all": ["g1", "g2", "g3"],
        "pair en->none": ["g3"],
        "pair zh->en": ["g1"],
        "pair zh->zh": ["g2"],
        "kind how_many": ["g2"],
        "kind how_much": ["g1"],
        "kind unanswerable": ["g3"],
        "paraphrase": ["g2"],
    }


def test_answers_are_put_together(results: list[Result]) -> None:
    assert means(score(results, depth=50, seed=1), "all") == {
        "right": pytest.approx(1 / 3),
        "answer right": 0.5,
        "precision": pytest.approx(1 / 3),
        "exact": 0.0,
        # g2: the run 万 of 4.04 万 起 and 4.97 万 名, so 2 * 1 / 6
        "f1": pytest.approx((6 / 7 + 1 / 3) / 2),
        "figure": 0.5,
        "quoted first": 0.5,
        "citation recall": 0.5,
        "citation precision": 0.25,
        "other figure invented": 0.0,
        "abstention recall": 0.0,
    }


def test_searches_are_put_together_by_mode(results: list[Result]) -> None:
    scores = score(results, depth=10, seed=1)
    dense = means(scores, "all", "dense")
    assert dense["mrr"] == pytest.approx(5 / 12)  # 1/2 and 1/3
    assert (dense["recall@1"], dense["recall@3"], dense["found@10"]) == (0.0, 1.0, 1.0)
    assert (dense["document recall@1"], dense["document mrr"]) == (0.5, 0.75)
    assert "recall@20" not in dense
    assert means(scores, "all", "lexical")["recall@10"] == 0.5
    assert means(scores, "pair zh->en", "hybrid")["ndcg@10"] == 1.0


def test_hybrid_is_compared_with_each_list_question_by_question(results: list[Result]) -> None:
    scores = score(results, depth=10, seed=1)
    assert means(scores, "all", "hybrid-dense") == {"mrr": pytest.approx(7 / 12)}
    assert means(scores, "all", "hybrid-lexical") == {"mrr": 0.5}
    assert means(scores, "pair en->none", "hybrid-dense") == {}


def test_abstentions_are_counted(results: list[Result]) -> None:
    kept = replace(results[2], answered=False, right=True)
    missed = replace(results[1], answered=False)
    found = means(score([results[0], missed, kept], depth=10, seed=1), "all")
    assert (found["abstention precision"], found["abstention recall"]) == (0.5, 1.0)
    assert (found["precision"], found["right"]) == (1.0, pytest.approx(2 / 3))


def test_the_curve_of_coverage_and_precision(results: list[Result]) -> None:
    assert coverage_curve(results) == [
        (pytest.approx(1 / 3), 1.0),
        (pytest.approx(2 / 3), 0.5),
        (1.0, pytest.approx(1 / 3)),
    ]


def test_latency_is_of_asking_and_of_each_search(results: list[Result]) -> None:
    timed = [
        replace(results[0], seconds=1.0, search_seconds={SearchMode.DENSE: 0.5}),
        replace(results[1], seconds=3.0, search_seconds={}),
    ]
    assert latency(timed) == {
        "ask": {"p50": 2.0, "p95": pytest.approx(2.9), "p99": pytest.approx(2.98)},
        "search dense": {"p50": 0.5, "p95": 0.5, "p99": 0.5},
    }
