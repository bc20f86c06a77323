"""``rag watch``: keeping an index in step with folders."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.address import MilvusAddress
from rag.cli.common import DONE, Parser, add_command, open_engine, progress_bar, say, say_problems
from rag.errors import UsageError

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.indexing import Progress
    from rag.settings import Settings

_EXAMPLES = """\
  rag watch ~/reports                   until Ctrl-C
  rag watch ~/reports ~/notes --index ~/my-index
"""
_QUIET_MILLISECONDS = 500
"""Changes that follow each other this closely are taken together."""

_WAKE_MILLISECONDS = 500
_LOOK_SECONDS = 300.0
"""How often the folders are looked through all the same: network drives and links tell nothing."""


def add_watch(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add ``rag watch``."""
    watch = add_command(
        commands,
        "watch",
        "keep the index in step with folders",
        _EXAMPLES,
        "Index folders, take out what is gone from them, and do so again whenever a "
        "file in them changes, until Ctrl-C. Whoever else writes to the index is waited for.",
    )
    watch.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="a folder to follow")
    watch.set_defaults(command=watch_folders, wait=math.inf)


def watch_folders(options: argparse.Namespace) -> int:
    """Follow the folders until Ctrl-C, which is how this ends when all is well."""
    for folder in options.folders:
        if not folder.is_dir():
            raise UsageError(f"{folder} is no folder; rag watch FOLDER... takes folders")
    with open_engine(options) as engine, suppress(KeyboardInterrupt):
        events = _changes(options.folders, _own_places(engine.settings))
        # What changes from here on is told, so that nothing falls between the two.
        next(events)
        with progress_bar("indexing") as move:
            _follow(engine, options.folders, move)
        say(f"watching {', '.join(map(str, options.folders))} (Ctrl-C ends)")
        looked = time.monotonic()
        for changes in events:
            if changes or time.monotonic() - looked > _LOOK_SECONDS:
                _follow(engine, options.folders)
                looked = time.monotonic()
    return DONE


def _follow(engine: Engine, folders: list[Path], progress: Progress | None = None) -> None:
    """Bring the index in step and say what changed, a line a file."""
    report = engine.add(folders, progress, prune=True)
    for (done, name), count in report.changes.items():
        if count:
            say(f"{done} {name}" + (f" ({count} documents)" if count > 1 else ""))
    say_problems(report.problems)


def _own_places(settings: Settings) -> list[Path]:
    """Return where indexing itself writes."""
    file = settings.index.file if isinstance(settings.index, MilvusAddress) else None
    return [settings.folder, *([file] if file else [])]


def _changes(folders: list[Path], own: list[Path]) -> Iterator[Collection[object]]:
    """Yield what changed below the folders, other than the index; now and then, nothing."""
    from watchfiles import watch

    own = [place.resolve() for place in own]

    def concerns_us(_change: object, path: str) -> bool:
        return not any(Path(path).is_relative_to(place) for place in own)

    yield from watch(
        *(folder.resolve() for folder in folders), watch_filter=concerns_us,
        step=_QUIET_MILLISECONDS, rust_timeout=_WAKE_MILLISECONDS, yield_on_timeout=True,
    )  # fmt: skip
