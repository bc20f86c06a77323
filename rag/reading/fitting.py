"""Fit the weights of the sentence reader on question answering sets.

    python -m rag.reading.fitting --data FOLDER

reads SQuAD-form sets from the folder, retrieves for a sample of their questions from an index of
their paragraphs, and fits four small linear models: what kind of words a question asks for, which
retrieved sentence answers, which part of it, and whether it answers at all (by asking half of the
questions again with their paragraph left out). It writes ``weights.json`` beside this module. The
sets used are those whose licences allow it: CMRC 2018 and XQuAD (CC BY-SA 4.0), DRCD and QED
(CC BY-SA 3.0), QAMR (MIT).
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.engine import Engine
from rag.language.dates import find_dates
from rag.language.quantities import find_quantities
from rag.reading.candidates import FEATURES, Asked, candidates, features
from rag.reading.choosing import SPAN_FEATURES, span_features
from rag.reading.kinds import WEIGHTS_FILE, question_kinds
from rag.reading.sentences import embed_sentences
from rag.reading.spans import SpanKind, parts_of
from rag.records import Document, Hit, Language
from rag.settings import Settings

FloatArray = NDArray[np.float32]
_log = logging.getLogger(__name__)

_KIND_SETS = {
    "cmrc2018_train": 6000, "drcd_dev": 3000, "xquad_en_train": 600, "xquad_zh_train": 600,
    "qed_en": 1300, "qamr_en": 4000,
}  # fmt: skip
_PARAGRAPHS = {"cmrc2018_train": 300, "drcd_dev": 300, "qed_en": 250}
_PARALLEL = ("xquad_en_train", "xquad_zh_train")
_SHORT = {Language.CHINESE: 8, Language.ENGLISH: 30}
_MOST_HITS = 16


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its answers, and the key of the paragraph that has them."""

    question: str
    answers: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Example:
    """A question's candidates as numbers; ``right`` marks the sentences with the answer."""

    features: FloatArray
    right: NDArray[np.bool_]


def main() -> None:
    """Fit and write the weights."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="folder of SQuAD-form sets")
    options.add_argument("--questions", type=int, default=200, help="sample of each set")
    given = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine.open(Path(folder) / "index", Settings())
        kinds = fit_kinds(given.data, engine)
        items = _build(given.data, Path(folder), engine, given.questions)
        weights = _fit_reader(items, engine, kinds)
    weights["kinds"] = np.round(kinds, 3).tolist()
    text = json.dumps(weights)
    Path(__file__).with_name(WEIGHTS_FILE).write_text(text + "\n", "utf-8")


def kind_of_answer(answer: str) -> SpanKind:
    """Return what kind of words an answer is, by what it mostly consists of."""
    length = len(answer.strip())
    dates = find_dates(answer, default_year=2000)
    if sum(end - start for start, end, _ in dates) >= 0.6 * length:
        return SpanKind.DATE
    if sum(q.end - q.start for q in find_quantities(answer)) >= 0.6 * length:
        return SpanKind.QUANTITY
    language = Language.ENGLISH if answer.isascii() else Language.CHINESE
    return SpanKind.NAME if length <= _SHORT[language] else SpanKind.CLAUSE


def fit_kinds(data: Path, engine: Engine) -> FloatArray:
    """Fit the layer that tells what kind of words a question asks for."""
    from sklearn.linear_model import LogisticRegression

    pairs: list[tuple[str, SpanKind]] = []
    for name, most in _KIND_SETS.items():
        own = [(item.question, kind_of_answer(item.answers[0])) for item, _ in _read(data, name)]
        pairs.extend(random.Random(1).sample(own, min(most, len(own))))
    random.Random(2).shuffle(pairs)
    vectors = engine.embedder.embed_questions([question for question, _ in pairs])
    order = list(SpanKind)
    labels = np.array([order.index(kind) for _, kind in pairs])
    held = len(pairs) // 10
    model = LogisticRegression(C=30.0, max_iter=2000).fit(vectors[held:], labels[held:])
    _log.info("kinds: accuracy %.3f held out", model.score(vectors[:held], labels[:held]))
    return np.c_[model.coef_, model.intercept_].astype(np.float32)


def _read(data: Path, name: str) -> Iterator[tuple[Item, str]]:
    """Yield the items of a set with their paragraphs."""
    content = json.loads((data / f"{name}.json").read_text("utf-8"))
    number = 0
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            number += 1
            for qa in paragraph["qas"]:
                answers = tuple(a["text"] for a in qa["answers"] if a["text"])
                if answers:
                    yield Item(qa["question"], answers, f"{name}-{number}"), paragraph["context"]


def _build(data: Path, folder: Path, engine: Engine, most: int) -> list[Item]:
    """Index paragraphs of the sets and return a sample of their questions."""
    rows: dict[str, str] = {}
    items: list[Item] = []
    for name, paragraphs in _PARAGRAPHS.items():
        own: list[Item] = []
        keys: dict[str, None] = {}
        for item, text in _read(data, name):
            if item.key in keys or len(keys) < paragraphs:
                keys[item.key] = None
                rows[item.key] = text
                own.append(item)
        items.extend(random.Random(3).sample(own, min(most, len(own))))
    items.extend(_parallel(data, rows, most))
    path = folder / "paragraphs.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for key, text in rows.items():
            file.write(json.dumps({"id": key, "text": text}, ensure_ascii=False) + "\n")
    engine.add([path])
    return items


def _parallel(data: Path, rows: dict[str, str], most: int) -> list[Item]:
    """Keep each parallel paragraph in one language, and ask for it in both."""
    sets = [list(_read(data, name)) for name in _PARALLEL]
    found: list[Item] = []
    for place, pair in enumerate(zip(*sets, strict=True)):
        number = int(pair[0][0].key.rpartition("-")[2])
        kept, text = pair[number % 2]
        rows[kept.key] = text
        found.append(replace(kept, question=pair[place % 2][0].question))
    return random.Random(4).sample(found, min(2 * most, len(found)))


def _fit_reader(
    items: Sequence[Item], engine: Engine, kinds: FloatArray
) -> dict[str, list[float]]:
    ranked: list[Example] = []
    spans: list[Example] = []
    judged: list[tuple[FloatArray, bool]] = []
    sentences: list[tuple[FloatArray, bool]] = []
    for number, item in enumerate(items):
        query = engine.understand(item.question)
        question = Asked(query, question_kinds(query.vector, kinds))
        hits = engine.search(query, top_k=_MOST_HITS + 10)
        for left_out in (False, True) if number % 2 else (False,):
            chosen = [h for h in hits if not left_out or h.passage.document_key != item.key]
            example, texts = _example(item, question, chosen[:_MOST_HITS], engine)
            if left_out:
                judged.append((example.features, False))
            elif example.right.any():
                ranked.append(example)
                judged.append((example.features, True))
                spans.extend(_span_example(item, question, texts, example, engine))
        if number % 100 == 99:
            _log.info("%d of %d questions", number + 1, len(items))
    sentence = _fit_softmax(ranked, FEATURES)
    span = _fit_softmax(spans, SPAN_FEATURES)
    for rows, answered in judged:
        sentences.append((rows[int(np.argmax(rows @ sentence))], answered))
    answered = _fit_answered(sentences)
    return {
        "sentence": np.round(sentence, 4).tolist(),
        "span": np.round(span, 4).tolist(),
        "answered": np.round(answered, 4).tolist(),
    }


def _example(
    item: Item, question: Asked, hits: Sequence[Hit], engine: Engine
) -> tuple[Example, list[str]]:
    documents: Mapping[str, Document] = {
        hit.passage.document_key: engine.document(hit.passage.document_key) for hit in hits
    }
    found = candidates(hits)
    vectors = embed_sentences(engine.embedder, found)
    rows = features(question, found, vectors, documents, engine.segmenter)
    right = np.array([
        one.hit.passage.document_key == item.key and any(a in one.text for a in item.answers)
        for one in found
    ], np.bool_)  # fmt: skip
    return Example(rows, right), [one.text for one in found]


def _span_example(
    item: Item, question: Asked, texts: Sequence[str], example: Example, engine: Engine
) -> Iterator[Example]:
    """Yield the parts of the right sentence, with those marked that fit the answer best."""
    text = texts[int(np.argmax(example.right))]
    parts = parts_of(text, engine.segmenter)
    answer = next(a for a in item.answers if a in text)
    start = text.index(answer)
    end = start + len(answer)
    fits = np.array([
        2 * max(0, min(end, p.end) - max(start, p.start)) / (end - start + p.end - p.start)
        for p in parts
    ])  # fmt: skip
    if len(parts) > 1 and fits.max() >= 0.5:
        rows = span_features(question, text, parts, engine.segmenter)
        yield Example(rows, fits >= fits.max() - 1e-9)


def _fit_softmax(examples: Sequence[Example], names: Sequence[str]) -> FloatArray:
    """Fit weights that give the right rows of each example the highest probability."""
    from scipy.optimize import minimize

    held = len(examples) // 5
    spread = np.concatenate([e.features for e in examples]).std(axis=0) + 1e-6

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, slope = 0.05 * float(weights @ weights), 0.1 * weights
        for example in examples[held:]:
            rows = example.features / spread
            logits = rows @ weights
            odds = np.exp(logits - logits.max())
            odds /= odds.sum()
            good = odds * example.right
            total -= float(np.log(good.sum() + 1e-12))
            slope = slope + (odds - good / (good.sum() + 1e-12)) @ rows
        return total, slope

    fitted = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    weights = (fitted / spread).astype(np.float32)
    first = [bool(e.right[int(np.argmax(e.features @ weights))]) for e in examples[:held]]
    _log.info(
        "%d examples, right first %.3f held out; weights a deviation: %s", len(examples),
        float(np.mean(first)),
        ", ".join(f"{n} {w:.2f}" for n, w in zip(names, fitted, strict=True)),
    )  # fmt: skip
    return weights


def _fit_answered(examples: Sequence[tuple[FloatArray, bool]]) -> FloatArray:
    """Fit the probability that the best sentence answers."""
    from sklearn.linear_model import LogisticRegression

    rows = np.array([row for row, _ in examples])
    labels = np.array([label for _, label in examples])
    spread = rows.std(axis=0) + 1e-6
    held = len(rows) // 5
    model = LogisticRegression(C=1.0, max_iter=2000, class_weight="balanced")
    model.fit(rows[held:] / spread, labels[held:])
    _log.info(
        "answered: accuracy %.3f held out; %s", model.score(rows[:held] / spread, labels[:held]),
        ", ".join(f"{n} {w:.2f}" for n, w in zip(FEATURES, model.coef_[0], strict=True)),
    )  # fmt: skip
    return np.r_[model.coef_[0] / spread, model.intercept_].astype(np.float32)


if __name__ == "__main__":
    main()
