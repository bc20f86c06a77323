"""The encoder as an ONNX graph, written from the weight file operator by operator.

It is a post-norm BERT encoder that takes word embeddings (the table itself stays memory-mapped in
the weight file) and returns the mean of its last states at length one. The operators are ONNX
Runtime's fused ones: quantised matrix products with their bias, and attention over packed heads.
Layer norms are not fused with their residual, because that operator (``SkipLayerNormalization``)
takes six times as long as a sum and a norm do. In int8 the weights are symmetric with a scale an
output column, the activations quantised as they come.

A few channels of the activations are far larger than the rest and would leave those a few steps of
the 255, so every layer's input is shifted and scaled by channel, and its weights the other way
(SmoothQuant, Xiao et al. 2023). The norms and the values of attention give their output so at no
cost; the residual and the input of ``fo`` take a product each. The sums are the same in fp32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.encoder.weights import FloatArray, WeightFile

_FUSED = "com.microsoft"


class Precision(StrEnum):
    """How the encoder's matrix products are computed.

    ``INT7`` holds weights in 7 bits: processors without dot-product instructions add pairs of
    8-bit products in 16 bits, which overflows for full 8-bit weights.
    """

    FP32 = "fp32"
    INT8 = "int8"
    INT7 = "int7"


# A pair of products may reach 2 * 255 * 64, which 16 bits still hold.
_TOP = {Precision.INT8: 127, Precision.INT7: 64}


@dataclass(frozen=True, slots=True)
class Adapters:
    """What training adds to the encoder: low-rank additions to its layers, and a reader's heads.

    ``additions`` gives, by the name of a linear layer (``l0.q``), what its matrix gains, shape
    (outputs, inputs). The heads are (2, hidden) for the span's start and end, (1, hidden) for
    relevance, each with a bias.
    """

    additions: Mapping[str, FloatArray]
    spans: FloatArray
    spans_bias: FloatArray
    relevance: FloatArray
    relevance_bias: FloatArray


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How the input of every linear layer (by its first name, ``l0.q``) is shifted and scaled.

    The layer takes ``(input - means) / scales``; both have shape (inputs,).
    """

    means: Mapping[str, FloatArray]
    scales: Mapping[str, FloatArray]


def encoder_bytes(
    weights: WeightFile, precision: Precision, smoothing: Smoothing | None = None
) -> bytes:
    """Return the serialised ONNX model: input ``words`` (1, tokens, hidden), output ``vector``."""
    return _Builder(weights, precision, {}, smoothing).embedder()


def reader_bytes(
    weights: WeightFile,
    precision: Precision,
    adapters: Adapters,
    smoothing: Smoothing | None = None,
) -> bytes:
    """Return the serialised reader: the same input, outputs ``spans`` and ``relevance``.

    ``spans`` is (1, tokens, 2), start and end scores; ``relevance`` is (1, 1, 1).
    """
    return _Builder(weights, precision, adapters.additions, smoothing).reader(adapters)


def inputs_bytes(weights: WeightFile) -> bytes:
    """Return a serialised fp32 model whose outputs are the inputs of the linear layers.

    An output is named as its layer in ``Smoothing`` and has shape (1, tokens, inputs).
    """
    return _Builder(weights, Precision.FP32, {}, None).layer_inputs()


def _side_by_side(label: str) -> list[str]:
    """Return the linear layers that one product holds, by the first one's name."""
    at, _, name = label.rpartition(".")
    return [f"{at}.{other}" for other in ("q", "k", "v")] if name == "q" else [label]


def _is_shifted(label: str) -> bool:
    """Tell whether the product's input can be shifted at no cost; what comes of Gelu cannot."""
    return not label.endswith(".fo")


def stacked_matrix(
    weights: WeightFile, label: str, additions: Mapping[str, FloatArray] | None = None
) -> FloatArray:
    """Return the weights of the product of this name, its layers stacked: (outputs, inputs)."""
    inputs = weights.sizes.inner if label.endswith(".fo") else weights.sizes.hidden
    stacked = []
    for name in _side_by_side(label):
        matrix = weights.matrix(name + ".w", inputs)
        if additions and name in additions:
            matrix = matrix + additions[name]
        stacked.append(matrix)
    return np.concatenate(stacked)


def quantise(matrix: FloatArray, precision: Precision) -> tuple[NDArray[np.int8], FloatArray]:
    """Return weights as int8 (inputs, outputs) and a float32 scale an output."""
    scales = np.abs(matrix).max(axis=1) / _TOP[precision]
    values = np.rint(matrix / scales[:, None]).astype(np.int8)
    return np.ascontiguousarray(values.T), scales.astype(np.float32)


class _Builder:
    def __init__(
        self,
        weights: WeightFile,
        precision: Precision,
        additions: Mapping[str, FloatArray],
        smoothing: Smoothing | None,
    ) -> None:
        from onnx import helper, numpy_helper

        self._additions = additions
        self._means = smoothing.means if smoothing else {}
        self._scales = smoothing.scales if smoothing else {}
        self._inputs: dict[str, str] = {}
        self._weights = weights
        self._precision = precision
        self._helper: Any = helper
        self._to_proto: Any = numpy_helper.from_array
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def embedder(self) -> bytes:
        """Return the encoder with mean pooling to unit length."""
        state = self._states()
        self._node("ReduceMean", [state, self._ints("axis", 1)], ["mean"], keepdims=0)
        self._node("LpNormalization", ["mean"], ["vector"], axis=1, p=2)
        return self._model({"vector": [1, self._weights.sizes.hidden]})

    def reader(self, adapters: Adapters) -> bytes:
        """Return the encoder with a head a token for the span and one at the start."""
        state = self._states()
        starts = [self._ints("from", 0), self._ints("to", 1), self._ints("along", 1)]
        first = self._node("Slice", [state, *starts], ["first"])
        self._head(state, adapters.spans, adapters.spans_bias, "spans")
        self._head(first, adapters.relevance, adapters.relevance_bias, "relevance")
        return self._model({"spans": [1, "tokens", 2], "relevance": [1, 1, 1]})

    def layer_inputs(self) -> bytes:
        """Return the encoder with the inputs of its linear layers as its outputs."""
        self._states()
        for label, state in self._inputs.items():
            self._node("Identity", [state], [label])
        return self._model({label: [1, "tokens", "inputs"] for label in self._inputs})

    def _states(self) -> str:
        """Add the embedding of places and all layers; return the name of the last states."""
        sizes, tensor = self._weights.sizes, self._weights.tensor
        positions = tensor("emb.pos").reshape(-1, sizes.hidden)
        positions = positions + tensor("emb.type")[: sizes.hidden]
        self._node("Shape", ["words"], ["shape"])
        self._node("Slice", ["shape", self._ints("one", 1), self._ints("two", 2)], ["length"])
        start = self._ints("zero", 0)
        self._node("Slice", [self._constant("positions", positions), start, "length"], ["places"])
        self._node("Add", ["words", "places"], ["placed"])
        state = self._layer_norm("placed", "emb.ln", "l0.q")
        for layer in range(sizes.layers):
            state = self._layer(layer, state)
        return state

    def _head(self, state: str, weight: FloatArray, bias: FloatArray, name: str) -> None:
        matrix = self._constant(name + ".weight", weight.T.astype(np.float32))
        self._node("MatMul", [state, matrix], [name + ".product"])
        added = self._constant(name + ".bias", bias.astype(np.float32))
        self._node("Add", [name + ".product", added], [name])

    def _model(self, outputs: Mapping[str, list[int | str]]) -> bytes:
        make = self._helper
        info = make.make_tensor_value_info
        graph = make.make_graph(
            self._nodes,
            "encoder",
            [info("words", 1, [1, "tokens", self._weights.sizes.hidden])],
            [info(name, 1, shape) for name, shape in outputs.items()],
            self._constants,
        )
        imports = [make.make_opsetid("", 20), make.make_opsetid(_FUSED, 1)]
        model = make.make_model(graph, opset_imports=imports, ir_version=10)
        result: bytes = model.SerializeToString()
        return result

    def _layer(self, layer: int, state: str) -> str:
        at = f"l{layer}."
        packed = self._linear(state, at + "q")
        heads = [at + "heads_q", at + "heads_k", at + "heads_v"]
        self._node("Split", [packed], heads, axis=2, num_outputs=3)
        count = self._weights.sizes.heads
        mixed = self._fused("MultiHeadAttention", heads, at + "mixed", num_heads=count)
        attended = self._norm(mixed, at + "ao", state, at + "q", at + "aln", at + "fi")
        inner = self._linear(attended, at + "fi")
        active = self._node("Gelu", [inner], [at + "active"])
        if at + "fo" in self._scales:
            active = self._scaled(active, at + "fo", np.reciprocal(self._scales[at + "fo"]))
        return self._norm(active, at + "fo", attended, at + "fi", at + "oln", f"l{layer + 1}.q")

    def _norm(
        self, state: str, label: str, residual: str, scaled_for: str, name: str, into: str
    ) -> str:
        """Add the product ``label``, the residual (``scaled_for`` a product) and the norm."""
        product = self._linear(state, label, self._means.get(scaled_for))
        if scaled_for in self._scales:
            residual = self._scaled(residual, scaled_for, self._scales[scaled_for])
        self._node("Add", [product, residual], [name + ".sum"])
        return self._layer_norm(name + ".sum", name, into)

    def _layer_norm(self, state: str, name: str, into: str) -> str:
        """Add the norm, with its output shifted and scaled for the product ``into``."""
        weight, bias = self._weights.tensor(name + ".w"), self._weights.tensor(name + ".b")
        if into in self._scales:
            scale = self._scales[into]
            weight, bias = weight / scale, (bias - self._means[into]) / scale
        inputs = [state, self._constant(name + ".w", weight), self._constant(name + ".b", bias)]
        epsilon = self._weights.sizes.epsilon
        return self._node("LayerNormalization", inputs, [name + ".out"], epsilon=epsilon)

    def _scaled(self, state: str, label: str, factors: FloatArray) -> str:
        name = label + ".scaled"
        return self._node("Mul", [state, self._constant(name + ".by", factors)], [name])

    def _linear(self, state: str, label: str, added: FloatArray | None = None) -> str:
        """Add one product for the named layers side by side, with its bias and what is added."""
        self._inputs[label] = state
        matrix, bias = self._product(label)
        if added is not None:
            bias = bias + added
        if self._precision is Precision.FP32:
            weight = self._constant(label + ".weight", matrix.T)
            product = self._node("MatMul", [state, weight], [label + ".product"])
            added_bias = self._constant(label + ".bias", bias)
            return self._node("Add", [product, added_bias], [label + ".out"])
        values, scales = quantise(matrix, self._precision)
        if label in self._scales and not _is_shifted(label):
            # What rounding the weights adds on average; a shifted input is zero on average.
            lost = matrix - values.T * scales[:, None]
            bias = bias + lost @ (self._means[label] / self._scales[label])
        inputs = [
            state,
            self._constant(label + ".weight", values),
            self._constant(label + ".scale", scales),
            "",
            self._constant(label + ".bias", bias),
        ]
        return self._fused("DynamicQuantizeMatMul", inputs, label + ".out")

    def _product(self, label: str) -> tuple[FloatArray, FloatArray]:
        """Return weights (outputs, inputs) and bias for a smoothed input, and output."""
        matrix = stacked_matrix(self._weights, label, self._additions)
        bias = np.concatenate([self._weights.tensor(n + ".b") for n in _side_by_side(label)])
        if label in self._scales:
            if _is_shifted(label):
                bias = bias + matrix @ self._means[label]
            matrix = matrix * self._scales[label]
        mixed = label[:-1] + "ao"
        if label.endswith(".q") and mixed in self._scales:
            # Attention's weights sum to one, so its output is shifted and scaled as its values are.
            values = slice(-self._weights.sizes.hidden, None)
            scale = self._scales[mixed]
            matrix[values] /= scale[:, None]
            bias[values] = (bias[values] - self._means[mixed]) / scale
        return matrix, bias

    def _fused(self, kind: str, inputs: list[str], output: str, **attributes: float) -> str:
        return self._node(kind, inputs, [output], domain=_FUSED, **attributes)

    def _node(self, kind: str, inputs: list[str], outputs: list[str], **attributes: Any) -> str:  # noqa: ANN401
        self._nodes.append(self._helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]

    def _ints(self, name: str, *values: int) -> str:
        return self._constant(name, np.array(values, np.int64))

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(self._to_proto(np.ascontiguousarray(values), name))
        return name
