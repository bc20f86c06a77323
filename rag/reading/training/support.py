"""Train what judges whether a passage bears a statement out.

    python -m rag.reading.training.support --data FOLDER

The reader's adapters are trained further: first on questions over made-up reports with an answer
behind, right or wrong, then on statements that we wrote over those reports and over paragraphs of
the sets: faithful ones, and ones with a figure, a name or the sense changed or something added, and
on what documents order their readers to say. The relevance score then says whether the passage
supports the statement. A statement is read over the passage nearest to it. Every tenth text is held
out, and what the result tells of its statements is printed.
"""

from __future__ import annotations

import argparse
import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from torch.nn import functional

from rag.embedding import Embedder
from rag.embedding.bundled import BundledEmbedder
from rag.encoder import weights
from rag.encoder.tokenizer import Tokenizer
from rag.language.figures import find_figures
from rag.language.sentences import split_sentences
from rag.passages import split_document
from rag.reading.edges import tidy_span
from rag.reading.reader import adapters_path
from rag.reading.training.__main__ import save
from rag.reading.training.network import ReaderNetwork, quick_arithmetic
from rag.reading.training.orders import read_orders
from rag.reading.training.reports import Report, read_groups, training_groups
from rag.reading.training.series import Series, held_out_series, training_series
from rag.reading.training.sets import STATEMENTS, TURNED, read_paragraphs, read_statements
from rag.reading.windows import make_window
from rag.records import Document, Passage
from rag.settings import Settings
from rag.storing import text_to_embed

BATCH = 16
RATE = 5e-4
WARM_UP = 40
EVERY = 1000
MOST_TOKENS = 384
CLAIMS_EACH = 3
"""How many questions of a report are drawn to be claims."""

MOST_TEMPTING = 3
"""How many wrong figures a question over a series is asked with."""

SUPPORTED, CLAIM = "S", "Q"
"""The kinds of examples that passages bear out, and of questions with a wrong answer behind."""

HELD_OUT_EVERY = 10
REPORTS = "reports"
"""What ``statements.tsv`` calls the made-up reports, beside the sets' names."""

KEPT = 0.9

_T = TypeVar("_T")

_log = logging.getLogger("rag.reading.training.support")


@dataclass(frozen=True, slots=True)
class Example:
    """A window of a statement over a passage, and whether the passage bears it out."""

    ids: tuple[int, ...]
    supported: bool
    kind: str


def main() -> None:
    """Train and write the adapters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(".cache/support.npz"))
    parser.add_argument("--start", type=Path, help="adapters to go on from (default: the reader's)")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest learning rate")
    parser.add_argument("--share", type=float, default=1.0, help=f"of {STATEMENTS} to take")
    parser.add_argument("--turned", type=float, default=1.0, help=f"of {TURNED} to take")
    parser.add_argument("--claims", type=float, default=1.0, help="the share of claims to take")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(options.seed)
    embedder = BundledEmbedder.open(Settings.load().cache)
    draw = random.Random(options.seed)
    written = [*statements(options.data, STATEMENTS), *_orders()]
    chosen, held_back = _apart(written)
    turned, held_turned = _apart(statements(options.data, TURNED))
    chosen = draw.sample(chosen, round(options.share * len(chosen)))
    chosen += draw.sample(turned, round(options.turned * len(turned)))
    train = list(examples(chosen, embedder))
    held = list(examples([*held_back, *held_turned], embedder))
    network = ReaderNetwork(weights.WeightFile.open(weights.locate()))
    with np.load(options.start or adapters_path()) as arrays:
        found = {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files}
    network.load_state_dict(found, strict=False)
    claims = Claims(embedder, embedder.encoder.tokenizer, draw)
    made = [*claims.over_reports(training_groups()), *claims.over_series(training_series())]
    train += draw.sample(made, round(options.claims * len(made)))
    held += claims.over_series(held_out_series())
    _log.info("%d claims and statements, %d held out", len(train), len(held))
    batches = _bucketed(train, draw)
    fit(network, batches, held, options.out, options.rate)


class Written(NamedTuple):
    """A statement over a document, and its kind."""

    document: Document
    kind: str
    text: str


def statements(data: Path, file: str) -> Iterator[Written]:
    """Yield the statements of a file with the paragraphs and reports that they are about."""
    found = read_statements(file)
    documents = {
        (REPORTS, report.document.key): report.document
        for group in read_groups()
        for report in group
    }
    for name in {name for name, _ in found} - {REPORTS}:
        for title, paragraph in read_paragraphs(data, name):
            if paragraph["qas"]:
                key = str(paragraph["qas"][0]["id"])
                documents[name, key] = Document(key, "", paragraph["context"], title)
    for place, sentences in found.items():
        yield from (Written(documents[place], *sentence) for sentence in sentences)


def _orders() -> Iterator[Written]:
    for document, sentences in read_orders():
        yield from (Written(document, *sentence) for sentence in sentences)


def _apart(written: Iterable[Written]) -> tuple[list[Written], list[Written]]:
    """Return what to train on and what is held out."""
    parts: tuple[list[Written], list[Written]] = [], []
    for item in written:
        parts[sum(map(ord, item.document.key)) % HELD_OUT_EVERY == 0].append(item)
    return parts


def examples(written: Sequence[Written], embedder: BundledEmbedder) -> Iterator[Example]:
    """Yield each statement over that passage of its document which is nearest to it."""
    tokenizer = embedder.encoder.tokenizer
    by_document: dict[str, list[Written]] = defaultdict(list)
    for item in written:
        by_document[item.document.key].append(item)
    for items in by_document.values():
        passages = split_document(items[0].document, embedder.count_tokens)
        nearest = [0] * len(items)
        if len(passages) > 1:
            vectors = embedder.embed_passages([text_to_embed(passage) for passage in passages])
            asked = embedder.embed_questions([item.text for item in items])
            nearest = np.argmax(asked @ vectors.T, axis=1).tolist()
        for item, place in zip(items, nearest, strict=True):
            yield _example(item.text, passages[place], tokenizer, item.kind)


class Claims:
    """Makes claims: questions with an answer behind, right or wrong, over its passage."""

    def __init__(self, embedder: Embedder, tokenizer: Tokenizer, draw: random.Random) -> None:
        self._embedder = embedder
        self._tokenizer = tokenizer
        self._draw = draw

    def over_reports(self, groups: Iterable[Sequence[Report]]) -> Iterator[Example]:
        """Yield claims over reports.

        A wrong answer is another one of its report, of figures a figure; to a question that the
        report does not answer any is wrong.
        """
        for report in (report for group in groups for report in group):
            every = [answer for answer, _ in report.asked]
            asked = [(answer, written) for answer, written in report.asked]
            asked += [("", written) for written in report.unanswered]
            text = report.document.text
            for answer, written in self._some(asked, CLAIMS_EACH):
                question = self._draw.choice(written)
                counts = bool(find_figures(answer))
                others = [
                    one
                    for one in every
                    if one != answer and (not answer or bool(find_figures(one)) == counts)
                ]
                for words, right in ((answer, True), (self._any(others), False)):
                    if words:
                        start = text.index(words)
                        place = start, start + len(words)
                        yield from self._claim(question, report.document, place, right=right)

    def over_series(self, groups: Iterable[Series]) -> Iterator[Example]:
        """Yield claims over series, the wrong answers figures of another matter."""
        for series in groups:
            for item in series.questions:
                tempting = list(series.tempting(item))
                for question in item.written:
                    for key, words in item.answers:
                        place = series.place(key, words)
                        yield from self._claim(question, series.documents[key], place, right=True)
                    for key, start, end in self._some(tempting, MOST_TEMPTING):
                        document = series.documents[key]
                        yield from self._claim(question, document, (start, end), right=False)

    def _any(self, items: Sequence[str]) -> str:
        return self._draw.choice(items) if items else ""

    def _some(self, items: Sequence[_T], most: int) -> list[_T]:
        return self._draw.sample(items, min(most, len(items)))

    def _claim(
        self, question: str, document: Document, place: tuple[int, int], *, right: bool
    ) -> Iterator[Example]:
        """Yield the claim that what stands at a place answers, in the words the reader would take.

        Nothing where a passage's edge cuts it.
        """
        start, end = place
        for passage in split_document(document, self._embedder.count_tokens):
            if passage.start <= start and end <= passage.end:
                first, last = (at - passage.start for at in place)
                for a, b in split_sentences(passage.text):
                    if a <= first < b:
                        sentence = passage.text[a:b]
                        tidy = slice(*tidy_span(sentence, first - a, min(last, b) - a))
                        kind = SUPPORTED if right else CLAIM
                        said = f"{question} {sentence[tidy]}"
                        yield _example(said, passage, self._tokenizer, kind)


def _example(statement: str, passage: Passage, tokenizer: Tokenizer, kind: str) -> Example:
    window = make_window(tokenizer.encode(statement), passage, tokenizer, MOST_TOKENS)
    return Example(tuple(window.ids), kind == SUPPORTED, kind)


def fit(
    network: ReaderNetwork,
    batches: Sequence[Sequence[Example]],
    held: Sequence[Example],
    out: Path,
    rate: float,
) -> None:
    """Train over the batches, saving the adapters and telling what they tell every so often."""
    wanted = {name: p for name, p in network.named_parameters() if p.requires_grad}
    optimiser = torch.optim.AdamW(wanted.values(), lr=rate, weight_decay=0.01)
    network.train()
    losses: list[float] = []
    for step, batch in enumerate(batches, start=1):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, step / WARM_UP) * (1 - (step - 1) / len(batches))
        labels = torch.tensor([float(item.supported) for item in batch])
        loss = functional.binary_cross_entropy_with_logits(scores(network, batch), labels)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(wanted.values(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        if step % 20 == 0:
            _log.info("step %d of %d loss %.3f", step, len(batches), sum(losses[-20:]) / 20)
        if step % EVERY == 0 or step == len(batches):
            save({name: p.detach() for name, p in wanted.items()}, out)
            _log.info("held out: %s", told(network, held))
            network.train()


def _bucketed(train: list[Example], draw: random.Random) -> list[list[Example]]:
    """Return batches of windows of about the same length, in any order."""
    near = sorted(train, key=lambda item: (len(item.ids), draw.random()))
    batches = [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
    draw.shuffle(batches)
    return batches


def scores(network: ReaderNetwork, batch: Sequence[Example]) -> torch.Tensor:
    """Return the support scores of examples."""
    longest = max(len(item.ids) for item in batch)
    ids = torch.ones(len(batch), longest, dtype=torch.long)
    mask = torch.zeros(len(batch), longest, dtype=torch.bool)
    for row, item in enumerate(batch):
        ids[row, : len(item.ids)] = torch.tensor(item.ids)
        mask[row, : len(item.ids)] = True
    with quick_arithmetic():
        relevance: torch.Tensor = network(ids, mask)[1]
    return relevance.float()


def told(network: ReaderNetwork, held: Sequence[Example]) -> str:
    """Return the share of each kind that is stopped where nine of ten faithful ones are kept."""
    network.eval()
    with torch.no_grad():
        every = torch.cat([scores(network, held[at : at + 32]) for at in range(0, len(held), 32)])
    by_kind: dict[str, list[float]] = defaultdict(list)
    for item, score in zip(held, every.tolist(), strict=True):
        by_kind[item.kind].append(score)
    least = float(np.quantile(by_kind.pop("S"), 1 - KEPT))
    shares = {kind: float(np.mean(np.array(found) < least)) for kind, found in by_kind.items()}
    return ", ".join(f"{kind} {share:.2f}" for kind, share in sorted(shares.items()))


if __name__ == "__main__":
    main()
