"""Which teasers on a page are about the article's subject.

Cosines of e5-like embedders are high everywhere (0.8 for texts that share nothing), so no fixed
threshold holds. The article itself is the yardstick: a teaser is related when it is as near the
subject as the lower quarter of the article's own stretches is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from rag.sources.base import Similarity

_SUBJECT = 300
_STRETCH = 150
_LEEWAY = 0.2
"""How far below the yardstick, as a share of what lies above it, shared words can lift a teaser."""
_WORDS_RATIO = 0.5
_WORDS_FLOOR = 0.1
_TERMS = 40
_WORDLESS = 0.04
_TOKEN = re.compile(r"[a-z][a-z'-]{3,}|[\u4e00-\u9fff]+", re.IGNORECASE)


def _terms(text: str) -> list[str]:
    """Return a text's terms: Latin words of four letters or more, pairs of Chinese characters.

    Pairs need no dictionary and do nearly as well as words in Chinese retrieval (Nie and others,
    "On the use of words and n-grams for Chinese information retrieval", 2000).
    """
    terms: list[str] = []
    for token in _TOKEN.findall(text.lower()):
        if token[0] < "\u4e00":
            terms.append(token)
        else:
            terms += [token[n : n + 2] for n in range(len(token) - 1)]
    return terms


def _sentences(body: Sequence[str]) -> list[str]:
    """Cut an article into sentences."""
    parts = re.split(r"(?<=[。！？!?])|(?<=\.)\s|\n", "\n".join(body))
    return [part for part in parts if part and part.strip()]


def _parts(body: Sequence[str]) -> tuple[str, list[str]]:
    """Part an article into its beginning and stretches about as long as a teaser.

    The stretches are not taken from the beginning: words of the subject itself would be nearer
    to it than any other text on the subject can be.
    """
    sentences = _sentences(body)
    total = sum(map(len, sentences))
    subject = ""
    while sentences and len(subject) + len(sentences[0]) <= max(min(_SUBJECT, total // 2), 1):
        subject += sentences.pop(0)
    if not subject and len(sentences) > 1:
        subject = sentences.pop(0)
    longest = min(_STRETCH, sum(map(len, sentences)) // 3)
    made: list[str] = []
    current = ""
    for sentence in sentences:
        current += sentence
        if len(current) >= longest:
            made.append(current)
            current = ""
    return subject, made[:40]


def _quarter(values: Sequence[float]) -> float:
    """Return the lower quartile."""
    ordered = sorted(values)
    return ordered[len(ordered) // 4]


def _overlaps(title: str, body: Sequence[str], texts: Sequence[str]) -> list[float]:
    """Return for each text what share of the subject's weighted terms it holds, 0 to 1."""
    counts = Counter(_terms(" ".join(body)))
    for term in set(_terms(title)):
        counts[term] += max(2, len(body) // 4)
    weights = dict(counts.most_common(_TERMS))
    total = sum(weights.values()) or 1
    return [sum(weights.get(t, 0) for t in set(_terms(text))) / total for text in texts]


def related(
    title: str, body: Sequence[str], cards: Sequence[str], similarity: Similarity | None
) -> list[bool]:
    """Say for every card whether it is about the article's subject.

    Args:
        title: The article's title.
        body: Its paragraphs.
        cards: The text of each card.
        similarity: An embedder's cosine; without one, shared terms decide.
    """
    beginning, stretches = _parts(body)
    if not cards or not stretches:
        return [False] * len(cards)
    shares = _overlaps(title, body, [*stretches, *cards])
    floor = max(_WORDS_FLOOR, _WORDS_RATIO * _quarter(shares[: len(stretches)]))
    by_words = [share >= floor for share in shares[len(stretches) :]]
    if similarity is None:
        return by_words
    texts = [*stretches, *cards]
    near = [float(value) for value in similarity(f"{title}\n{beginning}", texts)]
    own, others = near[: len(stretches)], near[len(stretches) :]
    yardstick = _quarter(own)
    bars = {
        True: yardstick - _LEEWAY * (1 - yardstick),
        # A teaser that shares no word with the article must be as near as half of it is: the
        # lower quarter of a short article may be a digression.
        False: median(own),
    }
    return [
        value >= (yardstick if share >= _WORDLESS and not words else bars[words])
        for value, words, share in zip(others, by_words, shares[len(stretches) :], strict=True)
    ]
