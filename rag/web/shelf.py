"""The documents of an index and the files from browsers among them, whatever shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from weakref import ReferenceType, ref

from rag.engine import Engine
from rag.errors import UsageError
from rag.filtering import is_found
from rag.indexing import AddReport
from rag.records import Document
from rag.sources import document_path
from rag.store import UPLOADS, CatalogReader, StoreReader
from rag.terminal import on_one_line
from rag.web.listing import Row
from rag.web.progress import follow
from rag.web.saving import file_name

News = tuple[str, int, int]
"""A file, passages done, passages expected."""

_Listing = list[tuple[Document, Row]]
"""Documents without their texts, and their rows."""


class Shelf:
    """Lists, adds and deletes documents. Files from a browser are kept beside the index."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._listed: tuple[ReferenceType[StoreReader], _Listing] | None = None

    def rows(self, find: str) -> list[Row]:
        """Return the documents that a text is in the title, publisher, file or key of."""
        if not self._engine.has_index():
            return []
        return [row for item, row in self._listing() if is_found(item, find)]

    def key_of(self, name: str) -> str:
        """Return the key of the document that a row's id names.

        Raises:
            UsageError: it is no longer in the index.
        """
        if self._engine.has_index():
            for item, row in self._listing():
                if row.id == name:
                    return item.key
        raise UsageError("this document is no longer in the index")

    def _listing(self) -> _Listing:
        """Return the documents of the current generation, read once, and their rows."""
        index = self._engine.contents
        if self._listed is None or self._listed[0]() is not index:
            rows = [
                (replace(item, text="", origin=()), _row(item, index.catalog))
                for item in index.catalog.documents()
            ]
            # Only looked at: a generation that nobody asks over any more is closed.
            self._listed = ref(index), rows
        return self._listed[1]

    def add(self, given: Sequence[Path]) -> Generator[News | AddReport | None]:
        """Add files: yield how far the work is, None where nothing is new, and the report last.

        Whoever closes the generator stops the work.

        Raises:
            IndexFolderError: the index cannot be used; it is as it was last committed.
        """
        paths = [self._keep(path) for path in given]

        def work(tell: Callable[[News], None]) -> AddReport:
            try:
                return self._engine.add(paths, lambda *news: tell(news))
            finally:
                self._forget(paths)

        # The next one who adds finds the index free.
        return follow(work, patient=True)

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
        return (self._engine.settings.folder / UPLOADS).resolve()

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


def _row(document: Document, catalog: CatalogReader) -> Row:
    return Row(
        # A key may be a path, and where files lie is no visitor's business.
        hashlib.sha256(document.key.encode()).hexdigest()[:20],
        on_one_line(document.title).strip(),
        file_name(document),
        on_one_line(document.publisher),
        document.published.isoformat() if document.published else "",
        len(catalog.passage_ids_of(document.key)),
        len(document.warnings),
    )
