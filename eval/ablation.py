"""What each part of the way to an answer is worth: the gold questions with the part left out.

    python eval/ablation.py [--split dev] [--documents seeds]

Asks the gold questions over the sample documents, each as it stands, and then with other searches,
with the first passage alone, with the sentence nearest to the question by embedding in the reader's
place, and without verification. Prints a table and writes eval/results/ablation.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from rag.engine import Engine
from rag.evaluation import GoldQuestion, Split, load_gold
from rag.evaluation.bootstrap import mean_interval
from rag.evaluation.environment import describe_engine
from rag.evaluation.report import markdown_table, show
from rag.evaluation.runs import Result, judge
from rag.evidence import answer_from
from rag.evidence.citing import cite
from rag.language.sentences import split_sentences
from rag.records import Answer, Document, Draft, Extract, Hit, Question, SearchMode

ROOT = Path(__file__).parents[1]
SEED = 20
Ask = Callable[[Question], Answer]


class Variants:
    """An engine's question and answer with one part changed."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def every(self) -> dict[str, Ask]:
        """Return the variants by name, the whole first."""
        return {
            "the whole": lambda query: self._read(query, SearchMode.HYBRID),
            "dense search only": lambda query: self._read(query, SearchMode.DENSE),
            "lexical search only": lambda query: self._read(query, SearchMode.LEXICAL),
            "the first passage only": lambda query: self._read(query, SearchMode.HYBRID, 1),
            "nearest sentence for the reader": self._nearest_sentence,
            "without verification": self._unverified,
        }

    def _hits(
        self, query: Question, mode: SearchMode, top_k: int | None = None
    ) -> tuple[list[Hit], dict[str, Document]]:
        hits = self.engine.search(query, mode=mode, top_k=top_k)
        keys = {hit.passage.document_key for hit in hits}
        return hits, {key: self.engine.document(key) for key in keys}

    def _read(self, query: Question, mode: SearchMode, top_k: int | None = None) -> Answer:
        hits, documents = self._hits(query, mode, top_k)
        draft = self.engine.answerer.read(query, hits, documents)
        return answer_from(query, draft, documents, self.engine.segmenter)

    def _nearest_sentence(self, query: Question) -> Answer:
        hits, documents = self._hits(query, SearchMode.HYBRID)
        places = [
            (hit.passage, start, end)
            for hit in hits
            for start, end in split_sentences(hit.passage.text)
        ]
        texts = [passage.text[start:end] for passage, start, end in places]
        if not texts:
            return Answer(query.text)
        scores = self.engine.embedder.embed_passages(texts) @ query.vector
        passage, start, end = places[int(scores.argmax())]
        at = passage.start
        extract = Extract(passage.document_key, at + start, at + end, (), float(scores.max()))
        return answer_from(query, Draft((extract,), True), documents, self.engine.segmenter)

    def _unverified(self, query: Question) -> Answer:
        hits, documents = self._hits(query, SearchMode.HYBRID)
        draft = self.engine.answerer.read(query, hits, documents)
        if not draft.answered:
            return Answer(query.text)
        first = cite(draft.extracts[:1], documents)
        return Answer(query.text, first[0].words[0], (), True, first)


def measure(engine: Engine, questions: Sequence[GoldQuestion], ask: Ask) -> list[Result]:
    """Ask every question in one way."""
    return [
        judge(question, ask(engine.understand(question.question)), question.proofs, 0.0)
        for question in questions
    ]


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--split", type=Split, choices=list(Split), default=Split.DEV)
    parser.add_argument("--documents", type=Path, default=ROOT / "seeds")
    parser.add_argument("--gold", type=Path, default=ROOT / "eval" / "gold.jsonl")
    parser.add_argument("--out", type=Path, default=ROOT / "eval" / "results" / "ablation.json")
    options = parser.parse_args()
    questions = [item for item in load_gold(options.gold) if item.split is options.split]
    rows = []
    with tempfile.TemporaryDirectory() as folder, Engine.open(Path(folder) / "index") as engine:
        engine.add([options.documents])
        for name, ask in Variants(engine).every().items():
            results = measure(engine, questions, ask)
            answerable = [item for item in results if item.answerable]
            measures = {
                "quoted first": [float(bool(item.quoted_first)) for item in answerable],
                "answer right": [float(item.right) for item in answerable],
                "right of those answered": [
                    float(item.right and item.answerable) for item in results if item.answered
                ],
                "rightly not answered": [
                    float(item.right) for item in results if not item.answerable
                ],
            }
            rows.append((name, {key: mean_interval(of, seed=SEED) for key, of in measures.items()}))
        settings = describe_engine(engine)
    print(markdown_table(["", *rows[0][1]], [[name, *map(show, of.values())] for name, of in rows]))
    content = {
        "settings": settings | {"split": options.split.value, "questions": len(questions)},
        "rows": [
            {"variant": name, **{key: asdict(value) for key, value in of.items() if value}}
            for name, of in rows
        ],
    }
    options.out.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
