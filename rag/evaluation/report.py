"""An evaluation's report: the record, its tables in markdown, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rag.evaluation.bootstrap import Interval
from rag.evaluation.runs import Result
from rag.evaluation.scores import Score
from rag.records import SearchMode

ANSWER_COLUMNS = (
    "right",
    "answer right",
    "quoted first",
    "exact",
    "f1",
    "figure",
    "citation recall",
    "citation precision",
    "abstention recall",
    "abstention precision",
)
RETRIEVAL_COLUMNS = ("recall@1", "recall@10", "found@1", "found@10", "mrr", "ndcg@10")


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, under which settings, question by question and put together.

    ``settings`` holds every setting that moves a score. ``latency`` is in seconds. ``curve`` is
    (coverage, precision) by falling confidence.
    """

    settings: Mapping[str, Any]
    results: tuple[Result, ...]
    scores: tuple[Score, ...]
    latency: Mapping[str, Mapping[str, float | None]]
    curve: tuple[tuple[float, float], ...]

    def find(self, group: str, measure: str, mode: str = "") -> Interval | None:
        """Return one score, None if it was not measured."""
        for item in self.scores:
            if (item.group, item.measure, item.mode) == (group, measure, mode):
                return item.interval
        return None

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that have scores, in order."""
        return tuple(dict.fromkeys(item.group for item in self.scores))

    @property
    def modes(self) -> tuple[SearchMode, ...]:
        """The searches that were measured."""
        return tuple(
            mode for mode in SearchMode if any(mode in item.ranks for item in self.results)
        )

    @property
    def wrong(self) -> tuple[Result, ...]:
        """The questions that were answered wrongly, or not, or should not have been."""
        return tuple(result for result in self.results if not result.right)


def to_json(report: Report) -> str:
    """Return the whole report as JSON, with a newline at its end."""
    content = {
        "settings": dict(report.settings),
        "latency_seconds": report.latency,
        "scores": [asdict(item) for item in report.scores],
        "coverage_precision": report.curve,
        "results": [asdict(item) for item in report.results],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n"


def to_markdown(report: Report) -> str:
    """Return the tables for a terminal or a markdown page; brackets are 95% intervals."""
    parts = [
        "## Answers",
        "",
        markdown_table(("questions", "n", *ANSWER_COLUMNS), _answer_rows(report)),
        "",
        "## Retrieval",
        "",
        markdown_table(("questions", "n", "search", *RETRIEVAL_COLUMNS), _retrieval_rows(report)),
        "",
        "## Seconds",
        "",
        markdown_table(("", "p50", "p95", "p99"), _latency_rows(report)),
        "",
        f"Wrong: {len(report.wrong)} of {len(report.results)}.",
    ]
    return "\n".join(parts) + "\n"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a markdown table, its columns padded to one width; ``|`` in a cell is escaped."""
    lines = [[cell.replace("|", r"\|") for cell in row] for row in (header, *rows)]
    widths = [max(3, *(len(line[place]) for line in lines)) for place in range(len(header))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )


def show(interval: Interval | None) -> str:
    """Return ``0.93 [0.89, 0.96]``, or a dash for what was not measured."""
    if interval is None:
        return "-"
    return f"{interval.mean:.3f} [{interval.low:.2f}, {interval.high:.2f}]"


def _answer_rows(report: Report) -> list[list[str]]:
    rows = []
    for group in report.groups:
        overall = report.find(group, "right")
        cells = [show(report.find(group, name)) for name in ANSWER_COLUMNS]
        rows.append([group, str(overall.count if overall else 0), *cells])
    return rows


def _retrieval_rows(report: Report) -> list[list[str]]:
    rows = []
    for group in report.groups:
        for mode in report.modes:
            count = report.find(group, "mrr", mode)
            if count is None:
                continue
            cells = [show(report.find(group, name, mode)) for name in RETRIEVAL_COLUMNS]
            rows.append([group, str(count.count), mode.value, *cells])
    return rows


def _latency_rows(report: Report) -> list[list[str]]:
    return [
        [name, *("-" if value is None else f"{value:.3f}" for value in shares.values())]
        for name, shares in report.latency.items()
    ]
