import math

import pytest

from rag.evaluation import metrics


def test_recall_is_the_share_of_the_relevant_things_within_the_depth() -> None:
    assert metrics.recall_at([1, 4, None, 11], 10) == 0.5
    assert metrics.recall_at([1, 4, None, 11], 1) == 0.25


def test_one_thing_found_is_enough_for_found_at() -> None:
    assert metrics.found_at([4, None], 4) == 1.0
    assert metrics.found_at([4, None], 3) == 0.0


def test_reciprocal_rank_takes_the_first_relevant_thing() -> None:
    assert metrics.reciprocal_rank([8, 4, None]) == 0.25
    assert metrics.reciprocal_rank([None]) == 0.0


def test_ndcg_of_ranks_one_and_three_out_of_two() -> None:
    gain = 1 + 1 / 2  # 1/log2(2) + 1/log2(4)
    ideal = 1 + 1 / math.log2(3)
    assert metrics.ndcg_at([1, 3]) == pytest.approx(gain / ideal)
    assert metrics.ndcg_at([1, 3]) == pytest.approx(0.9197207891)


def test_ndcg_counts_a_thing_that_is_missing_or_too_deep_in_the_ideal_only() -> None:
    ideal = 1 + 1 / math.log2(3)
    assert metrics.ndcg_at([1, None]) == pytest.approx(1 / ideal)
    assert metrics.ndcg_at([1, 11]) == pytest.approx(1 / ideal)
    assert metrics.ndcg_at([None]) == 0.0


def test_ndcg_of_one_passage_that_shows_two_things_is_one() -> None:
    assert metrics.ndcg_at([1, 1]) == 1.0


@pytest.mark.parametrize(
    "value",
    [
        metrics.recall_at([], 10),
        metrics.found_at([], 10),
        metrics.reciprocal_rank([]),
        metrics.ndcg_at([]),
        metrics.citation_precision([]),
        metrics.abstention_precision([True], [True]),
        metrics.abstention_recall([True], [True]),
        metrics.percentile([], 50),
    ],
)
def test_a_metric_with_nothing_to_count_is_none(value: float | None) -> None:
    assert value is None


def test_citation_precision_is_the_share_that_supports() -> None:
    assert metrics.citation_precision([True, False, False, True]) == 0.5


def test_citation_recall_needs_one_support_and_is_zero_without_citations() -> None:
    assert metrics.citation_recall([False, True]) == 1.0
    assert metrics.citation_recall([False]) == 0.0
    assert metrics.citation_recall([]) == 0.0


def test_abstention_is_right_where_the_question_is_unanswerable() -> None:
    answered = [True, False, False, False, True]
    answerable = [True, True, False, False, False]
    assert metrics.abstention_precision(answered, answerable) == pytest.approx(2 / 3)
    assert metrics.abstention_recall(answered, answerable) == pytest.approx(2 / 3)


def test_coverage_and_precision_at_every_threshold() -> None:
    curve = metrics.coverage_precision([0.5, 0.9, 0.7], [False, True, True], questions=4)
    assert curve == [(0.25, 1.0), (0.5, 1.0), (0.75, pytest.approx(2 / 3))]


def test_answers_of_equal_confidence_share_one_point_whatever_their_order() -> None:
    one = metrics.coverage_precision([0.9, 0.9], [True, False], questions=2)
    other = metrics.coverage_precision([0.9, 0.9], [False, True], questions=2)
    assert one == other == [(1.0, 0.5)]


def test_percentiles_lie_linearly_between_neighbours() -> None:
    assert metrics.percentile([4.0, 1.0, 2.0, 3.0], 50) == 2.5
    assert metrics.percentile([0.0, 10.0], 95) == pytest.approx(9.5)
