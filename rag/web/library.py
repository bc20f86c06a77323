"""The library tab: the documents of an index, adding files, deleting, what cleaning drops."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Event
from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.errors import YinjuError
from rag.sources import SUFFIXES, document_path, load_file
from rag.store import UPLOADS
from rag.terminal import on_one_line
from rag.web import markup
from rag.web.phrases import ENGLISH, Phrases

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
        self.table.select(self._choose, language, [self.chosen, self.shown], **private)
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

    def _choose(self, words: Phrases, event: gr.SelectData) -> tuple[str, str]:
        key = str(event.row_value[-1])
        try:
            return key, markup.document(self._engine.document(key), words)
        except YinjuError as error:
            raise markup.problem(error) from error

    def _delete(self, key: str, words: Phrases) -> tuple[str, str]:
        if not key:
            raise gr.Error(words.choose, print_exception=False)
        try:
            path = Path(self._engine.document(key).path)
            self._engine.delete([key])
        except YinjuError as error:
            raise markup.problem(error) from error
        self._forget([path])
        return "", markup.note(words.deleted.format(key))

    def _explain(self, key: str, words: Phrases) -> str:
        if not key:
            raise gr.Error(words.choose, print_exception=False)
        try:
            path = Path(self._engine.document(key).path)
            source = load_file(path, similarity=self._engine.similarity)
        except (YinjuError, OSError) as error:
            raise markup.problem(error) from error
        return markup.dropped(source.dropped, words)

    def _add(self, given: Sequence[str] | None, words: Phrases) -> Iterator[tuple[str, Any, Any]]:
        """Add files from the browser, telling how far the work is."""
        if not given:
            yield "", gr.skip(), gr.skip()
            return
        if len(given) > MOST_FILES:
            raise gr.Error(words.too_many.format(MOST_FILES), print_exception=False)
        paths = [self._keep(Path(path)) for path in given]
        told: Queue[tuple[str, int, int]] = Queue()
        stopped = Event()

        def move(file: str, done: int, expected: int) -> None:
            if stopped.is_set():
                raise _StoppedError
            told.put((file, done, expected))

        yield markup.progress(words.adding, 0, 0), gr.Button(visible=True), gr.skip()
        # Whoever leaves or stops ends the generator here, and the work with it.
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(self._engine.add, paths, move)
            try:
                while not work.done():
                    yield self._news(told, words), gr.skip(), gr.skip()
                report = work.result()
            except YinjuError as error:
                raise markup.problem(error) from error
            finally:
                stopped.set()
                wait([work])
                self._forget(paths)
        lines = [words.added.format(report.added, report.updated, report.unchanged)]
        lines += [
            words.not_read.format(f"{Path(name).name}: {reason.replace(name, Path(name).name)}")
            for name, reason in report.problems
        ]
        yield markup.notes(lines), gr.Button(visible=False), None

    def _news(self, told: Queue[tuple[str, int, int]], words: Phrases) -> Any:  # noqa: ANN401
        """Return how far adding is, nothing new where nothing is."""
        try:
            file, done, expected = told.get(timeout=_POLL_SECONDS)
        except Empty:
            return gr.skip()
        return markup.progress(f"{words.adding}: {Path(file).name}", done, expected)

    def _keep(self, given: Path) -> Path:
        """Copy a file from the browser to where the index finds it again.

        Files of one name and different content do not meet; of the name, no folder counts.
        """
        content = given.read_bytes()
        name = on_one_line(given.name).replace("/", "_").replace("\\", "_").lstrip(".")
        kept = self._uploads / hashlib.sha256(content).hexdigest()[:12] / (name or "file")
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f"{kept.name}.part")
        part.write_bytes(content)
        part.replace(kept)
        return kept

    def _forget(self, paths: Sequence[Path]) -> None:
        """Remove the files from the browser that no document comes from."""
        index = self._engine.contents if self._engine.has_index() else None
        for path in paths:
            used = index is not None and index.catalog.keys_of_file(document_path(path))
            if not used and path.is_relative_to(self._uploads):
                path.unlink(missing_ok=True)
                with suppress(OSError):  # other files are in it
                    path.parent.rmdir()

    @property
    def _uploads(self) -> Path:
        return (self._engine.settings.index / UPLOADS).resolve()
