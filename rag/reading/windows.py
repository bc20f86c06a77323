"""What the reader reads: the question, the document's title and date, and a passage, as tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.encoder import WindowScores
from rag.encoder.tokenizer import Tokenizer
from rag.language.zeros import with_figures
from rag.records import Passage

FloatArray = NDArray[np.float32]

MOST_QUESTION_TOKENS = 64
MOST_CONTEXT_TOKENS = 40
MOST_ANSWER_TOKENS = 40
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
    """Return the best span within the passage's characters ``start`` to ``end``."""
    inside = [n for n, (a, b) in enumerate(window.places) if a >= start and b <= end and b > a]
    if not inside:
        return None
    rows = scores.spans[window.offset + inside[0] : window.offset + inside[-1] + 1]
    pairs = rows[:, 0][:, None] + rows[:, 1][None, :]
    length = len(rows)
    allowed = np.triu(np.ones((length, length), bool)) & ~np.triu(
        np.ones((length, length), bool), MOST_ANSWER_TOKENS
    )
    pairs = np.where(allowed, pairs, -np.inf)
    first, last = np.unravel_index(int(np.argmax(pairs)), pairs.shape)
    none = float(scores.spans[0].sum())
    places = window.places[inside[0] : inside[-1] + 1]
    score = float(pairs[first, last])
    return Span(places[first][0], places[last][1], score, score - none)
