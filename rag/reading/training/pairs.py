"""Training examples: a question over the passage that answers it, and over one that does not."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.encoder.tokenizer import Tokenizer
from rag.reading.training.corpus import Asked, Corpus
from rag.reading.training.rewording import Rewording
from rag.reading.windows import make_window
from rag.records import Passage

MOST_TOKENS = 256
TRANSLATED, PARAPHRASED = 0.2, 0.2
"""The shares of questions asked word by word in the other language, and with synonyms."""

CLOZES = 1_500
"""How many questions made of sentences go into one pass."""

TABLE_QUESTIONS = 800
"""How many questions over tables go into one pass."""

NEGATIVE_TABLES = 6
"""Among how many other tables the wrong one is drawn."""

_SAME_ARTICLE = 0.5


@dataclass(frozen=True, slots=True)
class Example:
    """A window's token ids and where the answer's tokens begin and end; 0, 0 when it has none.

    The passage's own tokens begin at ``offset`` and end before the last one.
    """

    ids: tuple[int, ...]
    offset: int
    first: int
    last: int


Pair = tuple[Example, Example]
"""A question over the passage with its answer, if there is one, and over one without it.

Or two questions, each over the passage that answers it (see ``without_wrong``).
"""


def make_pairs(
    corpus: Corpus,
    negatives: Sequence[Sequence[int]],
    tokenizer: Tokenizer,
    rewording: Rewording,
    draw: random.Random,
    share: float = 1.0,
    reports: float = 1.0,
) -> Iterator[Pair]:
    """Yield one pass over the corpus, its questions reworded and its wrong passages drawn anew.

    Of the sets' questions about a ``share`` is asked, and a share of those over ``reports``.
    """

    def pair(item: Asked, question: str, ranked: Sequence[int]) -> Iterator[Pair]:
        near = corpus.neighbours(item)
        pool = near if near and (not ranked or draw.random() < _SAME_ARTICLE) else ranked
        if pool:
            right, wrong = (corpus.passages[place] for place in (item.passage, draw.choice(pool)))
            asked, hints = tokenizer.encode(question), rewording.hints(question)
            found, other = (
                _example(
                    asked, passage, corpus.heading(passage), tokenizer,
                    hints(passage.text), answer,
                )
                for passage, answer in ((right, item), (wrong, None))
            )  # fmt: skip
            if found is not None and other is not None:
                yield found, other

    by_document: dict[str, list[int]] = defaultdict(list)
    shares = (
        *(share for _ in corpus.asked),
        *(reports for _ in corpus.in_reports),
        *(1.0 for _ in corpus.in_stories),
    )
    for item, ranked, chance in zip(corpus.searched, negatives, shares, strict=True):
        by_document[corpus.passages[item.passage].document_key] += ranked
        if draw.random() < chance:
            for question in _askings(item, rewording, draw):
                yield from pair(item, question, ranked)
    tables = sorted({item.passage for item in corpus.in_tables})
    for item in draw.sample(corpus.in_tables, min(TABLE_QUESTIONS, len(corpus.in_tables))):
        others = draw.sample(tables, min(NEGATIVE_TABLES, len(tables)))
        for question in _askings(item, rewording, draw):
            yield from pair(item, question, corpus.without_answer(item, others))
    for item in draw.sample(corpus.clozes, min(CLOZES, len(corpus.clozes))):
        about_the_same = by_document[corpus.passages[item.passage].document_key]
        for question in _askings(item, rewording, draw):
            yield from pair(item, question, corpus.without_answer(item, about_the_same))


def without_wrong(pairs: Sequence[Pair], share: float, draw: random.Random) -> list[Pair]:
    """Return pairs where a share of the answered questions is read over its own passage only.

    Two of those, of about the same length, make one pair: for where answers begin and end, a wrong
    passage teaches little and costs as much to read.
    """
    kept: list[Pair] = []
    alone: list[Example] = []
    for right, wrong in pairs:
        if right.last and draw.random() < share:
            alone.append(right)
        else:
            kept.append((right, wrong))
    alone.sort(key=lambda example: len(example.ids))
    kept += zip(alone[::2], alone[1::2], strict=False)
    draw.shuffle(kept)
    return kept


def _askings(item: Asked, rewording: Rewording, draw: random.Random) -> Iterator[str]:
    """Yield the question as one pass asks it: in each language it is known in, or at random."""
    if item.translations:
        yield draw.choice((item.question, *item.paraphrases))
        yield draw.choice(item.translations)
        if item.foreign:
            yield draw.choice(item.foreign)
        return
    chance = draw.random()
    if chance < TRANSLATED:
        yield rewording.translated(item.question)
    elif chance < TRANSLATED + PARAPHRASED:
        yield rewording.paraphrased(item.question)
    else:
        yield item.question


def _example(
    question: list[int],
    passage: Passage,
    heading: str,
    tokenizer: Tokenizer,
    meanings: Sequence[str],
    item: Asked | None,
) -> Example | None:
    """Return a question over a passage, with the answer of ``item`` in it, or none.

    ``meanings`` are the passage's words that are the question's in the other language. None when
    the answer does not stand whole in the window.
    """
    read = replace(passage, context=heading)
    window = make_window(question, read, tokenizer, MOST_TOKENS, meanings=meanings)
    if item is None or not item.answered:
        return Example(window.ids, window.offset, 0, 0)
    inside = [n for n, (a, b) in enumerate(window.places) if a < item.end and b > item.start]
    if not inside or window.places[inside[-1]][1] < item.end:
        return None
    first, last = (window.offset + place for place in (inside[0], inside[-1]))
    return Example(window.ids, window.offset, first, last)
