"""Questions that take several, over a scripted model and reader."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import pytest
from cli.scripted import WordEmbedder, WordReader

from rag.engine import Engine
from rag.records import Document, Draft, Hit, Operation, Question
from rag.settings import Settings

TEXTS = (
    "Guangxi built 12 bridges.",
    "Qinghai built 30 bridges.",
    "Hubei built mills.",
    "Both Jiangxi and Hunan share 7 canals.",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("asking")
    lines = [json.dumps({"id": f"d{n}", "text": text}) for n, text in enumerate(TEXTS)]
    (folder / "all.jsonl").write_text("\n".join(lines))
    with Engine(Settings(index=folder / "index")) as engine:
        engine.embedder = WordEmbedder("words")
        engine.answerer = WordReader(0.3)
        engine.add([folder / "all.jsonl"])
        yield engine


def test_a_total_is_asked_place_by_place(engine: Engine) -> None:
    answer = engine.ask("How many bridges did Guangxi and Qinghai build in total?")
    assert answer.question == "How many bridges did Guangxi and Qinghai build in total?"
    assert [c.document.key for c in answer.citations] == ["d0", "d1"]
    assert answer.combined is not None
    assert answer.combined.result is not None
    assert answer.combined.result.value == Decimal(42)
    assert list(answer.timings) == ["retrieval", "reading", "evidence"]


def test_a_total_that_lacks_a_part_is_not_said(engine: Engine) -> None:
    answer = engine.ask("How many bridges did Guangxi and Hubei build in total?")
    assert not answer.answered
    assert answer.combined is None
    assert [c.quote for c in answer.nearest] == ["Guangxi built 12 bridges."]


class MillReader(WordReader):
    """Answers from passages on mills alone, and counts what it is given."""

    def __init__(self) -> None:
        super().__init__(0.1)
        self.given: list[int] = []

    def read(
        self, question: Question, hits: Sequence[Hit], documents: Mapping[str, Document]
    ) -> Draft:
        mills = [hit for hit in hits if "mills" in hit.passage.text]
        self.given.append(len(hits))
        return super().read(question, mills, documents)


def test_more_passages_are_read_where_the_first_do_not_say(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = MillReader()
    monkeypatch.setattr(engine, "answerer", reader)
    answer = engine.ask("who built 12 bridges beside mills", top_k=1)
    assert [one.quote for one in answer.citations] == ["Hubei built mills."]
    assert reader.given == [1, 2]
    assert engine.ask("who built mills", top_k=1).answered
    assert not engine.ask("who built bridges", top_k=1).answered
    assert reader.given == [1, 2, 1, 1, 2]


def test_a_source_that_gives_the_total_answers_itself(engine: Engine) -> None:
    answer = engine.ask("How many canals do Jiangxi and Hunan share together?")
    assert answer.text == "Both Jiangxi and Hunan share 7 canals."
    assert answer.combined is None


def test_two_things_asked_at_once_are_both_answered(engine: Engine) -> None:
    question = "How many bridges did Guangxi build, and how many bridges did Qinghai build?"
    answer = engine.ask(question)
    assert answer.question == question
    assert [c.document.key for c in answer.citations] == ["d0", "d1"]
    assert answer.combined is not None
    assert answer.combined.result is None


def test_of_two_things_the_one_that_is_said_is_answered(engine: Engine) -> None:
    question = "How many bridges did Guangxi build, and why did the mayor of Hubei resign?"
    answer = engine.ask(question)
    assert (answer.question, answer.text) == (question, "Guangxi built 12 bridges.")
    assert answer.unsaid == ("why did the mayor of Hubei resign?",)
    assert not engine.ask("Why did the mayor of Hubei resign, and who succeeded him?").unsaid


@pytest.mark.parametrize(
    ("end", "place", "numbers"), [("most", "Qinghai", [30, 12]), ("fewest", "Guangxi", [12, 30])]
)
def test_places_are_compared(engine: Engine, end: str, place: str, numbers: list[int]) -> None:
    answer = engine.ask(f"Which province built the {end} bridges?")
    assert answer.question == f"Which province built the {end} bridges?"
    assert answer.text == place
    assert answer.combined is not None
    assert answer.combined.operation is (Operation.MOST if end == "most" else Operation.LEAST)
    assert [part.figure.value for part in answer.combined.parts] == numbers


def test_a_comparison_without_two_places_is_asked_as_it_stands(engine: Engine) -> None:
    assert engine.ask("Which province closed the most mills?").combined is None


def test_a_figure_in_the_question_is_judged(engine: Engine) -> None:
    answer = engine.ask("Did Guangxi build 40 bridges?")
    assert answer.question == "Did Guangxi build 40 bridges?"
    assert answer.citations[0].document.key == "d0"
    assert answer.verdict is not None
    assert (answer.verdict.agrees, answer.verdict.claim.value) == (False, 40)
