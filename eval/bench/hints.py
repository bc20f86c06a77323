"""What it is worth that the reader is told a dictionary's words across languages.

    python eval/bench/hints.py [--questions N]

Questions about made-up reports that the reader was not trained on are asked in the other language,
over the passage that answers them, with and without the passage's words that the dictionary gives
for the question's. Prints how often the best words of all are right, and their F1.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.embedding.bundled import BundledEmbedder
from rag.engine import Engine
from rag.evaluation.bootstrap import mean_interval
from rag.evaluation.matching import f1, is_right
from rag.evaluation.report import markdown_table, show
from rag.language.detect import detect_language
from rag.passages import split_document
from rag.reading.hints import Meanings
from rag.reading.reader import adapters_path
from rag.reading.training.reports import held_out_reports
from rag.reading.windows import best_span, make_windows
from rag.records import Passage

SEED = 11


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in the other language than its passage's, and its answer there."""

    question: str
    answer: str
    passage: Passage


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--questions", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Engine.open(Path(folder) / "index") as engine:
        # Questions are understood beside an index, whatever is in it.
        anything = Path(folder) / "anything.txt"
        anything.write_text("Anything.", "utf-8")
        engine.add([anything])
        every = list(questions(engine))
        asked = random.Random(SEED).sample(every, min(options.questions, len(every)))
        rows = []
        for name, told in (("without", False), ("with", True)):
            words = list(best_words(engine, asked, told=told))
            pairs = [(found, [one.answer]) for found, one in zip(words, asked, strict=True)]
            right = mean_interval([float(is_right(*pair)) for pair in pairs], seed=SEED)
            alike = mean_interval([f1(*pair) for pair in pairs], seed=SEED)
            rows.append([name, str(len(asked)), show(right), show(alike)])
    print(markdown_table(("dictionary's words", "questions", "right", "F1"), rows))


def questions(engine: Engine) -> Iterator[Asked]:
    """Yield the questions about held-out reports in the other language."""
    for report in held_out_reports():
        language = detect_language(report.document.text)
        passages = split_document(report.document, engine.embedder.count_tokens)
        for answer, forms in report.asked:
            passage = next((one for one in passages if answer in one.text), None)
            foreign = (form for form in forms if detect_language(form) is not language)
            question = next(foreign, None)
            if passage and question:
                yield Asked(question, answer, passage)


def best_words(engine: Engine, asked: Sequence[Asked], *, told: bool) -> Iterator[str]:
    """Yield the words with the best span of each passage."""
    embedder = engine.embedder
    if not isinstance(embedder, BundledEmbedder):
        raise TypeError("the reader reads with the bundled model")
    encoder = embedder.encoder
    for one in asked:
        query = engine.understand(one.question)
        body = engine.segmenter.words(one.passage.text)
        known = Meanings(query.language, query.translations if told else ())
        meanings = known.shared(one.passage.text, body)
        ids = encoder.tokenizer.encode(query.text)
        windows = make_windows(
            ids, one.passage, encoder.tokenizer, encoder.most_tokens, meanings=meanings
        )
        read = encoder.read((window.ids for window in windows), adapters_path())
        scored = zip(windows, read, strict=True)
        spans = [best_span(window, scores, 0, len(one.passage.text)) for window, scores in scored]
        best = max((span for span in spans if span), key=lambda span: span.score, default=None)
        yield one.passage.text[best.start : best.end] if best else ""


if __name__ == "__main__":
    main()
