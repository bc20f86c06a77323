"""The first reader: the best sentence by meaning and words, and its shortest part that answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.embedding import Embedder
from rag.language.sentences import split_sentences
from rag.language.words import Segmenter
from rag.records import Document, Draft, Extract, Hit


class SentenceReader:
    """Ranks the sentences of the retrieved passages."""

    def __init__(self, embedder: Embedder, segmenter: Segmenter, threshold: float) -> None:
        self._embedder = embedder
        self._segmenter = segmenter
        self._threshold = threshold

    def read(
        self, question: str, hits: Sequence[Hit], documents: Mapping[str, Document]
    ) -> Draft:
        """Return the best sentences as extracts, best first."""
        found = []
        for hit in hits:
            p = hit.passage
            for a, b in split_sentences(p.text):
                found.append((p, p.start + a, p.start + b))
        if not found:
            return Draft((), False)
        v = self._embedder.embed_passages([f"{p.context}\n{documents[p.document_key].text[a:b]}" for p, a, b in found])
        q = self._embedder.embed_questions([question])[0]
        s = v @ q
        order = sorted(range(len(found)), key=lambda i: -s[i])
        ex = tuple(Extract(found[i][0].document_key, found[i][1], found[i][2], ((found[i][1], found[i][2]),), float(s[i])) for i in order[:5])
        return Draft(ex, True)


def open_reader(embedder: Embedder, segmenter: Segmenter, threshold: float) -> SentenceReader:
    """Return the reader that answers without a language model."""
    return SentenceReader(embedder, segmenter, threshold)
