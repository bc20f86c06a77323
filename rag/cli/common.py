"""What both commands share: flags, exit statuses, messages, progress."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError, YinjuError

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.records import Filters

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130

_HELP_WIDTH = 78


class Parser(argparse.ArgumentParser):
    """A parser that says itself which flag it does not know, and which one comes near.

    Those of argparse leave a subcommand's unknown flags to the parser above, which then shows its
    own usage.
    """

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse all of the arguments, or end with status 2; the list is empty."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(self._unknown(unknown))
        return found, unknown

    def _unknown(self, unknown: Sequence[str]) -> str:
        flag = next((text for text in unknown if text.startswith("-")), "")
        if not flag:
            return f"nothing more was expected after the last argument: {' '.join(unknown)}"
        name = flag.partition("=")[0]
        return f"there is no flag {name}{near(name, self._option_string_actions)}"

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401
        """Refuse a value that is none of the choices, with the one that comes near."""
        if action.choices is not None and value not in action.choices:
            choices = list(map(str, action.choices))
            known = ", ".join(choices)
            raise argparse.ArgumentError(
                action, f"there is no {value!r}{near(str(value), choices)} ({known})"
            )


def near(given: str, known: Iterable[str]) -> str:
    """Return the known name that comes nearest to a mistyped one as a question, or ""."""
    from difflib import get_close_matches

    found = get_close_matches(given, list(known), 1)
    return f"; did you mean {found[0]}?" if found else ""


def parser(name: str, description: str, examples: str) -> Parser:
    """Return a parser whose help ends in examples."""
    return Parser(
        prog=name,
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    summary: str,
    examples: str,
    description: str = "",
) -> Parser:
    """Add a command whose help ends in examples; without a description the summary is one."""
    return commands.add_parser(
        name,
        help=summary,
        description=fill(description or f"{summary[0].upper()}{summary[1:]}.", _HELP_WIDTH),
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_index_flags(target: argparse.ArgumentParser) -> None:
    """Add the flags that say which index to use."""
    target.add_argument(
        "--index",
        metavar="DIR",
        help="the index folder, or milvus:http://HOST:19530/NAME for one on a Milvus server "
        "(YINJU_INDEX, or one beside your data)",
    )
    target.add_argument(
        "--model", metavar="NAME",
        help="embedding model: the bundled multilingual-e5-small, or a name or folder that "
        "sentence-transformers loads",
    )  # fmt: skip


def add_wait_flag(target: argparse.ArgumentParser) -> None:
    """Add the flag of the commands that change the index."""
    target.add_argument(
        "--wait", type=float, metavar="SECONDS",
        help="how long to wait for another process that writes to the index (60)",
    )  # fmt: skip


def add_llm_flags(target: argparse.ArgumentParser) -> None:
    """Add the flags that name a language model."""
    target.add_argument(
        "--llm", metavar="NAME",
        help="let a language model write, held to its sources: provider:model, a .gguf file, or a "
        "name that the server at --llm-url knows",
    )  # fmt: skip
    target.add_argument(
        "--llm-url", metavar="ADDRESS", help="an OpenAI-compatible server: http://localhost:8000/v1"
    )


def add_filter_flags(target: argparse.ArgumentParser) -> None:
    """Add the flags that limit which documents are searched."""
    target.add_argument(
        "--publisher", metavar="NAME", help="only documents whose publisher's name has this in it"
    )
    target.add_argument(
        "--path", metavar="GLOB",
        help="only documents whose path, or the end of it, matches: '*.pdf', 'reports/*' "
        "(* also matches /; quote it, so that the shell leaves it alone)",
    )  # fmt: skip
    target.add_argument(
        "--since", type=_day, metavar="DATE", help="published on or after, e.g. 2025-12-31"
    )
    target.add_argument("--until", type=_day, metavar="DATE", help="published on or before")


def filters_of(options: argparse.Namespace) -> Filters:
    """Return the filters that were asked for.

    Raises:
        UsageError: no date can be both.
    """
    from rag.filtering import filters_from

    return filters_from(options.publisher or "", options.path or "", options.since, options.until)


def open_engine(options: argparse.Namespace) -> Engine:
    """Return the engine for the flags, the environment and the settings file.

    Raises:
        UsageError: a setting is wrong, or the index is no folder.
    """
    from rag.settings import Settings

    flags = {
        name: getattr(options, name, None)
        for name in (
            "index",
            "model",
            "top_k",
            "threshold",
            "wait",
            "llm",
            "llm_url",
            "ray",
            "ray_cpus",
        )
    }
    settings = Settings.load(flags)
    index = settings.index
    if isinstance(index, Path) and index.exists() and not index.is_dir():
        raise UsageError(f"{index} is a file; --index takes the folder of an index")
    from rag.engine import Engine

    return Engine(settings, say)


def run(command: Callable[[], int]) -> int:
    """Run a command and return its exit status; errors become one line on stderr."""
    _use_utf8()
    try:
        return _run(command)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does; nothing is wrong.
        _silence()
        return DONE


def _run(command: Callable[[], int]) -> int:
    try:
        status = command()
        print(end="", flush=True)
    except UsageError as error:
        say(f"error: {error}")
        return MISUSED
    except YinjuError as error:
        say(f"error: {error}")
        return FAILED
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        print(file=sys.stderr)
        say("interrupted; what the index held is as it was last committed")
        return INTERRUPTED
    except OSError as error:
        say(f"error: {_explain(error)}")
        if error.filename is None:
            _silence()
        return FAILED
    return status


def say(text: str) -> None:
    """Print a message on stderr, as one line without anything that steers a terminal."""
    from rag.terminal import on_one_line

    bars: Any = sys.modules.get("tqdm")
    # A bar that is shown gives way to the message, and is drawn again below it.
    with bars.tqdm.external_write_mode(sys.stderr) if bars else nullcontext():
        print(on_one_line(text), file=sys.stderr, flush=True)


def say_problems(problems: Sequence[tuple[str, str]]) -> None:
    """Say which files could not be read and why."""
    for name, reason in problems:
        say(f"not read: {reason if name in reason else f'{name}: {reason}'}")


@contextmanager
def progress_bar(what: str, unit: str = "passages") -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on stderr, on a terminal only, and yield what moves it.

    It is moved by (file, units done, units expected).
    """
    from tqdm import tqdm

    from rag.terminal import on_one_line

    bar: Any = tqdm(
        desc=what, unit=f" {unit}", disable=None, leave=False, dynamic_ncols=True, delay=0.5,
        bar_format="{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} {rate_fmt}{postfix}",
    )  # fmt: skip

    def move(path: str, done: int, expected: int) -> None:
        bar.total = max(expected, 1)
        bar.set_postfix_str(on_one_line(Path(path).name), refresh=False)
        bar.update(done - bar.n)

    try:
        yield move
    finally:
        bar.close()


def _day(text: str) -> date | None:
    from rag.filtering import parse_day

    try:
        return parse_day(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _explain(error: OSError) -> str:
    reason = error.strerror or str(error)
    place = f"{error.filename}: " if error.filename else ""
    if error.errno == 28:
        return f"{place}the disk is full, so not all was written. Free some space and run it again"
    return f"{place}{reason}"


def _silence() -> None:
    """Send what is still to be written nowhere, so that Python's exit does not fail on it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        # A stream that a test or a notebook put in place has no file behind it.
        with suppress(OSError, ValueError, AttributeError):
            try:
                stream.flush()
            except OSError:
                os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _use_utf8() -> None:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
