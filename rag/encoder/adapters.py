"""The trained adapters of the reader: reading their file and merging them for the graph."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from rag.encoder.graph import Adapters

SCALE = 2.0
"""What the low-rank products are multiplied by, in training and here."""


def load_adapters(path: Path) -> Adapters:
    """Return the adapters of a file that training wrote."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name].astype(np.float32) for name in file.files}
    additions = {}
    for name, up in arrays.items():
        if name.endswith(".up"):
            _, layer, _, linear, _ = name.split(".")
            additions[f"l{layer}.{linear}"] = SCALE * (up @ arrays[name[:-2] + "down"])
    return Adapters(
        additions,
        arrays["spans.weight"],
        arrays["spans.bias"],
        arrays["relevance.weight"],
        arrays["relevance.bias"],
    )


def digest_of(path: Path) -> str:
    """Return a short hash of the file, which names what is converted from it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
