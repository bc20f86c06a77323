"""Passages in the plane."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.mapping import MOST_POINTS, nearest, place_passages, sample


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def clusters(size: int) -> NDArray[np.float32]:
    """Two directions at right angles, with some noise: ``size`` vectors about each."""
    noise = np.random.default_rng(7).normal(scale=0.05, size=(2 * size, 16))
    centres = np.eye(2, 16).repeat(size, axis=0)
    return unit(centres + noise)


@pytest.mark.parametrize("size", [2, 3, 20])
def test_passages_of_two_clusters_stay_with_their_own(size: int) -> None:
    places = place_passages(clusters(size))
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (apart.argmin(axis=1) // size).tolist() == [0] * size + [1] * size


@pytest.mark.parametrize("count", [2, 3, 4, 9, 10, 40])
def test_places_fill_the_unit_square_in_one_direction(count: int) -> None:
    vectors = unit(np.random.default_rng(count).normal(size=(count, 8)))
    places = place_passages(vectors)
    assert places.shape == (count, 2)
    assert places.min() >= 0
    assert places.max() <= 1
    assert np.ptp(places, axis=0).max() == pytest.approx(1)
    assert ((places.min(axis=0) + places.max(axis=0)) / 2).tolist() == pytest.approx([0.5, 0.5])


def test_two_passages_stand_at_the_two_sides() -> None:
    places = place_passages(np.eye(2, 4, dtype=np.float32))
    assert sorted(places[:, 0].tolist()) == pytest.approx([0, 1])
    assert places[:, 1].tolist() == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("count", [0, 1, 3, 12])
def test_passages_that_are_alike_stand_in_the_middle(count: int) -> None:
    places = place_passages(np.full((count, 4), 0.5, np.float32))
    assert places.tolist() == [[0.5, 0.5]] * count


def test_the_same_passages_have_the_same_places() -> None:
    assert np.array_equal(place_passages(clusters(12)), place_passages(clusters(12)))


def test_vectors_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        place_passages(np.zeros(3, np.float32))


def test_a_large_index_is_sampled_evenly() -> None:
    assert sample(3).tolist() == [0, 1, 2]
    assert sample(10, 4).tolist() == [0, 2, 5, 7]
    rows = sample(11_514)
    assert len(set(rows.tolist())) == MOST_POINTS
    assert set(np.diff(rows).tolist()) == {7, 8}
    assert rows[-1] < 11_514


def test_the_nearest_is_the_one_with_the_largest_cosine() -> None:
    vectors = np.eye(3, dtype=np.float32)
    assert nearest(vectors, np.array([0.1, 0.9, 0.2], np.float32)) == 1
