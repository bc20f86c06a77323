"""The chat tab: questions, answers with citations that open beside them, filters, feedback."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock
from typing import Any

import gradio as gr

from rag.engine import Engine
from rag.errors import UsageError, YinjuError
from rag.examples import example_questions
from rag.filtering import filters_from, parse_day
from rag.language.followups import follow_up
from rag.records import Answer, Filters
from rag.serialise import answer_to_dict, to_json
from rag.store import FEEDBACK
from rag.web import markup, opened
from rag.web.phrases import ENGLISH, Phrases
from rag.web.progress import follow
from rag.web.quiet import Quiet
from rag.web.saving import as_json, as_markdown

EXAMPLES = 4
"""How many questions to begin with are offered."""

_AT_ONCE = 4
"""How many questions are answered side by side; further ones wait."""

_HEARTBEAT = 0.5
"""Seconds: Gradio finds out that a page was closed only when it is handed something."""

_CLICKS = """
watch('value', () => {
  // What was just asked stays in sight, with as much of its answer as there is room for.
  const last = [...element.querySelectorAll('.yj-turn')].pop();
  if (!last) return;
  // The browser may yet move the page to keep what stands below in its place.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const { top, bottom } = last.getBoundingClientRect();
    if (top < 0 || bottom > window.innerHeight) last.scrollIntoView({ block: 'start' });
  }));
});
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  const { act, turn, number } = button.dataset;
  if (act === 'copy') {
    const text = button.closest('[data-text]').dataset.text;
    if (navigator.clipboard) {
      navigator.clipboard.writeText(text);
    } else {  // a page over plain http has none
      const area = Object.assign(document.createElement('textarea'), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    return;
  }
  window.yinjuOpener = act === 'open' ? button : null;
  trigger('select', { act, turn: Number(turn), number: Number(number) });
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
        self._finding = Lock()
        self._quiet = Quiet()
        self._found: tuple[tuple[int, str] | None, list[str]] = (None, [])
        self._exports = tempfile.TemporaryDirectory(prefix="yinju-")
        words = ENGLISH
        self.turns = gr.State(())
        self.stopping: gr.State = gr.State(None)
        with gr.Row():
            with gr.Column(scale=3, elem_id="yj-asking"):
                self.said = gr.HTML(js_on_load=_CLICKS, elem_id="yj-said", padding=False)
                self.question = gr.Textbox(
                    placeholder=words.ask, show_label=False, elem_id="yj-question", lines=1,
                    max_lines=4, submit_btn=words.send, max_length=1000, container=False,
                )  # fmt: skip
                self.problem = gr.HTML(elem_id="yj-problem", padding=False)
                self.examples = gr.Dataset(
                    components=[self.question], samples=[], label=words.examples, visible=False,
                    elem_id="yj-examples",
                )  # fmt: skip
                with gr.Accordion(words.filters, open=False) as self.narrowing:
                    with gr.Row():
                        self.publisher = gr.Textbox("", label=words.publisher)
                        self.path = gr.Textbox("", label=words.path)
                    with gr.Row():
                        self.since = gr.Textbox("", label=words.since)
                        self.until = gr.Textbox("", label=words.until)
                    self.limits = gr.HTML(elem_id="yj-limits", padding=False)
                with gr.Row():
                    self.clear = gr.Button(words.clear, size="sm", min_width=120)
                    self.export = gr.DownloadButton(words.export, size="sm", min_width=120)
            with gr.Column(scale=2, elem_id="yj-beside"):
                self.source = gr.HTML(
                    js_on_load=opened.SCRIPT, elem_id="yj-opened",
                    elem_classes=[opened.STYLE], padding=False,
                )  # fmt: skip

    def listen(self, language: gr.State, page: gr.Blocks) -> None:
        """Connect what the visitor does with what happens."""
        narrowing = [self.publisher, self.path, self.since, self.until]
        ask: dict[str, Any] = {
            "fn": self._ask,
            "inputs": [self.question, self.turns, language, *narrowing],
            "outputs": [
                self.turns,
                self.said,
                self.question,
                self.source,
                self.export,
                self.stopping,
                self.problem,
                self.limits,
                self.narrowing,
            ],
            "api_visibility": "private",
            "concurrency_limit": _AT_ONCE,
            "concurrency_id": "asking",
            "show_progress": "hidden",
        }
        asking = self.question.submit(**ask, trigger_mode="always_last")
        trying = self.examples.click(
            lambda sample: sample[0], self.examples, self.question, api_visibility="private"
        ).then(**ask)
        page.load(self._offer, None, self.examples, api_visibility="private")
        self.said.select(
            self._clicked,
            [self.turns, language],
            [self.source, self.question],
            api_visibility="private",
        )
        quietly: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        self.question.stop(_set, self.stopping, None, **quietly)
        days = [self.since, self.until, language]
        gr.on(
            [self.since.blur, self.until.blur], lambda *given: markup.warning(_wrong(*given)),
            days, self.limits, **quietly,
        )  # fmt: skip
        # Whoever is still typing is not told off, only told when it is mended.
        gr.on(
            [self.since.change, self.until.change, language.change],
            lambda told, *given: markup.warning(_wrong(*given)) if told else gr.skip(),
            [self.limits, *days], self.limits, **quietly,
        )  # fmt: skip
        # One after the other, or an answer that is still growing might come after.
        self.clear.click(None, cancels=[asking, trying], **quietly).then(
            lambda words: ((), "", "", None, "", gr.update(**_buttons(words))), language,
            [self.turns, self.said, self.source, self.export, self.problem, self.question],
            **quietly,
        )  # fmt: skip

    def labels(self, words: Phrases) -> list[tuple[Any, dict[str, Any]]]:
        """Return the components with what they are called in a language."""
        return [
            (self.question, {"placeholder": words.ask, **_buttons(words)}),
            (self.examples, {"label": words.examples}),
            (self.narrowing, {"label": words.filters}),
            (self.publisher, {"label": words.publisher}),
            (self.path, {"label": words.path}),
            (self.since, {"label": words.since}),
            (self.until, {"label": words.until}),
            (self.clear, {"value": words.clear}),
            (self.export, {"label": words.export}),
        ]

    def _offer(self) -> gr.Dataset:
        """Return questions to begin with, found once for each generation of the index."""
        try:
            with self._finding:
                manifest = self._engine.contents.manifest
                generation = (manifest.generation, manifest.created)
                if generation != self._found[0]:
                    self._quiet.expect()
                    found = example_questions(self._engine, EXAMPLES, self._quiet.wait)
                    self._found = generation, found
                questions = self._found[1]
        except YinjuError:
            questions = []  # what is wrong with the index is told when a question is asked
        samples = [[question] for question in questions]
        # Gradio would cut a sample short, but no label.
        return gr.Dataset(samples=samples, sample_labels=questions, visible=bool(questions))

    def _ask(
        self, typed: str, turns: Turns, words: Phrases,
        publisher: str, path: str, since: str, until: str,
    ) -> Iterator[dict[Any, Any]]:  # fmt: skip
        """Answer a question after the turns before it; the answer is shown before its source."""
        if not typed.strip():
            yield {self.question: ""}
            return
        if wrong := _wrong(since, until, words):
            yield {self.limits: markup.warning(wrong), self.narrowing: gr.update(open=True)}
            return
        earlier = turns[-1].understood if turns else ""
        turn = Turn(typed.strip(), follow_up(typed.strip(), earlier, self._engine.segmenter))
        stop = Event()
        yield {
            self.said: said((*turns, turn), words), self.question: "", self.stopping: stop,
            self.problem: "", self.limits: "",
        }  # fmt: skip
        grown, writing = turns, False
        try:
            filters = filters_from(publisher, path, parse_day(since), parse_day(until))

            def answer_it(tell: Callable[[Answer], None]) -> Answer:
                return self._answer(turn.understood, filters, stop, tell)

            answering = follow(answer_it, poll=_HEARTBEAT)
            with self._quiet.broken(), closing(answering):
                for answer in answering:
                    if answer is None:
                        yield {self.stopping: gr.skip()}
                        continue
                    grown = (*turns, replace(turn, answer=answer))
                    seen: dict[Any, Any] = {self.turns: grown, self.said: said(grown, words)}
                    if answer.writing is not writing:
                        writing = answer.writing
                        # Without a value: the next question may be being typed by now.
                        seen[self.question] = gr.update(**_buttons(words, writing=writing))
                    yield seen
        except YinjuError as error:
            yield {
                self.said: said(turns, words), self.problem: markup.warning(str(error)),
                self.question: gr.update(value=typed, **_buttons(words)),
            }  # fmt: skip
            return
        finally:
            stop.set()
        yield {self.export: self._export(grown)}
        last = grown[-1].answer
        if last is not None and last.shown:
            yield {self.source: markup.source(last.shown[0], words)}

    def _answer(
        self, question: str, filters: Filters, stop: Event, tell: Callable[[Answer], None]
    ) -> Answer:
        """Return the whole answer, telling what stands of it while a language model writes."""
        for answer in self._engine.stream(question, filters=filters, stop=stop):
            if answer.writing:
                tell(answer)
        return answer

    def _clicked(self, turns: Turns, words: Phrases, event: gr.EventData) -> tuple[Any, Any]:
        """Open a citation, note what the visitor thinks of an answer, or edit a question."""
        given: dict[str, Any] = event._data or {}
        act, number = given.get("act"), given.get("number")
        place = given.get("turn")
        if not isinstance(place, int) or not 0 <= place < len(turns):
            return gr.skip(), gr.skip()
        answer = turns[place].answer
        if answer is not None and act == "open":
            found = [item for item in answer.shown if item.number == number]
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
        folder = self._engine.settings.folder
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / FEEDBACK).open("a", encoding="utf-8") as file:
            file.write(to_json(line) + "\n")

    def _export(self, turns: Turns) -> str:
        """Return the path of a zip with the conversation as Markdown and as JSON."""
        path = Path(tempfile.mkdtemp(dir=self._exports.name)) / "conversation.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("conversation.md", as_markdown(turns))
            archive.writestr("conversation.json", as_json(turns))
        return str(path)


def _buttons(words: Phrases, *, writing: bool = False) -> dict[str, Any]:
    """Return the button of the question: it asks, and stops a language model while it writes."""
    if writing:
        return {"submit_btn": False, "stop_btn": words.stop}
    return {"submit_btn": words.send, "stop_btn": False}


def _set(stop: Event | None) -> None:
    if stop is not None:
        stop.set()


def _wrong(since: str, until: str, words: Phrases) -> str:
    """Return what is wrong with the days of a filter, "" where nothing is."""
    days = []
    for text in (since, until):
        try:
            days.append(parse_day(text))
        except UsageError:
            return words.not_a_day.format(text.strip())
    first, last = days
    return words.backwards if first and last and first > last else ""


def said(turns: Turns, words: Phrases) -> str:
    """Return a conversation as the page shows it."""
    return markup.conversation(
        [(turn.typed, turn.understood, turn.answer) for turn in turns], words
    )
