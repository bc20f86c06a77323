"""``ask``: one question, a file of them, a pipe of them, or a conversation."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.common import (
    DONE,
    add_filter_flags,
    add_index_flags,
    filters_of,
    open_engine,
    parser,
    progress_bar,
    run,
    say,
)
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.records import Answer

_EXAMPLES = """\
  ask "how much did Guangxi recover"
  ask "2023年山东破获多少起电诈案件" --since 2023-11-01
  ask "what did they measure" --index ~/papers-index --path '*.pdf' --json
  ask --batch questions.jsonl --json > answers.jsonl
  ask                          (a conversation; Ctrl-D ends it)
  cat questions.txt | ask      (one question a line)
"""


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
    result.add_argument(
        "--top-k", type=int, metavar="N", help="how many passages to read (10 unless set)"
    )
    result.add_argument(
        "--threshold", type=float, metavar="P", help="how sure to be before answering, 0 to 1"
    )
    result.add_argument("--json", action="store_true", help="print JSON for scripts")
    result.add_argument(
        "--batch", type=Path, metavar="FILE",
        help='read {"id": …, "question": …} lines; "-" reads stdin',
    )  # fmt: skip
    return result


def _ask(options: argparse.Namespace) -> int:
    question = " ".join(options.question)
    if options.question and options.batch:
        raise UsageError("give a question or --batch, not both")
    if options.question or options.batch or sys.stdin.isatty():
        if options.question:
            from rag.engine import check_question

            check_question(question)
    with open_engine(options) as engine:
        _ensure_index(engine, given=options.index is not None)
        engine.warm()
        if options.batch:
            _print_all(engine, options, _batch(options.batch))
        elif options.question:
            _print_one(engine, options, question)
        elif sys.stdin.isatty():
            _converse(engine, options)
        else:
            lines = (line.strip() for line in sys.stdin)
            _print_all(engine, options, ((None, line) for line in lines if line))
    return DONE


def _ensure_index(engine: Engine, *, given: bool) -> None:
    """Build the sample index when there is none at the default place."""
    if given or engine.has_index():
        return
    seeds = sample_folder()
    if seeds is None:
        return
    say(f"no index yet; building one from the sample documents in {seeds}")
    with progress_bar("indexing") as move:
        engine.add([seeds], move)


def sample_folder() -> Path | None:
    """Return where the sample documents lie: in the checkout, or inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package.parent / "seeds", package / "_seeds"):
        if folder.is_dir():
            return folder
    return None


def _print_one(engine: Engine, options: argparse.Namespace, question: str) -> None:
    answer = engine.ask(question, filters=filters_of(options))
    if options.json:
        from rag.serialise import answer_to_dict

        print(json.dumps(answer_to_dict(answer), ensure_ascii=False, indent=2))
    else:
        _show(answer)


def _print_all(
    engine: Engine, options: argparse.Namespace, questions: Iterable[tuple[object, str]]
) -> None:
    from rag.serialise import answer_to_dict

    for id_, question in questions:
        answer = engine.ask(question, filters=filters_of(options))
        if options.json:
            head = {} if id_ is None else {"id": id_}
            row = head | answer_to_dict(answer)
            print(json.dumps(row, ensure_ascii=False), flush=True)
        else:
            print(f"> {question}", flush=True)
            _show(answer)


def _batch(path: Path) -> Iterator[tuple[object, str]]:
    """Yield the id and question of each line of a file."""
    try:
        lines = sys.stdin if str(path) == "-" else path.open(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            question = row["question"]
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f'{path}, line {number}: expected {{"id": …, "question": …}}, found {line[:60]!r}'
            ) from error
        if not isinstance(question, str):
            raise UsageError(f"{path}, line {number}: the question must be a text")
        yield row.get("id"), question


def _converse(engine: Engine, options: argparse.Namespace) -> None:
    """Read questions from the terminal, with a history that lasts."""
    import readline

    history = engine.settings.cache / "history"
    if history.is_file():
        readline.read_history_file(history)
    say("Ask a question; Ctrl-D ends.")
    try:
        while True:
            try:
                question = input("? ").strip()
            except EOFError:
                print()
                return
            except KeyboardInterrupt:
                print()
                continue
            if question:
                _answer_or_explain(engine, options, question)
    finally:
        readline.set_history_length(1000)
        readline.write_history_file(history)


def _answer_or_explain(engine: Engine, options: argparse.Namespace, question: str) -> None:
    try:
        _print_one(engine, options, question)
    except UsageError as error:
        say(f"error: {error}")


def _show(answer: Answer) -> None:
    from rag.terminal import Screen, render

    print(render(answer, Screen.of(sys.stdout)), flush=True)
