import pytest

from rag.evaluation.bootstrap import Interval, mean_interval, paired_difference


def test_the_interval_of_a_constant_is_a_point() -> None:
    assert mean_interval([0.5] * 7, seed=1) == Interval(0.5, 0.5, 0.5, 7)


def test_no_values_have_no_interval() -> None:
    assert mean_interval([], seed=1) is None


def test_the_interval_of_a_proportion_is_near_the_normal_one() -> None:
    found = mean_interval([1.0] * 80 + [0.0] * 20, seed=1)
    assert found is not None
    assert found.mean == 0.8
    # 0.8 +- 1.96 * sqrt(0.8 * 0.2 / 100) = 0.8 +- 0.0784
    assert found.low == pytest.approx(0.7216, abs=0.012)
    assert found.high == pytest.approx(0.8784, abs=0.012)


def test_the_same_seed_gives_the_same_interval_and_the_level_widens_it() -> None:
    values = [1.0, 0.0, 0.0, 1.0, 1.0]
    assert mean_interval(values, seed=3) == mean_interval(values, seed=3)
    wide, narrow = mean_interval(values, seed=3), mean_interval(values, seed=3, level=0.5)
    assert wide is not None and narrow is not None
    assert wide.low <= narrow.low <= narrow.high <= wide.high


def test_many_values_are_drawn_in_parts() -> None:
    found = mean_interval([0.0, 1.0] * 300_000, seed=1, draws=5)
    assert found is not None
    assert found.count == 600_000
    assert found.low == pytest.approx(0.5, abs=0.005)


def test_pairing_sees_a_difference_that_is_small_but_constant() -> None:
    first = [0.9, 0.3, 0.6, 0.1]
    second = [0.8, 0.2, 0.5, 0.0]
    found = paired_difference(first, second, seed=1)
    assert found is not None
    assert (found.mean, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_pairing_needs_the_same_questions() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired_difference([1.0, 0.0], [1.0], seed=1)
