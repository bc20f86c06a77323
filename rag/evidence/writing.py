"""What a language model writes, sentence by sentence, as an answer that its sources bear out."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.evidence.support import Standard, quoted
from rag.evidence.verification import is_about
from rag.language.figures import find_figures
from rag.language.rendering import as_figure
from rag.language.words import stem
from rag.records import (
    Answer,
    Citation,
    Document,
    Ending,
    Extract,
    Fallback,
    Fault,
    Language,
    Passage,
    Question,
    Sentence,
    Statement,
)

_LEAST_DENSITY = 0.5
"""What deflate leaves of a sentence that says something is more; of four of ours together 0.61."""


class Writing:
    """An answer in the making: each sentence is held to its sources before anyone sees it.

    ``extracted`` is the reader's own answer to the question, which stands where nothing else does.
    """

    def __init__(
        self,
        question: Question,
        extracted: Answer,
        sources: Sequence[Passage],
        documents: Mapping[str, Document],
        standard: Standard,
        *,
        mark: bool,
    ) -> None:
        self._question = question
        self._extracted = extracted
        self._sources = sources
        self._documents = documents
        self._standard = standard
        self._segmenter = standard.segmenter
        self._mark = mark
        # What a question claims may be borne out in its own words.
        self._said = [] if question.claim else [self._words(question.text)]
        self._shown: list[Sentence] = []
        self._dropped: list[Sentence] = []
        self._unknown = 0
        # The reader's own quotations come first: what it says of conflicts names their numbers.
        self._citations = {
            (item.document.key, item.start, item.end): item for item in extracted.citations
        }

    def take(self, statement: Statement) -> bool:
        """Hold a sentence to its sources; return whether it is shown.

        One that cites nothing that was given to the model is held to every source.
        """
        known = [number for number in statement.cited if 1 <= number <= len(self._sources)]
        self._unknown += len(statement.cited) - len(known)
        words = self._words(statement.text)
        if _stutters(statement.text) or any(words <= said for said in self._said):
            return self._leave(statement.text, Fault.REPEATS)
        tried = known or list(range(1, len(self._sources) + 1))
        passages = [self._sources[number - 1] for number in tried]
        scores = self._standard.judge.support(statement.text, passages)
        findings = [
            (*self._held(statement.text, passage, score), passage)
            for passage, score in zip(passages, scores, strict=True)
        ]
        best = sorted((item for item in findings if item[0] is Fault.NONE), key=lambda one: -one[1])
        if best:
            bearing = best if known else best[:1]
            numbers = tuple(self._cite(statement.text, item[2], item[1]) for item in bearing)
            self._shown.append(Sentence(statement.text, tuple(dict.fromkeys(numbers))))
            self._said.append(words)
            return True
        fault = max(findings, key=lambda one: one[1])[0] if known else Fault.UNCITED
        return self._leave(statement.text, fault)

    def _leave(self, text: str, fault: Fault) -> bool:
        """Drop or mark a sentence; return whether it is shown."""
        (self._shown if self._mark else self._dropped).append(Sentence(text, fault=fault))
        return self._mark

    def _words(self, text: str) -> frozenset[str]:
        return frozenset(stem(self._segmenter.words(text)))

    def so_far(self) -> Answer:
        """Return what stands while the model is writing, no answer while nothing does."""
        begun = Answer(
            self._question.as_typed,
            dropped=tuple(self._dropped),
            unknown_citations=self._unknown,
        )
        return replace(self.answer() or begun, writing=True)

    def answer(self, ending: Ending = Ending.NONE) -> Answer | None:
        """Return the answer so far, None while nothing in it is borne out.

        ``ending`` is why the model was cut off.
        """
        if not any(sentence.citations for sentence in self._shown):
            return None
        blank = "" if self._question.language is Language.CHINESE else " "
        text = blank.join(
            item.text + "".join(f"[{number}]" for number in item.citations) for item in self._shown
        )
        figures = [f for item in self._shown if item.citations for f in find_figures(item.text)]
        return replace(
            self._extracted,
            text=text,
            texts=(text,),
            citations=tuple(self._citations.values()),
            figures=tuple(map(as_figure, figures)),
            sentences=tuple(self._shown),
            dropped=tuple(self._dropped),
            unknown_citations=self._unknown,
            ending=ending,
        )

    def instead(self, why: Fallback, error: str = "", ending: Ending = Ending.NONE) -> Answer:
        """Return the reader's own answer, with what was dropped and why."""
        return replace(
            self._extracted,
            dropped=tuple(self._dropped),
            unknown_citations=self._unknown,
            fallback=why,
            ending=ending,
            error=" ".join(error.split()),
        )

    def _held(self, text: str, passage: Passage, score: float) -> tuple[Fault, float]:
        document = self._documents[passage.document_key]
        fault = self._standard.hold(text, passage, document, score)
        if fault is Fault.NONE:
            extract = Extract(document.key, *quoted(text, passage, self._segmenter), (), score)
            if not is_about(extract, document, self._question, self._segmenter):
                fault = Fault.PLACE
        return fault, score

    def _cite(self, text: str, passage: Passage, score: float) -> int:
        start, end = quoted(text, passage, self._segmenter)
        key = (passage.document_key, start, end)
        if key not in self._citations:
            number = len(self._citations) + 1
            document = self._documents[passage.document_key]
            self._citations[key] = Citation(number, document, start, end, (), score)
        return self._citations[key].number


def _stutters(text: str) -> bool:
    """Return whether a sentence says the same over and over, as small models do."""
    content = text.encode()
    return len(zlib.compress(content)) < _LEAST_DENSITY * len(content)
