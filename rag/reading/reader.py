"""The reader: every passage with the question through the adapted encoder, then one order.

The encoder scores, for each token of a passage, whether the answer begins or ends there, and for
the passage whether it is relevant. Each sentence's best span and a few comparisons of words and
names (``rag.reading.features``) go into a linear score that ranks the sentences, and into a
logistic one that says how likely the best sentence answers. Their weights are fitted
(``rag.reading.fitting``), the encoder's adapters trained (``rag.reading.training``).
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from rag.encoder import PASSAGE, QUESTION, Encoder, WindowScores
from rag.language.asking import (
    Asked,
    asked_for,
    asks_for_change,
    asks_whether,
    figure_asked_for,
    unit_asked_for,
)
from rag.language.figures import find_counts
from rag.language.periods import named_periods
from rag.language.sentences import split_clauses, split_sentences
from rag.language.words import Segmenter
from rag.reading.dated import figures_then
from rag.reading.edges import tidy_span
from rag.reading.features import (
    FEATURES,
    Candidate,
    FloatArray,
    features,
)
from rag.reading.focus import (
    change_beside,
    figures_told,
    focus_of,
    nearest_clauses,
    nearest_told,
    of_unit_beside,
)
from rag.reading.hints import Meanings, shared_names, surroundings
from rag.reading.windows import Span, Window, best_span, make_windows
from rag.records import Document, Draft, Extract, Hit, Question

MOST_EXTRACTS = 16
MOST_SPANS = 3
"""How many answers are considered in a sentence: its best, and the best of its clauses.

Figures of the time asked about come on top."""
_LEAST_CHARACTERS = 4
_CHECKED = 5
"""Of how many sentences the figures or clauses are compared with what is asked."""

_EMBEDDED = 12
"""How many sentences, those with the best spans, are compared with the question as a whole."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted weights over ``FEATURES``: to rank with, and (bias last) to judge with."""

    ranking: FloatArray
    answered: FloatArray


class SpanReader:
    """Extracts answers from passages with the trained reader."""

    def __init__(self, encoder: Encoder, segmenter: Segmenter, threshold: float) -> None:
        self._encoder = encoder
        self._segmenter = segmenter
        self._threshold = threshold
        self._last: tuple[Question | None, dict[tuple[int, ...], WindowScores]] = (None, {})
        """What the encoder said of the last question's windows, so that more can be read."""

    def read(
        self, question: Question, hits: Sequence[Hit], documents: Mapping[str, Document]
    ) -> Draft:
        """Return the best sentences as extracts, best first, and whether they answer.

        When the first one answers, the others are those that answer as well; when it does not,
        they are the nearest.
        """
        candidates = self.candidates(question, hits, documents)
        if not candidates:
            return Draft((), False)
        weights = load_weights()
        rows = features(question, candidates, self._segmenter)
        order = np.argsort(-(rows @ weights.ranking), kind="stable").tolist()
        # Each sentence is quoted once, for the best answer in it.
        sentences: dict[tuple[str, int, int], int] = {}
        for place in order:
            one = candidates[place]
            sentences.setdefault((one.document.key, one.start, one.end), place)
        best = list(sentences.values())[:MOST_EXTRACTS]
        chosen = self._told_of(question, [candidates[place] for place in best])
        extracts = tuple(
            _extract(one, _logistic(rows[place], weights.answered))
            for one, place in zip(chosen, best, strict=True)
        )
        sure = tuple(item for item in extracts if item.score >= self._threshold)
        answered = extracts[0].score >= self._threshold
        return Draft(sure if answered else extracts, answered)

    def candidates(
        self, question: Question, hits: Sequence[Hit], documents: Mapping[str, Document]
    ) -> list[Candidate]:
        """Return the sentences of the passages with what the encoder says of them."""
        tokenizer, most = self._encoder.tokenizer, self._encoder.most_tokens
        asked = tokenizer.encode(question.text)
        kind, unit = asked_for(question.text), unit_asked_for(question.text)
        periods = named_periods(question.text)
        figures = kind not in (None, Asked.DATE)
        meanings = Meanings(question.language, question.translations)
        windows: list[list[Window]] = []
        around = []
        before, known = self._last
        known = known if before is question else {}
        new: list[tuple[int, ...]] = []

        def made() -> Iterator[tuple[int, ...]]:
            for hit in hits:
                body = self._segmenter.words(hit.passage.text)
                near = surroundings(documents[hit.passage.document_key], body, self._segmenter)
                around.append(near)
                shown = [*self._segmenter.words(hit.passage.context), *body]
                names = shared_names(question, shown, near)
                shared = meanings.shared(hit.passage.text, body)
                windows.append(make_windows(
                    asked, hit.passage, tokenizer, most, names, meanings=shared, figures=figures
                ))  # fmt: skip
                for window in windows[-1]:
                    if window.ids not in known:
                        new.append(window.ids)
                        yield window.ids

        read = self._encoder.read(made(), adapters_path())
        scores = known | dict(zip(new, read, strict=True))
        self._last = question, scores
        found: list[Candidate] = []
        for rank, (hit, several, near) in enumerate(zip(hits, windows, around, strict=True)):
            scored = [(window, scores[window.ids]) for window in several]
            relevance = max(item.relevance for _, item in scored)
            text = hit.passage.text
            document = documents[hit.passage.document_key]
            at = hit.passage.start
            for start, end in split_sentences(text):
                if end - start < _LEAST_CHARACTERS:
                    continue
                clauses = split_clauses(text, start, end)
                tried = [_best_span(scored, *one) for one in ((start, end), *clauses)]
                spans = [span for span in tried if span is not None]
                best = max((span.score for span in spans), default=0.0)
                answers = _distinct(spans, text[start:end], start, kind, unit)
                if periods and answers:
                    (first, last), span = next(iter(answers.items()))
                    then = figures_then(text[start:end], periods, (first - start, last - start))
                    answers |= {(start + a, start + b): span for a, b in then}
                for (first, last), span in answers.items():
                    touched = [c for c in clauses if c[0] < last and first < c[1]]
                    if not touched:
                        continue  # blanks between clauses
                    clause = (touched[0][0] + at, touched[-1][1] + at)
                    found.append(Candidate(
                        hit, rank, start + at, end + at, clause, (first + at, last + at), span,
                        span.score - best, relevance, near, document,
                    ))  # fmt: skip
        return self._compared(question, found)

    def _told_of(self, question: Question, best: Sequence[Candidate]) -> list[Candidate]:
        """Return candidates with what of their sentence is told of what is asked.

        That is a figure, or for who asks whether it is so, a clause.
        """
        if asks_whether(question.text):
            told = [self._with_clauses(one, question.text) for one in best[:_CHECKED]]
            return [*told, *best[_CHECKED:]]
        asked, unit = asked_for(question.text), unit_asked_for(question.text)
        if asked is None or asked is Asked.DATE:
            return list(best)
        focus = focus_of(question, self._segmenter)
        change = asks_for_change(question.text)

        def with_figure(candidate: Candidate) -> Candidate:
            start, end = (place - candidate.start for place in candidate.answer)
            answer = start, end
            told = figures_told(candidate.text, asked, unit)
            wanted = focus
            if change:
                told = [one for one in told if one.is_change] or told
                answer = change_beside(answer, told)
            elif unit and find_counts(candidate.text[start:end]):
                answer = of_unit_beside(answer, told)
            if not change and any(one.is_listed for one in told):
                wanted = question.text
            found = nearest_told(candidate.text, answer, told, wanted, self._embed)
            return candidate if found == (start, end) else _answering(candidate, found)

        return [*map(with_figure, best[:_CHECKED]), *best[_CHECKED:]]

    def _with_clauses(self, candidate: Candidate, question: str) -> Candidate:
        return _answering(candidate, nearest_clauses(candidate.text, question, self._embed))

    def _embed(self, texts: Sequence[str]) -> FloatArray:
        return self._encoder.embed([QUESTION + text for text in texts])

    def _compared(self, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the candidates with their nearness; of those not embedded, the least of any."""
        by_span = sorted(candidates, key=lambda one: -one.span.score)
        texts = list(dict.fromkeys(one.text for one in by_span))[:_EMBEDDED]
        if not texts:
            return []
        vectors = self._encoder.embed([QUESTION + question.text, *(PASSAGE + t for t in texts)])
        cosines = vectors[1:] @ vectors[0]
        nearness = dict(zip(texts, cosines.tolist(), strict=True))
        least = float(cosines.min())
        return [replace(one, nearness=nearness.get(one.text, least)) for one in candidates]


def _answering(candidate: Candidate, span: tuple[int, int]) -> Candidate:
    """Return a candidate with another stretch of its sentence for its answer."""
    first, last = tidy_span(candidate.text, *span)
    return replace(candidate, answer=(first + candidate.start, last + candidate.start))


def _best_span(scored: Sequence[tuple[Window, WindowScores]], start: int, end: int) -> Span | None:
    """Return the best span within a stretch of a passage, of the windows that it is read in."""
    found = (best_span(window, scores, start, end) for window, scores in scored)
    return max((span for span in found if span), key=lambda span: span.score, default=None)


def _distinct(
    spans: Sequence[Span], sentence: str, start: int, kind: Asked | None, unit: str
) -> dict[tuple[int, int], Span]:
    """Return the best spans of a sentence by their tidy edges, the best first.

    Of several figures in one span it is the one of the ``kind`` and ``unit`` asked for.
    """
    edges: dict[tuple[int, int], Span] = {}
    for span in sorted(spans, key=lambda span: -span.score):
        first, last = tidy_span(sentence, span.start - start, span.end - start)
        figure = figure_asked_for(sentence[first:last], kind, unit)
        if figure is not None:
            first, last = tidy_span(sentence, first + figure[0], first + figure[1])
        edges.setdefault((first + start, last + start), span)
    return dict(list(edges.items())[:MOST_SPANS])


def adapters_path() -> Path:
    """Return the trained adapters that come with the package."""
    return Path(str(importlib.resources.files("rag.reading").joinpath("reader.npz")))


@cache
def load_weights() -> Weights:
    """Return the fitted weights that come with the package.

    Raises:
        ValueError: they were fitted to other features.
    """
    file = importlib.resources.files("rag.reading").joinpath("weights.json")
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    if tuple(content["features"]) != FEATURES:
        raise ValueError("weights.json was fitted to other features; run rag.reading.fitting")
    return Weights(
        np.array(content["ranking"], np.float32), np.array(content["answered"], np.float32)
    )


def _extract(candidate: Candidate, score: float) -> Extract:
    key = candidate.document.key
    return Extract(key, candidate.start, candidate.end, (candidate.answer,), score)


def _logistic(row: FloatArray, weights: FloatArray) -> float:
    return float(1 / (1 + np.exp(-(row @ weights[:-1] + weights[-1]))))
