"""The results as two SVG files. Only this module imports matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eval.bench.peers.measuring import Quality, Speed

PANELS: tuple[tuple[str, Callable[[Speed], float | None]], ...] = (
    ("documents indexed a second (more is better)", lambda x: x.documents / x.index_seconds),
    ("seconds from start to first hits", lambda x: x.first_seconds),
    ("milliseconds to ten hits, warm (p50)", lambda x: x.warm_p50_ms),
    ("MB resident", lambda x: x.resident_bytes / 1e6 if x.resident_bytes else None),
)


def draw(speeds: Sequence[Speed], qualities: Sequence[Quality], folder: Path) -> None:
    """Write peers-speed.svg and peers-quality.svg, the same bytes for the same results."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "peers"}):
        if speeds:
            figure = Figure(figsize=(8.4, 5.2), layout="constrained")
            _draw_speeds(figure, speeds)
            _save(figure, folder / "peers-speed.svg")
        if qualities:
            figure = Figure(figsize=(8.4, 3.4), layout="constrained")
            _draw_quality(figure, qualities)
            _save(figure, folder / "peers-quality.svg")


def _save(figure: Any, path: Path) -> None:  # noqa: ANN401
    figure.savefig(path, metadata={"Date": None})


def _draw_speeds(figure: Any, speeds: Sequence[Speed]) -> None:  # noqa: ANN401
    from matplotlib.ticker import LogLocator

    tools = dict.fromkeys(item.tool for item in speeds)
    sizes = sorted({item.documents for item in speeds})
    for axes, (title, value) in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
        for tool in tools:
            own = sorted((x for x in speeds if x.tool == tool), key=lambda x: x.documents)
            points = [(x.documents, shown) for x in own if (shown := value(x)) is not None]
            axes.plot(*zip(*points, strict=True), marker="o", label=tool) if points else None
        axes.set_title(title, fontsize=9)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        _plain(axes)
    figure.supxlabel("documents", fontsize=9)
    lines, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(lines, names, frameon=False, loc="outside upper center", ncols=len(names))


def _draw_quality(figure: Any, qualities: Sequence[Quality]) -> None:  # noqa: ANN401
    axes = figure.subplots()
    tools = list(dict.fromkeys(item.tool for item in qualities))
    names = [item.collection if item.task == "sized" else item.task for item in qualities]
    tasks = list(dict.fromkeys(names))
    width = 0.8 / len(tools)
    for place, tool in enumerate(tools):
        own = [
            (tasks.index(name), item.recall_1)
            for name, item in zip(names, qualities, strict=True)
            if item.tool == tool
        ]
        axes.bar([at + place * width for at, _ in own], [y for _, y in own], width, label=tool)
    middle = 0.4 - width / 2
    labels = [
        task.replace("→", "->").replace(", ", "\n").replace(" par", "\npar") for task in tasks
    ]
    axes.set_xticks([at + middle for at in range(len(tasks))], labels, fontsize=7)
    axes.set_ylim(0, 1)
    axes.set_title("the right paragraph first (recall@1)", fontsize=9)
    figure.legend(frameon=False, loc="outside upper center", ncols=len(tools))
    _plain(axes)


def _plain(axes: Any) -> None:  # noqa: ANN401
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
