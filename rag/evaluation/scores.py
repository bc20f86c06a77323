"""Results of single questions, put together: by language pair, by kind, and over all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.evaluation import metrics
from rag.evaluation.bootstrap import Interval, mean_interval, paired_difference
from rag.evaluation.runs import Result
from rag.records import SearchMode

ALL = "all"
DEPTHS = (1, 3, 5, 10, 20, 50)
_Measure = Callable[[Result], float | None]


@dataclass(frozen=True, slots=True)
class Score:
    """A measure's mean in a group of questions, with its 95% bootstrap interval.

    ``mode`` is "dense", "lexical" or "hybrid" for a retrieval measure, "" for the answers, and
    for a paired difference of two modes both of them, as "hybrid-dense".
    """

    group: str
    mode: str
    measure: str
    interval: Interval


def group_results(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Return the results over all, by ``pair …``, by ``kind …`` and of the paraphrased ones."""
    groups: dict[str, list[Result]] = {ALL: list(results)}
    for prefix, name in (("pair", _pair), ("kind", _kind)):
        for value in sorted({name(result) for result in results}):
            groups[f"{prefix} {value}"] = [item for item in results if name(item) == value]
    if paraphrased := [result for result in results if result.paraphrase]:
        groups["paraphrase"] = paraphrased
    return groups


def answer_measures() -> dict[str, _Measure]:
    """Return what is measured on the answers, by name.

    ``right`` is over all questions, the unanswerable ones included; ``answer right`` over the
    answerable ones; ``precision`` over the questions that were answered.
    """
    return {
        "right": lambda result: float(result.right),
        "answer right": lambda result: float(result.right) if result.answerable else None,
        "precision": lambda result: (
            float(result.right and result.answerable) if result.answered else None
        ),
        "exact": lambda result: result.exact,
        "f1": lambda result: result.f1,
        "figure": lambda result: result.figure,
        "quoted first": lambda result: _flag(result.quoted_first),
        "citation recall": lambda result: result.citation_recall,
        "citation precision": lambda result: result.citation_precision,
        "other figure shown": lambda result: _flag(result.other_shown),
        "other figure invented": lambda result: _flag(result.other_invented),
        "abstention precision": lambda result: metrics.abstention_precision(
            [result.answered], [result.answerable]
        ),
        "abstention recall": lambda result: metrics.abstention_recall(
            [result.answered], [result.answerable]
        ),
    }


def retrieval_measures(mode: SearchMode, depth: int) -> dict[str, _Measure]:
    """Return what is measured on one mode's searches, by name, down to ``depth`` passages."""

    def passages(metric: Callable[[metrics.Ranks], float | None]) -> _Measure:
        return lambda result: metric(result.ranks[mode].passages) if mode in result.ranks else None

    def documents(metric: Callable[[metrics.Ranks], float | None]) -> _Measure:
        return lambda result: metric(result.ranks[mode].documents) if mode in result.ranks else None

    depths = [at for at in DEPTHS if at <= depth]
    measures: dict[str, _Measure] = {}
    for at in depths:
        measures[f"recall@{at}"] = passages(_at(metrics.recall_at, at))
        measures[f"found@{at}"] = passages(_at(metrics.found_at, at))
    measures["mrr"] = passages(metrics.reciprocal_rank)
    measures["ndcg@10"] = passages(metrics.ndcg_at)
    for at in depths:
        measures[f"document recall@{at}"] = documents(_at(metrics.recall_at, at))
    measures["document mrr"] = documents(metrics.reciprocal_rank)
    return measures


def score(results: Sequence[Result], *, depth: int, seed: int) -> list[Score]:
    """Return every measure in every group that has questions for it."""
    modes = [mode for mode in SearchMode if any(mode in result.ranks for result in results)]
    scores: list[Score] = []
    for group, members in group_results(results).items():
        for name, measure in answer_measures().items():
            scores += _score(group, "", name, map(measure, members), seed)
        for mode in modes:
            for name, measure in retrieval_measures(mode, depth).items():
                scores += _score(group, mode.value, name, map(measure, members), seed)
        scores += _differences(group, members, modes, seed)
    return scores


def latency(results: Sequence[Result]) -> dict[str, dict[str, float | None]]:
    """Return p50, p95 and p99 in seconds, of asking and of searching in each mode."""
    times: Mapping[str, list[float]] = {
        "ask": [result.seconds for result in results],
        **{
            f"search {mode}": [
                result.search_seconds[mode] for result in results if mode in result.search_seconds
            ]
            for mode in SearchMode
        },
    }
    return {
        name: {f"p{share}": metrics.percentile(values, share) for share in (50, 95, 99)}
        for name, values in times.items()
        if values
    }


def coverage_curve(results: Sequence[Result]) -> list[tuple[float, float]]:
    """Return (coverage, precision) of the answers given, by falling confidence."""
    given = [result for result in results if result.answered and result.confidence is not None]
    return metrics.coverage_precision(
        [result.confidence or 0.0 for result in given],
        [result.right and result.answerable for result in given],
        len(results),
    )


def _flag(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _pair(result: Result) -> str:
    return result.pair


def _kind(result: Result) -> str:
    return result.kind


def _at(
    metric: Callable[[metrics.Ranks, int], float | None], depth: int
) -> Callable[[metrics.Ranks], float | None]:
    return lambda ranks: metric(ranks, depth)


def _score(
    group: str, mode: str, measure: str, values: Iterable[float | None], seed: int
) -> list[Score]:
    interval = mean_interval([value for value in values if value is not None], seed=seed)
    return [] if interval is None else [Score(group, mode, measure, interval)]


def _differences(
    group: str, members: Sequence[Result], modes: Sequence[SearchMode], seed: int
) -> list[Score]:
    """Hybrid minus each single list, paired question by question, in reciprocal rank."""
    if SearchMode.HYBRID not in modes:
        return []
    searched = [result for result in members if SearchMode.HYBRID in result.ranks]
    ranks = {
        mode: [metrics.reciprocal_rank(result.ranks[mode].passages) or 0.0 for result in searched]
        for mode in modes
    }
    found = []
    for mode in modes:
        if mode is SearchMode.HYBRID:
            continue
        interval = paired_difference(ranks[SearchMode.HYBRID], ranks[mode], seed=seed)
        if interval is not None:
            found.append(Score(group, f"{SearchMode.HYBRID}-{mode}", "mrr", interval))
    return found
