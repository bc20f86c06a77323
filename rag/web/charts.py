"""What the evaluation tab shows: frames for charts, a comparison, what visitors thought."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from rag.evaluation.history import Run, compare, differing_settings
from rag.evaluation.report import show
from rag.evaluation.scores import ALL, DEPTHS
from rag.records import SearchMode
from rag.terminal import on_one_line
from rag.web import markup
from rag.web.phrases import Phrases

MEASURES = (
    "right", "answer right", "quoted first", "exact", "f1", "figure", "citation recall",
    "citation precision", "abstention recall",
)  # fmt: skip
"""What is charted and compared, as ``Phrases.measures`` calls it."""

SEARCHED = (("recall@10", "hybrid"), ("mrr", "hybrid"))
MOST_DISLIKED = 10


def group_frame(run: Run, prefix: str, measure: str) -> pd.DataFrame | None:
    """Return a measure by group, of the groups that begin with ``pair`` or ``kind``."""
    found = [
        (group.removeprefix(prefix).strip().replace("->", "→"), run.find(group, measure))
        for group in run.groups
        if group.startswith(f"{prefix} ")
    ]
    return _frame(
        ("group", "score", "low", "high", "n"),
        [(name, item.mean, item.low, item.high, item.count) for name, item in found if item],
    )


def depth_frame(run: Run) -> pd.DataFrame | None:
    """Return the recall of each search by the number of passages looked at."""
    return _frame(
        ("passages", "recall", "search"),
        [
            (depth, item.mean, mode.value)
            for mode in SearchMode
            for depth in DEPTHS
            if (item := run.find(ALL, f"recall@{depth}", mode.value))
        ],
    )


def coverage_frame(run: Run) -> pd.DataFrame | None:
    """Return the precision of the surest answers by how many questions they are the answers of."""
    return _frame(("coverage", "precision"), run.curve)


def latency_frame(run: Run) -> pd.DataFrame | None:
    """Return the seconds that half, 95% and 99% of the questions and searches took at most."""
    return _frame(
        ("step", "seconds"),
        [
            (f"{name} {share}", value)
            for name, shares in run.latency.items()
            for share, value in shares.items()
            if value is not None
        ],
    )


def _frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame | None:
    return pd.DataFrame(rows, columns=list(columns)) if rows else None


def measured(run: Run, words: Phrases) -> str:
    """Return a line on what a run was made with."""
    names = ("questions", "split", "documents", "model", "threshold")
    return markup.note(words.measured.format(*(run.settings.get(name, "-") for name in names)))


def comparison(before: Run | None, now: Run, words: Phrases) -> str:
    """Return a table of the scores of two runs over the same questions."""
    if before is None:
        return markup.note(words.no_earlier)
    names = dict(zip(MEASURES, words.measures, strict=True))
    rows = [
        (
            names.get(item.measure, f"{item.measure}, {item.mode}"),
            show(item.before), show(item.now), _signed(item.difference),
            words.yes if item.is_beyond else words.no,
        )
        for item in compare(before, now, [*((name, "") for name in MEASURES), *SEARCHED])
    ]  # fmt: skip
    old, new = (run.latency.get("ask", {}).get("p50") for run in (before, now))
    if old is not None and new is not None:
        name = f"{words.seconds}, p50"
        rows.append((name, f"{old:.3f}", f"{new:.3f}", _signed(new - old), "-"))
    head = "".join(f'<th scope="col">{markup.shown(cell)}</th>' for cell in words.compared_columns)
    lines = "".join(
        f"<tr>{''.join(f'<td>{markup.shown(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    differing = differing_settings(before, now)
    settings = "; ".join(f"{name} {one} → {other}" for name, (one, other) in differing.items())
    note = markup.note(words.settings_differ.format(settings)) if settings else ""
    caption = markup.shown(words.compared.format(minute(before.when)))
    return (
        f'<table class="yj-table"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>{note}"
    )


@dataclass(frozen=True, slots=True)
class Opinions:
    """How many answers visitors liked and disliked; of the latter the last questions first."""

    liked: int = 0
    disliked: int = 0
    questions: tuple[str, ...] = ()


def read_opinions(path: Path) -> Opinions:
    """Return what visitors thought of answers; lines that are damaged do not count."""
    liked, disliked = 0, 0
    questions: deque[str] = deque(maxlen=MOST_DISLIKED)
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                opinion = _opinion(line)
                if opinion.get("liked") is True:
                    liked += 1
                elif opinion.get("liked") is False:
                    disliked += 1
                    questions.appendleft(str(opinion.get("question", "")))
    except OSError:
        return Opinions()
    return Opinions(liked, disliked, tuple(questions))


def _opinion(line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def told(opinions: Opinions, words: Phrases) -> str:
    """Return what visitors thought of answers."""
    counts = markup.note(words.opinions.format(opinions.liked, opinions.disliked))
    if not opinions.questions:
        return counts
    items = "".join(f"<li>{markup.shown(on_one_line(text))}</li>" for text in opinions.questions)
    return f'{counts}<p class="yj-source">{words.disliked}</p><ul class="yj-list">{items}</ul>'


def _signed(difference: float | None) -> str:
    return "-" if difference is None else f"{difference:+.3f}"


def minute(when: datetime) -> str:
    """Return a time as the page shows it."""
    return f"{when:%Y-%m-%d %H:%M} UTC"


def measure_choices(words: Phrases) -> list[tuple[str, str]]:
    """Return the measures with what they are called, to choose from."""
    return list(zip(words.measures, MEASURES, strict=True))


BARS: dict[str, Any] = {
    "min_width": 300,
    "x": "group",
    "y": "score",
    "tooltip": "all",
    "x_label_angle": -35,
    "y_lim": [0, 1],
}
DEPTH_LINES: dict[str, Any] = {
    "min_width": 300,
    "x": "passages",
    "y": "recall",
    "color": "search",
    "y_lim": [0, 1],
}
COVERAGE_LINE: dict[str, Any] = {
    "min_width": 300,
    "x": "coverage",
    "y": "precision",
    "x_lim": [0, 1],
    "y_lim": [0, 1],
}
LATENCY_BARS: dict[str, Any] = {
    "min_width": 300,
    "x": "step",
    "y": "seconds",
    "y_lim": [0, None],
    "x_label_angle": -35,
}


def pairs_labels(words: Phrases) -> dict[str, Any]:
    """Return the labels of the chart by language pair."""
    return {"label": words.by_pair, "x_title": " ", "y_title": " "}


def kinds_labels(words: Phrases) -> dict[str, Any]:
    """Return the labels of the chart by kind of question."""
    return {"label": words.by_kind, "x_title": " ", "y_title": " "}


def depths_labels(words: Phrases) -> dict[str, Any]:
    """Return the labels of the recall curve."""
    return {
        "label": words.by_depth, "x_title": words.depth, "y_title": words.recall,
        "color_title": words.search,
    }  # fmt: skip


def coverage_labels(words: Phrases) -> dict[str, Any]:
    """Return the labels of the curve of precision over coverage."""
    return {
        "label": words.by_coverage, "x_title": words.coverage, "y_title": words.precision,
    }  # fmt: skip


def latency_labels(words: Phrases) -> dict[str, Any]:
    """Return the labels of the chart of seconds."""
    return {"label": words.by_latency, "x_title": " ", "y_title": words.seconds}
