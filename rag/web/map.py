"""The map tab: the passages of the index in a plane, the evidence of the last question ringed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Lock
from typing import Any

import gradio as gr
import numpy as np

from rag.engine import Engine
from rag.errors import YinjuError
from rag.mapping import nearest, place_passages, sample
from rag.records import Citation, Document
from rag.store import StoreReader
from rag.web import markup, opened
from rag.web.chat import Turns
from rag.web.phrases import Phrases
from rag.web.picture import Placed, Point, picture
from rag.web.saving import named

_AT_ONCE = 4
_LAST_ID = 2**63 - 1
_NUMBER = re.compile(r"[0-9]{1,19}")

_CLICKS = """
const REACH = 20;  // CSS pixels
const open = (point) => {
  element.querySelectorAll('.yj-chosen').forEach((one) => one.classList.remove('yj-chosen'));
  point.classList.add('yj-chosen');
  window.yinjuOpener = point;
  trigger('select', { number: point.dataset.number });
};
element.addEventListener('click', (event) => {
  if (!event.target.closest('svg')) return;
  // A finger needs not hit the point itself: of those within its reach the nearest one is meant.
  const away = (point) => {
    const box = point.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    return Math.hypot(event.clientX - x, event.clientY - y) - box.width / 2;
  };
  const points = [...element.querySelectorAll('[data-act=open]')].map((one) => [away(one), one]);
  const [distance, point] = points.reduce(
    (best, one) => (one[0] <= best[0] ? one : best), [Infinity, null]
  );
  if (point && distance <= REACH) open(point);
});
// One stop of the tab key, not one a point: the arrows go from point to point.
element.addEventListener('keydown', (event) => {
  const point = event.target.closest('[data-act=open]');
  if (!point) return;
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  if (event.key in steps) {
    const points = [...element.querySelectorAll('[data-act=open]')];
    const next = points.at((points.indexOf(point) + steps[event.key]) % points.length);
    point.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  } else if (event.key === 'Enter' || event.key === ' ') {
    open(point);
  } else {
    return;
  }
  event.preventDefault();
});
"""


class Map:
    """The components of the tab, and what they do. One serves all visitors."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._placing = Lock()
        self._placed: tuple[tuple[int, str], Placed] | None = None
        self.drawn = gr.State(False)
        with gr.Row():
            with gr.Column(scale=3):
                self.picture = gr.HTML(js_on_load=_CLICKS, elem_id="yj-map", padding=False)
            with gr.Column(scale=2, elem_classes=["yj-beside"]):
                self.source = gr.HTML(
                    js_on_load=opened.SCRIPT, elem_id="yj-map-opened",
                    elem_classes=[opened.STYLE], padding=False,
                )  # fmt: skip

    def listen(self, language: gr.State, turns: gr.State, tab: gr.Tab) -> None:
        """Connect what the visitor does with what happens."""
        given, shown = [language, turns], [self.picture, self.drawn]
        # The line says what is going on; Gradio's own sign would cover the picture.
        quiet: dict[str, Any] = {
            "api_visibility": "private", "show_progress": "hidden", "concurrency_limit": _AT_ONCE,
        }  # fmt: skip
        tab.select(self._draw, given, shown, **quiet)
        language.change(self._draw_again, [*given, self.drawn], shown, **quiet)
        self.picture.select(self._open, language, self.source, **quiet)

    def _draw(self, words: Phrases, turns: Turns) -> Iterator[tuple[str, bool]]:
        """Show the picture, and until it is there that it is being made."""
        try:
            if not self._engine.has_index() or not self._engine.contents.manifest.counts.passages:
                yield markup.note(words.nothing_to_map), True
                return
            index = self._engine.contents
            if self._placed is None or self._placed[0] != _generation(index):
                yield markup.note(words.placing), True
            placed = self._places(index)
            yield picture(placed, _hits(index, placed, turns), words), True
        except YinjuError as error:
            raise markup.problem(error) from error

    def _draw_again(self, words: Phrases, turns: Turns, drawn: bool) -> Iterator[tuple[Any, Any]]:
        """Show it in another language to whoever has seen it."""
        if drawn:
            yield from self._draw(words, turns)
        else:
            yield gr.skip(), gr.skip()

    def _places(self, index: StoreReader) -> Placed:
        """Return where the passages of an index are, worked out once a generation."""
        with self._placing:
            if self._placed is None or self._placed[0] != _generation(index):
                self._placed = (_generation(index), place(index))
            return self._placed[1]

    def _open(self, words: Phrases, event: gr.EventData) -> Any:  # noqa: ANN401
        """Show the passage of a point in its document."""
        # A text: the browser's numbers end at 2**53, those of passages do not.
        given = (event._data or {}).get("number")
        number = int(given) if isinstance(given, str) and _NUMBER.fullmatch(given) else 0
        if not 0 < number <= _LAST_ID:
            return gr.skip()
        try:
            catalog = self._engine.contents.catalog
            passage = catalog.passages([number]).get(number)
            document = catalog.document(passage.document_key) if passage else None
        except YinjuError as error:
            raise markup.problem(error) from error
        # It may have been deleted since the picture was made.
        if passage is None or document is None:
            return markup.note(words.gone)
        return markup.source(Citation(number, document, passage.start, passage.end), words)


def _generation(index: StoreReader) -> tuple[int, str]:
    """Return what tells a generation from others, those of a folder made anew included."""
    return index.manifest.generation, index.manifest.created


def place(index: StoreReader) -> Placed:
    """Return the points of an index: at most ``MOST_POINTS`` of its passages, an even sample.

    Raises:
        IndexDamagedError: the catalog cannot be read.
    """
    every = sorted(index.vectors.ids())
    numbers = [every[row] for row in sample(len(every))]
    found = index.catalog.passages(numbers)
    vectors = {
        number: vector
        for number in numbers
        if number in found and (vector := index.vectors.vector(number)) is not None
    }
    rows = np.zeros((0, index.manifest.model.dimension), np.float32)
    if vectors:
        rows = np.stack(list(vectors.values()))
    keys = {found[number].document_key for number in vectors}
    titles = {key: _title(index.catalog.document(key), key) for key in keys}
    points = []
    for number, (x, y) in zip(vectors, place_passages(rows), strict=True):
        key = found[number].document_key
        points.append(Point(number, key, titles[key], float(x), float(y)))
    return Placed(tuple(points), rows, len(every))


def _title(document: Document | None, key: str) -> str:
    if document is None:
        return key
    return named(document)


def _hits(index: StoreReader, placed: Placed, turns: Turns) -> list[Point]:
    """Return the points of what the last answer quotes, in the order of its citations.

    A passage that is not in the sample stands where the one nearest to it does.
    """
    answer = turns[-1].answer if turns else None
    if answer is None:
        return []
    points = {point.number: point for point in placed.points}
    hits: dict[int, Point] = {}
    for citation in answer.shown:
        key = citation.document.key
        for number, passage in index.catalog.passages(index.catalog.passage_ids_of(key)).items():
            if passage.start >= citation.end or citation.start >= passage.end:
                continue
            if number in points:
                hits[number] = points[number]
            elif points and (vector := index.vectors.vector(number)) is not None:
                beside = placed.points[nearest(placed.vectors, vector)]
                title = _title(citation.document, key)
                hits[number] = Point(number, key, title, beside.x, beside.y)
    return list(hits.values())
