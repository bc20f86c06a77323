"""The documents of an index and the files from browsers among them, whatever shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Event

from rag.engine import Engine
from rag.filtering import is_found
from rag.indexing import AddReport
from rag.sources import document_path
from rag.store import UPLOADS
from rag.terminal import on_one_line

_POLL_SECONDS = 0.2

News = tuple[str, int, int]
"""A file, passages done, passages expected."""


class _StoppedError(Exception):
    """Nobody wants the files added any more."""


class Shelf:
    """Lists, adds and deletes documents. Files from a browser are kept beside the index."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(self, find: str) -> list[list[str]]:
        """Return the documents that a text is in the title, publisher or key of, the key last."""
        if not self._engine.has_index():
            return []
        catalog = self._engine.contents.catalog
        return [
            [
                on_one_line(item.title), on_one_line(item.publisher),
                item.published.isoformat() if item.published else "",
                str(len(catalog.passage_ids_of(item.key))), str(len(item.warnings)), item.key,
            ]
            for item in catalog.documents()
            if is_found(item, find)
        ]  # fmt: skip

    def add(self, given: Sequence[Path]) -> Iterator[News | AddReport | None]:
        """Add files: yield how far the work is, None where nothing is new, and the report last.

        Whoever closes the generator stops the work.

        Raises:
            IndexFolderError: the index cannot be used; it is as it was last committed.
        """
        paths = [self._keep(path) for path in given]
        told: Queue[News] = Queue()
        stopped = Event()

        def move(file: str, done: int, expected: int) -> None:
            if stopped.is_set():
                raise _StoppedError
            told.put((file, done, expected))

        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(self._engine.add, paths, move)
            try:
                while not work.done():
                    try:
                        yield told.get(timeout=_POLL_SECONDS)
                    except Empty:
                        yield None
                yield work.result()
            finally:
                stopped.set()
                wait([work])
                self._forget(paths)

    def delete(self, key: str) -> None:
        """Take a document out, and its file where it came from a browser.

        Raises:
            UsageError: there is no document with this key.
            IndexFolderError: the index cannot be used.
        """
        path = Path(self._engine.document(key).path)
        self._engine.delete([key])
        self._forget([path])

    @property
    def uploads(self) -> Path:
        """The folder of the files from browsers."""
        return (self._engine.settings.index / UPLOADS).resolve()

    def _keep(self, given: Path) -> Path:
        """Copy a file from the browser to where the index finds it again.

        Files of one name and different content do not meet; of the name, no folder counts.
        """
        content = given.read_bytes()
        name = on_one_line(given.name).replace("/", "_").replace("\\", "_").lstrip(".")
        kept = self.uploads / hashlib.sha256(content).hexdigest()[:12] / (name or "file")
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f"{kept.name}.part")
        part.write_bytes(content)
        part.replace(kept)
        return kept

    def _forget(self, paths: Sequence[Path]) -> None:
        """Remove the files from the browser that no document comes from."""
        index = self._engine.contents if self._engine.has_index() else None
        for path in paths:
            used = index is not None and index.catalog.keys_of_file(document_path(path))
            if not used and path.is_relative_to(self.uploads):
                path.unlink(missing_ok=True)
                with suppress(OSError):  # other files are in it
                    path.parent.rmdir()
