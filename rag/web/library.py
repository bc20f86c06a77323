"""The library tab: the documents of an index, adding files, deleting, what cleaning drops."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.errors import YinjuError
from rag.indexing import AddReport
from rag.sources import SUFFIXES, load_file
from rag.terminal import on_one_line
from rag.web import markup
from rag.web.phrases import ENGLISH, Phrases

UPLOADS = "uploads"
"""The folder beside an index's generations where files from the browser are kept."""

MOST_FILES = 50
_POLL_SECONDS = 0.2


class _StoppedError(Exception):
    """The visitor no longer wants the files added."""


class Library:
    """The components of the tab, and what they do."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        words = ENGLISH
        self.chosen = gr.State("")
        with gr.Row():
            with gr.Column(scale=3):
                self.files = gr.File(
                    label=words.add, file_count="multiple", file_types=sorted(SUFFIXES),
                    elem_id="yj-files", height=140,
                )  # fmt: skip
                self.progress = gr.HTML(elem_id="yj-progress", padding=False)
                self.stop = gr.Button(words.stop, size="sm", visible=False)
                self.find = gr.Textbox("", label=words.find, elem_id="yj-find")
                self.table = gr.Dataframe(
                    headers=list(words.columns), datatype="str", interactive=False, wrap=True,
                    elem_id="yj-documents", label=words.documents,
                )  # fmt: skip
            with gr.Column(scale=2):
                with gr.Row():
                    self.delete = gr.Button(words.delete, size="sm", variant="stop")
                    self.explain = gr.Button(words.dropped, size="sm")
                self.shown = gr.HTML(elem_id="yj-shown", padding=False)

    def listen(self, language: gr.State, page: gr.Blocks) -> None:
        """Connect what the visitor does with what happens."""
        private: dict[str, Any] = {"api_visibility": "private"}
        listing = {"fn": self._rows, "inputs": [self.find], "outputs": [self.table], **private}
        page.load(**listing)
        self.find.change(**listing)
        adding = self.files.upload(
            self._add, [self.files, language], [self.progress, self.stop, self.files], **private
        )
        adding.then(**listing)
        self.stop.click(
            lambda: ("", gr.Button(visible=False), None), None,
            [self.progress, self.stop, self.files], cancels=[adding], **private,
        ).then(**listing)  # fmt: skip
        self.table.select(
            self._choose, [self.table, language], [self.chosen, self.shown], **private
        )
        self.delete.click(
            self._delete, [self.chosen, language], [self.chosen, self.shown], **private
        ).then(**listing)
        self.explain.click(self._explain, [self.chosen, language], self.shown, **private)

    def labels(self, words: Phrases) -> list[tuple[Any, dict[str, Any]]]:
        """Return the components with what they are called in a language."""
        return [
            (self.files, {"label": words.add}),
            (self.stop, {"value": words.stop}),
            (self.find, {"label": words.find}),
            (self.table, {"headers": list(words.columns), "label": words.documents}),
            (self.delete, {"value": words.delete}),
            (self.explain, {"value": words.dropped}),
        ]

    def _rows(self, find: str) -> list[list[str]]:
        """Return the documents that a text is in the title, publisher or key of."""
        if not self._engine.has_index():
            return []
        catalog = self._engine.contents.catalog
        wanted = find.strip().casefold()
        return [
            [
                on_one_line(item.title), on_one_line(item.publisher),
                item.published.isoformat() if item.published else "",
                str(len(catalog.passage_ids_of(item.key))), str(len(item.warnings)), item.key,
            ]
            for item in catalog.documents()
            if wanted in f"{item.title}\n{item.publisher}\n{item.key}".casefold()
        ]  # fmt: skip

    def _choose(
        self, rows: Any, words: Phrases, event: gr.SelectData  # noqa: ANN401
    ) -> tuple[str, str]:  # fmt: skip
        key = str(rows.iloc[event.index[0]].iloc[-1])
        return key, markup.document(self._engine.document(key), words)

    def _delete(self, key: str, words: Phrases) -> tuple[str, str]:
        if not key:
            raise gr.Error(words.choose, print_exception=False)
        try:
            self._engine.delete([key])
        except YinjuError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return "", markup.note(words.deleted.format(key))

    def _explain(self, key: str, words: Phrases) -> str:
        if not key:
            raise gr.Error(words.choose, print_exception=False)
        try:
            path = Path(self._engine.document(key).path)
            source = load_file(path, similarity=self._engine.similarity)
        except (YinjuError, OSError) as error:
            raise gr.Error(str(error), print_exception=False) from error
        return markup.dropped(source.dropped, words)

    def _add(self, given: Sequence[str] | None, words: Phrases) -> Iterator[tuple[str, Any, Any]]:
        """Add files from the browser, telling how far the work is."""
        if not given:
            yield "", gr.skip(), gr.skip()
            return
        if len(given) > MOST_FILES:
            raise gr.Error(f"{len(given)} > {MOST_FILES}", print_exception=False)
        paths = [self._keep(Path(path)) for path in given]
        told: Queue[tuple[str, int, int] | AddReport | YinjuError] = Queue()
        stopped = Event()
        Thread(target=self._work, args=(paths, told, stopped), daemon=True).start()
        try:
            yield from self._watch(told, words)
        finally:
            stopped.set()

    def _watch(
        self, told: Queue[tuple[str, int, int] | AddReport | YinjuError], words: Phrases
    ) -> Iterator[tuple[str, Any, Any]]:
        yield markup.progress(words.adding, 0, 0), gr.Button(visible=True), gr.skip()
        while True:
            try:
                news = told.get(timeout=_POLL_SECONDS)
            except Empty:
                yield gr.skip(), gr.skip(), gr.skip()  # lets a cancelled visitor's work end
                continue
            if isinstance(news, YinjuError):
                raise gr.Error(str(news), print_exception=False)
            if isinstance(news, AddReport):
                lines = [words.added.format(news.added, news.updated, news.unchanged)]
                lines += [words.not_read.format(reason) for _, reason in news.problems]
                yield markup.notes(lines), gr.Button(visible=False), None
                return
            yield (
                markup.progress(f"{words.adding}: {Path(news[0]).name}", *news[1:]),
                gr.skip(),
                gr.skip(),
            )

    def _work(
        self,
        paths: Sequence[Path],
        told: Queue[tuple[str, int, int] | AddReport | YinjuError],
        stopped: Event,
    ) -> None:
        def move(file: str, done: int, expected: int) -> None:
            if stopped.is_set():
                raise _StoppedError
            told.put((file, done, expected))

        try:
            told.put(self._engine.add(paths, move))
        except YinjuError as error:
            told.put(error)
        except _StoppedError:
            return

    def _keep(self, given: Path) -> Path:
        """Copy a file from the browser to where the index finds it again; its name alone counts."""
        folder = self._engine.settings.index / UPLOADS
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / on_one_line(given.name).replace("/", "_").replace("\\", "_").lstrip(".")
        shutil.copyfile(given, kept)
        return kept
