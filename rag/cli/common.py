"""What both commands share: flags, exit statuses, progress."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError, YinjuError

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.records import Filters

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130


def parser(name: str, description: str, examples: str) -> argparse.ArgumentParser:
    """Return a parser whose help ends in examples."""
    return argparse.ArgumentParser(
        prog=name,
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_index_flags(target: argparse.ArgumentParser) -> None:
    """Add the flags that say which index to use."""
    target.add_argument("--index", type=Path, metavar="DIR", help="the index folder")
    target.add_argument(
        "--model", metavar="NAME",
        help="embedding model: the bundled multilingual-e5-small, or a name or folder that "
        "sentence-transformers loads",
    )  # fmt: skip


def add_filter_flags(target: argparse.ArgumentParser) -> None:
    """Add the flags that limit which documents are searched."""
    target.add_argument("--publisher", metavar="NAME", help="only documents of this publisher")
    target.add_argument(
        "--path", metavar="GLOB", help="only documents whose path matches, e.g. 'reports/*.pdf'"
    )
    target.add_argument("--since", type=_day, metavar="DATE", help="published on or after")
    target.add_argument("--until", type=_day, metavar="DATE", help="published on or before")


def filters_of(options: argparse.Namespace) -> Filters:
    """Return the filters that were asked for."""
    from rag.records import Filters

    return Filters(
        options.publisher or "", options.path or "", options.since, options.until
    )


def open_engine(options: argparse.Namespace) -> Engine:
    """Return the engine for the flags, the environment and the settings file."""
    from rag.engine import Engine
    from rag.settings import Settings

    flags = {
        name: getattr(options, name, None) for name in ("index", "model", "top_k", "threshold")
    }
    return Engine(Settings.load(flags))


def run(command: Callable[[], int]) -> int:
    """Run a command and return its exit status; errors become one line on stderr."""
    _use_utf8()
    try:
        status = command()
        sys.stdout.flush()
    except UsageError as error:
        say(f"error: {error}")
        return MISUSED
    except YinjuError as error:
        say(f"error: {error}")
        return FAILED
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does; nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        say("\ninterrupted; what was committed before is kept")
        return INTERRUPTED
    except OSError as error:
        say(f"error: {_explain(error)}")
        return FAILED
    return status


def say(text: str) -> None:
    """Print a line on stderr."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on stderr, on a terminal only, and yield what moves it."""
    from tqdm import tqdm

    bar: Any = tqdm(
        desc=what, unit=" passages", disable=None, leave=False, dynamic_ncols=True, delay=0.5,
        bar_format="{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} {rate_fmt}{postfix}",
    )  # fmt: skip

    def move(path: str, done: int, known: int) -> None:
        bar.total = known
        bar.set_postfix_str(Path(path).name, refresh=False)
        bar.update(done - bar.n)

    try:
        yield move
    finally:
        bar.close()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a date of the form 2025-12-31"
        ) from error


def _explain(error: OSError) -> str:
    reason = error.strerror or str(error)
    place = f"{error.filename}: " if error.filename else ""
    if error.errno == 28:
        return f"{place}the disk is full. Free some space; the index is as it was"
    return f"{place}{reason}"


def _use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
