"""The report as one HTML page that needs nothing else. Every text in it is escaped."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from html import escape

from rag.evaluation.report import Report, show
from rag.evaluation.runs import Result
from rag.evaluation.scores import ALL

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2rem auto;
  padding: 0 1rem; }
table { border-collapse: collapse; font-size: 13px; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #8884; padding: .3rem .6rem; text-align: left;
  vertical-align: top; }
figure { display: inline-block; margin: 0 1rem 1rem 0; }
figure img { max-width: 100%; background: #fff; }
"""


def to_html(report: Report, plots: Mapping[str, bytes], note: str = "") -> str:
    """Return the page.

    Args:
        report: What to show.
        plots: PNG images by title.
        note: Shown in the plots' place, such as how to install what draws them.
    """
    wrong = report.wrong
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><title>Yinju: evaluation</title>',
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">",
        f"<style>{_STYLE}</style></head><body>",
        "<h1>Evaluation</h1>",
        _scores(report),
        "<h2>Plots</h2>",
        f"<p>{escape(note)}</p>" if note else "",
        *(_image(title, image) for title, image in plots.items()),
        f"<h2>Wrong answers ({len(wrong)} of {len(report.results)})</h2>",
        _table(
            ("id", "pair", "kind", "question", "accepted", "answer", "quoted", "from", "sure"),
            [_wrong_row(result) for result in wrong],
        ),
        "<h2>Settings</h2>",
        _table(
            ("setting", "value"),
            [
                (
                    name,
                    value
                    if isinstance(value, str)
                    else json.dumps(value, ensure_ascii=False, default=str),
                )
                for name, value in report.settings.items()
            ],
        ),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _scores(report: Report) -> str:
    rows = []
    for item in report.scores:
        if item.group == ALL or item.measure in ("right", "quoted first", "mrr"):
            rows.append(
                (
                    item.group,
                    item.mode or "answers",
                    item.measure,
                    show(item.interval),
                    str(item.interval.count),
                )
            )
    return _table(("questions", "of", "measure", "mean and 95% interval", "n"), rows)


def _wrong_row(result: Result) -> tuple[str, ...]:
    accepted = " / ".join(result.accepted) if result.answerable else "(the documents do not say)"
    sure = "" if result.confidence is None else f"{result.confidence:.2f}"
    answer = result.answer if result.answered else "(not answered)"
    return (
        result.id,
        result.pair,
        result.kind,
        result.question,
        accepted,
        answer,
        result.quote,
        result.source,
        sure,
    )


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in header) + "</tr>"]
    lines += [
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    ]
    return "<table>" + "\n".join(lines) + "</table>"


def _image(title: str, image: bytes) -> str:
    data = base64.b64encode(image).decode("ascii")
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<img alt="{escape(title)}" src="data:image/png;base64,{data}"></figure>'
    )
