"""The shipped means and scales by which the inputs of quantised layers are made even.

``smoothing.npz`` is written by ``rag.encoder.calibration``: for each kind of product (``q`` stands
for the queries, keys and values, which share their input) ``q.means`` and ``q.scales``, float16 of
shape (layers, inputs).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rag.encoder.graph import Smoothing
from rag.encoder.weights import FloatArray


def smoothing_path() -> Path:
    """Return where the shipped file is."""
    return Path(__file__).with_name("smoothing.npz")


def load_smoothing(path: Path) -> Smoothing:
    """Return the means and scales by the names of the products (``l0.q``)."""
    means: dict[str, FloatArray] = {}
    scales: dict[str, FloatArray] = {}
    with np.load(path, allow_pickle=False) as file:
        for name in file.files:
            kind, _, what = name.partition(".")
            target = means if what == "means" else scales
            for layer, row in enumerate(file[name].astype(np.float32)):
                target[f"l{layer}.{kind}"] = row
    return Smoothing(means, scales)


def save_smoothing(path: Path, smoothing: Smoothing) -> None:
    """Write the file that ``load_smoothing`` reads."""
    arrays: dict[str, list[FloatArray]] = {}
    for what, rows in (("means", smoothing.means), ("scales", smoothing.scales)):
        for label, row in rows.items():  # in the order of the layers
            arrays.setdefault(f"{label.rpartition('.')[2]}.{what}", []).append(row)
    packed = {name: np.stack(rows).astype(np.float16) for name, rows in arrays.items()}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **packed)
