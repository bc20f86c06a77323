"""The report's plots as PNG images. Only this module imports matplotlib, at first use."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.evaluation.bootstrap import Interval
from rag.evaluation.report import Report
from rag.evaluation.scores import ALL, DEPTHS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BARS = ("right", "quoted first")


def draw(report: Report) -> dict[str, bytes]:
    """Return the plots by title, each a PNG file.

    Raises:
        UsageError: matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        raise UsageError("the plots need matplotlib: pip install 'yinju[eval]'") from error
    pairs = [group for group in report.groups if group.startswith("pair ")]
    kinds = [group for group in report.groups if group.startswith("kind ")]
    return {
        "By language pair": _png(_bars(report, [ALL, *pairs])),
        "By kind of question": _png(_bars(report, kinds)),
        "Recall of the proving passage": _png(_recall(report)),
        "Seconds to an answer": _png(_latency(report)),
        "Precision against coverage": _png(_coverage(report)),
    }


def _figure(height: float = 3.2) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, height), layout="constrained")
    axes = figure.add_subplot()
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    return buffer.getvalue()


def _label(text: str) -> str:
    """Return a label the bundled font can draw, with no formula in it."""
    return text.encode("ascii", "replace").decode().replace("$", r"\$")


def _bars(report: Report, groups: Sequence[str]) -> Figure:
    figure, axes = _figure(height=1.2 + 0.42 * len(groups))
    height = 0.8 / len(_BARS)
    for offset, measure in enumerate(_BARS):
        found = [(place, report.find(group, measure)) for place, group in enumerate(groups)]
        shown = [(place, item) for place, item in found if item is not None]
        axes.barh(
            [place + offset * height for place, _ in shown],
            [item.mean for _, item in shown],
            height,
            xerr=_errors([item for _, item in shown]),
            label=measure,
            error_kw={"alpha": 0.5, "capsize": 2},
        )
    axes.set_yticks(range(len(groups)), [_label(group) for group in groups])
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return figure


def _errors(intervals: Sequence[Interval]) -> list[list[float]]:
    return [
        [max(0.0, item.mean - item.low) for item in intervals],
        [max(0.0, item.high - item.mean) for item in intervals],
    ]


def _recall(report: Report) -> Figure:
    figure, axes = _figure()
    for mode in report.modes:
        found = [(depth, report.find(ALL, f"recall@{depth}", mode)) for depth in DEPTHS]
        shown = [(depth, item) for depth, item in found if item is not None]
        axes.errorbar(
            [depth for depth, _ in shown],
            [item.mean for _, item in shown],
            yerr=_errors([item for _, item in shown]),
            marker="o",
            capsize=2,
            label=mode.value,
        )
    axes.set_xscale("log")
    axes.set_xticks(DEPTHS, [str(depth) for depth in DEPTHS])
    axes.minorticks_off()
    axes.set_xlabel("passages")
    axes.set_ylabel("recall")
    if report.modes:
        axes.legend(frameon=False)
    return figure


def _latency(report: Report) -> Figure:
    figure, axes = _figure()
    axes.hist([result.seconds for result in report.results], bins=30)
    axes.set_xlabel("seconds")
    axes.set_ylabel("questions")
    return figure


def _coverage(report: Report) -> Figure:
    figure, axes = _figure()
    axes.plot([x for x, _ in report.curve], [y for _, y in report.curve], marker=".")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("share of the questions answered")
    axes.set_ylabel("share of the answers right")
    return figure
