"""From a reader's draft to an answer with numbered citations."""

from rag.evidence.citing import answer_from

__all__ = ["answer_from"]
