"""What the reader reads: the question, the document's title and date, and a passage, as tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.encoder import WindowScores
from rag.encoder.tokenizer import Tokenizer
from rag.language.zeros import with_figures
from rag.records import Passage

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.intp]

MOST_QUESTION_TOKENS = 64
MOST_CONTEXT_TOKENS = 40
MOST_ANSWER_TOKENS = 64
_SPANS_WEIGHED = 32
"""How many of the best spans of a stretch are compared."""

_TEMPERATURE = 1.3
_EXACT = 0.6
"""How much a span's own likelihood counts, beside how far the others agree with it."""

_SPECIAL = 4


@dataclass(frozen=True, slots=True)
class Window:
    """A passage behind its question. ``places`` are the characters of each passage token.

    ``ids`` is ``<s> question </s></s> context passage </s>``; the passage's tokens begin at
    ``offset``.
    """

    ids: tuple[int, ...]
    offset: int
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The best answer inside a stretch of a passage.

    ``score`` compares between passages; ``margin`` is how much more it is than none's in its own.
    """

    start: int
    end: int
    score: float
    margin: float


def make_window(
    question: list[int],
    passage: Passage,
    tokenizer: Tokenizer,
    most: int,
    *,
    meanings: Sequence[str] = (),
) -> Window:
    """Return the window of a passage's beginning, at most ``most`` tokens long."""
    return make_windows(question, passage, tokenizer, most, meanings=meanings)[0]


def make_windows(
    question: list[int],
    passage: Passage,
    tokenizer: Tokenizer,
    most: int,
    names: Sequence[str] = (),
    *,
    meanings: Sequence[str] = (),
    figures: bool = False,
) -> list[Window]:
    """Return the windows that a passage is read in: one, or several that overlap by a quarter.

    ``names`` are the question's names that the passage or its title has in another script.
    ``meanings``, words of the passage that are the question's in the other language, stand before
    it, as many as there is room for.

    With ``figures`` it is read with figures for words that say zero, as 0人死亡 for 无人死亡: the
    reader knows figures for answers, and hardly knows words. Places count in the passage's text.
    """
    asked = question[:MOST_QUESTION_TOKENS]
    if meanings:
        asked = [*tokenizer.encode(" ".join(meanings))[: MOST_QUESTION_TOKENS - len(asked)], *asked]
    head = " ".join([*names, passage.context]).strip()
    context = tokenizer.encode(head)[:MOST_CONTEXT_TOKENS] if head else []
    before = (0, *asked, 2, 2, *context)
    space = most - _SPECIAL - len(asked) - len(context)
    if figures:
        read = with_figures(passage.text)
        pieces = [(piece, *read.before(a, b)) for piece, a, b in tokenizer.pieces(read.text)]
    else:
        pieces = tokenizer.pieces(passage.text)
    windows: list[Window] = []
    overlap = space // 4
    for start in range(0, max(1, len(pieces) - overlap), space - overlap):
        part = pieces[start : start + space]
        ids = (*before, *(piece[0] for piece in part), 2)
        windows.append(Window(ids, len(before), tuple(piece[1:] for piece in part)))
    return windows


def best_span(window: Window, scores: WindowScores, start: int, end: int) -> Span | None:
    """Return the best span within the passage's characters ``start`` to ``end``.

    Its edges are those that the likely spans agree on most, its score is the likeliest one's.
    """
    inside = [n for n, (a, b) in enumerate(window.places) if a >= start and b <= end and b > a]
    if not inside:
        return None
    rows = scores.spans[window.offset + inside[0] : window.offset + inside[-1] + 1]
    totals = rows[:, 0][:, None] + rows[:, 1]
    totals[_no_spans(len(rows))] = -np.inf
    likely = np.argpartition(-totals, min(_SPANS_WEIGHED, totals.size) - 1, axis=None)
    starts, ends = np.divmod(likely[:_SPANS_WEIGHED], len(rows))
    chosen = _most_agreed(starts, ends, totals[starts, ends])
    none = float(scores.spans[0].sum())
    places = window.places[inside[0] : inside[-1] + 1]
    score = float(totals.max())
    return Span(places[starts[chosen]][0], places[ends[chosen]][1], score, score - none)


@lru_cache(maxsize=256)
def _no_spans(count: int) -> NDArray[np.bool_]:
    """Return which pairs of a start and an end, of so many tokens, are no answer."""
    places = np.arange(count)
    further = places - places[:, None]
    return (further < 0) | (further >= MOST_ANSWER_TOKENS)


def _most_agreed(starts: IntArray, ends: IntArray, totals: FloatArray) -> int:
    """Return the span that is likely itself and shares most with the other likely ones.

    Where the likely ones begin or end at different words, the likeliest is often the shortest or
    the longest of them. What two share is the F1 of their tokens.
    """
    likely = np.exp((totals - totals.max()) / _TEMPERATURE)
    likely /= likely.sum()
    lengths = np.maximum(ends - starts + 1, 1)  # of none where a pair is no answer
    inside = np.minimum(ends[:, None], ends) - np.maximum(starts[:, None], starts) + 1
    shared = 2 * np.maximum(inside, 0) / (lengths[:, None] + lengths)
    return int(np.argmax(_EXACT * likely + (1 - _EXACT) * (shared @ likely)))
