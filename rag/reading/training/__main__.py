"""Train the reader's adapters: ``python -m rag.reading.training --data FOLDER``.

Resumes from its last checkpoint; ends by writing the adapters, as float16, for the converter.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.embedding.bundled import BundledEmbedder
from rag.encoder import weights
from rag.reading.training.data import (
    TRAINING_SEED,
    Example,
    hard_negatives,
    make_example,
    read_sets,
)
from rag.reading.training.network import ReaderNetwork
from rag.settings import Settings

BATCH = 16
RATE = 1e-3
WARM_UP = 40
RELEVANCE_WEIGHT = 0.3
NEGATIVES = 0.6
"""How many windows without the answer for each one with it."""

_log = logging.getLogger("rag.reading.training")


def main() -> None:
    """Train, with a checkpoint every so many steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=Path(".cache/reader"))
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=TRAINING_SEED)
    parser.add_argument("--every", type=int, default=100, help="steps between checkpoints")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s",
        handlers=[logging.FileHandler(options.folder / "log.txt"), logging.StreamHandler()],
    )  # fmt: skip
    torch.manual_seed(options.seed)
    batches = _batches(options.data, options.seed, options.epochs)
    network = ReaderNetwork(weights.WeightFile.open(weights.locate()))
    train(network, batches, options.folder, options.every)


def train(
    network: ReaderNetwork, batches: Sequence[Sequence[Example]], folder: Path, every: int
) -> None:
    """Run the steps that are left and save the trainable parameters."""
    wanted = {name: p for name, p in network.named_parameters() if p.requires_grad}
    _log.info("%d parameters, %d steps", sum(p.numel() for p in wanted.values()), len(batches))
    optimiser = torch.optim.AdamW(wanted.values(), lr=RATE, weight_decay=0.01)
    checkpoint = folder / "checkpoint.pt"
    start = 0
    if checkpoint.is_file():
        saved = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(saved["parameters"], strict=False)
        optimiser.load_state_dict(saved["optimiser"])
        start = saved["step"]
        _log.info("resuming at step %d", start)
    begun, losses = time.time(), []
    for step in range(start, len(batches)):
        rate = min(1.0, (step + 1) / WARM_UP) * (1 - step / len(batches))
        for group in optimiser.param_groups:
            group["lr"] = RATE * rate
        loss = _loss(network, batches[step])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(wanted.values(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        if (step + 1) % 20 == 0:
            pace = (time.time() - begun) / (step + 1 - start)
            mean = sum(losses[-20:]) / 20
            _log.info("step %d of %d loss %.3f, %.2f s a step", step + 1, len(batches), mean, pace)
        if (step + 1) % every == 0 or step + 1 == len(batches):
            parameters = {name: p.detach().clone() for name, p in wanted.items()}
            part = checkpoint.with_suffix(".part")
            torch.save(
                {"parameters": parameters, "optimiser": optimiser.state_dict(), "step": step + 1},
                part,
            )
            part.replace(checkpoint)
            save(parameters, folder / "reader.npz")


def save(parameters: dict[str, Tensor], path: Path) -> None:
    """Write the adapters and heads as float16 arrays."""
    arrays = {name: value.to(torch.float16).numpy() for name, value in parameters.items()}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _loss(network: ReaderNetwork, batch: Sequence[Example]) -> Tensor:
    longest = max(len(item.ids) for item in batch)
    ids = torch.ones(len(batch), longest, dtype=torch.long)
    for row, item in enumerate(batch):
        ids[row, : len(item.ids)] = torch.tensor(item.ids)
    mask = torch.zeros(len(batch), longest, dtype=torch.bool)
    for row, item in enumerate(batch):
        mask[row, : len(item.ids)] = True
    with torch.autocast("cpu", torch.bfloat16):
        spans, relevance = network(ids, mask)
    spans = spans.float().masked_fill(~mask[..., None], -1e4)
    firsts = torch.tensor([item.first for item in batch])
    lasts = torch.tensor([item.last for item in batch])
    relevant = torch.tensor([float(item.relevant) for item in batch])
    span = functional.cross_entropy(spans[..., 0], firsts)
    span = span + functional.cross_entropy(spans[..., 1], lasts)
    judged = functional.binary_cross_entropy_with_logits(relevance.float(), relevant)
    return span / 2 + RELEVANCE_WEIGHT * judged


def _batches(data: Path, seed: int, epochs: float) -> list[list[Example]]:
    """Return the batches of the whole run, each of windows of about the same length."""
    paragraphs, asked = read_sets(data, seed)
    embedder = BundledEmbedder.open(Settings.load().cache)
    tokenizer = embedder.encoder.tokenizer
    negatives = hard_negatives(paragraphs, asked, embedder, 4)
    _log.info("%d questions over %d paragraphs", len(asked), len(paragraphs))
    draw = random.Random(seed)
    batches: list[list[Example]] = []
    left = epochs
    while left > 0:
        examples: list[Example] = []
        for number, item in enumerate(asked):
            if draw.random() >= left:
                continue
            chosen = [(item.paragraph, True)]
            if negatives[number] and draw.random() < NEGATIVES:
                chosen.append((draw.choice(negatives[number]), False))
            for place, relevant in chosen:
                made = make_example(item, paragraphs[place], tokenizer, draw, relevant=relevant)
                if made is not None:
                    examples.append(made)
        batches.extend(_bucketed(examples, draw))
        left -= 1
    _log.info("%s", json.dumps({"batches": len(batches), "batch": BATCH}))
    return batches


def _bucketed(examples: list[Example], draw: random.Random) -> Iterator[list[Example]]:
    draw.shuffle(examples)
    groups: list[list[Example]] = []
    for at in range(0, len(examples), BATCH * 64):
        near = sorted(examples[at : at + BATCH * 64], key=lambda item: len(item.ids))
        groups.extend(near[n : n + BATCH] for n in range(0, len(near), BATCH))
    draw.shuffle(groups)
    return iter(groups)


if __name__ == "__main__":
    main()
