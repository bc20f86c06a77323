"""Passages as points of a plane, so that those alike in meaning stand together.

t-SNE: van der Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 1_500
"""How many passages are placed: 5 seconds of work on one core."""

_FEW = 10
"""Below this many t-SNE has no neighbourhoods to keep, and principal components are used."""
_PERPLEXITY = 30.0
_SEED = 0
_ALIKE = 1e-6


def sample(count: int, most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Return which of ``count`` passages are placed: all, else ``most`` at even distances.

    The result has shape (min(count, most),) and is sorted, without repetitions.
    """
    if count <= most:
        return np.arange(count, dtype=np.intp)
    return (np.arange(most) * count // most).astype(np.intp)


def place_passages(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a place in the plane for each passage, the same for the same vectors.

    ``vectors`` has shape (n, d), d at least 2, and the result (n, 2), within 0 to 1. One scale
    counts for both directions, and the places are in the middle of the shorter one. Passages that
    are all alike, or one alone, stand in the middle. More than ``MOST_POINTS`` take long;
    ``sample`` chooses among them.

    Raises:
        ValueError: the vectors are not of shape (n, d) with d at least 2.
    """
    if vectors.ndim != 2 or vectors.shape[1] < 2:
        raise ValueError(f"vectors have the shape {vectors.shape}, expected (n, 2 or more)")
    count = len(vectors)
    if count < 2 or np.ptp(vectors, axis=0).max() < _ALIKE:
        return np.full((count, 2), 0.5, np.float32)
    places = _components(vectors) if count < _FEW else _neighbours(vectors)
    low, high = places.min(axis=0), places.max(axis=0)
    scaled: NDArray[np.float32] = (places - (low + high) / 2) / (high - low).max() + 0.5
    return scaled.astype(np.float32).clip(0, 1)


def nearest(vectors: NDArray[np.float32], vector: NDArray[np.float32]) -> int:
    """Return the row of unit vectors, shape (n, d), n at least 1, that is nearest to one, (d,)."""
    return int((vectors @ vector).argmax())


def _components(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    left, values, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    places: NDArray[np.float32] = (left * values)[:, :2]
    return places


def _neighbours(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    model = TSNE(
        metric="cosine",
        init="pca",
        perplexity=min(_PERPLEXITY, (len(vectors) - 1) / 3),
        random_state=_SEED,
    )
    # Its threads wait for each other by spinning: where the cores are busy answering, two take
    # many times as long as one.
    with threadpool_limits(1, user_api="openmp"):
        places: NDArray[np.float32] = model.fit_transform(vectors)
    return places
