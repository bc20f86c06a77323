"""Does a passage, or a quotation, show what proves the answer?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rag.evaluation.gold import Proof
from rag.evaluation.matching import Figure, figures_of, has_words
from rag.records import Citation, Document, Passage

OVERLAP = 0.6
"""The share of the shorter of proof and quotation that must be common to both."""

_SEPARATOR = re.compile(r"[/\\]")


def is_from(document: Document, name: str) -> bool:
    """Return whether the document was read from a file of that name, or has it for a key."""
    return name in (_SEPARATOR.split(document.path)[-1], document.key)


def passage_proves(passage: Passage, document: Document, proof: Proof) -> bool:
    """Return whether the passage is from the proof's document and has the proof's words."""
    return is_from(document, proof.document) and has_words(passage.text, proof.words)


def quote_proves(citation: Citation, proof: Proof, accepted: Sequence[str]) -> bool:
    """Return whether the citation quotes the proof.

    It does if the quotation has the proof's words or lies within them; if both overlap in the
    document by 60% of the shorter; or if it is from the proof's document and has an accepted
    answer whose words or figures are in the proof as well.
    """
    quote = citation.quote
    if has_words(quote, proof.words) or has_words(proof.words, quote):
        return True
    if not is_from(citation.document, proof.document):
        return False
    if _overlap(citation, proof.words) >= OVERLAP:
        return True
    return any(holds_answer(quote, one) and holds_answer(proof.words, one) for one in accepted)


def quote_supports(citation: Citation, proofs: Sequence[Proof], accepted: Sequence[str]) -> bool:
    """Return whether the citation quotes one of the proofs or has an accepted answer."""
    return any(quote_proves(citation, proof, accepted) for proof in proofs) or any(
        holds_answer(citation.quote, one) for one in accepted
    )


def holds_answer(text: str, accepted: str) -> bool:
    """Return whether the text has the answer's words, or all of its figures."""
    if has_words(text, accepted):
        return True
    wanted = figures_of(accepted)
    return bool(wanted) and wanted <= figures_of(text)


def sources_differ(proofs: Sequence[Proof], accepted: Sequence[str]) -> bool:
    """Return whether proofs in different documents give different ones of the accepted figures."""
    figures = {one for answer in accepted for one in figures_of(answer)}
    given: dict[str, set[Figure]] = {}
    for proof in proofs:
        given.setdefault(proof.document, set()).update(figures & figures_of(proof.words))
    sets = [found for found in given.values() if found]
    return any(one.isdisjoint(other) for one in sets for other in sets)


def locate(text: str, words: str) -> tuple[int, int] | None:
    """Return where the words stand in the text, whatever the blanks, width and case.

    Returns:
        Start and end in code points of ``text``; None if the words are not there.
    """
    folded, places = _fold_with_places(text)
    wanted, _ = _fold_with_places(words)
    at = folded.find(wanted) if wanted else -1
    return None if at < 0 else (places[at], places[at + len(wanted) - 1] + 1)


def _fold_with_places(text: str) -> tuple[str, list[int]]:
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKC", char).casefold():
            if not part.isspace():
                chars.append(part)
                places.append(place)
    return "".join(chars), places


def _overlap(citation: Citation, words: str) -> float:
    found = locate(citation.document.text, words)
    if found is None:
        return 0.0
    start, end = found
    common = min(end, citation.end) - max(start, citation.start)
    return max(0, common) / min(end - start, citation.end - citation.start)
