"""The protocol of a driver: build an index, or answer questions from standard input.

    python DRIVER.py index DOCUMENTS INDEX MODEL    prints {"passages": n} at the end
    python DRIVER.py serve INDEX MODEL              a reply a request, one JSON object a line each

A request is {"question", "hits"}; its reply {"documents", "seconds"}: the names of the files that
the hits are from, best first, and how long the search alone took. Without hits (0) a tool that can
answers in words, and "documents" is empty. Runs in a peer's environment: standard library only.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Search = Callable[[str, int], list[str]]
"""A question and how many hits to the names of the files they are from, best first."""


def read_documents(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each text file's name, without its suffix, and its text."""
    for path in sorted(folder.glob("*.txt")):
        yield path.stem, path.read_text("utf-8")


def run(build: Callable[[Path, Path, Path], int], load: Callable[[Path, Path], Search]) -> None:
    """Do what the command line says.

    Args:
        build: from the folders of documents, index and model to how many passages are indexed.
        load: from the folders of index and model to a search.
    """
    # What libraries print must not get between the replies.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as replies:
        os.dup2(2, 1)
        task, *folders = sys.argv[1:]
        paths = [Path(folder) for folder in folders]
        if task == "index":
            print(json.dumps({"passages": build(*paths)}), file=replies)
            return
        search = load(*paths)
        for line in sys.stdin:
            request = json.loads(line)
            start = time.perf_counter()
            documents = search(request["question"], request["hits"])
            reply = {"documents": documents, "seconds": time.perf_counter() - start}
            print(json.dumps(reply), file=replies, flush=True)
