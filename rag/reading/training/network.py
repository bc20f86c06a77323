"""The reader in torch: the frozen bundled encoder with low-rank adapters and two heads.

The adapters are LoRA (Hu et al. 2021): each linear layer gains the product of two thin matrices,
the second of which starts at zero, so training starts from the encoder as it is.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.encoder.adapters import SCALE
from rag.encoder.weights import WeightFile, unpack_rows

RANK = 32
LAYERS = ("q", "k", "v", "ao", "fi", "fo")


def quick_arithmetic() -> torch.autocast:
    """Return a context for forward passes: in bfloat16 where the processor is quicker in it."""
    quick = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    return torch.autocast("cpu", torch.bfloat16, enabled=quick)


class Adapted(nn.Module):
    """A frozen linear layer with a trainable low-rank addition."""

    weight: Tensor
    bias: Tensor

    def __init__(self, weight: Tensor, bias: Tensor, rank: int) -> None:
        super().__init__()
        outputs, inputs = weight.shape
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.down = nn.Parameter(torch.randn(rank, inputs) / math.sqrt(inputs))
        self.up = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, state: Tensor) -> Tensor:
        """Return the layer's output, shape (..., outputs)."""
        added = functional.linear(functional.linear(state, self.down), self.up)
        return functional.linear(state, self.weight, self.bias) + SCALE * added


class Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self, file: WeightFile, at: str, rank: int) -> None:
        super().__init__()
        sizes = file.sizes
        self.heads, self.epsilon = sizes.heads, sizes.epsilon
        inputs = {"fo": sizes.inner}
        self.linear = nn.ModuleDict(
            {
                name: Adapted(
                    torch.from_numpy(file.matrix(f"{at}{name}.w", inputs.get(name, sizes.hidden))),
                    _tensor(file, f"{at}{name}.b"),
                    rank,
                )
                for name in LAYERS
            }
        )
        for norm in ("aln", "oln"):
            self.register_buffer(f"{norm}_w", _tensor(file, f"{at}{norm}.w"))
            self.register_buffer(f"{norm}_b", _tensor(file, f"{at}{norm}.b"))

    def forward(self, state: Tensor, mask: Tensor) -> Tensor:
        """Return the next state, shape (batch, tokens, hidden)."""
        batch, tokens, hidden = state.shape
        q, k, v = (
            self.linear[name](state).view(batch, tokens, self.heads, -1).transpose(1, 2)
            for name in "qkv"
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(batch, tokens, hidden)
        state = self._norm(state + self.linear["ao"](mixed), "aln")
        inner = functional.gelu(self.linear["fi"](state))
        return self._norm(state + self.linear["fo"](inner), "oln")

    def _norm(self, state: Tensor, name: str) -> Tensor:
        weight, bias = getattr(self, f"{name}_w"), getattr(self, f"{name}_b")
        return functional.layer_norm(state, state.shape[-1:], weight, bias, self.epsilon)


class ReaderNetwork(nn.Module):
    """Start, end and relevance scores for ``<s> question </s></s> window </s>``."""

    words: Tensor
    places: Tensor
    norm_w: Tensor
    norm_b: Tensor

    def __init__(self, file: WeightFile, rank: int = RANK) -> None:
        super().__init__()
        sizes = file.sizes
        every = np.arange(sizes.vocabulary)
        words = unpack_rows(file.packed("emb.word", sizes.hidden), every)
        self.register_buffer("words", torch.from_numpy(words), persistent=False)
        places = file.tensor("emb.pos").reshape(-1, sizes.hidden)
        places = places + file.tensor("emb.type")[: sizes.hidden]
        self.register_buffer("places", torch.from_numpy(places), persistent=False)
        self.register_buffer("norm_w", _tensor(file, "emb.ln.w"), persistent=False)
        self.register_buffer("norm_b", _tensor(file, "emb.ln.b"), persistent=False)
        self.epsilon = sizes.epsilon
        self.layers = nn.ModuleList(Layer(file, f"l{n}.", rank) for n in range(sizes.layers))
        self.spans = nn.Linear(sizes.hidden, 2)
        self.relevance = nn.Linear(sizes.hidden, 1)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return span scores (batch, tokens, 2) and relevance scores (batch,)."""
        state = self.words[ids] + self.places[: ids.shape[1]]
        state = functional.layer_norm(
            state, state.shape[-1:], self.norm_w, self.norm_b, self.epsilon
        )
        attended = mask[:, None, None, :]
        for layer in self.layers:
            state = layer(state, attended)
        return self.spans(state), self.relevance(state[:, 0])[:, 0]


def _tensor(file: WeightFile, name: str) -> Tensor:
    return torch.from_numpy(np.array(file.tensor(name)))
