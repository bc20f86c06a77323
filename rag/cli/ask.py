"""``ask``: one question, a file of them, a pipe of them, or a conversation."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.common import (
    DONE,
    add_filter_flags,
    add_index_flags,
    add_llm_flags,
    filters_of,
    open_engine,
    parser,
    run,
    say,
)
from rag.cli.samples import ensure_index
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.records import Answer, Filters

_EXAMPLES = """\
  ask "how much did Guangxi recover"
  ask "2023年山东破获多少起电诈案件" --since 2023-11-01
  ask "what did they measure" --index ~/papers-index --path '*.pdf' --json
  ask --batch questions.jsonl --json > answers.jsonl
  ask                          (a conversation; Ctrl-D ends it)
  cat questions.txt | ask      (one question a line)
"""
_HISTORY_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of a batch; ``id`` is None for those of a pipe, which have none."""

    number: int
    id: object
    question: str
    has_id: bool = True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    return run(lambda: _ask(options))


def _parser() -> argparse.ArgumentParser:
    result = parser(
        "ask",
        "Answer a question from your documents, with the exact words the answer stands in.",
        _EXAMPLES,
    )
    result.add_argument("question", nargs="*", help="the question, in Chinese or English")
    add_index_flags(result)
    add_filter_flags(result)
    add_llm_flags(result)
    result.add_argument(
        "--top-k", type=int, metavar="N", help="how many passages to read (12 unless set)"
    )
    result.add_argument(
        "--threshold", type=float, metavar="P",
        help="how sure to be before answering, 0 to 1 (0.26 unless set)",
    )  # fmt: skip
    result.add_argument("--json", action="store_true", help="print JSON for scripts")
    result.add_argument(
        "--batch", type=Path, metavar="FILE",
        help='answer {"id": …, "question": …} lines, in order; "-" reads stdin',
    )  # fmt: skip
    return result


def _ask(options: argparse.Namespace) -> int:
    filters = filters_of(options)
    if options.question and options.batch:
        raise UsageError("give a question or --batch, not both")
    engine = open_engine(options)
    if options.question:
        from rag.questions import check_question

        question = check_question(" ".join(options.question))
    batch = _batch(options.batch) if options.batch else None
    if batch is not None and str(options.batch) != "-":
        # What is wrong with a file is said before any answer, not after a thousand.
        batch = iter(list(batch))
    with engine:
        ensure_index(engine, given=options.index is not None)
        engine.warm()
        if options.question:
            _print_one(engine.ask(question, filters=filters), options)
        elif batch is not None:
            _print_all(engine, filters, options, batch)
        elif sys.stdin is not None and sys.stdin.isatty():
            _converse(engine, filters, options)
        else:
            _print_all(engine, filters, options, _lines(blank=options.json))
    return DONE


def _print_one(answer: Answer, options: argparse.Namespace) -> None:
    if options.json:
        from rag.serialise import answer_to_dict, to_json

        print(to_json(answer_to_dict(answer), indent=2), flush=True)
    else:
        _show(answer)


def _print_all(
    engine: Engine, filters: Filters, options: argparse.Namespace, questions: Iterable[_Asked]
) -> None:
    """Answer one question after the other; one that cannot be asked gets an object that says so."""
    from rag.records import Answer
    from rag.serialise import answer_to_dict, to_json
    from rag.terminal import cut, on_one_line

    for asked in questions:
        reason = ""
        try:
            answer = engine.ask(asked.question, filters=filters)
        except UsageError as error:
            reason = str(error)
            answer = Answer(asked.question, warnings=(reason,))
        if options.json:
            head = {"id": asked.id} if asked.has_id else {}
            print(to_json(head | answer_to_dict(answer)), flush=True)
            continue
        print(f"> {cut(on_one_line(asked.question), 98)}", flush=True)
        if reason:
            say(f"question {asked.number}: {reason}")
        else:
            _show(answer)


def _lines(*, blank: bool) -> Iterator[_Asked]:
    """Yield the questions of a pipe; blank lines only where answers are matched up with lines."""
    for number, line in enumerate(sys.stdin or (), 1):
        question = line.removeprefix("\ufeff").strip()
        if question or blank:
            yield _Asked(number, None, question, has_id=False)


def _batch(path: Path) -> Iterator[_Asked]:
    """Yield the questions of a file of JSON lines; blank lines are passed over.

    Raises:
        UsageError: the file cannot be read, or a line is not what it must be.
    """
    for number, line in _numbered_lines(path):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            question = row["question"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UsageError(
                f'{path}, line {number}: expected {{"id": …, "question": …}}, '
                f"found {line.strip()[:60]!r}"
            ) from error
        if not isinstance(question, str):
            raise UsageError(f"{path}, line {number}: the question must be a text")
        yield _Asked(number, row.get("id"), question)


def _numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    if str(path) == "-":
        for number, line in enumerate(sys.stdin or (), 1):
            yield number, line.removeprefix("\ufeff")
        return
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from enumerate(file, 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8; save it as UTF-8") from error


def _converse(engine: Engine, filters: Filters, options: argparse.Namespace) -> None:
    """Read questions from the terminal, with a history that lasts.

    A question may lean on the one before it.
    """
    from rag.language.followups import follow_up

    history = engine.settings.cache / "history"
    _load_history(history)
    say("Ask a question; Ctrl-D ends.")
    earlier = ""
    try:
        while True:
            try:
                question = _read_line().strip()
            except EOFError:
                print(file=sys.stderr)
                return
            if not question:
                continue
            understood = follow_up(question, earlier, engine.segmenter)
            if understood != question:
                say(f"understood as: {understood}")
            try:
                _print_one(engine.ask(understood, filters=filters), options)
                earlier = understood
            except UsageError as error:
                say(f"error: {error}")
    finally:
        _save_history(history)


def _read_line() -> str:
    if sys.stdout.isatty():
        return input("? ")
    # Answers go to a file; the prompt must not.
    print("? ", end="", file=sys.stderr, flush=True)
    return input()


def _load_history(path: Path) -> None:
    # Windows has no readline; a history that cannot be read is none.
    with suppress(ImportError, OSError):
        import readline

        readline.clear_history()
        readline.set_auto_history(True)
        if path.is_file():
            readline.read_history_file(path)


def _save_history(path: Path) -> None:
    with suppress(ImportError):
        import readline

        readline.set_history_length(_HISTORY_LENGTH)
        try:
            readline.write_history_file(path)
        except OSError as error:
            say(f"the history could not be kept in {path}: {error.strerror or error}")


def _show(answer: Answer) -> None:
    from rag.cli.rendering import render
    from rag.terminal import Screen

    print(render(answer, Screen.of(sys.stdout)), flush=True)
