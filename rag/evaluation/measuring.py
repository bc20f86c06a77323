"""The one function behind ``rag eval`` and ``eval/evaluate.py``."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluation import bootstrap, page, plots
from rag.evaluation.gold import GoldQuestion, Split
from rag.evaluation.report import Report, to_json, to_markdown
from rag.evaluation.runs import Engine, ProofSet, Result, run
from rag.evaluation.scores import coverage_curve, latency, score
from rag.records import SearchMode

logger = logging.getLogger(__name__)


def evaluate(
    engine: Engine,
    gold: Sequence[GoldQuestion],
    *,
    split: Split | None = None,
    settings: Mapping[str, Any] | None = None,
    out: Path | None = None,
    proof_set: ProofSet = ProofSet.DIGEST,
    modes: Sequence[SearchMode] = tuple(SearchMode),
    depth: int = 50,
    seed: int = 20,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Measure an engine on gold questions and write the report.

    Args:
        engine: An engine over an index of the documents the questions are about.
        gold: The questions, as ``load_gold`` returns them.
        split: Only the questions of this split; None takes all.
        settings: Whatever moves a score; recorded beside the scores.
        out: A folder for report.md, report.json and report.html; None writes nothing.
        proof_set: Which documents the index holds.
        modes: Which searches to measure.
        depth: How many passages a search returns.
        seed: For the bootstrap intervals.
        progress: Called with (done, all) after every question.

    Raises:
        UsageError: no question is left to ask.
    """
    chosen = [item for item in gold if split is None or item.split is split]
    chosen = [item for item in chosen if not item.answerable or proof_set.of(item)]
    if not chosen:
        name = split.value if split else "all"
        raise UsageError(f"no gold question with {proof_set} proofs is in the split {name!r}")
    results = run(engine, chosen, proof_set=proof_set, modes=modes, depth=depth, progress=progress)
    recorded = {
        **(settings or {}),
        "split": split.value if split else "all",
        "questions": len(chosen),
        "questions_sha256": _digest(chosen),
        "proof_set": proof_set.value,
        "search_depth": depth,
        "bootstrap_draws": bootstrap.DRAWS,
        "bootstrap_seed": seed,
    }
    report = make_report(results, recorded, depth=depth, seed=seed)
    if out is not None:
        write_report(report, out)
    return report


def make_report(
    results: Sequence[Result], settings: Mapping[str, Any], *, depth: int, seed: int
) -> Report:
    """Put the results of single questions together."""
    return Report(
        settings=settings,
        results=tuple(results),
        scores=tuple(score(results, depth=depth, seed=seed)),
        latency=latency(results),
        curve=tuple(coverage_curve(results)),
    )


def write_report(report: Report, out: Path) -> None:
    """Write report.md, report.json and report.html; without matplotlib the page has no plots."""
    note, images = "", {}
    try:
        images = plots.draw(report)
    except UsageError as error:
        note = str(error)
        logger.warning("%s", error)
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(to_json(report), encoding="utf-8")
    (out / "report.md").write_text(to_markdown(report), encoding="utf-8")
    (out / "report.html").write_text(page.to_html(report, images, note), encoding="utf-8")


def _digest(questions: Sequence[GoldQuestion]) -> str:
    return hashlib.sha256("\n".join(map(repr, questions)).encode()).hexdigest()
