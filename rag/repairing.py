"""Making vectors and words again from the catalog, where they do not fit it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.address import Index
from rag.embedding import Embedder
from rag.indexing import Progress
from rag.language.words import Segmenter
from rag.records import Filters
from rag.store import IndexWriter
from rag.storing import store_vectors, text_to_embed, word_entries

_BATCH = 64


@dataclass(slots=True)
class RepairReport:
    """How many passages were embedded again, and how many had their words taken again."""

    embedded: int = 0
    words: int = 0


def rebuild(
    writer: IndexWriter, embedder: Embedder, segmenter: Segmenter, progress: Progress
) -> RepairReport:
    """Bring vectors and words in line with the catalog, and commit."""
    report = RepairReport()
    passages = set(writer.catalog.passage_ids(Filters()))
    vectors, words = writer.vectors.ids(), writer.words.ids()
    writer.vectors.remove(vectors - passages)
    embed = passages - vectors
    lacks_words = words != sorted(passages)
    if lacks_words:
        writer.words.remove(words)
    done = 0
    for document in writer.catalog.documents():
        ids = writer.catalog.passage_ids_of(document.key)
        for start in range(0, len(ids), _BATCH):
            some = ids[start : start + _BATCH]
            found = writer.catalog.passages(some)
            if lacks_words:
                own = [found[number] for number in some]
                writer.words.add(word_entries(segmenter, document, some, own))
                report.words += len(some)
            new = [number for number in some if number in embed]
            if new:
                own = [found[number] for number in new]
                texts = [text_to_embed(passage) for passage in own]
                store_vectors(writer, new, own, embedder.embed_passages(texts))
                report.embedded += len(new)
            done += len(some)
            progress(document.path, done, len(passages))
    writer.commit(more=False)
    return report


def remedy(index: Index) -> str:
    """Return what to do about an index that is damaged."""
    if isinstance(index, Path):
        return "to make again what can be made again, with the same --index: rag repair"
    return (
        "`rag repair` is for index folders. Take the documents that `rag verify` names out with "
        f"`rag delete ID` and run `rag index` on their files again, both with --index {index}; "
        "what is left over of others goes with the next change"
    )
