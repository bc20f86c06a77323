"""Find how the inputs of the quantised layers are shifted and scaled.

    python -m rag.encoder.calibration --data FOLDER

FOLDER holds question answering sets in SQuAD form. Texts and questions of the sets named below are
run through the fp32 encoder. A layer's input is shifted by the mean of each channel and scaled by
``max|input|**a / max|weight|**(1 - a)`` (SmoothQuant, Xiao et al. 2023), or by ``max|input|`` of
the channels where it is above a quantile of all: whichever leaves the least squared error in this
layer's quantised product. It takes a minute of one processor and writes
``rag/encoder/smoothing.npz``; raise ``_FORM`` of ``encoder.py`` with it.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rag.encoder import weights
from rag.encoder.encoder import PASSAGE, QUESTION, Session
from rag.encoder.graph import Precision, Smoothing, inputs_bytes, quantise, stacked_matrix
from rag.encoder.smoothing import save_smoothing, smoothing_path
from rag.encoder.tokenizer import Tokenizer, model_bytes
from rag.encoder.weights import FloatArray, WeightFile

# How many texts of each set are taken; all of them are sets that the reader is trained on.
_SETS = {
    "cmrc2018_train.json": 6,
    "drcd_dev.json": 3,
    "xquad_en_train.json": 4,
    "qed_en.json": 3,
    "xquad_de_train.json": 1,
    "xquad_ru_train.json": 1,
}
_CHARACTERS = 900
_MOST_TOKENS = 256
_EXPONENTS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_SHARES = (0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995)
_LEAST = 1e-3
_log = logging.getLogger(__name__)


def quantise_input(values: FloatArray) -> FloatArray:
    """Return what is left of a text's activations in 8 bits, as ``DynamicQuantizeLinear`` does."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    step = (high - low) / 255 or 1.0
    zero = np.rint(-low / step)
    rounded: FloatArray = (np.clip(np.rint(values / step) + zero, 0, 255) - zero) * step
    return rounded.astype(np.float32)


def fit_scales(
    inputs: Sequence[FloatArray], matrix: FloatArray, means: FloatArray, shifted: bool
) -> FloatArray:
    """Return the scales of a layer's input with the least error of its quantised product.

    Args:
        inputs: the layer's inputs, a text each, shape (tokens, inputs).
        matrix: the weights, shape (outputs, inputs).
        means: the mean input, shape (inputs,).
        shifted: whether the mean is taken off before the input is quantised. If not, the error it
            makes is made up for in the bias, so it is not counted.
    """
    texts = [text - means for text in inputs] if shifted else list(inputs)
    largest = np.maximum(np.max([np.abs(text).max(axis=0) for text in texts], axis=0), _LEAST)
    heaviest = np.maximum(np.abs(matrix).max(axis=0), _LEAST)
    exact = np.concatenate(texts) @ matrix.T
    candidates = [np.ones_like(means)]
    candidates += [largest**a / heaviest ** (1 - a) for a in _EXPONENTS]
    candidates += [np.maximum(largest, np.quantile(largest, share)) for share in _SHARES]
    best, least = candidates[0], np.inf
    for scales in candidates:
        scales = scales / np.exp(np.log(scales).mean())
        scales = np.maximum(scales, _LEAST).astype(np.float16).astype(np.float32)
        values, columns = quantise(matrix * scales, Precision.INT7)
        rounded = np.concatenate([quantise_input(text / scales) for text in texts])
        errors = rounded @ (values * columns) - exact
        error = float(np.var(errors, axis=0).sum())
        if error < least:
            best, least = scales, error
    return best


def calibrate(file: WeightFile, texts: Sequence[Sequence[int]]) -> Smoothing:
    """Return the means and scales for texts of token ids, special tokens included."""
    session = Session(file, inputs_bytes(file))
    means: dict[str, FloatArray] = {}
    scales: dict[str, FloatArray] = {}
    taken: dict[str, list[FloatArray]] = {}
    for ids in texts:
        for label, states in zip(session.outputs, session(ids), strict=True):
            taken.setdefault(label, []).append(states[0])
    for label, inputs in taken.items():
        mean = np.concatenate(inputs).mean(axis=0).astype(np.float16).astype(np.float32)
        means[label] = mean
        shifted = not label.endswith(".fo")
        scales[label] = fit_scales(inputs, stacked_matrix(file, label), mean, shifted)
        _log.info("%s: scales from %.3g to %.3g", label, scales[label].min(), scales[label].max())
    return Smoothing(means, scales)


def _texts(folder: Path, draw: random.Random) -> Iterator[str]:
    for name, count in _SETS.items():
        articles = json.loads((folder / name).read_text("utf-8"))["data"]
        paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
        for paragraph in draw.sample(paragraphs, count):
            yield PASSAGE + paragraph["context"][:_CHARACTERS]
        for paragraph in draw.sample(paragraphs, (count + 1) // 2):
            yield QUESTION + paragraph["qas"][0]["question"]


def main() -> None:
    """Calibrate on the sets of a folder and write the shipped file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--out", type=Path, default=smoothing_path())
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    file = WeightFile.open(weights.locate())
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "pieces.spm"
        model.write_bytes(model_bytes(file.vocabulary()))
        tokenizer = Tokenizer(model, file.character_map())
        tokens = tokenizer.encode_batch(list(_texts(options.data, random.Random(1))))
    sizes = file.sizes
    framed = [[sizes.bos, *ids[: _MOST_TOKENS - 2], sizes.eos] for ids in tokens]
    _log.info("%d texts, %d tokens", len(framed), sum(map(len, framed)))
    save_smoothing(options.out, calibrate(file, framed))


if __name__ == "__main__":
    main()
