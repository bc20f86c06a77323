"""Fit the weights that rank sentences and judge the best one.

    python -m rag.reading.fitting --data FOLDER --gold eval/gold.jsonl --documents seeds

asks questions whose answers are known over two indexes: paragraphs of CMRC 2018's training set and
made-up reports that the adapters were not trained on, and the sample documents with the gold set's
development half. Every second question of the former is asked again with its document left
out, and questions of other sets are asked over the sample documents, which do not answer them. It
writes ``weights.json`` beside this module. The test half is never read.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.embedding.bundled import BundledEmbedder
from rag.encoder.adapters import digest_of
from rag.engine import Engine
from rag.evaluation import GoldQuestion, Split, load_gold
from rag.evaluation.matching import f1, figure_match, is_right
from rag.evaluation.proving import quote_proves
from rag.reading.features import FEATURES, Candidate, features
from rag.reading.reader import SpanReader, adapters_path
from rag.reading.training.corpus import PARTLY_HELD_OUT, held_out, key_of
from rag.reading.training.reports import Report, held_out_reports
from rag.reading.training.series import Series, held_out_series
from rag.reading.training.sets import read_added, read_rewritten
from rag.records import Citation, Hit, Question
from rag.settings import Settings

FloatArray = NDArray[np.float32]
_log = logging.getLogger(__name__)

FOLDS = 5
_PENALTY = 0.05
_ALIKE = 0.6
"""The F1 from which words are taken for the answer of a public set."""

_AGAINST = ("echo", "repeats")
_BOUNDS = tuple(
    (None, None) if name == "cross" else (None, 0.0) if name in _AGAINST else (0.0, None)
    for name in FEATURES
)
"""A shared word or a better score never speaks against a sentence, what the question said before
never for it; without these bounds features that go together take odd signs."""

_SENTENCE = 0.3
"""What the right sentence with the wrong words is worth."""

_SMALL_TALK = (
    "good morning to you", "thanks a lot, that was helpful", "who are you and what can you do",
    "tell me a joke please", "what do you think about this", "is anybody there", "ok, see you",
    "can you help me with something", "what shall we have for dinner tonight", "nice to meet you",
    "hi, how is it going", "hey, what's up", "hello, are you there", "how do you do",
    "what a lovely morning, isn't it", "how was your weekend", "please start over",
    "that is not what I meant", "have a good evening", "what is your name", "I am bored today",
    "could you say that again", "are you a robot", "where do you live", "I do not understand you",
    "早上好", "谢谢你，很有帮助", "你是谁，你会做什么", "给我讲个笑话", "你觉得怎么样", "有人在吗",
    "好的，再见", "能帮我个忙吗", "今天晚饭吃什么", "很高兴认识你", "嗨，最近好吗", "在不在",
    "周末过得怎么样", "你叫什么名字", "再说一遍", "我不明白你的意思", "你是机器人吗", "晚安",
    "今天心情不好", "不是这个意思", "你住在哪里", "辛苦了",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one question, and how right each is: 0 where it does not answer.

    A candidate with the exact words in a proving sentence is worth 1, one with other words there
    ``_SENTENCE``.
    """

    features: FloatArray
    right: FloatArray


def main() -> None:
    """Fit and write the weights."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="folder of SQuAD-form sets")
    options.add_argument("--gold", type=Path, required=True, help="gold questions")
    options.add_argument("--documents", type=Path, required=True, help="what they are asked over")
    options.add_argument("--questions", type=int, default=200)
    given = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("faiss").setLevel(logging.WARNING)
    strangers = _strange_questions(given.data, given.questions // 2)
    examples = [
        *_gold_examples(given.gold, given.documents, strangers),
        *_set_examples(given.data, given.questions),
    ]
    random.Random(5).shuffle(examples)
    ranking, held_out_rankings = fit_ranking(examples)
    answered = fit_answered(examples, held_out_rankings)
    content = {
        "adapters": digest_of(adapters_path()),
        "features": FEATURES,
        "ranking": np.round(ranking, 4).tolist(),
        "answered": np.round(answered, 4).tolist(),
    }
    text = json.dumps(content, indent=1)
    Path(__file__).with_name("weights.json").write_text(text + "\n", "utf-8")


def fit_ranking(examples: Sequence[Example]) -> tuple[FloatArray, list[FloatArray]]:
    """Fit weights that give the right rows of each example the highest probability together.

    Each counts by how right it is. Returns the weights, and for each fold those fitted without it.
    """
    spread = _spread(examples)

    def loss(weights: FloatArray, chosen: Sequence[Example]) -> tuple[float, FloatArray]:
        total = _PENALTY * float(weights @ weights)
        slope = 2 * _PENALTY * weights
        for example in chosen:
            rows = example.features / spread
            logits = rows @ weights
            odds = np.exp(logits - logits.max())
            odds /= odds.sum()
            good = odds * example.right
            total -= float(np.log(good.sum() + 1e-12))
            slope = slope + (odds - good / (good.sum() + 1e-12)) @ rows
        return total, slope

    def fit(fold: int | None) -> FloatArray:
        chosen = [e for n, e in enumerate(examples) if e.right.any() and n % FOLDS != fold]
        fitted = _minimise(lambda weights: loss(weights, chosen), _BOUNDS)
        return np.asarray(fitted / spread, np.float32)

    folds = [fit(fold) for fold in range(FOLDS)]
    right = [
        bool(example.right[int(np.argmax(example.features @ folds[n % FOLDS]))] > 0)
        for n, example in enumerate(examples)
        if example.right.any()
    ]
    ranking = fit(None)
    _log.info("ranking: right first %.3f of %d, each held out", np.mean(right), len(right))
    _log.info("%s", _told(ranking * spread))
    return ranking, folds


def fit_answered(examples: Sequence[Example], rankings: Sequence[FloatArray]) -> FloatArray:
    """Fit the probability that the sentence ranked first answers; the bias comes last.

    Each example is ranked by the weights of its fold, which were fitted without it.
    """
    firsts = [int(np.argmax(e.features @ rankings[n % FOLDS])) for n, e in enumerate(examples)]
    spread = _spread(examples)
    rows = np.array([e.features[n] / spread for e, n in zip(examples, firsts, strict=True)])
    rows = np.c_[rows, np.ones(len(rows))]
    labels = np.array([e.right[n] > 0 for e, n in zip(examples, firsts, strict=True)])

    def loss(weights: FloatArray, chosen: NDArray[np.intp]) -> tuple[float, FloatArray]:
        sides = np.where(labels[chosen], 1.0, -1.0)
        margins = sides * (rows[chosen] @ weights)
        penalised = np.r_[weights[:-1], 0.0]
        total = float(np.logaddexp(0.0, -margins).sum() + 0.5 * penalised @ penalised)
        slope = -(sides / (1 + np.exp(margins))) @ rows[chosen] + penalised
        return total, slope

    # Without bounds: which sentence is best does not matter here, and bounds told worse.
    def fit(chosen: NDArray[np.intp]) -> FloatArray:
        return _minimise(lambda weights: loss(weights, chosen), [(None, None)] * rows.shape[1])

    every = np.arange(len(rows))
    folds = [fit(every[every % FOLDS != fold]) for fold in range(FOLDS)]
    told = [bool(rows[n] @ folds[n % FOLDS] > 0) == labels[n] for n in every]
    fitted = fit(every)
    _log.info("answered: %.3f of %d told, each held out", np.mean(told), len(rows))
    _log.info("%s", _told(fitted[:-1]))
    return np.asarray(fitted / np.r_[spread, 1.0], np.float32)


def _told(weights: FloatArray) -> str:
    return ", ".join(f"{name} {weight:.2f}" for name, weight in zip(FEATURES, weights, strict=True))


def _minimise(
    loss: Callable[[FloatArray], tuple[float, FloatArray]],
    bounds: Sequence[tuple[float | None, float | None]],
) -> FloatArray:
    from scipy.optimize import minimize

    start = np.zeros(len(bounds))
    return np.asarray(minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x)


def _spread(examples: Sequence[Example]) -> FloatArray:
    """Return the features' standard deviations over all candidates."""
    every = np.concatenate([example.features for example in examples])
    return np.asarray(every.std(axis=0) + 1e-6, np.float32)


def _strange_questions(data: Path, most: int) -> list[str]:
    """Return small talk, and questions that the sample documents have nothing on, by language."""
    found = list(_SMALL_TALK)
    for name in ("cmrc2018_train", "xquad_en_train"):
        content = json.loads((data / f"{name}.json").read_text("utf-8"))
        questions = [
            qa["question"] for a in content["data"] for p in a["paragraphs"] for qa in p["qas"]
        ]
        found += random.Random(6).sample(questions, most)
    return found


def _gold_examples(gold: Path, documents: Path, strangers: Sequence[str]) -> Iterator[Example]:
    """Ask the development half, and questions that are strange to the documents."""
    with tempfile.TemporaryDirectory() as folder, Engine.open(Path(folder), Settings()) as engine:
        engine.add([documents])
        for item in load_gold(gold):
            if item.split is Split.DEV:
                query = engine.understand(item.question)
                hits = engine.search(query, top_k=engine.settings.top_k)
                rows, candidates = _rows(engine, query, hits)
                proving = [_proves(item, one) for one in candidates]
                exact = [is_right(one.words, item.answers) for one in candidates]
                yield Example(rows, _right(proving, exact))
        for question in strangers:
            query = engine.understand(question)
            hits = engine.search(query, top_k=engine.settings.top_k)
            rows, _ = _rows(engine, query, hits)
            yield Example(rows, np.zeros(len(rows), np.float32))


def _proves(item: GoldQuestion, one: Candidate) -> bool:
    citation = Citation(1, one.document, one.start, one.end)
    return any(quote_proves(citation, proof, item.answers) for proof in item.proofs)


class _Known(NamedTuple):
    """A question in several forms, and the answers of each document that answers it."""

    answers: Mapping[str, Sequence[str]]
    forms: Sequence[str]


def _set_examples(data: Path, most: int) -> Iterator[Example]:
    """Ask questions over paragraphs and reports that training left, each in one of its forms."""
    paragraphs = {str(number): item for number, (_, item) in enumerate(held_out(data))}
    reports, series = held_out_reports(), held_out_series()
    draw = random.Random(3)
    asked = [_draw(draw, list(_of_paragraphs(paragraphs)), most)]
    asked += [_draw(draw, list(_of_reports(reports)), most)]
    asked += [_draw(draw, list(_of_series(series)), most)]
    records = [{"id": key, "text": content["context"]} for key, content in paragraphs.items()]
    documents = [report.document for report in reports]
    documents += [document for group in series for document in group.documents.values()]
    for document in documents:
        day, publisher = str(document.published), document.publisher
        about = {"id": document.key, "title": document.title, "published": day}
        about |= {"publisher": publisher} if publisher else {}
        records.append({**about, "text": document.text})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.jsonl"
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        path.write_text("\n".join(lines), "utf-8")
        with Engine.open(Path(folder) / "index", Settings()) as engine:
            engine.add([path])
            for number, known in enumerate(item for items in asked for item in items):
                query = engine.understand(draw.choice(known.forms))
                hits = engine.search(query, top_k=engine.settings.top_k + 8)
                for left_out in (False, True) if number % 2 and known.answers else (False,):
                    keys = known.answers if left_out else ()
                    kept = [hit for hit in hits if hit.passage.document_key not in keys]
                    rows, candidates = _rows(engine, query, kept[: engine.settings.top_k])
                    there = [known.answers.get(one.document.key, ()) for one in candidates]
                    proving = [
                        any(answer in one.text for answer in answers)
                        for one, answers in zip(candidates, there, strict=True)
                    ]
                    exact = [
                        _is_exact(one.words, answers)
                        for one, answers in zip(candidates, there, strict=True)
                    ]
                    yield Example(rows, _right(proving, exact))


def _is_exact(words: str, answers: Sequence[str]) -> bool:
    """Return whether words say what an answer says: its figure, where it has one."""
    if not answers:
        return False
    figure = figure_match(words, answers)
    return f1(words, answers) >= _ALIKE if figure is None else figure > 0


def _draw(draw: random.Random, items: Sequence[_Known], most: int) -> list[_Known]:
    return draw.sample(items, min(most, len(items)))


def _of_paragraphs(paragraphs: Mapping[str, dict[str, Any]]) -> Iterator[_Known]:
    """Yield the questions on CMRC's paragraphs that we have in our words as well."""
    rewritten, added = read_rewritten(), read_added()
    for key, paragraph in paragraphs.items():
        for qa in paragraph["qas"]:
            if qa["answers"] and qa["id"] in rewritten:
                forms = (qa["question"], *rewritten[qa["id"]])
                yield _Known({key: [a["text"] for a in qa["answers"]]}, forms)
        for answer, ours in added.get((PARTLY_HELD_OUT, key_of(paragraph)), ()):
            yield _Known({key: [answer]}, ours)


def _of_reports(reports: Sequence[Report]) -> Iterator[_Known]:
    for report in reports:
        for answer, ours in report.asked:
            yield _Known({report.document.key: [answer]}, ours)
        for ours in report.unanswered:
            yield _Known({}, ours)


def _of_series(series: Sequence[Series]) -> Iterator[_Known]:
    for group in series:
        for question in group.questions:
            answers: dict[str, list[str]] = defaultdict(list)
            for key, words in question.answers:
                answers[key].append(words)
            yield _Known(answers, question.written)


def _right(proving: Sequence[bool], exact: Sequence[bool]) -> FloatArray:
    """Return how right each candidate is, by whether its sentence and its words are."""
    sentence, words = np.array(proving, np.float32), np.array(exact, np.float32)
    return np.asarray(sentence * np.maximum(words, _SENTENCE), np.float32)


def _rows(
    engine: Engine, query: Question, hits: Sequence[Hit]
) -> tuple[FloatArray, list[Candidate]]:
    embedder = engine.embedder
    if not isinstance(embedder, BundledEmbedder):
        raise TypeError("the weights are fitted with the bundled model")
    reader = SpanReader(embedder.encoder, engine.segmenter, 0.5)
    documents = {
        hit.passage.document_key: engine.document(hit.passage.document_key) for hit in hits
    }
    candidates = reader.candidates(query, hits, documents)
    return features(query, candidates, engine.segmenter), candidates


if __name__ == "__main__":
    main()
