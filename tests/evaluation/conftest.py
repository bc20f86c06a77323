from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pytest

from rag.evaluation.gold import GoldQuestion, Proof, Split
from rag.records import Answer, Citation, Document, Hit, Language, Passage

GUANGXI = Document(
    key="seeds/guangxi-2025-12.md",
    digest="1",
    text="Cases fell 37.2%. Nearly 300 million yuan was returned. A plan covers eight areas.",
    title="广西",
    published=date(2025, 12, 3),
    path="seeds/guangxi-2025-12.md",
)
SHANDONG = Document(
    key="seeds/shandong-2023-11.md",
    digest="2",
    text="山东侦破案件4.04万起。抓获嫌疑人4.97万名。",
    path="seeds/shandong-2023-11.md",
)


@dataclass
class ScriptedEngine:
    """Gives the answers and hits it was made with, and remembers what it was asked."""

    documents: Mapping[str, Document]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    hits: Mapping[tuple[str, str], Sequence[Hit]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def ask(self, question: str) -> Answer:
        self.asked.append(question)
        return self.answers.get(question, Answer(question))

    def search(self, question: str, *, mode: str, top_k: int) -> Sequence[Hit]:
        return self.hits.get((question, mode), ())[:top_k]

    def document(self, key: str) -> Document:
        return self.documents[key]


def cite(document: Document, words: str, number: int = 1, score: float = 0.9) -> Citation:
    start = document.text.index(words)
    return Citation(number, document, start, start + len(words), score=score)


def hit(document: Document, words: str, score: float = 1.0) -> Hit:
    start = document.text.index(words)
    return Hit(Passage(document.key, start, start + len(words), words), score)


@pytest.fixture
def recovered() -> GoldQuestion:
    return GoldQuestion(
        id="g1",
        question="广西追回多少钱?",
        language=Language.CHINESE,
        kind="how_much",
        split=Split.TEST,
        answerable=True,
        cross_lingual=True,
        answers=("近3亿元", "nearly 300 million yuan"),
        proofs=(Proof("guangxi-2025-12.md", "300 million yuan was returned"),),
    )


@pytest.fixture
def arrested() -> GoldQuestion:
    return GoldQuestion(
        id="g2",
        question="山东抓获多少人?",
        language=Language.CHINESE,
        kind="how_many",
        split=Split.DEV,
        answerable=True,
        paraphrase=True,
        answers=("4.97万名",),
        proofs=(Proof("shandong-2023-11.md", "抓获嫌疑人4.97万名"),),
    )


@pytest.fixture
def unknown() -> GoldQuestion:
    return GoldQuestion(
        id="g3",
        question="How much did Guangdong recover?",
        language=Language.ENGLISH,
        kind="unanswerable",
        split=Split.TEST,
        answerable=False,
    )


@pytest.fixture
def guangxi() -> Document:
    return GUANGXI


@pytest.fixture
def shandong() -> Document:
    return SHANDONG


@pytest.fixture
def quote() -> Callable[..., Citation]:
    return cite


@pytest.fixture
def engine(
    recovered: GoldQuestion, arrested: GoldQuestion, unknown: GoldQuestion
) -> ScriptedEngine:
    """Right and proven on g1; wrong figure on g2; answers g3, which no document answers."""
    answers = {
        recovered.question: Answer(
            recovered.question,
            text="300 million yuan",
            answered=True,
            citations=(
                cite(GUANGXI, "Nearly 300 million yuan was returned."),
                cite(GUANGXI, "A plan covers eight areas.", number=2, score=0.4),
            ),
        ),
        arrested.question: Answer(
            arrested.question,
            text="4.04万起",
            answered=True,
            citations=(cite(SHANDONG, "山东侦破案件4.04万起。", score=0.6),),
        ),
        unknown.question: Answer(
            unknown.question,
            text="37.2%<script>",
            answered=True,
            citations=(cite(GUANGXI, "Cases fell 37.2%.", score=0.3),),
        ),
    }
    right = hit(GUANGXI, "Nearly 300 million yuan was returned.")
    other = hit(GUANGXI, "Cases fell 37.2%.")
    chinese = hit(SHANDONG, SHANDONG.text)
    hits = {
        (recovered.question, "dense"): (other, right),
        (recovered.question, "lexical"): (chinese,),
        (recovered.question, "hybrid"): (right, chinese, other),
        (arrested.question, "dense"): (other, right, chinese),
        (arrested.question, "lexical"): (chinese,),
        (arrested.question, "hybrid"): (chinese, other),
    }
    return ScriptedEngine({GUANGXI.key: GUANGXI, SHANDONG.key: SHANDONG}, answers, hits)


@pytest.fixture
def asked(engine: ScriptedEngine) -> list[str]:
    """The questions the scripted engine was asked."""
    return engine.asked
