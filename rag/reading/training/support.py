"""Train what judges whether a passage bears a statement out.

    python -m rag.reading.training.support --data FOLDER

The reader's adapters are trained further: first on questions over made-up reports with an answer
behind, right or wrong, then on statements that we wrote over those reports and over paragraphs of
the sets: faithful ones, and ones with a figure, a name or the sense changed or something added, and
on what documents order their readers to say. The relevance score then says whether the passage
supports the statement. Every tenth text is held out, and what the result tells of its statements is
printed.
"""

from __future__ import annotations

import argparse
import logging
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from rag.embedding.bundled import BundledEmbedder
from rag.encoder import weights
from rag.encoder.tokenizer import Tokenizer
from rag.language.detect import detect_language
from rag.language.figures import find_figures
from rag.passages import passage_context
from rag.reading.reader import adapters_path
from rag.reading.training.__main__ import save
from rag.reading.training.network import ReaderNetwork
from rag.reading.training.orders import read_orders
from rag.reading.training.reports import read_groups, training_groups
from rag.reading.training.sets import read_paragraphs, read_statements
from rag.reading.windows import make_window
from rag.records import Document, Passage
from rag.settings import Settings

BATCH = 16
RATE = 5e-4
WARM_UP = 40
EPOCHS = 2
EVERY = 200
MOST_TOKENS = 384
CLAIMS = 10_000
"""How many questions with an answer behind are drawn."""

HELD_OUT_EVERY = 10
REPORTS = "reports"
"""What ``statements.tsv`` calls the made-up reports, beside the sets' names."""

KEPT = 0.9

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
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(1)
    embedder = BundledEmbedder.open(Settings.load().cache)
    train, held = examples(options.data, embedder.encoder.tokenizer)
    _log.info("%d statements, %d held out", len(train), len(held))
    network = ReaderNetwork(weights.WeightFile.open(weights.locate()))
    with np.load(adapters_path()) as arrays:
        found = {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files}
    network.load_state_dict(found, strict=False)
    draw = random.Random(1)
    batches = _bucketed(draw.sample(claims(embedder.encoder.tokenizer, draw), CLAIMS), draw)
    for _ in range(EPOCHS):
        batches += _bucketed(train, draw)
    fit(network, batches, held, options.out)


def examples(data: Path, tokenizer: Tokenizer) -> tuple[list[Example], list[Example]]:
    """Return the statements to train on and those held out."""
    parts: tuple[list[Example], list[Example]] = [], []
    statements = read_statements()
    written = [
        (passage, statements.get((name, passage.document_key), []))
        for name, passage in _passages(data, {name for name, _ in statements})
    ]
    written += [(_report(document), sentences) for document, sentences in read_orders()]
    for passage, sentences in written:
        held = sum(map(ord, passage.document_key)) % HELD_OUT_EVERY == 0
        parts[held].extend(
            _example(sentence, passage, tokenizer, kind) for kind, sentence in sentences
        )
    return parts


def _passages(data: Path, names: Set[str]) -> Iterator[tuple[str, Passage]]:
    """Yield the paragraphs and reports that statements are about, with their sets."""
    for name in sorted(names - {REPORTS}):
        for title, paragraph in read_paragraphs(data, name):
            if paragraph["qas"]:
                key = str(paragraph["qas"][0]["id"])
                yield name, _passage(key, paragraph["context"], title)
    for group in read_groups():
        for report in group:
            yield REPORTS, _report(report.document)


def _passage(key: str, text: str, title: str) -> Passage:
    language = detect_language(text)
    return Passage(key, 0, len(text), text, title, language, language)


def _report(document: Document) -> Passage:
    return _passage(document.key, document.text, passage_context(document))


def claims(tokenizer: Tokenizer, draw: random.Random) -> list[Example]:
    """Return the questions over reports, each with its answer or a wrong one behind it.

    A wrong answer is another one of its report, of figures a figure; to a question that the
    report does not answer any is wrong.
    """
    found = []
    for group in training_groups():
        for report in group:
            passage = _report(report.document)
            every = [answer for answer, _ in report.asked]
            for answer, written in report.asked:
                counts = bool(find_figures(answer))
                others = [
                    one for one in every if bool(find_figures(one)) == counts and one != answer
                ]
                for question in (written.english, written.chinese):
                    found.append(_example(f"{question} {answer}", passage, tokenizer, "S"))
                    if others:
                        wrong = f"{question} {draw.choice(others)}"
                        found.append(_example(wrong, passage, tokenizer, "Q"))
            for written in report.unanswered:
                question = draw.choice((written.english, written.chinese))
                wrong = f"{question} {draw.choice(every)}"
                found.append(_example(wrong, passage, tokenizer, "Q"))
    return found


def _example(statement: str, passage: Passage, tokenizer: Tokenizer, kind: str) -> Example:
    window = make_window(tokenizer.encode(statement), passage, tokenizer, MOST_TOKENS)
    return Example(tuple(window.ids), kind == "S", kind)


def fit(
    network: ReaderNetwork,
    batches: Sequence[Sequence[Example]],
    held: Sequence[Example],
    out: Path,
) -> None:
    """Train over the batches, saving the adapters and telling what they tell every so often."""
    wanted = {name: p for name, p in network.named_parameters() if p.requires_grad}
    optimiser = torch.optim.AdamW(wanted.values(), lr=RATE, weight_decay=0.01)
    network.train()
    losses: list[float] = []
    for step, batch in enumerate(batches, start=1):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, step / WARM_UP) * (1 - (step - 1) / len(batches))
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
    with torch.autocast("cpu", torch.bfloat16):
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
