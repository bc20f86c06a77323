"""Train what judges whether a passage bears a statement out.

    python -m rag.reading.training.support --data FOLDER

The reader's adapters are trained further, on statements that we wrote over paragraphs of the sets:
faithful ones, and ones with a figure, a name or the sense changed or with something added. The
relevance score then says whether the passage supports the statement. Every fifth paragraph is held
out, and what the result tells of its statements is printed.
"""

from __future__ import annotations

import argparse
import logging
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from rag.embedding.bundled import BundledEmbedder
from rag.encoder import weights
from rag.encoder.tokenizer import Tokenizer
from rag.language.detect import detect_language
from rag.reading.reader import adapters_path
from rag.reading.training.__main__ import save
from rag.reading.training.network import ReaderNetwork
from rag.reading.training.sets import read_paragraphs, read_statements
from rag.reading.windows import make_window
from rag.records import Passage
from rag.settings import Settings

BATCH = 16
RATE = 5e-4
EPOCHS = 3
MOST_TOKENS = 320
HELD_OUT_EVERY = 5
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
    fit(network, train, held, random.Random(1))
    wanted = {name: p.detach() for name, p in network.named_parameters() if p.requires_grad}
    save(wanted, options.out)


def examples(data: Path, tokenizer: Tokenizer) -> tuple[list[Example], list[Example]]:
    """Return the statements to train on and those held out."""
    parts: tuple[list[Example], list[Example]] = [], []
    statements = read_statements()
    for name in sorted({name for name, _ in statements}):
        for title, paragraph in read_paragraphs(data, name):
            key = str(paragraph["qas"][0]["id"]) if paragraph["qas"] else ""
            language = detect_language(paragraph["context"])
            text = paragraph["context"]
            passage = Passage(key, 0, len(text), text, title, language, language)
            held = sum(map(ord, key)) % HELD_OUT_EVERY == 0
            for kind, statement in statements.get((name, key), ()):
                asked = tokenizer.encode(statement)
                window = make_window(asked, passage, tokenizer, MOST_TOKENS)
                parts[held].append(Example(tuple(window.ids), kind == "S", kind))
    return parts


def fit(
    network: ReaderNetwork, train: list[Example], held: Sequence[Example], draw: random.Random
) -> None:
    """Train over the examples, telling after each pass what it tells of those held out."""
    wanted = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(wanted, lr=RATE, weight_decay=0.01)
    steps = EPOCHS * -(-len(train) // BATCH)
    step = 0
    for epoch in range(EPOCHS):
        network.train()
        total = 0.0
        for batch in _bucketed(train, draw):
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, (step + 1) / 40) * (1 - step / steps)
            labels = torch.tensor([float(item.supported) for item in batch])
            loss = functional.binary_cross_entropy_with_logits(scores(network, batch), labels)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(wanted, 1.0)
            optimiser.step()
            total += loss.item() * len(batch)
            step += 1
            if step % 20 == 0:
                _log.info("step %d of %d loss %.3f", step, steps, loss.item())
        _log.info(
            "pass %d: loss %.3f; held out: %s", epoch + 1, total / len(train), told(network, held)
        )


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
