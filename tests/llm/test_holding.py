"""Sentences of a language model, held to passages: what stands, what does not, and why."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.evidence.support import Standard, quoted
from rag.evidence.writing import Writing
from rag.language.glosses import Glosses
from rag.language.words import Segmenter
from rag.records import (
    Answer,
    Citation,
    Document,
    Fallback,
    Fault,
    Language,
    Passage,
    Question,
    Statement,
)

TEXT = (
    "The port of Lindow handled nearly 4.2 million tonnes in 2021, up 6% year on year. "
    "Its new crane cost 12 million euros. In Harwick the quay is closed until March 2022."
)
PORT = Document("port", "", TEXT, "Lindow port", "Lindow Echo", date(2022, 1, 9))
REPORT = Document(
    "report",
    "",
    "全国前九个月破案大增，山东破案4.04万起，追回近3亿元。",
    "年终报告",
    "",
    date(2024, 1, 2),
)


def passage(document: Document) -> Passage:
    text = document.text
    return Passage(document.key, 0, len(text), text, "", Language.ENGLISH, Language.ENGLISH)


@pytest.mark.parametrize(
    ("document", "statement", "fault"),
    [
        (PORT, "Lindow handled almost 4.2 million tonnes.", Fault.NONE),
        (PORT, "Lindow handled 4,200,000 tonnes in 2021.", Fault.NONE),
        (PORT, "林多港2021年吞吐量近420万吨。", Fault.NONE),
        (PORT, "Lindow handled 2.4 million tonnes.", Fault.FIGURE),
        (PORT, "Lindow handled 4.2 million yuan.", Fault.FIGURE),
        (PORT, "The crane cost 12 million dollars.", Fault.FIGURE),
        (PORT, "Traffic grew by 16%.", Fault.FIGURE),
        (PORT, "Lindow handled nearly 4.2 million tonnes in 2019.", Fault.DATE),
        (PORT, "The quay opens again in March 2022.", Fault.NONE),
        (PORT, "The quay has been closed since 2019.", Fault.DATE),
        (PORT, "Lindow handled 1 million tonnes.", Fault.FIGURE),
        (REPORT, "1至9月，山东破案4.04万起。", Fault.NONE),
        (REPORT, "1至10月，山东破案4.04万起。", Fault.DATE),
        (REPORT, "China solved 40,400 cases.", Fault.NONE),
        (PORT, "In Laos the quay is closed.", Fault.PLACE),
        (PORT, "In Wuhan the quay is closed.", Fault.PLACE),
        (REPORT, "Shandong recovered nearly 300 million yuan.", Fault.NONE),
        (REPORT, "Shandong solved 40,400 cases.", Fault.NONE),
        (REPORT, "Guangxi recovered nearly 300 million yuan.", Fault.PLACE),
        (REPORT, "山东追回近30亿元。", Fault.FIGURE),
    ],
)
def test_figures_dates_and_places_are_the_sources(
    document: Document, statement: str, fault: Fault, standard: Standard
) -> None:
    assert standard.hold(statement, passage(document), document, 0.9) is fault


def test_what_is_compared_with_nothing_needs_support(standard: Standard) -> None:
    weak = standard.hold("The crane is red.", passage(PORT), PORT, 0.3)
    assert weak is Fault.UNSUPPORTED


def test_the_sentence_that_says_most_of_it_is_quoted(segmenter: Segmenter) -> None:
    start, end = quoted("The crane was bought for 12 million euros.", passage(PORT), segmenter)
    assert TEXT[start:end] == "Its new crane cost 12 million euros."


class Judge:
    """Trusts every sentence but those that speak of dragons."""

    def support(self, statement: str, passages: Sequence[Passage]) -> list[float]:
        return [0.0 if "dragon" in statement else 0.9 for _ in passages]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Take texts for alike that share pairs of characters."""
        vectors = np.zeros((len(texts), 512), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for pair in pairwise(text.lower()):
                vector[crc32("".join(pair).encode()) % 512] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def standard(segmenter: Segmenter, cache: Path) -> Standard:
    return Standard(Judge(), 0.5, segmenter, Glosses(cache, segmenter))


@pytest.fixture
def writing(standard: Standard) -> Writing:
    return write(standard, mark=False)


def write(standard: Standard, *, mark: bool) -> Writing:
    question = Question(
        "What did Lindow handle?", Language.ENGLISH, np.zeros(2, np.float32), (), ()
    )
    start = TEXT.index("Its new")
    own = Citation(1, PORT, start, start + 36)
    extracted = Answer(question.text, "12 million euros", ("12 million euros",), True, (own,))
    return Writing(question, extracted, [passage(PORT)], {"port": PORT}, standard, mark=mark)


TRUE = Statement("The port handled nearly 4.2 million tonnes.", (1,))
FALSE = Statement("The port handled 9 million tonnes.", (1,))


def test_what_stands_is_shown_with_its_quotation(writing: Writing) -> None:
    assert writing.answer() is None
    assert writing.take(TRUE)
    answer = writing.answer()
    assert answer is not None
    [sentence] = answer.sentences
    [number] = sentence.citations
    citation = next(item for item in answer.citations if item.number == number)
    assert citation.quote == TEXT[: TEXT.index(" Its")]
    assert answer.text == f"{TRUE.text}[{number}]"
    assert [item.number for item in answer.citations] == [1, 2]


def test_what_does_not_stand_is_dropped_and_told(writing: Writing) -> None:
    assert not writing.take(FALSE)
    assert writing.answer() is None
    assert writing.take(TRUE)
    answer = writing.answer()
    assert answer is not None
    assert [(item.text, item.fault) for item in answer.dropped] == [(FALSE.text, Fault.FIGURE)]
    assert FALSE.text not in answer.text


def test_what_was_said_before_is_dropped(writing: Writing) -> None:
    assert not writing.take(Statement("Lindow did handle what?", (1,)))
    assert writing.take(TRUE)
    assert not writing.take(Statement("The port handled nearly 4.2 million.", (1,)))
    answer = writing.answer()
    assert answer is not None
    assert [item.fault for item in answer.dropped] == [Fault.REPEATS] * 2


@pytest.mark.parametrize(
    "text",
    [
        "The port handled nearly 4.2 million tonnes" + " of the port of the port" * 20 + ".",
        "林多港吞吐量近420万吨," + "吞吐量近420万吨," * 20,
    ],
)
def test_a_sentence_that_stutters_is_dropped(text: str, writing: Writing) -> None:
    assert not writing.take(Statement(text, (1,)))
    assert writing.instead(Fallback.NONE).dropped[0].fault is Fault.REPEATS


def test_what_does_not_stand_may_be_marked_instead(standard: Standard) -> None:
    writing = write(standard, mark=True)
    assert writing.take(FALSE)
    assert writing.take(TRUE)
    answer = writing.answer()
    assert answer is not None
    assert [(item.text, item.fault) for item in answer.sentences] == [
        (FALSE.text, Fault.FIGURE), (TRUE.text, Fault.NONE),
    ]  # fmt: skip
    assert answer.dropped == ()


def test_marked_sentences_alone_are_no_answer(standard: Standard) -> None:
    writing = write(standard, mark=True)
    writing.take(FALSE)
    assert writing.answer() is None


def test_a_citation_to_nothing_is_taken_away_and_counted(writing: Writing) -> None:
    writing.take(Statement(TRUE.text, (1, 7)))
    writing.take(Statement("The crane cost 12 million euros.", (9,)))
    answer = writing.answer()
    assert answer is not None
    assert answer.unknown_citations == 2
    numbers = {item.number for item in answer.citations}
    assert {number for item in answer.sentences for number in item.citations} <= numbers
    assert len(answer.sentences) == 2


def test_without_a_citation_a_sentence_needs_a_source_that_bears_it_out(writing: Writing) -> None:
    assert writing.take(Statement("The crane cost 12 million euros.", ()))
    assert not writing.take(Statement("A dragon guards the crane.", ()))
    answer = writing.instead(Fallback.FAILED, "no\nserver")
    assert (answer.fallback, answer.error) == (Fallback.FAILED, "no server")
    assert answer.text == "12 million euros"
    assert [item.fault for item in answer.dropped] == [Fault.UNCITED]
