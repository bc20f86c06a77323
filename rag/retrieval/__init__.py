"""From a question to the best passages, in any language."""

from rag.retrieval.hybrid import RetrievalSettings, Retriever

__all__ = ["RetrievalSettings", "Retriever"]
