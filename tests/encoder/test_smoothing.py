from pathlib import Path

import numpy as np
import pytest

from rag.encoder import Encoder, weights
from rag.encoder.calibration import fit_scales, quantise_input
from rag.encoder.encoder import Session
from rag.encoder.graph import Precision, encoder_bytes, inputs_bytes, quantise
from rag.encoder.smoothing import load_smoothing, save_smoothing, smoothing_path
from rag.encoder.weights import FloatArray, WeightFile

TEXTS = [
    "query: how many hives does the orchard keep",
    "passage: The lighthouse of Marrow Bay was built in 1874, and its keeper climbed 212 steps.",
    "passage: Repairs cost 1.4 million pounds (up 8.2%), paid by the harbour board.",
    "query: 云溪大桥全长多少公里",
    "passage: 云溪大桥全长3.6公里，于2021年9月通车，总投资约12亿元。",
    "passage: 青岚山茶园今年采茶4.5万斤。茶农李春禾说，清明前的茶叶最受欢迎。",
]


@pytest.fixture(scope="module")
def file() -> WeightFile:
    return WeightFile.open(weights.locate())


@pytest.fixture(scope="module")
def ids(encoder: Encoder, file: WeightFile) -> list[list[int]]:
    tokens = encoder.tokenizer.encode_batch(TEXTS)
    return [[file.sizes.bos, *text, file.sizes.eos] for text in tokens]


def vectors(file: WeightFile, model: bytes, ids: list[list[int]]) -> FloatArray:
    session = Session(file, model)
    return np.stack([session(text)[0][0] for text in ids])


@pytest.fixture(scope="module")
def exact(file: WeightFile, ids: list[list[int]]) -> FloatArray:
    return vectors(file, encoder_bytes(file, Precision.FP32), ids)


def test_every_product_has_a_mean_and_a_scale_a_channel(
    file: WeightFile, ids: list[list[int]]
) -> None:
    smoothing = load_smoothing(smoothing_path())
    session = Session(file, inputs_bytes(file))
    assert set(smoothing.means) == set(smoothing.scales) == set(session.outputs)
    for label, states in zip(session.outputs, session(ids[0]), strict=True):
        channels = (states.shape[-1],)
        assert smoothing.means[label].shape == smoothing.scales[label].shape == channels
        assert np.isfinite(smoothing.means[label]).all()
        assert (smoothing.scales[label] > 0).all()


def test_smoothing_changes_nothing_in_fp32(
    file: WeightFile, ids: list[list[int]], exact: FloatArray
) -> None:
    model = encoder_bytes(file, Precision.FP32, load_smoothing(smoothing_path()))
    assert np.allclose(vectors(file, model, ids), exact, atol=1e-5)


def test_smoothed_the_quantised_vectors_are_nearer_to_the_exact_ones(
    file: WeightFile, ids: list[list[int]], exact: FloatArray
) -> None:
    plain = vectors(file, encoder_bytes(file, Precision.INT7), ids)
    model = encoder_bytes(file, Precision.INT7, load_smoothing(smoothing_path()))
    cosines = (vectors(file, model, ids) * exact).sum(axis=1)
    assert cosines.min() > 0.998
    assert cosines.mean() > (plain * exact).sum(axis=1).mean()


def test_the_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    shipped = load_smoothing(smoothing_path())
    save_smoothing(tmp_path / "again.npz", shipped)
    again = load_smoothing(tmp_path / "again.npz")
    for label, means in shipped.means.items():
        assert np.array_equal(again.means[label], means)
        assert np.array_equal(again.scales[label], shipped.scales[label])


@pytest.mark.parametrize("shifted", [True, False])
def test_a_channel_that_stands_out_is_scaled_down_and_the_product_gains(shifted: bool) -> None:
    draw = np.random.default_rng(3)
    inputs = draw.normal(size=(64, 32)).astype(np.float32)
    inputs[:, 5] *= 60
    matrix = draw.normal(size=(16, 32)).astype(np.float32)
    means = inputs.mean(axis=0)
    scales = fit_scales([inputs], matrix, means, shifted)
    assert scales.argmax() == 5
    assert scales[5] > 4 * np.median(scales)

    def error(by: FloatArray) -> float:
        values, columns = quantise(matrix * by, Precision.INT7)
        product = quantise_input(inputs / by) @ (values * columns)
        return float(((product - inputs @ matrix.T) ** 2).mean())

    assert error(scales) < error(np.ones_like(scales))
