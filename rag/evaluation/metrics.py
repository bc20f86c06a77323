"""Metrics as pure functions, one idea each. Ranks count from 1; None means "not found".

A metric that has nothing to count returns None, never 0: a precision without a single positive
is not a bad precision.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Ranks = Sequence[int | None]
"""For each relevant thing, the rank it was first found at, or None."""


def recall_at(ranks: Ranks, depth: int) -> float | None:
    """Return the share of the relevant things that are among the first ``depth``."""
    if not ranks:
        return None
    return sum(rank is not None and rank <= depth for rank in ranks) / len(ranks)


def found_at(ranks: Ranks, depth: int) -> float | None:
    """Return 1.0 if any relevant thing is among the first ``depth``, else 0.0."""
    if not ranks:
        return None
    return float(any(rank is not None and rank <= depth for rank in ranks))


def reciprocal_rank(ranks: Ranks) -> float | None:
    """Return one over the rank of the first relevant thing, 0.0 if none was found."""
    if not ranks:
        return None
    return max((1.0 / rank for rank in ranks if rank is not None), default=0.0)


def ndcg_at(ranks: Ranks, depth: int = 10) -> float | None:
    """Return the normalised discounted cumulative gain of binary relevance.

    Gains are divided by log2(1 + rank), as in Järvelin and Kekäläinen, "Cumulated gain-based
    evaluation of IR techniques", ACM TOIS 20(4), 2002. One passage that holds several of the
    things counts once, in the ideal list as well.
    """
    if not ranks:
        return None
    places = {rank for rank in ranks if rank is not None}
    relevant = len(places) + sum(rank is None for rank in ranks)
    gain = sum(_discount(rank) for rank in places if rank <= depth)
    return gain / sum(_discount(rank) for rank in range(1, min(relevant, depth) + 1))


def _discount(rank: int) -> float:
    return 1.0 / math.log2(1 + rank)


def citation_recall(supports: Sequence[bool]) -> float:
    """Return 1.0 if the citations support the answer, else 0.0; an answer without any has 0.0.

    The idea is ALCE's: Gao, Yen, Yu and Chen, "Enabling Large Language Models to Generate Text
    with Citations", EMNLP 2023. A statement is recalled if its citations together entail it.
    There a language inference model judges that; here the answer is one short statement and the
    gold question names the proving words, so ``supports`` holds, for each citation, whether it
    quotes the proof or an accepted answer, and one such quotation suffices.
    """
    return float(any(supports))


def citation_precision(supports: Sequence[bool]) -> float | None:
    """Return the share of the citations that support the answer, None without citations.

    ALCE counts a citation as precise if it supports the statement alone, or if the others do not
    support it without this one. No proof here is spread over two quotations, so the second case
    cannot arise.
    """
    return sum(supports) / len(supports) if supports else None


def abstention_precision(answered: Sequence[bool], answerable: Sequence[bool]) -> float | None:
    """Return the share of the abstentions that were right: the documents do not say."""
    rights = [not can for did, can in zip(answered, answerable, strict=True) if not did]
    return sum(rights) / len(rights) if rights else None


def abstention_recall(answered: Sequence[bool], answerable: Sequence[bool]) -> float | None:
    """Return the share of the unanswerable questions that were not answered."""
    kept = [not did for did, can in zip(answered, answerable, strict=True) if not can]
    return sum(kept) / len(kept) if kept else None


def coverage_precision(
    confidences: Sequence[float], rights: Sequence[bool], questions: int
) -> list[tuple[float, float]]:
    """Return (coverage, precision) for every threshold on the confidence, coverage ascending.

    Args:
        confidences: Of every answer given; higher is surer. Equal ones share one point.
        rights: Whether the answer is right, in the same order.
        questions: How many were asked; coverage is the share of them that is answered.
    """
    pairs = sorted(zip(confidences, rights, strict=True), key=lambda pair: -pair[0])
    curve: list[tuple[float, float]] = []
    good = 0
    for count, (confidence, right) in enumerate(pairs, start=1):
        good += right
        if count == len(pairs) or pairs[count][0] != confidence:
            curve.append((count / questions, good / count))
    return curve


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the percentile at ``share`` (0 to 100), linear between neighbours; None if empty."""
    return float(np.percentile(np.asarray(values, np.float64), share)) if values else None
