"""From a reader's draft to an answer with numbered citations."""

from rag.evidence.citing import answer_from
from rag.evidence.combining import combine, compare_places, settles

__all__ = ["answer_from", "combine", "compare_places", "settles"]
