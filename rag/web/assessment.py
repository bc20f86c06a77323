"""The evaluation tab: kept runs as charts and side by side, a new run, what visitors thought."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from threading import Event
from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.errors import UsageError, YinjuError
from rag.evaluation import GoldQuestion, Report, default_gold, evaluate, load_gold
from rag.evaluation.environment import describe_engine
from rag.evaluation.history import (
    keep_run,
    kept_runs,
    load_runs,
    when_kept,
)
from rag.store import FEEDBACK
from rag.web import markup
from rag.web.charts import (
    BARS,
    COVERAGE_LINE,
    DEPTH_LINES,
    LATENCY_BARS,
    MEASURES,
    comparison,
    coverage_frame,
    coverage_labels,
    depth_frame,
    depths_labels,
    group_frame,
    kinds_labels,
    latency_frame,
    latency_labels,
    measure_choices,
    measured,
    minute,
    pairs_labels,
    read_opinions,
    told,
)
from rag.web.phrases import ENGLISH, Phrases
from rag.web.progress import follow

_SHOWN = 11  # what ``Evaluation._show`` returns


class Evaluation:
    """The components of the tab, and what they do."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stopped = Event()
        words = ENGLISH
        self.opened = gr.State(False)
        with gr.Row():
            self.runs = gr.Dropdown(
                [], label=words.runs, visible=False, elem_id="yj-runs", min_width=240
            )
            self.measure = gr.Dropdown(
                measure_choices(words), value=MEASURES[0], label=words.measure, visible=False
            )
            with gr.Column(min_width=160):
                self.run = gr.Button(words.evaluate, size="sm")
                self.stop = gr.Button(words.stop, size="sm", visible=False)
        self.progress = gr.HTML(elem_id="yj-evaluating", padding=False)
        self.about = gr.HTML(elem_id="yj-measured", padding=False)
        with gr.Column(visible=False) as self.charts:
            with gr.Row():
                self.pairs = gr.BarPlot(**BARS, **pairs_labels(words))
                self.kinds = gr.BarPlot(**BARS, **kinds_labels(words))
            with gr.Row():
                self.depths = gr.LinePlot(**DEPTH_LINES, **depths_labels(words))
                self.coverage = gr.LinePlot(**COVERAGE_LINE, **coverage_labels(words))
                self.latency = gr.BarPlot(**LATENCY_BARS, **latency_labels(words))
        self.compared = gr.HTML(elem_id="yj-compared", padding=False)
        self.opinions = gr.HTML(elem_id="yj-opinions", padding=False)

    def listen(self, language: gr.State, tab: gr.Tab) -> None:
        """Connect what the visitor does with what happens."""
        private: dict[str, Any] = {"api_visibility": "private"}
        chosen = [self.runs, self.measure, language]
        shown = [
            self.runs, self.measure, self.about, self.charts, self.pairs, self.kinds, self.depths,
            self.coverage, self.latency, self.compared, self.opinions,
        ]  # fmt: skip
        tab.select(self._show, chosen, shown, **private).then(
            lambda: True, None, self.opened, **private
        )
        self.runs.input(self._show, chosen, shown, **private)
        self.measure.input(self._show, chosen, shown, **private)
        language.change(
            lambda opened, *chosen: self._show(*chosen) if opened else [gr.skip()] * _SHOWN,
            [self.opened, *chosen], shown, **private,
        )  # fmt: skip
        # One run at a time; the others' wait. It ends by itself, so that nothing comes after.
        self.run.click(
            self._run, [self.measure, language], [self.progress, self.run, self.stop, *shown],
            concurrency_limit=1, **private,
        )  # fmt: skip
        self.stop.click(self._stopped.set, **private)

    def labels(self, words: Phrases) -> list[tuple[Any, dict[str, Any]]]:
        """Return the components with what they are called in a language."""
        return [
            (self.runs, {"label": words.runs}),
            (self.measure, {"label": words.measure, "choices": measure_choices(words)}),
            (self.run, {"value": words.evaluate}),
            (self.stop, {"value": words.stop}),
            (self.pairs, pairs_labels(words)),
            (self.kinds, kinds_labels(words)),
            (self.depths, depths_labels(words)),
            (self.coverage, coverage_labels(words)),
            (self.latency, latency_labels(words)),
        ]

    def _show(self, name: str | None, measure: str, words: Phrases) -> list[Any]:
        """Return what the tab shows of the named run, or of the newest; damaged ones are skipped.

        A run is compared with the next older one over the same questions.
        """
        folder = self._engine.settings.folder
        kept = kept_runs(folder)
        names = [path.name for path in kept]
        runs = load_runs(kept[names.index(name) if name in names else 0 :])
        run = next(runs, None)
        opinions = told(read_opinions(folder / FEEDBACK), words)
        if run is None:
            hidden = gr.update(visible=False)
            nothing = [None] * 5
            return [
                hidden, hidden, markup.note(words.no_runs), hidden, *nothing, "", opinions
            ]  # fmt: skip
        before = next((item for item in runs if item.is_comparable(run)), None)
        chosen = next(path.name for path in kept if when_kept(path) == run.when)
        return [
            gr.update(choices=[(minute(when_kept(p)), p.name) for p in kept], value=chosen,
                      visible=True),
            gr.update(visible=True), measured(run, words), gr.update(visible=True),
            group_frame(run, "pair", measure), group_frame(run, "kind", measure),
            depth_frame(run), coverage_frame(run), latency_frame(run),
            comparison(before, run, words), opinions,
        ]  # fmt: skip

    def _run(self, measure: str, words: Phrases) -> Iterator[list[Any]]:
        """Ask the gold questions, telling how far the work is, and show the run."""
        self._stopped.clear()
        busy = [gr.Button(interactive=False), gr.Button(visible=True)]
        idle = [gr.Button(interactive=True), gr.Button(visible=False)]
        same = [gr.skip()] * 2
        rest, note = [gr.skip()] * _SHOWN, ""
        try:
            gold = default_gold()
        except UsageError:
            yield [markup.note(words.no_gold), *idle, *rest]
            return
        try:
            questions = load_gold(gold)
            yield [markup.progress(words.evaluating, 0, 0), *busy, *rest]
            with closing(evaluating(self._engine, questions)) as work:
                for news in work:
                    if self._stopped.is_set():
                        break
                    if isinstance(news, Report):
                        path = keep_run(news, self._engine.settings.folder, datetime.now(UTC))
                        rest = self._show(path.name, measure, words)
                    elif news:
                        yield [markup.progress(words.evaluating, *news), *same, *rest]
        except YinjuError as error:
            note = str(error)
        except OSError as error:
            note = words.not_kept.format(error.strerror or type(error).__name__)
        yield [markup.note(note) if note else "", *idle, *rest]


def evaluating(
    engine: Engine, questions: Sequence[GoldQuestion]
) -> Generator[tuple[int, int] | Report | None]:
    """Ask the questions: yield (done, all), None where nothing is new, and the report last.

    Whoever closes the generator stops the work after the question that is being asked.

    Raises:
        UsageError: there is no question to ask.
        IndexFolderError: the index cannot be used.
    """

    def work(tell: Callable[[tuple[int, int]], None]) -> Report:
        return evaluate(
            engine, questions, settings=describe_engine(engine), progress=lambda *news: tell(news)
        )

    return follow(work)
