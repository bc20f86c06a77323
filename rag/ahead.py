"""Files read and cut before their turn, so that passages are embedded elsewhere meanwhile.

What is stored, and in which order, is as without: only reading, cutting and asking for vectors come
earlier. Whether a document changed is only guessed here, and decided when its turn comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from rag.embedding import Embedder, similarity
from rag.errors import SourceError
from rag.passages import PassageLengths, split_document
from rag.records import Document, Passage
from rag.sources import Source, document_path, load_file
from rag.store import CatalogReader, FileState
from rag.survey import state_of

_MOST_FILES = 64
_MOST_BYTES = 32 << 20
"""So many files, of so many bytes together, are held beside the one whose turn it is."""

Ask = Callable[[Sequence[Passage]], None]


@dataclass(slots=True)
class ReadFile:
    """A file that was read, with its state before, or why it could not be.

    ``known`` has the digests of the documents that the index has of it, by key, ``cut`` the
    passages of documents by their place. Documents before ``next`` were looked at.
    """

    path: Path
    size: int
    loaded: tuple[Source, FileState] | SourceError
    known: Mapping[str, str] = field(default_factory=dict)
    cut: dict[int, list[Passage]] = field(default_factory=dict)
    next: int = 0

    @property
    def documents(self) -> Sequence[Document]:
        """The documents in it, none where it could not be read."""
        return () if isinstance(self.loaded, SourceError) else self.loaded[0].documents


class ReadAhead:
    """Reads files in order, and cuts documents until so many passages are ``ahead``."""

    def __init__(
        self,
        files: Mapping[Path, int],
        embedder: Embedder,
        lengths: PassageLengths,
        catalog: Callable[[], CatalogReader],
        ask: Ask,
        ahead: int,
    ) -> None:
        """Prepare to read files, given with their sizes in bytes; ``ask`` is told what was cut."""
        self._embedder = embedder
        self._lengths = lengths
        self._catalog = catalog
        self._ask = ask
        self._ahead = ahead
        self._to_read = deque(files.items())
        self._held: deque[ReadFile] = deque()
        self._passages = 0
        # Those of new files need not be compared with anything.
        names = [document_path(path) for path in files] if ahead else []
        self._seen = catalog().files(names).keys()

    def __iter__(self) -> Iterator[ReadFile]:
        """Yield each file in turn; reading goes on while its passages are taken."""
        while self._held or self._to_read:
            if not self._held:
                self._read()
            yield self._held[0]
            done = self._held.popleft()
            self._passages -= sum(map(len, done.cut.values()))

    def passages(self, file: ReadFile, place: int) -> list[Passage]:
        """Return the passages of a document, by its place in the file whose turn it is."""
        self._go_on()
        file.next = max(file.next, place + 1)
        passages = file.cut.pop(place, None)
        if passages is None:
            return self._split(file.documents[place])
        self._passages -= len(passages)
        return passages

    def _go_on(self) -> None:
        """Read and cut until there is enough, or too much is held."""
        while self._passages < self._ahead:
            unfinished = (file for file in self._held if file.next < len(file.documents))
            file = next(unfinished, None)
            if file is not None:
                self._cut_next(file)
            elif self._to_read and self._has_room():
                self._read()
            else:
                return

    def _has_room(self) -> bool:
        sizes = [file.size for file in self._held]
        return len(sizes) <= _MOST_FILES and sum(sizes[1:], self._to_read[0][1]) <= _MOST_BYTES

    def _cut_next(self, file: ReadFile) -> None:
        place = file.next
        file.next += 1
        document = file.documents[place]
        if file.known.get(document.key) != document.digest:
            passages = file.cut[place] = self._split(document)
            self._passages += len(passages)
            self._ask(passages)

    def _split(self, document: Document) -> list[Passage]:
        return split_document(document, self._embedder.count_tokens, self._lengths)

    def _read(self) -> None:
        path, size = self._to_read.popleft()
        try:
            loaded = _load(path, self._embedder)
        except SourceError as error:
            self._held.append(ReadFile(path, size, error))
            return
        name = document_path(path)
        known = self._catalog().keys_of_file(name) if name in self._seen else {}
        self._held.append(ReadFile(path, size, loaded, known))


def _load(path: Path, embedder: Embedder) -> tuple[Source, FileState]:
    """Read a file; its state is that from before, so that a change meanwhile is seen later.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        state = state_of(path)
        source = load_file(path, similarity=partial(similarity, embedder))
        return source, replace(state, digest=source.digest)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error})") from error
