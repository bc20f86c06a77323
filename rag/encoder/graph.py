"""The encoder as an ONNX graph, written from the weight file operator by operator.

It is a post-norm BERT encoder that takes word embeddings (the table itself stays memory-mapped in
the weight file) and returns the mean of its last states at length one. The operators are ONNX
Runtime's fused ones: quantised matrix products with their bias, and attention over packed heads.
Layer norms are not fused with their residual, because that operator (``SkipLayerNormalization``)
takes six times as long as a sum and a norm do. In int8 the weights are symmetric with a scale an
output column, the activations quantised as they come.
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


_TOP = {Precision.INT8: 127, Precision.INT7: 63}


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


def encoder_bytes(weights: WeightFile, precision: Precision) -> bytes:
    """Return the serialised ONNX model: input ``words`` (1, tokens, hidden), output ``vector``."""
    return _Builder(weights, precision, {}).embedder()


def reader_bytes(weights: WeightFile, precision: Precision, adapters: Adapters) -> bytes:
    """Return the serialised reader: the same input, outputs ``spans`` and ``relevance``.

    ``spans`` is (1, tokens, 2), start and end scores; ``relevance`` is (1, 1, 1).
    """
    return _Builder(weights, precision, adapters.additions).reader(adapters)


def _quantise(matrix: FloatArray, top: int) -> tuple[NDArray[np.int8], FloatArray]:
    """Return weights as int8 (inputs, outputs) and a float32 scale an output."""
    scales = np.abs(matrix).max(axis=1) / top
    values = np.rint(matrix / scales[:, None]).astype(np.int8)
    return np.ascontiguousarray(values.T), scales.astype(np.float32)


class _Builder:
    def __init__(
        self,
        weights: WeightFile,
        precision: Precision,
        additions: Mapping[str, FloatArray],
    ) -> None:
        from onnx import helper, numpy_helper

        self._additions = additions
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
        state = self._layer_norm("placed", "emb.ln")
        for layer in range(sizes.layers):
            state = self._layer(f"l{layer}.", state)
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

    def _layer(self, at: str, state: str) -> str:
        sizes = self._weights.sizes
        packed = self._linear(state, [at + "q", at + "k", at + "v"], sizes.hidden)
        heads = [at + "heads_q", at + "heads_k", at + "heads_v"]
        self._node("Split", [packed], heads, axis=2, num_outputs=3)
        mixed = self._fused("MultiHeadAttention", heads, at + "mixed", num_heads=sizes.heads)
        attended = self._norm(self._linear(mixed, [at + "ao"], sizes.hidden), state, at + "aln")
        inner = self._linear(attended, [at + "fi"], sizes.hidden)
        active = self._node("Gelu", [inner], [at + "active"])
        return self._norm(self._linear(active, [at + "fo"], sizes.inner), attended, at + "oln")

    def _linear(self, state: str, names: list[str], inputs: int) -> str:
        """Add one product for the named layers side by side, bias included."""
        label = names[0]
        matrix = np.concatenate([self._matrix(name, inputs) for name in names])
        bias = np.concatenate([self._weights.tensor(name + ".b") for name in names])
        bias_name = self._constant(label + ".bias", bias)
        if self._precision is Precision.FP32:
            weight = self._constant(label + ".weight", matrix.T)
            product = self._node("MatMul", [state, weight], [label + ".product"])
            return self._node("Add", [product, bias_name], [label + ".out"])
        values, scales = _quantise(matrix, _TOP[self._precision])
        inputs_ = [
            state,
            self._constant(label + ".weight", values),
            self._constant(label + ".scale", scales),
            "",
            bias_name,
        ]
        return self._fused("DynamicQuantizeMatMul", inputs_, label + ".out")

    def _matrix(self, name: str, inputs: int) -> FloatArray:
        matrix = self._weights.matrix(name + ".w", inputs)
        addition = self._additions.get(name)
        return matrix if addition is None else matrix + addition

    def _norm(self, state: str, residual: str, name: str) -> str:
        self._node("Add", [state, residual], [name + ".sum"])
        return self._layer_norm(name + ".sum", name)

    def _layer_norm(self, state: str, name: str) -> str:
        inputs = [state, self._tensor(name + ".w"), self._tensor(name + ".b")]
        epsilon = self._weights.sizes.epsilon
        return self._node("LayerNormalization", inputs, [name + ".out"], epsilon=epsilon)

    def _fused(self, kind: str, inputs: list[str], output: str, **attributes: float) -> str:
        return self._node(kind, inputs, [output], domain=_FUSED, **attributes)

    def _node(self, kind: str, inputs: list[str], outputs: list[str], **attributes: Any) -> str:  # noqa: ANN401
        self._nodes.append(self._helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]

    def _tensor(self, name: str) -> str:
        return self._constant(name, self._weights.tensor(name))

    def _ints(self, name: str, *values: int) -> str:
        return self._constant(name, np.array(values, np.int64))

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(self._to_proto(np.ascontiguousarray(values), name))
        return name
