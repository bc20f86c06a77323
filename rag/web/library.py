"""The library tab: the documents of an index, adding files, deleting, what cleaning drops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.errors import YinjuError
from rag.indexing import AddReport
from rag.records import Document
from rag.sources import SUFFIXES, load_file
from rag.web import markup, opened
from rag.web.listing import CLICKS, Order
from rag.web.listing import listing as table
from rag.web.phrases import ENGLISH, Phrases
from rag.web.saving import file_name, named
from rag.web.shelf import Shelf

MOST_FILES = 50


class Library:
    """The components of the tab, and what they do."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._shelf = Shelf(engine)
        words = ENGLISH
        self.chosen = gr.State("")
        self.order = gr.State(Order())
        with gr.Row():
            with gr.Column(scale=3):
                self.files = gr.File(
                    label=words.add, file_count="multiple", file_types=sorted(SUFFIXES),
                    elem_id="yj-files", height=140,
                )  # fmt: skip
                self.progress = gr.HTML(elem_id="yj-progress", padding=False)
                self.stop = gr.Button(words.stop, size="sm", visible=False)
                self.find = gr.Textbox("", label=words.find, elem_id="yj-find")
                self.table = gr.HTML(
                    js_on_load=CLICKS, elem_id="yj-documents", padding=False,
                    apply_default_css=False,
                )  # fmt: skip
            with gr.Column(scale=2, elem_classes=["yj-beside"]):
                with gr.Row(visible=False) as self.acts:
                    self.explain = gr.Button(words.dropped, size="sm", min_width=120)
                    self.delete = gr.Button(words.delete, size="sm", min_width=120)
                with gr.Column(visible=False) as self.confirming:
                    self.asked = gr.HTML(padding=False)
                    with gr.Row():
                        self.sure = gr.Button(
                            words.delete,
                            size="sm",
                            variant="stop",
                            elem_id="yj-sure",
                            min_width=120,
                        )
                        self.cancel = gr.Button(
                            words.cancel, size="sm", elem_id="yj-cancel", min_width=120
                        )
                self.shown = gr.HTML(
                    markup.note(words.choose), js_on_load=opened.SCRIPT, elem_id="yj-shown",
                    elem_classes=[opened.STYLE], padding=False,
                )  # fmt: skip

    def listen(self, language: gr.State, page: gr.Blocks) -> None:
        """Connect what the visitor does with what happens."""
        private: dict[str, Any] = {"api_visibility": "private"}
        listing = {
            "fn": self._list,
            "inputs": [self.find, self.order, self.chosen, language],
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
        document = [self.chosen, self.shown, self.acts, self.confirming]
        self.table.select(self._choose, language, document, **private)
        self.table.select(
            self._sort, self.order, self.order, trigger_mode="multiple", **private
        ).then(**listing)
        self.shown.clear(lambda words: _nothing(words), language, document, **private)
        language.change(self._say_again, [self.chosen, language], document, **private)
        self.delete.click(
            self._ask_first, [self.chosen, language], [self.asked, self.acts, self.confirming],
            **private,
        )  # fmt: skip
        self.cancel.click(
            lambda: (gr.update(visible=True), gr.update(visible=False)), None,
            [self.acts, self.confirming], **private,
        )  # fmt: skip
        self.sure.click(self._delete, [self.chosen, language], document, **private).then(**listing)
        self.explain.click(self._explain, [self.chosen, language], self.shown, **private)

    def labels(self, words: Phrases) -> list[tuple[Any, dict[str, Any]]]:
        """Return the components with what they are called in a language."""
        return [
            (self.files, {"label": words.add}),
            (self.stop, {"value": words.stop}),
            (self.find, {"label": words.find}),
            (self.delete, {"value": words.delete}),
            (self.sure, {"value": words.delete}),
            (self.cancel, {"value": words.cancel}),
            (self.explain, {"value": words.dropped}),
        ]

    def _list(self, find: str, order: Order, chosen: str, words: Phrases) -> str:
        return table(self._shelf.rows(find), order, chosen, words)

    def _sort(self, order: Order, event: gr.EventData) -> Any:  # noqa: ANN401
        column = (event._data or {}).get("column")
        if isinstance(column, int) and 0 <= column < len(ENGLISH.columns):
            return order.then(column)
        return gr.skip()

    def _choose(self, words: Phrases, event: gr.EventData) -> tuple[Any, ...]:
        chosen = (event._data or {}).get("id")
        if not isinstance(chosen, str):
            return (gr.skip(),) * 4
        return self._say_again(chosen, words)

    def _say_again(self, chosen: str, words: Phrases) -> tuple[Any, ...]:
        """Show the chosen document, or that none is."""
        if not chosen:
            return _nothing(words)
        document = markup.document(self._document(chosen), words)
        return chosen, document, gr.update(visible=True), gr.update(visible=False)

    def _document(self, chosen: str) -> Document:
        try:
            return self._engine.document(self._shelf.key_of(chosen))
        except YinjuError as error:
            raise markup.problem(error) from error

    def _ask_first(self, chosen: str, words: Phrases) -> tuple[Any, ...]:
        question = words.sure.format(named(self._document(chosen)))
        return markup.note(question), gr.update(visible=False), gr.update(visible=True)

    def _delete(self, chosen: str, words: Phrases) -> tuple[Any, ...]:
        document = self._document(chosen)
        try:
            self._shelf.delete(document.key)
        except YinjuError as error:
            raise markup.problem(error) from error
        return ("", markup.note(words.deleted.format(named(document))), *_nothing(words)[2:])

    def _explain(self, chosen: str, words: Phrases) -> str:
        """Show what cleaning left out of the file above the document."""
        document = self._document(chosen)
        try:
            source = load_file(Path(document.path), similarity=self._engine.similarity)
        except (YinjuError, OSError) as error:
            raise markup.problem(error) from error
        left_out = markup.dropped(source.dropped, file_name(document), words)
        return left_out + markup.document(document, words)

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


def _nothing(words: Phrases) -> tuple[Any, ...]:
    """Return that no document is chosen, and nothing to do with one."""
    hidden = gr.update(visible=False)
    return "", markup.note(words.choose), hidden, hidden
