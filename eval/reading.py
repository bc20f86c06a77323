"""Answers on public question answering sets: are the words right, and the document?

    python eval/reading.py --data DIR [--limit N]

DIR holds cmrc2018_trial.json, drcd_test.json and bipar_{EN,ZH,QEN,QZH}_valid.json. Questions of the
first two are asked over all of their set's paragraphs, as `ask` asks them; one that is not answered
scores 0. Questions of BiPaR make no sense without their passage, so only that is read, and what is
found counts whether or not the tool would show it. Q before a language is the language of the
question, over a passage in the other one. Prints a table and writes eval/results/reading.json.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.engine import Engine
from rag.evaluation.bootstrap import Interval, mean_interval
from rag.evaluation.environment import describe_engine
from rag.evaluation.matching import exact_match, f1
from rag.evaluation.report import markdown_table, show
from rag.evaluation.squad import SquadParagraph, SquadQuestion, read_squad
from rag.passage_set import PassageSet
from rag.retrieval import Retriever

WHOLE = {"CMRC 2018 trial": "cmrc2018_trial", "DRCD test": "drcd_test"}
GIVEN = {f"BiPaR valid, {name}": f"bipar_{name}_valid" for name in ("EN", "ZH", "QEN", "QZH")}
SEED = 20


@dataclass(frozen=True)
class Row:
    """One set's figures; ``document`` is the share with the right document cited first."""

    name: str
    questions: int
    f1: Interval | None
    exact: Interval | None
    answered: Interval | None
    document: Interval | None


def sample(
    paragraphs: Sequence[SquadParagraph], limit: int | None
) -> list[tuple[SquadParagraph, SquadQuestion]]:
    """Return the questions with their paragraphs, or some of them drawn at random."""
    every = [(p, q) for p in paragraphs for q in p.questions if any(map(str.isalnum, q.text))]
    return every if limit is None else random.Random(SEED).sample(every, min(limit, len(every)))


def build(engine: Engine, paragraphs: Sequence[SquadParagraph], folder: Path) -> None:
    """Index the paragraphs, each a document under its id."""
    path = folder / "paragraphs.jsonl"
    lines = (json.dumps({"id": item.id, "text": item.text}) for item in paragraphs)
    path.write_text("\n".join(lines), encoding="utf-8")
    engine.add([path])


def ask(engine: Engine, question: SquadQuestion) -> tuple[str, str, bool]:
    """Return the answer over all paragraphs, the document cited first, and whether answered."""
    answer = engine.ask(question.text)
    cited = answer.citations or answer.nearest
    return answer.text, cited[0].document.key if cited else "", answer.answered


def read(engine: Engine, paragraph: SquadParagraph, question: SquadQuestion) -> str:
    """Return the best words in the question's own paragraph."""
    index = engine.index
    query = engine.understand(question.text)
    own = PassageSet(index.catalog.passage_ids_of(paragraph.id))
    retriever = Retriever(index.vectors, index.words, index.catalog)
    hits = retriever.search(query, top_k=len(own), allowed=own)
    document = engine.document(paragraph.id)
    extracts = engine.answerer.read(query, hits, {paragraph.id: document}).extracts
    if not extracts or not extracts[0].spans:
        return ""
    start, end = extracts[0].spans[0]
    return document.text[start:end]


def measure(
    engine: Engine, name: str, asked: Sequence[tuple[SquadParagraph, SquadQuestion]]
) -> Row:
    """Ask the questions and return the set's figures."""
    texts: list[str] = []
    found: list[tuple[bool, bool]] = []
    for paragraph, question in asked:
        if name in GIVEN:
            texts.append(read(engine, paragraph, question))
        else:
            text, key, answered = ask(engine, question)
            texts.append(text)
            found.append((answered, key == paragraph.id))
    pairs = list(zip(texts, (question.answers for _, question in asked), strict=True))
    return Row(
        name,
        len(pairs),
        mean_interval([f1(*pair) for pair in pairs], seed=SEED),
        mean_interval([exact_match(*pair) for pair in pairs], seed=SEED),
        mean_interval([float(answered) for answered, _ in found], seed=SEED),
        mean_interval([float(right) for _, right in found], seed=SEED),
    )


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--limit", type=int, help="questions of each set, drawn at random")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "reading.json"
    )
    options = parser.parse_args()
    rows: list[Row] = []
    settings: dict[str, object] = {}
    for name, file in (WHOLE | GIVEN).items():
        paragraphs = read_squad(options.data / f"{file}.json")
        with (
            tempfile.TemporaryDirectory() as folder,
            Engine.open(Path(folder) / "index") as engine,
        ):
            build(engine, paragraphs, Path(folder))
            rows.append(measure(engine, name, sample(paragraphs, options.limit)))
            settings = describe_engine(engine)
    header = ["set", "questions", "F1", "exact match", "answered", "right document first"]
    cells = [
        [row.name, str(row.questions), *map(show, (row.f1, row.exact, row.answered, row.document))]
        for row in rows
    ]
    print(markdown_table(header, cells))
    content = {
        "settings": settings | {"limit": options.limit, "seed": SEED},
        "rows": [asdict(row) for row in rows],
    }
    options.out.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
