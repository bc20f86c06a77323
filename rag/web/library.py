"""The library tab: the documents of an index, adding files, deleting, what cleaning drops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.errors import YinjuError
from rag.indexing import AddReport
from rag.sources import SUFFIXES, load_file
from rag.web import markup
from rag.web.phrases import ENGLISH, Phrases
from rag.web.shelf import Shelf

MOST_FILES = 50

_WIDTHS: list[int | str] = [260, 150, 110, 80, 80, 180]


class Library:
    """The components of the tab, and what they do."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._shelf = Shelf(engine)
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
                    headers=list(words.columns), datatype="str", interactive=False,
                    elem_id="yj-documents", label=words.documents, column_widths=_WIDTHS,
                )  # fmt: skip
            with gr.Column(scale=2):
                with gr.Row():
                    self.delete = gr.Button(
                        words.delete, size="sm", variant="stop", interactive=False
                    )
                    self.sure = gr.Button(
                        words.sure, size="sm", variant="stop", visible=False, elem_id="yj-sure"
                    )
                    self.explain = gr.Button(words.dropped, size="sm", interactive=False)
                self.shown = gr.HTML(elem_id="yj-shown", padding=False)

    def listen(self, language: gr.State, page: gr.Blocks) -> None:
        """Connect what the visitor does with what happens."""
        private: dict[str, Any] = {"api_visibility": "private"}
        listing = {
            "fn": self._list,
            "inputs": [self.find, language],
            "outputs": [self.table],
            **private,
        }
        page.load(**listing)
        language.change(**listing)
        self.find.change(**listing)
        adding = self.files.upload(
            self._add, [self.files, language], [self.progress, self.stop, self.files], **private
        )
        adding.then(**listing)
        self.stop.click(
            lambda: ("", gr.Button(visible=False), None), None,
            [self.progress, self.stop, self.files], cancels=[adding], **private,
        ).then(**listing)  # fmt: skip
        acts = [self.delete, self.explain, self.sure]
        self.table.select(self._choose, language, [self.chosen, self.shown, *acts], **private)
        self.delete.click(self._ask_first, None, self.sure, **private)
        self.sure.click(
            self._delete, [self.chosen, language], [self.chosen, self.shown, *acts], **private
        ).then(**listing)
        self.explain.click(self._explain, [self.chosen, language], self.shown, **private)

    def labels(self, words: Phrases) -> list[tuple[Any, dict[str, Any]]]:
        """Return the components with what they are called in a language."""
        return [
            (self.files, {"label": words.add}),
            (self.stop, {"value": words.stop}),
            (self.find, {"label": words.find}),
            (self.table, {"label": words.documents}),
            (self.delete, {"value": words.delete}),
            (self.sure, {"value": words.sure}),
            (self.explain, {"value": words.dropped}),
        ]

    def _list(self, find: str, words: Phrases) -> gr.Dataframe:
        return gr.Dataframe(self._shelf.rows(find), headers=list(words.columns))

    def _choose(self, words: Phrases, event: gr.SelectData) -> tuple[Any, ...]:
        key = str(event.row_value[-1])
        try:
            document = markup.document(self._engine.document(key), words)
        except YinjuError as error:
            raise markup.problem(error) from error
        return key, document, *_acts(chosen=True)

    def _ask_first(self) -> gr.Button:
        return gr.Button(visible=True)

    def _delete(self, key: str, words: Phrases) -> tuple[Any, ...]:
        try:
            self._shelf.delete(key)
        except YinjuError as error:
            raise markup.problem(error) from error
        return "", markup.note(words.deleted.format(key)), *_acts(chosen=False)

    def _explain(self, key: str, words: Phrases) -> str:
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
        yield markup.progress(words.adding, 0, 0), gr.Button(visible=True), gr.skip()
        try:
            for news in self._shelf.add([Path(path) for path in given]):
                if isinstance(news, AddReport):
                    report = _told(news, words)
                    yield report, gr.Button(visible=False), None
                elif news is None:
                    yield gr.skip(), gr.skip(), gr.skip()
                else:
                    file, done, expected = news
                    label = f"{words.adding}: {Path(file).name}"
                    yield markup.progress(label, done, expected), gr.skip(), gr.skip()
        except YinjuError as error:
            raise markup.problem(error) from error


def _told(report: AddReport, words: Phrases) -> str:
    """Return what adding did, files by name: where they lie is no visitor's business."""
    lines = [words.added.format(report.added, report.updated, report.unchanged)]
    for path, reason in report.problems:
        name = Path(path).name
        lines.append(words.not_read.format(f"{name}: {reason.replace(path, name)}"))
    return markup.notes(lines)


def _acts(*, chosen: bool) -> tuple[gr.Button, gr.Button, gr.Button]:
    """Return what may be done with a document: delete it, see what was left out; not be sure."""
    return gr.Button(interactive=chosen), gr.Button(interactive=chosen), gr.Button(visible=False)
