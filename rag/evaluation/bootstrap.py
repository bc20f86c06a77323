"""How far a mean can be trusted: percentile bootstrap intervals.

Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13: questions are drawn
again with replacement, and the middle 95% of the means so obtained is the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 2_000
LEVEL = 0.95
_CHUNK = 1_000_000  # values drawn at a time, to bound memory (8 bytes each)


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over ``count`` questions with the ends of its bootstrap interval."""

    mean: float
    low: float
    high: float
    count: int


def mean_interval(
    values: Sequence[float], *, seed: int, draws: int = DRAWS, level: float = LEVEL
) -> Interval | None:
    """Return the mean of the values and its interval, None if there are no values."""
    if not values:
        return None
    sample = np.asarray(values, np.float64)
    generator = np.random.default_rng(seed)
    rows = max(1, _CHUNK // len(sample))
    means = np.concatenate(
        [
            sample[generator.integers(len(sample), size=(min(rows, draws - at), len(sample)))].mean(
                axis=1
            )
            for at in range(0, draws, rows)
        ]
    )
    tail = (1 - level) / 2 * 100
    low, high = np.percentile(means, [tail, 100 - tail])
    return Interval(float(sample.mean()), float(low), float(high), len(sample))


def paired_difference(
    first: Sequence[float],
    second: Sequence[float],
    *,
    seed: int,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> Interval | None:
    """Return the mean of first minus second, question by question, with its interval.

    Both are measured on the same questions in the same order, so what is drawn again is the
    differences. An interval that does not hold 0 is a difference that is not just luck.

    Raises:
        ValueError: the sequences differ in length.
    """
    differences = [one - other for one, other in zip(first, second, strict=True)]
    return mean_interval(differences, seed=seed, draws=draws, level=level)
