"""From a question to the best passages, in any language."""

from rag.retrieval.hybrid import Question, RetrievalSettings, Retriever

__all__ = ["Question", "RetrievalSettings", "Retriever"]
