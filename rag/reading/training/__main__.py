"""Train the reader's adapters: ``python -m rag.reading.training --data FOLDER``.

Resumes from its last checkpoint; ends by writing the adapters, as float16, for the converter.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.embedding.bundled import BundledEmbedder
from rag.encoder import weights
from rag.language.glosses import Glosses
from rag.language.words import Segmenter
from rag.reading.training.corpus import Corpus
from rag.reading.training.network import ReaderNetwork, quick_arithmetic
from rag.reading.training.pairs import Pair, make_pairs, without_wrong
from rag.reading.training.rewording import Rewording
from rag.settings import Settings

BATCH = 8
"""Pairs of windows in a batch."""

RATE = 1e-3
WARM_UP = 60
RELEVANCE_WEIGHT = 0.5
NEGATIVES = 6
"""How many wrong passages the embedder proposes for each question."""

_NEVER = -1e4
_IGNORED = -100

_log = logging.getLogger("rag.reading.training")


def main() -> None:
    """Train, with a checkpoint every so many steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=Path(".cache/reader"))
    parser.add_argument("--epochs", type=float, default=1.8)
    parser.add_argument("--share", type=float, default=1.0, help="of the sets' questions, a pass")
    parser.add_argument("--reports", type=float, default=1.0, help="of the reports' questions")
    parser.add_argument(
        "--alone", type=float, default=0.0, help="of the questions read over no wrong passage"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="adapters to go on from (default: new ones)")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest learning rate")
    parser.add_argument("--every", type=int, default=100, help="steps between checkpoints")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s",
        handlers=[logging.FileHandler(options.folder / "log.txt"), logging.StreamHandler()],
    )  # fmt: skip
    torch.manual_seed(options.seed)
    draw = random.Random(options.seed)
    batches = _batches(options, draw)
    network = ReaderNetwork(weights.WeightFile.open(weights.locate()))
    if options.start:
        with np.load(options.start) as saved:
            state = {name: torch.from_numpy(saved[name]).float() for name in saved.files}
        network.load_state_dict(state, strict=False)
    train(network, batches, options.folder, options.rate, options.every)


def train(
    network: ReaderNetwork,
    batches: Sequence[Sequence[Pair]],
    folder: Path,
    highest: float,
    every: int,
) -> None:
    """Run the steps that are left and save the trainable parameters."""
    wanted = {name: p for name, p in network.named_parameters() if p.requires_grad}
    _log.info("%d parameters, %d steps", sum(p.numel() for p in wanted.values()), len(batches))
    optimiser = torch.optim.AdamW(wanted.values(), lr=highest, weight_decay=0.01)
    checkpoint = folder / "checkpoint.pt"
    run = _digest([window.ids for batch in batches for pair in batch for window in pair])
    start = 0
    if checkpoint.is_file():
        saved = torch.load(checkpoint, weights_only=True)
        if saved["run"] != run:
            raise SystemExit(
                f"{checkpoint} is of a run over other data or with other options. Delete it, or "
                "name another --folder"
            )
        network.load_state_dict(saved["parameters"], strict=False)
        optimiser.load_state_dict(saved["optimiser"])
        start = saved["step"]
        _log.info("resuming at step %d", start)
    begun, losses = time.time(), []
    for step in range(start, len(batches)):
        rate = min(1.0, (step + 1) / WARM_UP) * (1 - step / len(batches))
        for group in optimiser.param_groups:
            group["lr"] = highest * rate
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
                {
                    "parameters": parameters,
                    "optimiser": optimiser.state_dict(),
                    "step": step + 1,
                    "run": run,
                },
                part,
            )
            part.replace(checkpoint)
            save(parameters, folder / "reader.npz")


def save(parameters: dict[str, Tensor], path: Path) -> None:
    """Write the adapters and heads as float16 arrays."""
    arrays = {name: value.to(torch.float16).numpy() for name, value in parameters.items()}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _loss(network: ReaderNetwork, batch: Sequence[Pair]) -> Tensor:
    """Return the loss of pairs: where the answer is in each window, in each pair, and whether.

    A span is scored against the others of its window, the first token standing for none, and
    against all tokens of both passages, so that scores of different passages compare (the shared
    normalisation of Clark and Gardner 2018).
    """
    windows = [window for pair in batch for window in pair]
    longest = max(len(window.ids) for window in windows)
    ids = torch.ones(len(windows), longest, dtype=torch.long)
    mask = torch.zeros(len(windows), longest, dtype=torch.bool)
    passage = torch.zeros(len(windows), longest, dtype=torch.bool)
    for row, window in enumerate(windows):
        length = len(window.ids)
        ids[row, :length] = torch.tensor(window.ids)
        mask[row, :length] = True
        passage[row, window.offset : length - 1] = True
    with quick_arithmetic():
        spans, relevance = network(ids, mask)
    spans = spans.float()
    own = passage.clone()
    own[:, 0] = True
    alone = spans.masked_fill(~own[..., None], _NEVER)
    # The right window comes first in its pair, so its places are those of the pair as a whole.
    # Where no window has an answer, or each has one, there is nothing to tell apart.
    answered = torch.tensor([window.last > 0 for window in windows])
    together = ~answered[1::2]
    shared = spans.masked_fill(~passage[..., None], _NEVER).view(len(batch), 2 * longest, 2)
    loss = relevance.new_zeros(())
    for side, name in enumerate(("first", "last")):
        places = torch.tensor([getattr(window, name) for window in windows])
        loss = loss + functional.cross_entropy(alone[..., side], places)
        wanted = places.where(answered, _IGNORED)[::2].where(together, _IGNORED)
        right = functional.cross_entropy(
            shared[..., side], wanted, ignore_index=_IGNORED, reduction="sum"
        )
        loss = loss + right / len(batch)
    judged = functional.binary_cross_entropy_with_logits(
        relevance.float(), answered.float(), weight=together.repeat_interleave(2).float()
    )
    total: Tensor = loss / 4 + RELEVANCE_WEIGHT * judged
    return total


def _batches(options: argparse.Namespace, draw: random.Random) -> list[list[Pair]]:
    """Return the batches of the whole run, each of windows of about the same length."""
    settings = Settings.load()
    embedder = BundledEmbedder.open(settings.cache)
    corpus = Corpus(options.data, embedder, draw)
    _log.info("%d questions over %d passages", len(corpus.searched), len(corpus.passages))
    negatives = _negatives(corpus, options.folder / "negatives.json")
    segmenter = Segmenter(settings.cache)
    rewording = Rewording(segmenter, Glosses(settings.cache, segmenter), draw)
    batches: list[list[Pair]] = []
    shares = (options.share, options.reports)
    for left in range(math.ceil(options.epochs)):
        tokenizer = embedder.encoder.tokenizer
        pairs = list(make_pairs(corpus, negatives, tokenizer, rewording, draw, *shares))
        draw.shuffle(pairs)
        pairs = pairs[: round(len(pairs) * min(1.0, options.epochs - left))]
        batches += _bucketed(without_wrong(pairs, options.alone, draw), draw)
    _log.info("%d batches of %d windows", len(batches), 2 * BATCH)
    return batches


def _negatives(corpus: Corpus, path: Path) -> list[list[int]]:
    """Return the hard negatives, kept in a file because they take minutes to find."""
    questions = _digest([(item.question, item.passage) for item in corpus.searched])
    if path.is_file():
        saved = json.loads(path.read_text("utf-8"))
        if saved["questions"] == questions:
            kept: list[list[int]] = saved["negatives"]
            return kept
    found = corpus.hard_negatives(NEGATIVES)
    path.write_text(json.dumps({"questions": questions, "negatives": found}), "utf-8")
    return found


def _digest(values: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _bucketed(pairs: list[Pair], draw: random.Random) -> list[list[Pair]]:
    groups: list[list[Pair]] = []
    for at in range(0, len(pairs), BATCH * 64):
        near = sorted(pairs[at : at + BATCH * 64], key=lambda p: max(len(w.ids) for w in p))
        groups.extend(near[n : n + BATCH] for n in range(0, len(near), BATCH))
    draw.shuffle(groups)
    return groups


if __name__ == "__main__":
    main()
