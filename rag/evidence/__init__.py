"""From a reader's draft to an answer with numbered citations."""

from rag.evidence.citing import answer_from
from rag.evidence.combining import combine, combine_apart, settles
from rag.evidence.ranking import compare_places, compare_years, rank_rows
from rag.evidence.tables import is_in_table, says_extreme

__all__ = [
    "answer_from",
    "combine",
    "combine_apart",
    "compare_places",
    "compare_years",
    "is_in_table",
    "rank_rows",
    "says_extreme",
    "settles",
]
