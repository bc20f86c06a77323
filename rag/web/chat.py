"""The chat tab: questions, answers with citations that open beside them, filters, feedback."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.errors import UsageError, YinjuError
from rag.language.followups import follow_up
from rag.records import Answer, Filters
from rag.serialise import answer_to_dict, to_json
from rag.terminal import heading, on_one_line
from rag.web import markup
from rag.web.phrases import ENGLISH, Phrases
from rag.wording import wording_for

FEEDBACK = "feedback.jsonl"
_AT_ONCE = 4
"""How many questions are answered side by side; further ones wait."""

_CLICKS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  const { act, turn, number } = button.dataset;
  if (act === 'copy') {
    navigator.clipboard.writeText(button.closest('[data-text]').dataset.text);
    return;
  }
  // On a phone the source stands below; whoever asks for it is taken there.
  window.yinjuOpened = act === 'open';
  trigger('select', { act, turn: Number(turn), number: Number(number) });
});
"""
_TO_QUOTE = """
watch('value', () => {
  const box = document.getElementById('yj-opened');
  const quote = document.getElementById('yj-quote');
  if (!quote) return;
  const above = quote.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTop += above - box.clientHeight / 3;
  if (window.yinjuOpened) {
    box.scrollIntoView({ block: 'nearest' });
    quote.focus({ preventScroll: true });
  }
});
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was typed and as it was understood, with its answer once it is there."""

    typed: str
    understood: str
    answer: Answer | None = None


Turns = tuple[Turn, ...]


class Chat:
    """The components of the tab, and what they do. One serves all visitors; turns are theirs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        words = ENGLISH
        self.turns = gr.State(())
        with gr.Row():
            with gr.Column(scale=3):
                self.said = gr.HTML(
                    js_on_load=_CLICKS, elem_id="yj-said", autoscroll=True, padding=False
                )
                self.question = gr.Textbox(
                    placeholder=words.ask, show_label=False, elem_id="yj-question", lines=1,
                    max_lines=4, submit_btn=words.send, max_length=1000, container=False,
                )  # fmt: skip
                with gr.Accordion(words.filters, open=False) as self.narrowing:
                    with gr.Row():
                        self.publisher = gr.Textbox("", label=words.publisher)
                        self.path = gr.Textbox("", label=words.path)
                    with gr.Row():
                        self.since = gr.Textbox("", label=words.since)
                        self.until = gr.Textbox("", label=words.until)
                with gr.Row():
                    self.clear = gr.Button(words.clear, size="sm")
                    self.export = gr.DownloadButton(words.export, size="sm")
            with gr.Column(scale=2):
                self.source = gr.HTML(js_on_load=_TO_QUOTE, elem_id="yj-opened", padding=False)

    def listen(self, language: gr.State) -> None:
        """Connect what the visitor does with what happens."""
        narrowing = [self.publisher, self.path, self.since, self.until]
        self.question.submit(
            self._ask, [self.question, self.turns, language, *narrowing],
            [self.turns, self.said, self.question, self.source], api_visibility="private",
            trigger_mode="always_last", concurrency_limit=_AT_ONCE,
        )  # fmt: skip
        self.said.select(
            self._clicked,
            [self.turns, language],
            [self.source, self.question],
            api_visibility="private",
        )
        self.clear.click(
            lambda: ((), "", ""), None, [self.turns, self.said, self.source],
            api_visibility="private",
        )  # fmt: skip
        self.export.click(self._export, self.turns, self.export, api_visibility="private")

    def labels(self, words: Phrases) -> list[tuple[Any, dict[str, Any]]]:
        """Return the components with what they are called in a language."""
        return [
            (self.question, {"placeholder": words.ask, "submit_btn": words.send}),
            (self.narrowing, {"label": words.filters}),
            (self.publisher, {"label": words.publisher}),
            (self.path, {"label": words.path}),
            (self.since, {"label": words.since}),
            (self.until, {"label": words.until}),
            (self.clear, {"value": words.clear}),
            (self.export, {"label": words.export}),
        ]

    def _ask(
        self, typed: str, turns: Turns, words: Phrases,
        publisher: str, path: str, since: str, until: str,
    ) -> Iterator[tuple[Turns, str, Any, Any]]:  # fmt: skip
        """Answer a question after the turns before it."""
        if not typed.strip():
            yield turns, _said(turns, words), "", gr.skip()
            return
        earlier = turns[-1].understood if turns else ""
        turn = Turn(typed.strip(), follow_up(typed.strip(), earlier, self._engine.segmenter))
        yield turns, _said((*turns, turn), words), "", gr.skip()
        try:
            filters = Filters(publisher.strip(), path.strip(), _day(since), _day(until))
            for answer in self._engine.stream(turn.understood, filters=filters):
                grown = (*turns, replace(turn, answer=answer))
                first = (answer.citations or answer.nearest)[:1]
                opened = markup.source(first[0], words) if first else ""
                # The next question may be being typed by now.
                yield grown, _said(grown, words), gr.skip(), opened
        except YinjuError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def _clicked(self, turns: Turns, words: Phrases, event: gr.EventData) -> tuple[Any, Any]:
        """Open a citation, note what the visitor thinks of an answer, or edit a question."""
        given: dict[str, Any] = event._data or {}
        act, number = given.get("act"), given.get("number")
        place = given.get("turn")
        if not isinstance(place, int) or not 0 <= place < len(turns):
            return gr.skip(), gr.skip()
        answer = turns[place].answer
        if answer is not None and act == "open":
            cited = answer.citations or answer.nearest
            found = [item for item in cited if item.number == number]
            return (markup.source(found[0], words) if found else gr.skip()), gr.skip()
        if answer is not None and act in ("like", "dislike"):
            self._note(answer, liked=act == "like")
            gr.Info(words.thanks)
        if act == "change":
            return gr.skip(), turns[place].understood
        return gr.skip(), gr.skip()

    def _note(self, answer: Answer, *, liked: bool) -> None:
        """Keep what a visitor thinks of an answer, a JSON line each, for the evaluation."""
        line = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "liked": liked,
            **answer_to_dict(answer),
        }
        folder = self._engine.settings.index
        with (folder / FEEDBACK).open("a", encoding="utf-8") as file:
            file.write(to_json(line) + "\n")

    def _export(self, turns: Turns) -> str | None:
        """Return a zip with the conversation as Markdown and as JSON."""
        if not turns:
            return None
        import zipfile

        path = Path(tempfile.mkdtemp(prefix="yinju-")) / "conversation.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("conversation.md", as_markdown(turns))
            archive.writestr("conversation.json", as_json(turns))
        return str(path)


def _said(turns: Turns, words: Phrases) -> str:
    return markup.conversation(
        [(turn.typed, turn.understood, turn.answer) for turn in turns], words
    )


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text.strip()!r} is no date; write it like 2025-12-31") from error


def as_json(turns: Turns) -> str:
    """Return a conversation with its sources as JSON: a list of what ``ask --json`` prints."""
    return to_json(
        [
            {"typed": turn.typed, **answer_to_dict(turn.answer)}
            for turn in turns
            if turn.answer is not None
        ],
        indent=1,
    )


def as_markdown(turns: Turns) -> str:
    """Return a conversation with its sources as Markdown, documents' own markup escaped."""
    lines: list[str] = []
    for turn in turns:
        if turn.answer is not None:
            lines += [f"## {_plain(turn.understood)}", "", *_answered(turn.answer), ""]
    return "\n".join(lines)


def _answered(answer: Answer) -> Iterator[str]:
    words = wording_for(answer)
    if answer.answered:
        yield from (f"**{_plain(text)}**" for text in answer.texts)
    else:
        yield words.not_said
    for citation in answer.citations or answer.nearest:
        yield ""
        yield f"> {_plain(citation.quote)}"
        yield ">"
        yield f"> [{citation.number}] {_plain(heading(citation.document))}, {citation.place}"


def _plain(text: str) -> str:
    """Return a text on one line with what Markdown or HTML would take for markup escaped."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~&-])", r"\\\1", on_one_line(text))
