"""An index made with a quick embedder, and made-up files to put into it."""

import json
from collections.abc import Callable
from pathlib import Path

from cli.scripted import WordEmbedder

from rag.address import Index
from rag.embedding import Batches
from rag.indexing import AddReport, Indexer
from rag.language.words import Segmenter
from rag.passages import PassageLengths
from rag.records import Document
from rag.settings import Settings
from rag.store import IndexReader, ModelRecord, open_writer

SEGMENTER = Segmenter(Settings().cache)
Moves = list[tuple[str, int, int]]


class Bench:
    """An index, the embedder that counts its calls, and the progress that was shown.

    ``batches`` embeds in place of the embedder where it is given.
    """

    def __init__(self, folder: Path, index: Index | None = None) -> None:
        self.folder = folder
        self.index = index or folder
        self.embedder = WordEmbedder()
        self.batches: Batches | None = None
        self.moves: Moves = []

    @property
    def model(self) -> ModelRecord:
        identity = self.embedder.identity
        return ModelRecord(identity.name, identity.digest, identity.dimension, identity.precision)

    def add(self, *paths: Path, prune: bool = False) -> AddReport:
        self.embedder.batches.clear()
        self.moves.clear()
        with open_writer(self.index, self.model) as writer:
            return Indexer(
                writer, self.embedder, SEGMENTER, PassageLengths(16, 24), self.folder,
                lambda *move: self.moves.append(move), self.batches,
            ).add(paths, prune=prune)  # fmt: skip

    def documents(self) -> dict[str, Document]:
        reader = IndexReader.open(self.folder)
        found = {document.key: document for document in reader.catalog.documents()}
        assert reader.mismatches() == []
        reader.close()
        return found


Write = Callable[[str, str], Path]


def counts(report: AddReport) -> tuple[int, ...]:
    return (
        report.added, report.updated, report.renamed, report.unchanged, report.removed,
        report.embedded,
    )  # fmt: skip


def long_text(paragraphs: int) -> str:
    return "\n".join(
        f"Station {n} reported wind from the north at {n} knots and rain all day long."
        for n in range(paragraphs)
    )


def records(*numbers: int) -> str:
    return "\n".join(
        json.dumps({"id": f"r{n}", "text": f"Record {n} is about hill {n}."}) for n in numbers
    )
