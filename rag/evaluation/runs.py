"""Run gold questions through an engine and keep, for each, what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from rag.evaluation import matching, metrics
from rag.evaluation.gold import GoldQuestion, Proof
from rag.evaluation.proving import (
    is_from,
    passage_proves,
    quote_proves,
    quote_supports,
    sources_differ,
)
from rag.records import Answer, Document, Hit, Language, SearchMode
from rag.terminal import near_path

logger = logging.getLogger(__name__)


class ProofSet(StrEnum):
    """What the index was built from: the digests in ``seeds``, or the original files."""

    DIGEST = "digest"
    RAW = "raw"

    def of(self, question: GoldQuestion) -> tuple[Proof, ...]:
        """Return the question's proofs in these documents."""
        return question.raw if self is ProofSet.RAW else question.proofs


class Engine(Protocol):
    """What the evaluation needs of an engine over one index."""

    def ask(self, question: str) -> Answer:
        """Answer the question with citations, or say that the documents do not."""

    def search(self, question: str, *, mode: SearchMode, top_k: int) -> Sequence[Hit]:
        """Return the best passages, best first."""

    def document(self, key: str) -> Document:
        """Return the document of that key."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where one search found each proof, from 1; None where it did not.

    ``passages`` counts passages that have the proof's words; ``documents`` counts documents, each
    once, and asks only for the proof's document.
    """

    passages: tuple[int | None, ...]
    documents: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One question and everything that is measured on it.

    Scores are None where they do not apply: ``figure`` without figures in the accepted answers,
    ``citation_precision`` without citations, all of them for an unanswerable question. ``right``
    is "answered, and with an accepted answer", or "not answered" where the documents do not say.
    ``quoted_first`` is whether the first citation quotes the proof. ``other_shown`` is, where
    sources differ, whether the figure of another one stands beside the answer, and
    ``other_invented``, where they do not, whether one does all the same. ``confidence`` is the
    first citation's score. ``seconds`` is the wall time of asking.
    """

    id: str
    question: str
    language: Language
    kind: str
    pair: str
    paraphrase: bool
    answerable: bool
    answered: bool
    accepted: tuple[str, ...]
    answer: str
    quote: str
    source: str
    confidence: float | None
    right: bool
    exact: float | None
    f1: float | None
    figure: float | None
    quoted_first: bool | None
    citation_recall: float | None
    citation_precision: float | None
    other_shown: bool | None
    other_invented: bool | None
    seconds: float
    ranks: Mapping[SearchMode, Ranks] = field(default_factory=dict)
    search_seconds: Mapping[SearchMode, float] = field(default_factory=dict)


def run(
    engine: Engine,
    questions: Sequence[GoldQuestion],
    *,
    proof_set: ProofSet = ProofSet.DIGEST,
    modes: Sequence[SearchMode] = tuple(SearchMode),
    depth: int = 50,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Ask every question and search for its proofs in every mode.

    Args:
        engine: Answers and searches.
        questions: In the order wanted. The first is asked once more beforehand, unmeasured, so
            that loading the models is in no figure.
        proof_set: Which documents the engine's index holds.
        modes: Which searches to measure. Unanswerable questions are not searched for.
        depth: How many passages a search returns.
        progress: Called with (done, all) after every question.
    """
    if questions:
        engine.ask(questions[0].question)
    results = []
    for number, question in enumerate(questions, start=1):
        results.append(_run_one(engine, question, proof_set, modes, depth))
        logger.debug("%s %s", question.id, "right" if results[-1].right else "wrong")
        if progress is not None:
            progress(number, len(questions))
    return results


def rank_proofs(hits: Sequence[Hit], proofs: Sequence[Proof], engine: Engine) -> Ranks:
    """Return the ranks at which the hits show each proof and its document."""
    documents = {key: engine.document(key) for key in _keys(hits)}
    return Ranks(
        passages=tuple(
            _first(
                passage_proves(hit.passage, documents[hit.passage.document_key], proof)
                for hit in hits
            )
            for proof in proofs
        ),
        documents=tuple(
            _first(is_from(document, proof.document) for document in documents.values())
            for proof in proofs
        ),
    )


def _keys(hits: Sequence[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.passage.document_key for hit in hits))


def _first(matches: Iterator[bool]) -> int | None:
    return next((rank for rank, match in enumerate(matches, start=1) if match), None)


def _run_one(
    engine: Engine,
    question: GoldQuestion,
    proof_set: ProofSet,
    modes: Sequence[SearchMode],
    depth: int,
) -> Result:
    start = time.perf_counter()
    answer = engine.ask(question.question)
    seconds = time.perf_counter() - start
    proofs = proof_set.of(question)
    ranks: dict[SearchMode, Ranks] = {}
    search_seconds: dict[SearchMode, float] = {}
    for mode in modes if proofs else ():
        start = time.perf_counter()
        hits = engine.search(question.question, mode=mode, top_k=depth)
        search_seconds[mode] = time.perf_counter() - start
        ranks[mode] = rank_proofs(hits, proofs, engine)
    return judge(question, answer, proofs, seconds, ranks, search_seconds)


def judge(
    question: GoldQuestion,
    answer: Answer,
    proofs: Sequence[Proof],
    seconds: float,
    ranks: Mapping[SearchMode, Ranks] | None = None,
    search_seconds: Mapping[SearchMode, float] | None = None,
) -> Result:
    """Hold an answer to its gold question."""
    can, text = question.answerable, answer.text if answer.answered else ""
    citations = answer.citations if answer.answered else ()
    first = citations[0] if citations else None
    supports = [quote_supports(citation, proofs, question.answers) for citation in citations]
    quoted_first = first is not None and any(
        quote_proves(first, proof, question.answers) for proof in proofs
    )
    differ = sources_differ(proofs, question.answers)
    return Result(
        id=question.id,
        question=question.question,
        language=question.language,
        kind=question.kind,
        pair=question.pair,
        paraphrase=question.paraphrase,
        answerable=can,
        answered=answer.answered,
        accepted=question.answers,
        answer=text,
        quote=first.quote if first else "",
        source=near_path(first.document.path or first.document.key) if first else "",
        confidence=first.score if first else None,
        right=matching.is_right(text, question.answers) if can else not answer.answered,
        exact=matching.exact_match(text, question.answers) if can else None,
        f1=matching.f1(text, question.answers) if can else None,
        figure=matching.figure_match(text, question.answers) if can else None,
        quoted_first=quoted_first if can else None,
        citation_recall=metrics.citation_recall(supports) if can else None,
        citation_precision=metrics.citation_precision(supports) if can else None,
        other_shown=_shows_other(answer, question.answers) if differ else None,
        other_invented=bool(answer.conflicts) if can and not differ else None,
        seconds=seconds,
        ranks=ranks or {},
        search_seconds=search_seconds or {},
    )


def _shows_other(answer: Answer, accepted: Sequence[str]) -> bool:
    """Return whether a figure beside the answer's own is an accepted one as well."""
    return any(matching.is_right(row.figure.text, accepted) for row in answer.conflicts[1:])
