"""From a reader's draft to an answer with numbered citations."""

from rag.evidence.citing import answer_from
from rag.evidence.combining import combine, combine_apart, compare_places, settles

__all__ = ["answer_from", "combine", "combine_apart", "compare_places", "settles"]
