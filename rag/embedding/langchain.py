"""Any embedder of this package as a LangChain ``Embeddings``."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from rag.embedding.base import Embedder


class LangChainEmbeddings(Embeddings):
    """Lets a LangChain application embed with the same model and prefixes as an index."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one unit vector a text."""
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the unit vector of a question."""
        vector: list[float] = self._embedder.embed_questions([text])[0].tolist()
        return vector
